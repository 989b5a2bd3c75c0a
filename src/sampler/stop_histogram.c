/* SPDX-License-Identifier: MIT */
#include "stop_histogram.h"

/* Values below 8 have a bucket each; then 8 buckets for each power of two. */
static size_t bucket_of(uint64_t ns)
{
    if (ns < 8)
        return (size_t)ns;
    unsigned top = 63 - (unsigned)__builtin_clzll(ns);
    return (size_t)(top - 2) * 8 + (size_t)(ns >> (top - 3) & 7);
}

static uint64_t end_of_bucket(size_t bucket)
{
    if (bucket < 8)
        return bucket;
    unsigned top = (unsigned)(bucket / 8) + 2;
    uint64_t width = UINT64_C(1) << (top - 3);
    return (bucket % 8 + 8) * width + (width - 1);
}

void stop_histogram_add(stop_histogram *stops, uint64_t ns)
{
    stops->count++;
    stops->total_ns += ns;
    if (ns > stops->max_ns)
        stops->max_ns = ns;
    stops->buckets[bucket_of(ns)]++;
}

uint64_t stop_histogram_quantile(const stop_histogram *stops, unsigned permille)
{
    uint64_t rank = (stops->count * permille + 999) / 1000, seen = 0;
    for (size_t i = 0; i < STOP_BUCKETS; i++) {
        seen += stops->buckets[i];
        if (seen != 0 && seen >= rank) {
            uint64_t end = end_of_bucket(i);
            return end < stops->max_ns ? end : stops->max_ns;
        }
    }
    return stops->max_ns;
}
