/* SPDX-License-Identifier: MIT
 *
 * The code map: which code object covers an address now.
 *
 *     code_map *map;
 *     code_map_create(&map);
 *     code_map_add(map, &(code_entry){.start = 0x2000, .size = 64, .name = n}, &id);
 *     code_id id = code_map_find(map, pc);          (0 when nothing covers pc)
 *     code_map_move(map, from, to);
 *     code_map_destroy(map);
 *
 * A hash of 4 KiB pages leads to 32 granules of 128 bytes, each the head of a short chain of the
 * objects that touch it, highest start first. A lookup is three dependent loads; nothing is cached
 * outside the map, so nothing has to be invalidated. Objects of LARGE_BYTES and more lie in a
 * sorted vector instead, and granules are limited in number, so a hostile log cannot make it huge.
 *
 * Code is never live in two places at once: adding an object removes all that it overlaps. Weak
 * entries (answers of a symbol table, placeholders) fill gaps only and give way to everything.
 */
#ifndef UNPEG_PARSER_CODE_MAP_H
#define UNPEG_PARSER_CODE_MAP_H

#include "unpeg/status.h"

typedef uint32_t code_id; /* 0 is no object; reused after removal */

enum {
    CODE_PAGE_SHIFT = 12,
    CODE_GRANULE_SHIFT = 7,
    CODE_GRANULES = 1 << (CODE_PAGE_SHIFT - CODE_GRANULE_SHIFT),
    CODE_ADDR_BITS = 48, /* user space of x86-64 and aarch64 */
    CODE_LARGE_BYTES = 1 << 20,
    CODE_MAX_BYTES = 1 << 29, /* V8's largest code range */
};

/* What the caller keeps for an object. The map reads start and size only. */
typedef struct code_entry {
    unpeg_addr start;
    uint32_t size; /* bytes, at least 1 */
    uint32_t name; /* the caller's number */
    int64_t time_us;
    uint8_t tag, marker, kind, weak;
    uint32_t birth; /* the map's: a number for each object there ever was */
} code_entry;

typedef struct code_hot {
    uint32_t low; /* start, low 32 bits */
    uint32_t size;
    uint32_t label; /* the caller's; 0 until set */
    code_id next;   /* in the granule of start: the object before this one */
} code_hot;

typedef struct code_large {
    unpeg_addr start, end;
    code_id id;
} code_large;

/* Where an object was before it moved: late ticks still name the old place. */
typedef struct code_ghost {
    unpeg_addr start, end;
    code_id id;
    uint32_t birth;
} code_ghost;

enum { CODE_GHOSTS = 512 };

typedef struct code_map {
    uint64_t *page_slots; /* page number << 28 | index into granules; 0 is free */
    size_t page_mask;
    unsigned page_shift;
    uint32_t (*granules)[CODE_GRANULES];
    size_t page_count, page_capacity; /* index 0 is the page of nothing */
    code_hot *hot;
    code_entry *entries;
    uint32_t
        *serials; /* of each id: a number for what it is, where and with which label; 0: free */
    size_t count, hot_capacity, entry_capacity, serial_capacity;
    code_id free_list; /* chained through hot.next */
    uint32_t next_serial;
    code_large *large; /* by start */
    size_t large_count, large_capacity;
    unpeg_addr large_low, large_high; /* all of large lies in [low, high) */
    code_ghost ghosts[CODE_GHOSTS];   /* a ring, oldest overwritten */
    size_t ghost_count;
    uint64_t generation; /* changes when an object with a label goes, moves or loses it */
} code_map;

UNPEG_MUST_CHECK unpeg_status code_map_create(code_map **ret);
void code_map_destroy(code_map *map); /* NULL is allowed */

/* Adds an object, removing all that it overlaps. ARGUMENT for an impossible range; LIMIT when the
 * map is full (stated in the .c file); NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status code_map_add(code_map *map, const code_entry *entry, code_id *ret);

/* Adds a weak entry that covers addr and as much of [entry->start, + size) as lies in addr's page
 * and is free. addr must be covered by nothing. */
UNPEG_MUST_CHECK unpeg_status code_map_add_weak(code_map *map, const code_entry *entry,
                                                unpeg_addr addr, code_id *ret);

/* Moves the object that starts at from. NOT_FOUND when there is none. */
UNPEG_MUST_CHECK unpeg_status code_map_move(code_map *map, unpeg_addr from, unpeg_addr to);

/* The object that starts exactly at start; 0 if none. */
code_id code_map_at(const code_map *map, unpeg_addr start);

void code_map_remove(code_map *map, code_id id);

/* The object that covered addr before it was moved away, if that is not long ago; 0 if none. */
code_id code_map_find_moved(const code_map *map, unpeg_addr addr);

/* Forgets an object's label (its function was recompiled in place). */
void code_map_reset_label(code_map *map, code_id id);

static inline const code_entry *code_map_entry(const code_map *map, code_id id)
{
    return &map->entries[id];
}

code_id code_map_find_large(const code_map *map, unpeg_addr addr, code_id small);

static inline size_t code_map_page(const code_map *map, unpeg_addr page)
{
    size_t at = (size_t)(page * UINT64_C(0x9E3779B97F4A7C15) >> map->page_shift);
    for (uint64_t slot; (slot = map->page_slots[at]) != 0; at = (at + 1) & map->page_mask)
        if (slot >> 28 == page)
            return slot & 0xfffffff;
    return 0;
}

/* The object that covers addr; 0 when none does. */
static inline code_id code_map_find(const code_map *map, unpeg_addr addr)
{
    if (addr >> CODE_ADDR_BITS)
        return 0;
    const uint32_t *granules = map->granules[code_map_page(map, addr >> CODE_PAGE_SHIFT)];
    code_id id = granules[addr >> CODE_GRANULE_SHIFT & (CODE_GRANULES - 1)];
    while (id && (int32_t)((uint32_t)addr - map->hot[id].low) < 0)
        id = map->hot[id].next;
    if (id && (uint32_t)addr - map->hot[id].low >= map->hot[id].size)
        id = 0;
    if (addr - map->large_low < map->large_high - map->large_low)
        return code_map_find_large(map, addr, id);
    return id;
}

#endif
