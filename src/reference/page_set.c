/* SPDX-License-Identifier: MIT */
#include "page_set.h"

#include "js_number.h"

void page_set_deinit(page_set *set)
{
    splay_deinit(&set->ranges);
    *set = (page_set){0};
}

static double end_of(const page_set *set, uint32_t range)
{
    return set->ranges.nodes[range].key + set->ranges.nodes[range].value;
}

/* The range that begins at the page or next after it. */
static uint32_t range_from(page_set *set, double page)
{
    uint32_t range = splay_floor(&set->ranges, page);
    if (range == SPLAY_NONE)
        return set->ranges.first;
    return set->ranges.nodes[range].key < page ? set->ranges.nodes[range].next : range;
}

/* Takes a range out because a wider one replaces it; its pages stay counted. */
static void absorb(page_set *set, uint32_t range)
{
    uint32_t unused;
    (void)splay_remove(&set->ranges, set->ranges.nodes[range].key, &unused);
}

/* Adds [at, end), gap by gap, absorbing the ranges in between. Returns where it came to: less than
 * end when the set is full. */
static double fill(page_set *set, double at, double end)
{
    while (at < end) {
        uint32_t next = range_from(set, at);
        bool inside = next != SPLAY_NONE && set->ranges.nodes[next].key <= end;
        double gap_end = inside ? set->ranges.nodes[next].key : end;
        double room = PAGE_SET_MAX - (double)set->count;
        if (gap_end - at > room) {
            set->count = PAGE_SET_MAX;
            return at + room;
        }
        set->count += (uint32_t)(gap_end - at);
        at = gap_end;
        if (inside) {
            at = end_of(set, next);
            absorb(set, next);
        }
    }
    return at;
}

unpeg_status page_set_add(page_set *set, double first, double count)
{
    double end = first + count;
    double at = first;
    uint32_t range = splay_floor(&set->ranges, first);
    if (range != SPLAY_NONE && end_of(set, range) >= first) {
        first = set->ranges.nodes[range].key;
        at = end_of(set, range);
        if (at >= end)
            return UNPEG_OK;
        absorb(set, range);
    }
    at = fill(set, at, end);
    memset(set->cache, 0, sizeof set->cache);
    if (at > first) {
        unpeg_status status = splay_insert(&set->ranges, first, (uint32_t)(at - first));
        if (status != UNPEG_OK)
            return status;
    }
    return at < end ? UNPEG_LIMIT : UNPEG_OK;
}

bool page_set_has(page_set *set, double page)
{
    size_t slot = (uint32_t)js_to_int32(page) % PAGE_SET_CACHE;
    if (!set->cache[slot].known || set->cache[slot].page != page) {
        uint32_t range = splay_floor(&set->ranges, page);
        set->cache[slot].page = page;
        set->cache[slot].has = range != SPLAY_NONE && page < end_of(set, range);
        set->cache[slot].known = true;
    }
    return set->cache[slot].has;
}
