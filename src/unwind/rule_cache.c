/* SPDX-License-Identifier: MIT */
#include "rule_cache.h"

#include <stdlib.h>

#include "grow.h"
#include "hash.h"

enum {
    SLOT_COUNT = 4096, /* a busy process stands at some hundreds of addresses */
    SIGNAL_RETURN_BYTES = 9,
    SPARSE_BYTES = 4096, /* of code for each FDE; compiled C++ with CFI has some hundreds */
};

struct rule_cache {
    address_space *space;
    uint64_t generation;
    cfi_table *tables; /* one for each image that was met */
    size_t table_count, table_capacity;
    code_rule slots[SLOT_COUNT]; /* address 0 and CODE_NOWHERE: free */
};

unpeg_status rule_cache_create(address_space *space, rule_cache **ret)
{
    rule_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return UNPEG_NO_MEMORY;
    cache->space = space;
    *ret = cache;
    return UNPEG_OK;
}

void rule_cache_destroy(rule_cache *cache)
{
    if (!cache)
        return;
    free(cache->tables);
    free(cache);
}

/* NULL when there is no memory. */
static cfi_table *table_of(rule_cache *cache, code_image *image)
{
    for (size_t i = 0; i < cache->table_count; i++)
        if (cache->tables[i].image == image)
            return &cache->tables[i];
    if (!grow_reserve((void **)&cache->tables, &cache->table_capacity, cache->table_count + 1,
                      sizeof *cache->tables))
        return NULL;
    cfi_table *table = &cache->tables[cache->table_count++];
    cfi_table_init(table, image);
    return table;
}

static bool is_sparse(const cfi_table *table)
{
    return code_image_code_bytes(table->image) / SPARSE_BYTES > table->count;
}

/* A C library may have no CFI for the code that a signal handler returns to. A return address
 * points at its first byte, so the lookup's address is one before that, where another function may
 * end. */
static bool returns_from_signal(const code_lookup *lookup)
{
    unsigned char code[SIGNAL_RETURN_BYTES];
    return memory_read(lookup->memory, lookup->address + 1, code, sizeof code) == UNPEG_OK &&
           lookup->arch->is_signal_return(code, sizeof code);
}

static bool has_rule_after(cfi_table *table, const code_lookup *lookup, uint64_t vaddr)
{
    return vaddr != 0 && cfi_table_find(table, vaddr + 1, lookup->arch->registers).kind != CFI_NONE;
}

/* An emulator puts that code first into a mapping of no file. */
static bool is_own_trampoline(const rule_cache *cache, const code_lookup *lookup)
{
    const mapping *at = mapping_find(address_space_mappings(cache->space), lookup->address + 1);
    return at && (at->prot & MAPPING_EXEC) && at->path.len == 0 && at->start > lookup->address &&
           returns_from_signal(lookup);
}

static void examine_image(rule_cache *cache, const code_lookup *lookup, const code_place *place,
                          code_rule *ret)
{
    cfi_table *table = table_of(cache, place->image);
    ret->kind = CODE_TEXT;
    if (!table)
        return;
    if (place->vaddr != 0)
        ret->rule = cfi_table_find(table, place->vaddr, lookup->arch->registers);
    if (ret->rule.kind != CFI_NONE)
        ret->kind = CODE_NATIVE;
    if (!has_rule_after(table, lookup, place->vaddr) && returns_from_signal(lookup))
        ret->rule = (cfi_rule){.kind = CFI_SIGNAL};
    ret->sparse_cfi = is_sparse(table);
}

static code_rule examine(rule_cache *cache, const code_lookup *lookup)
{
    code_place place;
    code_rule code = {.address = lookup->address, .kind = CODE_NOWHERE};
    if (is_own_trampoline(cache, lookup)) {
        code.kind = CODE_GENERATED;
        code.rule.kind = CFI_SIGNAL;
        return code;
    }
    if (!address_space_locate(cache->space, lookup->address, &place) ||
        !(place.mapping->prot & MAPPING_EXEC))
        return code;
    if (place.image)
        examine_image(cache, lookup, &place, &code);
    else
        code.kind = place.mapping->path.len > 0 && place.mapping->path.data[0] == '/'
                        ? CODE_TEXT
                        : CODE_GENERATED;
    return code;
}

const code_rule *rule_cache_find(rule_cache *cache, const code_lookup *lookup)
{
    uint64_t generation = address_space_generation(cache->space);
    if (cache->generation != generation) {
        memset(cache->slots, 0, sizeof cache->slots);
        cache->generation = generation;
    }
    code_rule *slot = &cache->slots[hash_mix(lookup->address, 0) % SLOT_COUNT];
    if (slot->address != lookup->address || slot->kind == CODE_NOWHERE)
        *slot = examine(cache, lookup);
    return slot;
}
