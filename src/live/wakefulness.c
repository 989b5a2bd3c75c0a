/* SPDX-License-Identifier: MIT */
#include "wakefulness.h"

#include "sampler_clock.h"
#include "thread_list.h"

/* Shorter gaps are not looked into: each look reads a file of /proc. */
enum { GAP_US = 10000 };

static void look(wakefulness *thread, int64_t now_us)
{
    thread->known = thread_awake_ns(thread->pid, thread->tid, &thread->awake_ns) == UNPEG_OK &&
                    thread_waits(thread->pid, thread->tid, &thread->waits) == UNPEG_OK;
    thread->time_us = now_us;
}

wakefulness wakefulness_begin(int32_t pid, int32_t tid, int64_t now_us)
{
    wakefulness thread = {.pid = pid, .tid = tid};
    look(&thread, now_us);
    return thread;
}

/* Samples that the profiler had no turn to take come late, several at once: what the thread slept
 * up to a look is then spread over the gaps before it. */
bool wakefulness_was_kept(wakefulness *thread, int64_t earlier_us, int64_t later_us)
{
    int64_t gap = later_us - earlier_us;
    wakefulness before = *thread;
    if (gap < GAP_US)
        return false;
    look(thread, sampler_clock_us());
    if (!before.known || !thread->known || thread->awake_ns < before.awake_ns)
        return false;
    if (thread->waits == before.waits) /* what it waited for now is not in awake_ns yet */
        return true;
    if (earlier_us >= before.time_us)
        thread->slept_us = 0;
    int64_t awake = (int64_t)((thread->awake_ns - before.awake_ns) / 1000);
    int64_t slept = thread->time_us - before.time_us - awake;
    thread->slept_us += slept > 0 ? slept : 0;
    if (thread->slept_us < gap / 2)
        return true;
    thread->slept_us -= thread->slept_us < gap ? thread->slept_us : gap;
    return false;
}
