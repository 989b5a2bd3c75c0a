/* SPDX-License-Identifier: MIT */
#include "quick_turn.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLICE_NS = 100000 };

/* As in linux/sched/types.h, which collides with sched.h; the first version of the structure. */
typedef struct thread_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t slice_ns, deadline_ns, period_ns;
} thread_attr;

static bool set_attr(thread_attr attr)
{
    attr.size = sizeof attr;
    return syscall(SYS_sched_setattr, 0, &attr, 0) == 0;
}

static bool set_slice(const quick_turn *turn, uint64_t slice_ns)
{
    return set_attr((thread_attr){.policy = SCHED_OTHER, .nice = turn->nice, .slice_ns = slice_ns});
}

static bool set_real_time(void)
{
    return set_attr((thread_attr){.policy = SCHED_FIFO, .priority = 1});
}

void quick_turn_open(quick_turn *turn)
{
    thread_attr attr = {.size = sizeof attr};
    *turn = (quick_turn){.means = TURN_AS_ALL};
    if (syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0) != 0 || attr.policy != SCHED_OTHER)
        return;
    turn->nice = attr.nice;
    turn->slice_ns = attr.slice_ns;
    if (set_real_time()) {
        turn->means = TURN_REAL_TIME;
        quick_turn_end(turn);
    } else if (set_slice(turn, SLICE_NS)) {
        turn->means = TURN_SHORT_SLICES;
    }
}

void quick_turn_begin(const quick_turn *turn)
{
    if (turn->means == TURN_REAL_TIME)
        (void)set_real_time();
}

void quick_turn_end(const quick_turn *turn)
{
    if (turn->means == TURN_REAL_TIME)
        (void)set_slice(turn, turn->slice_ns);
}

void quick_turn_close(const quick_turn *turn)
{
    if (turn->means == TURN_SHORT_SLICES)
        (void)set_slice(turn, turn->slice_ns);
}
