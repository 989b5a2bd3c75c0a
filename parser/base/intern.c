/* SPDX-License-Identifier: MIT */
#include "intern.h"

#include <stdlib.h>

#include "grow.h"
#include "hash.h"

static uint32_t hash_of(unpeg_slice text)
{
    return (uint32_t)(hash_bytes(text.data, text.len, 0) >> 32);
}

static bool rehash(intern *table, size_t slot_count)
{
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    for (size_t id = 1; id < table->count; id++) {
        size_t at = table->entries[id].hash & (slot_count - 1);
        while (slots[at])
            at = (at + 1) & (slot_count - 1);
        slots[at] = (uint32_t)id;
    }
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return true;
}

static bool make_room(intern *table)
{
    if (!grow_reserve((void **)&table->entries, &table->capacity, table->count + 2,
                      sizeof *table->entries))
        return false;
    if (table->count == 0) {
        table->entries[0] = (intern_entry){.data = ""};
        table->count = 1;
    }
    if (table->count >= UINT32_MAX)
        return false;
    if (table->slot_count == 0)
        return rehash(table, 1024);
    return table->count * 2 < table->slot_count || rehash(table, table->slot_count * 2);
}

/* The slot of the text, or the free one where it belongs. */
static size_t find_slot(const intern *table, unpeg_slice text, uint32_t hash)
{
    size_t mask = table->slot_count - 1;
    size_t at = hash & mask;
    for (uint32_t id; (id = table->slots[at]) != 0; at = (at + 1) & mask) {
        const intern_entry *e = &table->entries[id];
        if (e->hash == hash && e->len == text.len && memcmp(e->data, text.data, text.len) == 0)
            break;
    }
    return at;
}

bool intern_add(intern *table, unpeg_slice text, uint32_t *ret)
{
    if (text.len == 0) {
        *ret = 0;
        return true;
    }
    if (text.len > UINT32_MAX || !make_room(table))
        return false;
    uint32_t hash = hash_of(text);
    size_t at = find_slot(table, text, hash);
    if (!table->slots[at]) {
        const char *copy = arena_copy(&table->bytes, text.data, text.len);
        if (!copy)
            return false;
        table->entries[table->count] = (intern_entry){copy, (uint32_t)text.len, hash};
        table->slots[at] = (uint32_t)table->count++;
    }
    *ret = table->slots[at];
    return true;
}

uint32_t intern_find(const intern *table, unpeg_slice text)
{
    if (text.len == 0 || table->slot_count == 0)
        return 0;
    return table->slots[find_slot(table, text, hash_of(text))];
}

unpeg_slice intern_text(const intern *table, uint32_t id)
{
    if (id >= table->count)
        return (unpeg_slice){"", 0};
    return (unpeg_slice){table->entries[id].data, table->entries[id].len};
}

void intern_deinit(intern *table)
{
    arena_deinit(&table->bytes);
    free(table->entries);
    free(table->slots);
    *table = (intern){0};
}
