/* SPDX-License-Identifier: MIT */
#include "wakefulness.h"

#include "thread_list.h"

/* Shorter gaps are not looked into: each look reads a file of /proc. */
enum { GAP_US = 20000 };

static void look(wakefulness *thread, int64_t now_us)
{
    thread->known = thread_awake_ns(thread->pid, thread->tid, &thread->awake_ns) == UNPEG_OK;
    thread->time_us = now_us;
}

wakefulness wakefulness_begin(int32_t pid, int32_t tid, int64_t now_us)
{
    wakefulness thread = {.pid = pid, .tid = tid};
    look(&thread, now_us);
    return thread;
}

bool wakefulness_was_kept(wakefulness *thread, int64_t earlier_us, int64_t later_us)
{
    int64_t gap = later_us - earlier_us;
    wakefulness before = *thread;
    if (gap < GAP_US)
        return false;
    look(thread, later_us);
    if (!before.known || !thread->known || thread->awake_ns < before.awake_ns)
        return false;
    int64_t awake = (int64_t)((thread->awake_ns - before.awake_ns) / 1000);
    int64_t slept = later_us - before.time_us - awake;
    return slept < gap / 2;
}
