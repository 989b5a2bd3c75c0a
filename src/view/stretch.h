/* SPDX-License-Identifier: MIT
 *
 * Stretches: runs of ticks in which the thread did not come back to its event loop.
 *
 *     stretch_set set;
 *     stretches_find(&timeline, log_was_cut, &set);
 *     if (set.count) look_at(set.best.first, set.best.last);
 */
#ifndef UNPEG_VIEW_STRETCH_H
#define UNPEG_VIEW_STRETCH_H

#include "timeline.h"

/* Ticks first to last, both included. */
typedef struct stretch {
    size_t first, last;
    bool native;   /* of EVENT_LOOP ticks: native code runs on without JavaScript */
    bool trailing; /* nothing but neutral ticks follows */
    uint64_t duration_us;
} stretch;

/* best is valid when count is not 0. */
typedef struct stretch_set {
    uint64_t count;
    stretch best;
} stretch_set;

/* The trailing stretch of a log that was cut, if it is long enough for a peg, else the longest.
 * One without JavaScript counts only if it is that long: a message loop has many short ones. */
void stretches_find(const timeline *t, bool log_was_cut, stretch_set *ret);

#endif
