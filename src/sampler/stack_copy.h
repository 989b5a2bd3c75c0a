/* SPDX-License-Identifier: MIT
 *
 * The one copy of a stack: taken while the thread is stopped, completed while it runs again.
 *
 *     stack_copy copy;
 *     stack_copy_init(&copy, pid, limit);
 *     stack_copy_take(&copy, sp);         in the stop: one process_vm_readv
 *     stack_copy_stitch(&copy);           later: the part above, if the stack is deeper
 *     stack_copy_deinit(&copy);
 */
#ifndef UNPEG_SAMPLER_STACK_COPY_H
#define UNPEG_SAMPLER_STACK_COPY_H

#include "process_maps.h"

enum {
    STACK_COPY_MAX = 64 << 20,
    STACK_COPY_DEFAULT = 1 << 20, /* V8 keeps a thread's JS below about 984 KB */
};

typedef struct stack_copy {
    process_maps maps;
    unsigned char *bytes;
    size_t size, limit;
    unpeg_addr start;
    unpeg_addr area_start, area_end; /* of the mapping that the last stack pointer was in */
    size_t stitched;                 /* bytes of this copy that came later than the others */
    bool whole;                      /* up to the mapping's end */
} stack_copy;

UNPEG_MUST_CHECK unpeg_status stack_copy_init(stack_copy *copy, int32_t pid, size_t limit);
void stack_copy_deinit(stack_copy *copy);

/* Copies from sp on as far as the stack is known to go, else a first piece. */
void stack_copy_take(stack_copy *copy, unpeg_addr sp);

/* Begins a copy with bytes that somebody else took at sp. */
void stack_copy_set(stack_copy *copy, unpeg_addr sp, const void *bytes, size_t size);

/* Reads what is missing up to the end of the mapping that holds the stack, or to the limit. Fails
 * with NOT_FOUND if the process is gone, or as process_maps_refresh. */
UNPEG_MUST_CHECK unpeg_status stack_copy_stitch(stack_copy *copy);

#endif
