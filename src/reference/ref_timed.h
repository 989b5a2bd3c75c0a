/* SPDX-License-Identifier: MIT
 *
 * --timed-range and --pairwise-timed-range: which rows the reference processes, and when.
 *
 *     ref_timed timed = {.pairwise = true, .process = process, .user = run};
 *     ref_timed_line(&timed, number, line);
 *     ref_timed_deinit(&timed);
 *
 * Before the first current-time row, ticks are dropped. From then on rows are held back until the
 * next such row, and those behind the last one are never processed. Pairwise, each second one ends
 * a range, and it is again as before the first.
 */
#ifndef UNPEG_REFERENCE_REF_TIMED_H
#define UNPEG_REFERENCE_REF_TIMED_H

#include "unpeg/status.h"

typedef struct ref_timed {
    bool pairwise;
    unpeg_status (*process)(void *user, uint64_t number, unpeg_slice line);
    void *user;
    bool seen_marker;
    char *held; /* rows since the marker: number, length, bytes */
    size_t held_len, held_capacity;
} ref_timed;

/* Whether the line is a current-time row, as the reference sees it: by its undecoded start. */
bool ref_timed_is_marker(unpeg_slice line);

/* Fails with NO_MEMORY or what process returned. */
UNPEG_MUST_CHECK unpeg_status ref_timed_line(ref_timed *timed, uint64_t number, unpeg_slice line);

void ref_timed_deinit(ref_timed *timed);

#endif
