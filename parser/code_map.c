/* SPDX-License-Identifier: MIT */
#include "code_map.h"

#include <stdlib.h>

#include "grow.h"

enum {
    FIRST_PAGE_SLOTS_LOG2 = 13,
    MAX_PAGES = 1 << 20, /* 128 MiB of granules, for 4 GiB of code */
    MAX_LARGE = 1 << 14,
};

static unpeg_addr end_of(const code_map *map, code_id id)
{
    return map->entries[id].start + map->entries[id].size;
}

static bool is_large(uint32_t size)
{
    return size >= CODE_LARGE_BYTES;
}

unpeg_status code_map_create(code_map **ret)
{
    code_map *map = calloc(1, sizeof *map);
    if (!map)
        return UNPEG_NO_MEMORY;
    map->page_mask = ((size_t)1 << FIRST_PAGE_SLOTS_LOG2) - 1;
    map->page_shift = 64 - FIRST_PAGE_SLOTS_LOG2;
    map->page_slots = calloc(map->page_mask + 1, sizeof *map->page_slots);
    bool ok =
        map->page_slots &&
        grow_reserve((void **)&map->granules, &map->page_capacity, 256, sizeof *map->granules) &&
        grow_reserve((void **)&map->hot, &map->hot_capacity, 2048, sizeof *map->hot) &&
        grow_reserve((void **)&map->entries, &map->entry_capacity, 2048, sizeof *map->entries) &&
        grow_reserve((void **)&map->serials, &map->serial_capacity, 2048, sizeof *map->serials);
    if (!ok) {
        code_map_destroy(map);
        return UNPEG_NO_MEMORY;
    }
    memset(map->granules[0], 0, sizeof map->granules[0]);
    map->hot[0] = (code_hot){0};
    map->entries[0] = (code_entry){0};
    map->serials[0] = 0;
    map->page_count = map->count = 1;
    *ret = map;
    return UNPEG_OK;
}

void code_map_destroy(code_map *map)
{
    if (!map)
        return;
    free(map->page_slots);
    free(map->granules);
    free(map->hot);
    free(map->entries);
    free(map->serials);
    free(map->large);
    free(map);
}

static void put_page(code_map *map, uint64_t slot)
{
    size_t at = (size_t)((slot >> 28) * UINT64_C(0x9E3779B97F4A7C15) >> map->page_shift);
    while (map->page_slots[at])
        at = (at + 1) & map->page_mask;
    map->page_slots[at] = slot;
}

static bool grow_pages(code_map *map)
{
    size_t old_count = map->page_mask + 1;
    uint64_t *old = map->page_slots;
    uint64_t *slots = calloc(old_count * 2, sizeof *slots);
    if (!slots)
        return false;
    map->page_slots = slots;
    map->page_mask = old_count * 2 - 1;
    map->page_shift--;
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            put_page(map, old[i]);
    free(old);
    return true;
}

static unpeg_status make_page(code_map *map, unpeg_addr page)
{
    if (code_map_page(map, page))
        return UNPEG_OK;
    if (map->page_count >= MAX_PAGES)
        return UNPEG_LIMIT;
    if ((map->page_count + 1) * 2 > map->page_mask && !grow_pages(map))
        return UNPEG_NO_MEMORY;
    if (!grow_reserve((void **)&map->granules, &map->page_capacity, map->page_count + 1,
                      sizeof *map->granules))
        return UNPEG_NO_MEMORY;
    memset(map->granules[map->page_count], 0, sizeof map->granules[0]);
    put_page(map, page << 28 | map->page_count++);
    return UNPEG_OK;
}

/* A walk over granules: finds each page once. */
typedef struct granule_walk {
    uint32_t *page; /* the page's granules */
    unpeg_addr at, last;
} granule_walk;

static uint32_t *page_of_granule(const code_map *map, unpeg_addr granule)
{
    return map->granules[code_map_page(map, granule >> (CODE_PAGE_SHIFT - CODE_GRANULE_SHIFT))];
}

/* Over the granules that [start, end) touches. Their pages exist. */
static granule_walk walk_granules(const code_map *map, unpeg_addr start, unpeg_addr end)
{
    unpeg_addr first = start >> CODE_GRANULE_SHIFT;
    return (granule_walk){page_of_granule(map, first), first, (end - 1) >> CODE_GRANULE_SHIFT};
}

static uint32_t *walk_head(const granule_walk *walk)
{
    return &walk->page[walk->at & (CODE_GRANULES - 1)];
}

static bool walk_next(const code_map *map, granule_walk *walk)
{
    if (walk->at == walk->last)
        return false;
    if ((++walk->at & (CODE_GRANULES - 1)) == 0)
        walk->page = page_of_granule(map, walk->at);
    return true;
}

/* In the granule of its start an object has others before it in address behind it in the chain; in
 * every further granule it covers the granule's first byte, so it is the chain's last. */
static void unlink_small(code_map *map, code_id id)
{
    granule_walk walk = walk_granules(map, map->entries[id].start, end_of(map, id));
    code_id behind = map->hot[id].next;
    do {
        uint32_t *link = walk_head(&walk);
        while (*link && *link != id)
            link = &map->hot[*link].next;
        if (*link == id)
            *link = behind;
        behind = 0;
    } while (walk_next(map, &walk));
}

static size_t large_after(const code_map *map, unpeg_addr addr)
{
    size_t low = 0;
    size_t high = map->large_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->large[middle].start <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void unlink_large(code_map *map, code_id id)
{
    size_t at = large_after(map, map->entries[id].start) - 1;
    memmove(&map->large[at], &map->large[at + 1], (map->large_count - at - 1) * sizeof *map->large);
    map->large_count--;
}

static unpeg_status link_large(code_map *map, code_id id)
{
    if (map->large_count >= MAX_LARGE)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&map->large, &map->large_capacity, map->large_count + 1,
                      sizeof *map->large))
        return UNPEG_NO_MEMORY;
    code_large own = {map->entries[id].start, end_of(map, id), id};
    size_t at = large_after(map, own.start);
    memmove(&map->large[at + 1], &map->large[at], (map->large_count - at) * sizeof own);
    map->large[at] = own;
    if (map->large_count++ == 0)
        map->large_low = own.start;
    if (own.start < map->large_low)
        map->large_low = own.start;
    if (own.end > map->large_high)
        map->large_high = own.end;
    return UNPEG_OK;
}

static void unlink_object(code_map *map, code_id id)
{
    if (map->hot[id].label)
        map->generation++;
    if (is_large(map->entries[id].size))
        unlink_large(map, id);
    else
        unlink_small(map, id);
}

static void release(code_map *map, code_id id)
{
    map->hot[id].next = map->free_list;
    map->serials[id] = 0;
    map->free_list = id;
}

void code_map_remove(code_map *map, code_id id)
{
    unlink_object(map, id);
    release(map, id);
}

void code_map_reset_label(code_map *map, code_id id)
{
    if (map->hot[id].label)
        map->generation++;
    map->hot[id].label = 0;
    map->serials[id] = ++map->next_serial;
}

/* Whether a small object lies below addr; both are at most CODE_LARGE_BYTES apart, so that the low
 * halves tell. */
static bool is_below(uint32_t low, unpeg_addr addr)
{
    return (int32_t)(low - (uint32_t)addr) < 0;
}

/* Small objects never overlap each other, so what overlaps a new one in a granule is found by
 * walking its chain. Small objects under a large one stay: the later of the two answers. */
static void evict_small(code_map *map, code_id head, unpeg_addr granule, const code_hot *by)
{
    while (head) {
        code_id id = head;
        const code_hot *hot = &map->hot[id];
        head = is_below(hot->low, granule << CODE_GRANULE_SHIFT) ? 0 : hot->next;
        if (is_below(hot->low, by->low + by->size) && is_below(by->low, hot->low + hot->size))
            code_map_remove(map, id);
    }
}

/* Puts a small object into the chain of a granule that others touch too. */
static void share_granule(code_map *map, code_id id, uint32_t *head, unpeg_addr granule)
{
    code_hot *own = &map->hot[id];
    evict_small(map, *head, granule, own);
    uint32_t *link = head;
    while (*link && is_below(own->low, map->hot[*link].low))
        link = &map->hot[*link].next;
    if (!is_below(own->low, granule << CODE_GRANULE_SHIFT))
        own->next = *link;
    *link = id;
}

/* Removes what a small object overlaps and puts it in its place. Most granules are free. */
static void link_small(code_map *map, code_id id)
{
    unpeg_addr granule = map->entries[id].start >> CODE_GRANULE_SHIFT;
    unpeg_addr last = (end_of(map, id) - 1) >> CODE_GRANULE_SHIFT;
    map->hot[id].next = 0;
    while (granule <= last) {
        uint32_t *page = page_of_granule(map, granule);
        unpeg_addr last_here = granule | (CODE_GRANULES - 1);
        for (; granule <= last_here && granule <= last; granule++) {
            uint32_t *head = &page[granule & (CODE_GRANULES - 1)];
            if (*head)
                share_granule(map, id, head, granule);
            else
                *head = id;
        }
    }
}

static void evict_large(code_map *map, unpeg_addr start, unpeg_addr end)
{
    size_t at = large_after(map, end - 1);
    while (at > 0 && map->large[at - 1].end > start) {
        code_map_remove(map, map->large[at - 1].id);
        at--;
    }
}

static unpeg_status new_id(code_map *map, code_id *ret)
{
    if (map->free_list) {
        *ret = map->free_list;
        map->free_list = map->hot[*ret].next;
        return UNPEG_OK;
    }
    size_t needed = map->count + 1;
    if (needed >= UINT32_MAX)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&map->hot, &map->hot_capacity, needed, sizeof *map->hot) ||
        !grow_reserve((void **)&map->entries, &map->entry_capacity, needed, sizeof *map->entries) ||
        !grow_reserve((void **)&map->serials, &map->serial_capacity, needed, sizeof *map->serials))
        return UNPEG_NO_MEMORY;
    *ret = (code_id)map->count++;
    return UNPEG_OK;
}

static unpeg_status make_pages(code_map *map, unpeg_addr start, unpeg_addr end)
{
    unpeg_status status = UNPEG_OK;
    for (unpeg_addr page = start >> CODE_PAGE_SHIFT;
         page <= (end - 1) >> CODE_PAGE_SHIFT && status == UNPEG_OK; page++)
        status = make_page(map, page);
    return status;
}

/* Puts an object whose entry is filled in at its place. */
static unpeg_status link_object(code_map *map, code_id id)
{
    const code_entry *entry = &map->entries[id];
    unpeg_addr end = entry->start + entry->size;
    if (map->large_count)
        evict_large(map, entry->start, end);
    if (is_large(entry->size))
        return link_large(map, id);
    unpeg_status status = make_pages(map, entry->start, end);
    if (status != UNPEG_OK)
        return status;
    link_small(map, id);
    return UNPEG_OK;
}

static bool possible(unpeg_addr start, uint32_t size)
{
    return size > 0 && size <= CODE_MAX_BYTES && start != 0 &&
           start < ((unpeg_addr)1 << CODE_ADDR_BITS) - size;
}

static unpeg_status occupy(code_map *map, const code_entry *entry, code_id *ret)
{
    code_id id;
    unpeg_status status = new_id(map, &id);
    if (status != UNPEG_OK)
        return status;
    map->entries[id] = *entry;
    map->hot[id] = (code_hot){.low = (uint32_t)entry->start, .size = entry->size};
    map->entries[id].birth = map->serials[id] = ++map->next_serial;
    status = link_object(map, id);
    if (status != UNPEG_OK) {
        release(map, id);
        return status;
    }
    *ret = id;
    return UNPEG_OK;
}

unpeg_status code_map_add(code_map *map, const code_entry *entry, code_id *ret)
{
    return possible(entry->start, entry->size) ? occupy(map, entry, ret) : UNPEG_ARGUMENT;
}

/* Shrinks [*low, *high) around addr until it overlaps no small object; it lies in one page. */
static void clip_to_gap(const code_map *map, unpeg_addr addr, unpeg_addr *low, unpeg_addr *high)
{
    const uint32_t *granules = map->granules[code_map_page(map, addr >> CODE_PAGE_SHIFT)];
    for (unsigned g = 0; g < CODE_GRANULES; g++) {
        for (code_id id = granules[g]; id; id = map->hot[id].next) {
            unpeg_addr start = map->entries[id].start;
            if (start > addr && start < *high)
                *high = start;
            if (start <= addr && end_of(map, id) > *low)
                *low = end_of(map, id);
        }
    }
}

unpeg_status code_map_add_weak(code_map *map, const code_entry *entry, unpeg_addr addr,
                               code_id *ret)
{
    unpeg_addr page = addr >> CODE_PAGE_SHIFT << CODE_PAGE_SHIFT;
    unpeg_addr low = entry->start > page ? entry->start : page;
    unpeg_addr high = entry->start + entry->size;
    if (high > page + (1 << CODE_PAGE_SHIFT) || high < entry->start)
        high = page + (1 << CODE_PAGE_SHIFT);
    clip_to_gap(map, addr, &low, &high);
    if (!(low <= addr && addr < high) || !possible(low, (uint32_t)(high - low)))
        return UNPEG_ARGUMENT;
    code_entry clipped = *entry;
    clipped.start = low;
    clipped.size = (uint32_t)(high - low);
    clipped.weak = 1;
    return occupy(map, &clipped, ret);
}

code_id code_map_at(const code_map *map, unpeg_addr start)
{
    code_id id = code_map_find(map, start);
    return id && map->entries[id].start == start ? id : 0;
}

static void remember_move(code_map *map, code_id id)
{
    map->ghosts[map->ghost_count++ % CODE_GHOSTS] =
        (code_ghost){map->entries[id].start, end_of(map, id), id, map->entries[id].birth};
}

unpeg_status code_map_move(code_map *map, unpeg_addr from, unpeg_addr to)
{
    code_id id = code_map_at(map, from);
    if (!id || map->entries[id].weak)
        return UNPEG_NOT_FOUND;
    if (!possible(to, map->entries[id].size))
        return UNPEG_ARGUMENT;
    if (from == to)
        return UNPEG_OK;
    remember_move(map, id);
    unlink_object(map, id);
    map->entries[id].start = to;
    map->hot[id].low = (uint32_t)to;
    map->serials[id] = ++map->next_serial;
    unpeg_status status = link_object(map, id);
    if (status != UNPEG_OK)
        release(map, id);
    return status;
}

code_id code_map_find_moved(const code_map *map, unpeg_addr addr)
{
    size_t live = map->ghost_count < CODE_GHOSTS ? map->ghost_count : CODE_GHOSTS;
    for (size_t back = 1; back <= live; back++) {
        const code_ghost *ghost = &map->ghosts[(map->ghost_count - back) % CODE_GHOSTS];
        if (addr - ghost->start < ghost->end - ghost->start && map->serials[ghost->id] != 0 &&
            map->entries[ghost->id].birth == ghost->birth)
            return ghost->id;
    }
    return 0;
}

/* Of a small and a large object that both cover addr the later one is alive. */
code_id code_map_find_large(const code_map *map, unpeg_addr addr, code_id small)
{
    size_t at = large_after(map, addr);
    if (at == 0 || addr >= map->large[at - 1].end)
        return small;
    code_id large = map->large[at - 1].id;
    return small && map->serials[small] > map->serials[large] ? small : large;
}
