/* SPDX-License-Identifier: MIT
 *
 * The spacing of ticks: V8 writes none while a thread waits in its event loop, so a hole in the
 * tick times is waiting, not work.
 *
 *     spacing s = spacing_measure(profile);
 *     if (time_between(earlier_us, later_us) > s.gap_us) waited();
 */
#ifndef UNPEG_VIEW_SPACING_H
#define UNPEG_VIEW_SPACING_H

#include "unpeg/profile.h"

typedef struct spacing {
    uint64_t typical_us; /* between two ticks of a busy thread */
    uint64_t gap_us;     /* more than this is a gap */
} spacing;

spacing spacing_measure(const unpeg_profile *profile);

/* later - earlier, 0 when the times are the other way round. Never overflows. */
static inline uint64_t time_between(int64_t earlier_us, int64_t later_us)
{
    return later_us > earlier_us ? (uint64_t)later_us - (uint64_t)earlier_us : 0;
}

#endif
