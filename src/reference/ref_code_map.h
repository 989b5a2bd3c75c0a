/* SPDX-License-Identifier: MIT
 *
 * The code map of the reference: which entry an address belongs to.
 *
 *     ref_code_map map;
 *     ref_code_map_init(&map, &strings);
 *     ref_entry_new(&map, &(ref_entry){.kind = REF_CODE, .size = 256, .name = name}, &entry);
 *     ref_code_map_add(&map, start, entry);
 *     entry = ref_code_map_find(&map, address, &offset);
 *     ref_code_map_deinit(&map);
 *
 * Fails with NOT_FOUND or LIMIT where the reference throws and the row is lost, with what was
 * changed up to then staying changed; NO_MEMORY is the only other failure.
 */
#ifndef UNPEG_REFERENCE_REF_CODE_MAP_H
#define UNPEG_REFERENCE_REF_CODE_MAP_H

#include "intern.h"
#include "page_set.h"

typedef enum ref_kind {
    REF_LIBRARY,
    REF_CODE,     /* without a function: builtin, handler, regexp, stub */
    REF_FUNCTION, /* code of a JavaScript function */
    REF_SFI,      /* the function itself: size 0, beside code in the same map */
} ref_kind;

/* Tiers, and what the text puts before the name for each: "", ~, ^, +, *. */
typedef enum ref_state {
    REF_COMPILED,
    REF_IGNITION,
    REF_SPARKPLUG,
    REF_MAGLEV,
    REF_TURBOFAN,
} ref_state;

enum { REF_NO_ENTRY = 0 };
#define REF_UNDEFINED UINT32_MAX

typedef struct ref_entry {
    ref_kind kind;
    ref_state state;
    double size;
    uint32_t name, type; /* ids of strings; the name of a function's code is empty */
    uint32_t sfi;        /* entry of the function, of REF_FUNCTION in the text mode */
    uint32_t code_id;    /* index in the JSON's code, or REF_UNDEFINED */
    uint32_t func_id;    /* index in the JSON's functions, or REF_UNDEFINED */
    uint32_t label;      /* the one made last, and what it was made of */
    uint32_t label_name;
    ref_state label_state;
    bool has_label, label_is_hidden;
    bool name_is_final; /* it was looked up and has been made unique */
} ref_entry;

typedef struct ref_code_map {
    intern *strings;    /* borrowed */
    ref_entry *entries; /* the first one is no entry */
    size_t entry_count, entry_capacity;
    splay libraries, dynamics;
    page_set pages;
    bool whole_pages;      /* page numbers are not cut to 32 bits (BigInt) */
    uint32_t *name_counts; /* by string id: how often a name was made unique */
    size_t name_count_capacity;
    uint64_t patience; /* see ref_code_map.c */
} ref_code_map;

UNPEG_MUST_CHECK unpeg_status ref_code_map_init(ref_code_map *map, intern *strings);
void ref_code_map_deinit(ref_code_map *map);

UNPEG_MUST_CHECK unpeg_status ref_entry_new(ref_code_map *map, const ref_entry *entry,
                                            uint32_t *ret);

static inline ref_entry *ref_entry_of(const ref_code_map *map, uint32_t entry)
{
    return &map->entries[entry];
}

/* Marks the pages up to and with the one of the end, and adds the library unless one starts at the
 * same address. */
UNPEG_MUST_CHECK unpeg_status ref_code_map_add_library(ref_code_map *map, double start,
                                                       uint32_t entry);

/* Removes what overlaps, and adds the entry unless one is still at the same address. */
UNPEG_MUST_CHECK unpeg_status ref_code_map_add(ref_code_map *map, double start, uint32_t entry);

UNPEG_MUST_CHECK unpeg_status ref_code_map_move(ref_code_map *map, double from, double to);
UNPEG_MUST_CHECK unpeg_status ref_code_map_remove(ref_code_map *map, double start);

/* The code or function that starts at the address, or REF_NO_ENTRY. */
uint32_t ref_code_map_at(ref_code_map *map, double start);

/* What contains the address: REF_NO_ENTRY if nothing does. The first look-up of an entry makes its
 * name unique. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status ref_code_map_find(ref_code_map *map, double address, uint32_t *ret,
                                                double *ret_offset);

#endif
