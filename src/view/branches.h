/* SPDX-License-Identifier: MIT
 *
 * Which callee the ticks of a stretch go through, in the order of time: for finding the part of a
 * stretch that one call takes.
 *
 *     branches b = {.t = t, .part = stretch, .places = places, .place_count = n};
 *     bool found;
 *     if (branches_find_part(&b, heaviest, &found) == UNPEG_OK && found) continue_with(b.part);
 */
#ifndef UNPEG_VIEW_BRANCHES_H
#define UNPEG_VIEW_BRANCHES_H

#include "stretch.h"

typedef struct branches {
    const timeline *t;
    stretch part; /* replaced by the part found */
    bool counts_truncated;
    bool log_was_cut;
    const uint32_t *places; /* the effective nodes whose callees are told apart */
    size_t place_count;
    uint32_t *branch; /* by node; only while searching */
} branches;

/* True if such a tick has a say about what is on the stack. */
static inline bool event_votes(timeline_kind event, bool counts_truncated)
{
    return event == EVENT_STACK || (event == EVENT_TRUNCATED && counts_truncated);
}

/* True if the ticks of a builtin called from a place, but for the given function, come singly
 * between others: the function may have called the builtin then, and V8 missed it. */
unpeg_status branches_are_scattered(branches *b, uint32_t function, bool *ret);

/* heaviest: the function with most ticks among the callees. */
unpeg_status branches_find_part(branches *b, uint32_t heaviest, bool *ret);

#endif
