/* SPDX-License-Identifier: MIT */
#include "pick_order.h"

#include <stdlib.h>

/* Clock ticks are 10 ms: a process that got one may as well have got none. */
static const uint64_t CPU_LEAST_US = 20000;

/* How much a process must have used not to be ruled out: half of what the busiest did, since
 * processors are shared and a pegged process does not get all of one. */
static uint64_t busy_threshold(const unpeg_pick_log *logs, size_t count)
{
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = logs[i].cpu_us > most ? logs[i].cpu_us : most;
    return most >= CPU_LEAST_US ? most / 2 : 0;
}

static int descending(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int compare_busy(const unpeg_pick_log *a, const unpeg_pick_log *b, uint64_t threshold)
{
    return descending(a->cpu_us >= threshold, b->cpu_us >= threshold);
}

/* What sets a apart from b, and which way. */
static unpeg_pick_reason compare(const unpeg_pick_log *a, const unpeg_pick_log *b,
                                 uint64_t threshold, int *ret)
{
    *ret = compare_busy(a, b, threshold);
    if (*ret != 0)
        return UNPEG_PICK_CPU;
    *ret = descending(a->grown_bytes, b->grown_bytes);
    if (*ret != 0)
        return UNPEG_PICK_GROWTH;
    *ret = (a->modified_ns < b->modified_ns) - (a->modified_ns > b->modified_ns);
    if (*ret != 0)
        return UNPEG_PICK_TIME;
    *ret = descending(a->size_bytes, b->size_bytes);
    if (*ret == 0)
        *ret = strcmp(a->name, b->name);
    return UNPEG_PICK_SIZE;
}

static int by_merit(const void *a, const void *b, void *user)
{
    const uint64_t *threshold = user;
    int order;
    compare(a, b, *threshold, &order);
    return order;
}

unpeg_pick_reason pick_order(unpeg_pick_log *logs, size_t count)
{
    int order;
    if (count == 0)
        return UNPEG_PICK_NONE;
    if (count == 1)
        return UNPEG_PICK_ONLY;
    uint64_t threshold = busy_threshold(logs, count);
    qsort_r(logs, count, sizeof *logs, by_merit, &threshold);
    return compare(&logs[0], &logs[1], threshold, &order);
}
