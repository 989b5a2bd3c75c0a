/* SPDX-License-Identifier: MIT
 *
 * What kind of code an address is in and how it is left, remembered by address.
 *
 *     rule_cache *cache;
 *     rule_cache_create(space, &cache);
 *     const code_rule *code = rule_cache_find(cache, &lookup);
 *     if (code->kind == CODE_NATIVE)
 *         follow(&code->rule);
 *     rule_cache_destroy(cache);
 *
 * Forgets everything when the address space changes.
 */
#ifndef UNPEG_UNWIND_RULE_CACHE_H
#define UNPEG_UNWIND_RULE_CACHE_H

#include "address_space.h"
#include "cfi.h"
#include "unwind_arch.h"

typedef enum code_kind {
    CODE_NOWHERE, /* not mapped, or not executable */
    CODE_NATIVE,
    CODE_TEXT,
    CODE_GENERATED,
} code_kind;

typedef struct code_rule {
    uint64_t address;
    cfi_rule rule;   /* kind CFI_NONE unless CODE_NATIVE or a signal's return */
    uint8_t kind;    /* code_kind */
    bool sparse_cfi; /* CODE_TEXT of an image whose code has hardly any CFI: not V8's builtins */
} code_rule;

typedef struct rule_cache rule_cache;

/* How an address is asked for. */
typedef struct code_lookup {
    const unwind_arch *arch;     /* one cache for one architecture */
    const target_memory *memory; /* of the code, where no FDE says what it is */
    unpeg_addr address;          /* of an instruction, or one less than a return address */
} code_lookup;

UNPEG_MUST_CHECK unpeg_status rule_cache_create(address_space *space, rule_cache **ret);
void rule_cache_destroy(rule_cache *cache);

/* Until the next call. */
const code_rule *rule_cache_find(rule_cache *cache, const code_lookup *lookup);

#endif
