/* SPDX-License-Identifier: MIT
 *
 * The evidence: what the ticks of a peg were spent in.
 *
 *     evidence e;
 *     if (evidence_collect(&timeline, first, last, &e) != UNPEG_OK) return ...;
 *     peg->evidence = e.shares;
 */
#ifndef UNPEG_VIEW_EVIDENCE_H
#define UNPEG_VIEW_EVIDENCE_H

#include "timeline.h"
#include "unpeg/peg.h"

typedef struct evidence {
    unpeg_peg_evidence shares; /* without stuck and cyclic */
    unpeg_peg_depth depth;
    uint64_t stacks; /* ticks with a stack, whole or not */
    double waiting;  /* self ticks in functions that wait for the system */
} evidence;

/* Of the ticks first to last, both included. */
unpeg_status evidence_collect(const timeline *t, size_t first, size_t last, evidence *ret);

#endif
