/* SPDX-License-Identifier: MIT
 *
 * A map from 64-bit keys to 32-bit values.
 *
 *     u64map map = {0};
 *     if (!u64map_put(&map, key, 7)) return UNPEG_NO_MEMORY;
 *     uint32_t value = u64map_get(&map, key);      (0 when the key is not there)
 *     u64map_deinit(&map);
 *
 * Values are not 0. A zeroed map is valid and empty.
 */
#ifndef UNPEG_BASE_U64MAP_H
#define UNPEG_BASE_U64MAP_H

#include "unpeg/base.h"

typedef struct u64map_slot {
    uint64_t key;
    uint32_t value; /* 0: free */
} u64map_slot;

typedef struct u64map {
    u64map_slot *slots;
    size_t slot_count, used; /* slot_count is a power of two, or 0 */
} u64map;

uint32_t u64map_get(const u64map *map, uint64_t key);

/* Sets or replaces; false when there is no memory (nothing is changed). */
bool u64map_put(u64map *map, uint64_t key, uint32_t value);

void u64map_deinit(u64map *map);

#endif
