/* SPDX-License-Identifier: MIT */
#include "spacing.h"

#include <stdlib.h>

/* A gap is 20 typical spacings, but at least 50 ms. On a busy machine single spacings reach 20 to
 * 60 ms with a median of 1.1 ms; waiting shorter than this cannot be told from that. */
enum { GAP_SPACINGS = 20, GAP_MIN_US = 50000 };

/* Where a thread mostly waits, the spacings of its ticks are those of its wake-ups; where the
 * sampler is held up, it writes several ticks at once. So the nominal interval bounds what is
 * measured: a busy thread's spacing is 1 to 1.5 intervals. The sampler tries to keep intervals
 * under 1 ms, and comes out anywhere between them and 1.5 ms. */
enum { FINE_INTERVAL_US = 1000, FINE_CEILING_US = 1500 };

enum { SPACING_SAMPLES = 2048 };

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The mean of the lower 90 % of spacings, or the median if that is more; 0 without any. Over at
 * most SPACING_SAMPLES spacings, evenly taken from the whole log. */
static uint64_t usual_spacing(const unpeg_profile *profile)
{
    uint64_t samples[SPACING_SAMPLES];
    size_t count = 0;
    size_t ticks = unpeg_profile_tick_count(profile);
    size_t step = ticks / SPACING_SAMPLES + 1;
    for (size_t i = 1; i < ticks; i += step) {
        uint64_t d = time_between(unpeg_profile_tick(profile, i - 1).time_us,
                                  unpeg_profile_tick(profile, i).time_us);
        if (d > 0)
            samples[count++] = d < UINT32_MAX ? d : UINT32_MAX;
    }
    if (count == 0)
        return 0;
    qsort(samples, count, sizeof *samples, compare_u64);
    size_t lower = count - count / 10;
    uint64_t sum = 0;
    for (size_t i = 0; i < lower; i++)
        sum += samples[i];
    return sum / lower > samples[count / 2] ? sum / lower : samples[count / 2];
}

static uint64_t within(uint64_t value, uint64_t low, uint64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

static uint64_t typical_spacing(const unpeg_profile *profile)
{
    uint64_t measured = usual_spacing(profile);
    uint64_t interval = unpeg_profile_info_const(profile)->interval_us;
    if (interval == 0 || interval > UINT32_MAX)
        return measured ? measured : FINE_INTERVAL_US;
    if (interval < FINE_INTERVAL_US)
        return within(measured, interval, FINE_CEILING_US);
    return within(measured, interval, interval + interval / 2);
}

spacing spacing_measure(const unpeg_profile *profile)
{
    uint64_t typical = typical_spacing(profile);
    uint64_t gap = typical < UINT64_MAX / GAP_SPACINGS ? typical * GAP_SPACINGS : UINT64_MAX;
    return (spacing){typical, gap < GAP_MIN_US ? GAP_MIN_US : gap};
}
