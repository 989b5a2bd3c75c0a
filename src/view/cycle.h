/* SPDX-License-Identifier: MIT
 *
 * Recursion: the cycle of functions that repeats on the stacks of a stretch.
 *
 *     cycle found;
 *     if (cycle_find(&timeline, &stretch, &found) != UNPEG_OK) return ...;
 *     if (found.share >= 0.5) print(found.functions, found.count);
 */
#ifndef UNPEG_VIEW_CYCLE_H
#define UNPEG_VIEW_CYCLE_H

#include "peg_rules.h"
#include "stretch.h"

/* The cycle that most stacks have. */
typedef struct cycle {
    uint32_t functions[PEG_CYCLE_PERIOD]; /* callers first; the last calls the first again */
    uint32_t nodes[PEG_CYCLE_PERIOD];     /* one node of each, for its frame */
    size_t count;                         /* 0 if no stack repeats anything */
    double share;     /* of the stacks looked at: that have this or another cycle */
    uint32_t repeats; /* median over the stacks that have this one */
    bool is_entered;  /* set by stuck_find: the stuck frame is in the cycle */
} cycle;

unpeg_status cycle_find(const timeline *t, const stretch *in, cycle *ret);

#endif
