/* SPDX-License-Identifier: MIT
 *
 * libcapstone, loaded when it is first needed: linking it would cost every command its start-up,
 * and only one command disassembles.
 *
 *     capstone_api api;
 *     if (capstone_api_load(&api, &error) == UNPEG_OK)
 *         api.open(CS_ARCH_X86, CS_MODE_64, &handle);
 *     capstone_api_unload(&api);
 */
#ifndef UNPEG_DISASM_CAPSTONE_API_H
#define UNPEG_DISASM_CAPSTONE_API_H

#include <capstone/capstone.h>

#include "unpeg/status.h"

typedef struct capstone_api {
    void *library;
    __typeof__(cs_open) *open;
    __typeof__(cs_close) *close;
    __typeof__(cs_option) *option;
    __typeof__(cs_malloc) *new_instruction;
    __typeof__(cs_free) *free_instruction;
    __typeof__(cs_disasm_iter) *next;
    __typeof__(cs_insn_group) *in_group;
} capstone_api;

/* UNSUPPORTED with a sentence that names the package when it cannot be loaded. */
UNPEG_MUST_CHECK unpeg_status capstone_api_load(capstone_api *ret, unpeg_error *error);
void capstone_api_unload(capstone_api *api);

#endif
