/* SPDX-License-Identifier: MIT
 *
 * How long the target was stopped: counts in a histogram whose buckets are 1/8 of an octave wide.
 *
 *     stop_histogram stops = {0};
 *     stop_histogram_add(&stops, nanoseconds);
 *     p99 = stop_histogram_quantile(&stops, 990);
 */
#ifndef UNPEG_SAMPLER_STOP_HISTOGRAM_H
#define UNPEG_SAMPLER_STOP_HISTOGRAM_H

#include "unpeg/base.h"

enum { STOP_BUCKETS = 8 * 62 };

typedef struct stop_histogram {
    uint64_t count, total_ns, max_ns;
    uint32_t buckets[STOP_BUCKETS];
} stop_histogram;

void stop_histogram_add(stop_histogram *stops, uint64_t ns);

/* The largest value that falls into the bucket of the quantile, at most the maximum; 0 if there is
 * nothing. permille from 0 to 1000. */
uint64_t stop_histogram_quantile(const stop_histogram *stops, unsigned permille);

#endif
