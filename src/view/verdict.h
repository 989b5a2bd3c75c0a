/* SPDX-License-Identifier: MIT
 *
 * The verdict: from a peg's numbers to a word, a confidence and a sentence.
 *
 *     verdict_case c = {.peg = peg, .is_pegged = true, .stuck_kind = UNPEG_FRAME_JS};
 *     verdict_decide(&c);
 *     puts(peg->sentence);
 */
#ifndef UNPEG_VIEW_VERDICT_H
#define UNPEG_VIEW_VERDICT_H

#include "unpeg/peg.h"

/* What the verdict is made from, besides the peg's evidence. */
typedef struct verdict_case {
    unpeg_peg *peg; /* gets verdict, confidence and sentence */
    bool is_pegged;
    bool is_native;       /* no JavaScript in it at all */
    bool is_wait;         /* ... and mostly in functions that wait */
    bool is_recursive;    /* the cycle is what the stuck call does */
    bool is_mixed_thread; /* ticks of several isolates: numbers are of all together */
    double waiting;       /* share of the window in which the thread waited */
    uint64_t window_ticks, profile_ticks;
    unpeg_frame_kind stuck_kind; /* ROOT without a stuck frame */
} verdict_case;

void verdict_decide(const verdict_case *c);

#endif
