/* SPDX-License-Identifier: MIT
 *
 * Interned strings: equal texts get equal ids.
 *
 *     intern names = {0};
 *     uint32_t id;
 *     if (!intern_add(&names, text, &id)) return UNPEG_NO_MEMORY;
 *     unpeg_slice same = intern_text(&names, id);
 *
 * Ids count from 1; 0 is the empty string and always there. A zeroed interner is valid and empty.
 * Texts live until deinit and never move.
 */
#ifndef UNPEG_BASE_INTERN_H
#define UNPEG_BASE_INTERN_H

#include "arena.h"

typedef struct intern_entry {
    const char *data;
    uint32_t len;
    uint32_t hash; /* most misses end here */
} intern_entry;

typedef struct intern {
    arena bytes;
    intern_entry *entries;
    size_t count, capacity; /* entry 0 is the empty string once anything was added */
    uint32_t *slots;
    size_t slot_count; /* power of two, or 0 */
} intern;

/* False when there is no memory, or for a text of 4 GiB and more. */
bool intern_add(intern *table, unpeg_slice text, uint32_t *ret);

/* The id of a text that is there; 0 if it is not (or is empty). */
uint32_t intern_find(const intern *table, unpeg_slice text);

unpeg_slice intern_text(const intern *table, uint32_t id);

void intern_deinit(intern *table);

#endif
