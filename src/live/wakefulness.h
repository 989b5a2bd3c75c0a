/* SPDX-License-Identifier: MIT
 *
 * Whether a thread slept between two samples, or was only kept from running: a gap means waiting
 * in the first case alone.
 *
 *     wakefulness thread = wakefulness_begin(pid, tid, now_us);
 *     bool starved = wakefulness_was_kept(&thread, earlier_us, later_us);
 */
#ifndef UNPEG_LIVE_WAKEFULNESS_H
#define UNPEG_LIVE_WAKEFULNESS_H

#include "unpeg/base.h"

typedef struct wakefulness {
    int32_t pid, tid;
    int64_t time_us;   /* of the last look */
    uint64_t awake_ns; /* ran or was ready to, until then */
    uint64_t waits;    /* how often it gave its processor up by itself until then */
    int64_t slept_us;  /* before the last look, and not counted for a gap yet */
    bool known;
} wakefulness;

wakefulness wakefulness_begin(int32_t pid, int32_t tid, int64_t now_us);

/* True if there is a gap between the two samples (the later of which is new) in which the thread
 * mostly ran or wanted to. Times on the monotonic clock; samples may be told of late. */
bool wakefulness_was_kept(wakefulness *thread, int64_t earlier_us, int64_t later_us);

#endif
