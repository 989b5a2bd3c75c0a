/* SPDX-License-Identifier: MIT */
#include "u64map.h"

#include <stdlib.h>

#include "hash.h"

/* The slot of the key, or the free one where it belongs. */
static u64map_slot *find(u64map_slot *slots, size_t count, uint64_t key)
{
    size_t at = hash_mix(key, 1) & (count - 1);
    while (slots[at].value && slots[at].key != key)
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static bool grow(u64map *map)
{
    size_t wanted = map->slot_count ? map->slot_count * 2 : 64;
    u64map_slot *slots = calloc(wanted, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < map->slot_count; i++)
        if (map->slots[i].value)
            *find(slots, wanted, map->slots[i].key) = map->slots[i];
    free(map->slots);
    map->slots = slots;
    map->slot_count = wanted;
    return true;
}

uint32_t u64map_get(const u64map *map, uint64_t key)
{
    return map->slot_count ? find(map->slots, map->slot_count, key)->value : 0;
}

bool u64map_put(u64map *map, uint64_t key, uint32_t value)
{
    if (map->used * 2 >= map->slot_count && !grow(map))
        return false;
    u64map_slot *slot = find(map->slots, map->slot_count, key);
    map->used += slot->value == 0;
    *slot = (u64map_slot){key, value};
    return true;
}

void u64map_deinit(u64map *map)
{
    free(map->slots);
    *map = (u64map){0};
}
