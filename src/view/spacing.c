/* SPDX-License-Identifier: MIT */
#include "spacing.h"

#include <stdlib.h>

/* A gap is 20 typical spacings, but at least 50 ms. On a busy machine single spacings reach 20 to
 * 60 ms with a median of 1.1 ms; waiting shorter than this cannot be told from that. */
enum { GAP_SPACINGS = 20, GAP_MIN_US = 50000 };

/* Where a thread mostly waits, the usual spacing is that of its wake-ups. The nominal interval
 * caps it: a busy thread's is 1 to 2 intervals, rarely more. A page that draws 40 times a second
 * was seen to tick every 15 ms at an interval of 1 ms; it does not hang. Intervals
 * under 1 ms are not kept by the sampler, the real spacing stays near 1 ms. */
enum { TYPICAL_INTERVALS = 3, INTERVAL_FLOOR_US = 1000 };

enum { SPACING_SAMPLES = 2048 };

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The mean of the lower 90 % of spacings, or the median if that is more. A sampler that is held up
 * writes several ticks at once: their median says nothing, and the upper tenth is where the thread
 * waited. Over at most SPACING_SAMPLES spacings, evenly taken from the whole log. */
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

static uint64_t interval_of(const unpeg_profile *profile)
{
    const unpeg_profile_info *info = unpeg_profile_info_const(profile);
    if (info->interval_us == 0 || info->interval_us > UINT32_MAX)
        return 0;
    return info->interval_us < INTERVAL_FLOOR_US ? INTERVAL_FLOOR_US : info->interval_us;
}

spacing spacing_measure(const unpeg_profile *profile)
{
    uint64_t typical = usual_spacing(profile);
    uint64_t interval = interval_of(profile);
    if (interval && typical > interval * TYPICAL_INTERVALS)
        typical = interval * TYPICAL_INTERVALS;
    if (typical == 0)
        typical = interval ? interval : INTERVAL_FLOOR_US;
    uint64_t gap = typical < UINT64_MAX / GAP_SPACINGS ? typical * GAP_SPACINGS : UINT64_MAX;
    return (spacing){typical, gap < GAP_MIN_US ? GAP_MIN_US : gap};
}
