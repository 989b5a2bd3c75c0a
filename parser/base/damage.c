/* SPDX-License-Identifier: MIT */
#include "unpeg/damage.h"

#define DAMAGE_TEXT(name, id, text) text,
#define DAMAGE_ID(name, id, text) id,

const char *unpeg_damage_text(unpeg_damage_kind kind)
{
    static const char *const texts[] = {UNPEG_DAMAGE_LIST(DAMAGE_TEXT)};
    return (unsigned)kind < UNPEG_DAMAGE_COUNT ? texts[kind] : "unknown";
}

const char *unpeg_damage_name(unpeg_damage_kind kind)
{
    static const char *const names[] = {UNPEG_DAMAGE_LIST(DAMAGE_ID)};
    return (unsigned)kind < UNPEG_DAMAGE_COUNT ? names[kind] : "unknown";
}

void unpeg_damage_add(unpeg_damage *damage, unpeg_damage_kind kind, uint64_t line, uint64_t offset)
{
    unpeg_damage_entry *entry = &damage->kinds[kind];
    if (entry->count < UNPEG_DAMAGE_PLACES)
        entry->places[entry->count] = (unpeg_damage_place){line, offset};
    entry->count++;
}

void unpeg_damage_sum(unpeg_damage *sum, const unpeg_damage *more)
{
    for (int kind = 0; kind < UNPEG_DAMAGE_COUNT; kind++) {
        const unpeg_damage_entry *entry = &more->kinds[kind];
        for (uint64_t i = 0; i < entry->count && i < UNPEG_DAMAGE_PLACES; i++)
            unpeg_damage_add(sum, (unpeg_damage_kind)kind, entry->places[i].line,
                             entry->places[i].offset);
        if (entry->count > UNPEG_DAMAGE_PLACES)
            sum->kinds[kind].count += entry->count - UNPEG_DAMAGE_PLACES;
    }
}
