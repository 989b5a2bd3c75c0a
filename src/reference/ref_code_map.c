/* SPDX-License-Identifier: MIT */
#include "ref_code_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "grow.h"
#include "js_number.h"

static const double PAGE_BYTES = 4096;

/* Walking over what a new range covers never takes long over real logs. The reference walks for
 * ever where numbers above 2^53 have no predecessor, and for hours over entries of negative size.
 * Each step that removes nothing costs patience, each new entry gives some; without patience the
 * walk ends. */
enum { PATIENCE_AT_START = 1 << 24, PATIENCE_PER_ENTRY = 4, MAX_STALLS = 64 };

unpeg_status ref_code_map_init(ref_code_map *map, intern *strings)
{
    uint32_t none;
    *map = (ref_code_map){.strings = strings, .patience = PATIENCE_AT_START};
    return ref_entry_new(map, &(ref_entry){.kind = REF_CODE}, &none);
}

void ref_code_map_deinit(ref_code_map *map)
{
    free(map->entries);
    free(map->name_counts);
    splay_deinit(&map->libraries);
    splay_deinit(&map->dynamics);
    page_set_deinit(&map->pages);
    *map = (ref_code_map){0};
}

unpeg_status ref_entry_new(ref_code_map *map, const ref_entry *entry, uint32_t *ret)
{
    if (map->entry_count >= UINT32_MAX)
        return UNPEG_NO_MEMORY;
    if (!grow_reserve((void **)&map->entries, &map->entry_capacity, map->entry_count + 1,
                      sizeof *map->entries))
        return UNPEG_NO_MEMORY;
    *ret = (uint32_t)map->entry_count++;
    map->entries[*ret] = *entry;
    return UNPEG_OK;
}

/* ---- Pages ---- */

/* The page of an address: address / 4096 | 0, which makes addresses that are equal modulo 2^44
 * share a page, and puts what is no number on page 0. */
static double page_of(const ref_code_map *map, double address)
{
    if (map->whole_pages)
        return trunc(address / PAGE_BYTES);
    return (double)js_to_int32(address / PAGE_BYTES);
}

/* Adds count pages from first on, first taken modulo 2^32 into the range of a signed number. */
static unpeg_status add_pages(ref_code_map *map, double first, double count)
{
    const double limit = 2147483648.0;
    if (map->whole_pages)
        return page_set_add(&map->pages, first, count);
    double start = (double)js_to_int32(first);
    double until_end = limit - start;
    if (count <= until_end)
        return page_set_add(&map->pages, start, count);
    unpeg_status status = page_set_add(&map->pages, start, until_end);
    if (status == UNPEG_OK)
        status = page_set_add(&map->pages, -limit, fmin(count - until_end, limit + start));
    return status;
}

/* The reference adds the page of every 4096th address from start to end, both inclusive: one page
 * too many for most libraries, and none if a number is missing. */
static unpeg_status mark_pages(ref_code_map *map, double start, double end)
{
    if (!(start <= end))
        return UNPEG_OK;
    double first = trunc(start / PAGE_BYTES);
    double steps = floor((end - start) / PAGE_BYTES);
    double last = trunc((start + steps * PAGE_BYTES) / PAGE_BYTES);
    if (!isfinite(first) || !isfinite(last)) /* the reference does not come back from these */
        return UNPEG_LIMIT;
    return add_pages(map, first, last - first + 1);
}

unpeg_status ref_code_map_add_library(ref_code_map *map, double start, uint32_t entry)
{
    unpeg_status status = mark_pages(map, start, start + ref_entry_of(map, entry)->size);
    if (status != UNPEG_OK)
        return status;
    return splay_insert(&map->libraries, start, entry);
}

/* ---- Code ---- */

/* Keys of the entries that overlap a range: collected first, removed then. */
typedef struct doomed {
    double few[16];
    double *keys;
    size_t count, capacity;
} doomed;

static bool doom(doomed *list, double key)
{
    if (list->count < sizeof list->few / sizeof *list->few) {
        list->few[list->count++] = key;
        return true;
    }
    size_t spilled = list->count - sizeof list->few / sizeof *list->few;
    if (!grow_reserve((void **)&list->keys, &list->capacity, spilled + 1, sizeof *list->keys))
        return false;
    list->keys[spilled] = key;
    list->count++;
    return true;
}

static double doomed_key(const doomed *list, size_t i)
{
    size_t few = sizeof list->few / sizeof *list->few;
    return i < few ? list->few[i] : list->keys[i - few];
}

/* False when the walk has gone on for too long without removing anything. */
static bool be_patient(ref_code_map *map)
{
    return map->patience != 0 && --map->patience != 0;
}

/* Collects what overlaps [start, end), from its end downwards. */
static unpeg_status find_covered(ref_code_map *map, double start, double end, doomed *list)
{
    int stalls = 0;
    double at = end - 1;
    while (at >= start && stalls < MAX_STALLS) {
        uint32_t node = splay_floor(&map->dynamics, at);
        if (node == SPLAY_NONE)
            break;
        double key = map->dynamics.nodes[node].key;
        double key_end = key + ref_entry_of(map, map->dynamics.nodes[node].value)->size;
        if (key < end && start < key_end) {
            if (!doom(list, key))
                return UNPEG_NO_MEMORY;
        } else if (key >= start && !be_patient(map)) {
            break;
        }
        stalls += !(key - 1 < at);
        at = key - 1;
    }
    return UNPEG_OK;
}

static unpeg_status remove_covered(ref_code_map *map, double start, double end)
{
    doomed list = {.count = 0};
    uint32_t removed;
    unpeg_status status = find_covered(map, start, end, &list);
    for (size_t i = 0; status == UNPEG_OK && i < list.count; i++)
        if (!splay_remove(&map->dynamics, doomed_key(&list, i), &removed))
            status = UNPEG_NOT_FOUND;
    free(list.keys);
    return status;
}

unpeg_status ref_code_map_add(ref_code_map *map, double start, uint32_t entry)
{
    map->patience += PATIENCE_PER_ENTRY;
    unpeg_status status = remove_covered(map, start, start + ref_entry_of(map, entry)->size);
    if (status != UNPEG_OK)
        return status;
    return splay_insert(&map->dynamics, start, entry);
}

unpeg_status ref_code_map_remove(ref_code_map *map, double start)
{
    uint32_t entry;
    return splay_remove(&map->dynamics, start, &entry) ? UNPEG_OK : UNPEG_NOT_FOUND;
}

unpeg_status ref_code_map_move(ref_code_map *map, double from, double to)
{
    uint32_t entry;
    if (!splay_remove(&map->dynamics, from, &entry))
        return UNPEG_NOT_FOUND;
    return ref_code_map_add(map, to, entry);
}

uint32_t ref_code_map_at(ref_code_map *map, double start)
{
    uint32_t node = splay_find(&map->dynamics, start);
    return node != SPLAY_NONE ? map->dynamics.nodes[node].value : REF_NO_ENTRY;
}

/* ---- Names ---- */

static unpeg_status name_with_number(ref_code_map *map, uint32_t name, uint32_t number,
                                     uint32_t *ret)
{
    unpeg_slice text = intern_text(map->strings, name);
    char suffix[16];
    int suffix_len = snprintf(suffix, sizeof suffix, " {%u}", number);
    char *whole = malloc(text.len + sizeof suffix);
    if (whole == NULL)
        return UNPEG_NO_MEMORY;
    if (text.len != 0)
        memcpy(whole, text.data, text.len);
    memcpy(whole + text.len, suffix, (size_t)suffix_len);
    unpeg_slice numbered = {whole, text.len + (size_t)suffix_len};
    bool added = intern_add(map->strings, numbered, ret);
    free(whole);
    return added ? UNPEG_OK : UNPEG_NO_MEMORY;
}

/* The second entry that is looked up by the same name gets " {1}", and so on. Code of functions
 * has the empty name here, and so takes numbers away from a regexp of nothing. */
static unpeg_status make_name_unique(ref_code_map *map, ref_entry *entry)
{
    size_t old = map->name_count_capacity;
    if (!grow_reserve((void **)&map->name_counts, &map->name_count_capacity,
                      (size_t)entry->name + 1, sizeof *map->name_counts))
        return UNPEG_NO_MEMORY;
    memset(map->name_counts + old, 0, (map->name_count_capacity - old) * sizeof *map->name_counts);
    uint32_t used = map->name_counts[entry->name]++;
    entry->name_is_final = true;
    return used == 0 ? UNPEG_OK : name_with_number(map, entry->name, used, &entry->name);
}

/* ---- Look-up ---- */

/* The node that contains the address, or SPLAY_NONE. */
static uint32_t node_around(const ref_code_map *map, splay *tree, double address)
{
    uint32_t node = splay_floor(tree, address);
    if (node == SPLAY_NONE)
        return SPLAY_NONE;
    const splay_node *found = &tree->nodes[node];
    double end = found->key + ref_entry_of(map, found->value)->size;
    return address >= found->key && address < end ? node : SPLAY_NONE;
}

/* Whether the address lies between the two ends of the map. */
static bool is_in_bounds(const ref_code_map *map, double address)
{
    const splay *tree = &map->dynamics;
    if (tree->root == SPLAY_NONE)
        return false;
    const splay_node *last = &tree->nodes[tree->last];
    return address >= tree->nodes[tree->first].key &&
           address < last->key + ref_entry_of(map, last->value)->size;
}

unpeg_status ref_code_map_find(ref_code_map *map, double address, uint32_t *ret, double *ret_offset)
{
    uint32_t node = SPLAY_NONE;
    splay *tree = &map->libraries;
    *ret = REF_NO_ENTRY;
    if (!page_set_has(&map->pages, page_of(map, address))) {
        tree = &map->dynamics;
        if (!is_in_bounds(map, address))
            return UNPEG_OK;
    }
    node = node_around(map, tree, address);
    if (node == SPLAY_NONE)
        return UNPEG_OK;
    *ret = tree->nodes[node].value;
    *ret_offset = address - tree->nodes[node].key;
    ref_entry *entry = ref_entry_of(map, *ret);
    if (entry->kind == REF_LIBRARY || entry->name_is_final)
        return UNPEG_OK;
    return make_name_unique(map, entry);
}
