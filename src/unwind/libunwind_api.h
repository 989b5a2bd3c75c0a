/* SPDX-License-Identifier: MIT
 *
 * libunwind for the processor that we run on, loaded when it is first needed: hardly any code has
 * a rule that needs it.
 *
 *     libunwind_api api;
 *     if (libunwind_api_load(&api) == UNPEG_OK)
 *         space = api.create_space(&accessors, 0);
 *     libunwind_api_unload(&api);
 */
#ifndef UNPEG_UNWIND_LIBUNWIND_API_H
#define UNPEG_UNWIND_LIBUNWIND_API_H

#include <libunwind.h>

#include "registers.h"
#include "unpeg/status.h"

/* Exported for unwinders of other processes; in no header of libunwind. */
typedef int libunwind_search_fn(unw_addr_space_t space, unw_word_t ip, unw_dyn_info_t *table,
                                unw_proc_info_t *ret, int need_unwind_info, void *user);

typedef struct libunwind_api {
    void *library;
    __typeof__(unw_create_addr_space) *create_space;
    __typeof__(unw_destroy_addr_space) *destroy_space;
    __typeof__(unw_init_remote) *init;
    __typeof__(unw_step) *step;
    __typeof__(unw_get_reg) *get_register;
    libunwind_search_fn *search;
} libunwind_api;

/* The only processor whose stacks it walks here. */
target_arch libunwind_api_arch(void);

/* UNSUPPORTED where there is no libunwind. */
UNPEG_MUST_CHECK unpeg_status libunwind_api_load(libunwind_api *ret);
void libunwind_api_unload(libunwind_api *api);

#endif
