/* SPDX-License-Identifier: MIT
 *
 * The stuck frame of a stretch: the deepest call that is on the stack in nearly all of its ticks.
 *
 *     stuck found = {0};
 *     if (stuck_find(&timeline, &stretch, log_was_cut, &found) != UNPEG_OK) return ...;
 *     for (size_t i = 0; i < found.path_count; i++) print(found.path[i]);
 *     stuck_deinit(&found);
 */
#ifndef UNPEG_VIEW_STUCK_H
#define UNPEG_VIEW_STUCK_H

#include "cycle.h"
#include "stretch.h"
#include "unpeg/peg.h"

typedef struct stuck {
    stretch part;    /* the stretch, or the part of it that the stuck call takes */
    uint64_t voters; /* ticks with a stack that can tell what is on it */
    uint64_t hidden; /* of those, the ones during which V8 may have missed a frame of the path */
    unpeg_peg_step *path; /* outermost first; NULL and 0 without a stuck frame */
    size_t path_count;
    uint32_t *places; /* the effective nodes that the stuck frame is, sorted by id */
    size_t place_count;
    cycle cycle; /* the path ends where it enters the cycle */
} stuck;

unpeg_status stuck_find(const timeline *t, const stretch *in, bool log_was_cut, stuck *ret);
void stuck_deinit(stuck *s);

#endif
