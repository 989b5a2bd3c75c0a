/* SPDX-License-Identifier: MIT */
#include "stack_copy.h"

#include <stdlib.h>

#include "remote_memory.h"

enum { FIRST_PIECE = 64 << 10 }; /* of a stack whose end is not known yet */

unpeg_status stack_copy_init(stack_copy *copy, int32_t pid, size_t limit)
{
    if (limit == 0)
        limit = STACK_COPY_DEFAULT;
    if (limit > STACK_COPY_MAX)
        limit = STACK_COPY_MAX;
    *copy = (stack_copy){.maps = {.pid = pid}, .limit = limit};
    copy->bytes = malloc(limit);
    return copy->bytes ? UNPEG_OK : UNPEG_NO_MEMORY;
}

void stack_copy_deinit(stack_copy *copy)
{
    process_maps_deinit(&copy->maps);
    free(copy->bytes);
    copy->bytes = NULL;
}

static bool in_area(const stack_copy *copy, unpeg_addr sp)
{
    return sp >= copy->area_start && sp < copy->area_end;
}

static size_t smaller(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

void stack_copy_take(stack_copy *copy, unpeg_addr sp)
{
    int error;
    uint64_t wanted = in_area(copy, sp) ? copy->area_end - sp : FIRST_PIECE;
    copy->start = sp;
    copy->stitched = 0;
    copy->size =
        remote_memory_copy(copy->maps.pid, sp, copy->bytes, smaller(wanted, copy->limit), &error);
}

void stack_copy_set(stack_copy *copy, unpeg_addr sp, const void *bytes, size_t size)
{
    copy->start = sp;
    copy->stitched = 0;
    copy->size = size < copy->limit ? size : copy->limit;
    if (copy->size != 0)
        memcpy(copy->bytes, bytes, copy->size);
}

/* The main thread's stack grows downwards: only its end stays where it is. */
static unpeg_status find_area(stack_copy *copy)
{
    unpeg_status status = process_maps_refresh(&copy->maps);
    if (status != UNPEG_OK)
        return status;
    const mapping *at = mapping_find(&copy->maps.list, copy->start);
    copy->area_start = at ? at->start : 0;
    copy->area_end = at ? at->end : 0;
    return UNPEG_OK;
}

unpeg_status stack_copy_stitch(stack_copy *copy)
{
    int error;
    if (!in_area(copy, copy->start)) {
        unpeg_status status = find_area(copy);
        if (status != UNPEG_OK)
            return status;
    }
    size_t whole = in_area(copy, copy->start) ? smaller(copy->area_end - copy->start, copy->limit)
                                              : copy->size;
    if (copy->size > whole) /* the first piece went on into what lies above the stack */
        copy->size = whole;
    if (copy->size < whole) {
        copy->stitched = remote_memory_copy(copy->maps.pid, copy->start + copy->size,
                                            copy->bytes + copy->size, whole - copy->size, &error);
        copy->size += copy->stitched;
    }
    copy->whole = copy->start + copy->size == copy->area_end;
    return UNPEG_OK;
}
