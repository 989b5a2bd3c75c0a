/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "access.h"
#include "ptrace_stop.h"
#include "quick_turn.h"
#include "sampler_backend.h"
#include "sampler_clock.h"
#include "thread_list.h"

enum {
    END_WAIT_NS = 2000000000,    /* for a thread that would not stop */
    REFUSED_MAX_NS = 2000000000, /* another tracer keeps the thread for so long: give up */
};

typedef struct ptrace_sampler {
    sampler_common *common;
    ptrace_stop stop;
    quick_turn turn;
    int64_t period_ns;
    int64_t due_ns;
    int64_t refused_ns; /* since when the thread is refused; 0: it is not */
} ptrace_sampler;

static unpeg_status open_ptrace(sampler_common *common, void **ret, unpeg_error *error)
{
    ptrace_sampler *p = calloc(1, sizeof *p);
    if (!p)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a sampler");
    p->common = common;
    p->stop = (ptrace_stop){.pid = common->pid, .tid = common->tid, .arch = common->arch};
    p->period_ns = 1000000000 / common->rate_hz;
    p->due_ns = common->begin_ns;
    quick_turn_open(&p->turn);
    *ret = p;
    return UNPEG_OK;
}

static unpeg_status gone(const ptrace_sampler *p, unpeg_error *error)
{
    return unpeg_error_set(error, UNPEG_NOT_FOUND, "thread %d has ended", (int)p->common->tid);
}

/* When the next sample is due. Periods that passed meanwhile are skipped, and so are those in
 * which the target has to make up for the time it was stopped. */
static void plan_next(ptrace_sampler *p)
{
    sampler_common *c = p->common;
    int64_t now = sampler_clock_ns();
    int64_t next = p->due_ns + p->period_ns;
    if (next < now) {
        c->counts.lost += (uint64_t)((now - next) / p->period_ns);
        next = now;
    }
    /* total / (next - begin) <= ppm / 1e6; a total of hours of stops does not overflow. */
    double owed_ns = (double)c->stops.total_ns * 1e6 / c->stopped_ppm;
    int64_t allowed = c->begin_ns + (int64_t)owed_ns;
    if (allowed > next) {
        c->counts.skipped += (uint64_t)((allowed - next) / p->period_ns);
        next = allowed;
    }
    p->due_ns = next;
}

/* OK when it is time; DEADLINE also when a signal ended the sleep. */
static unpeg_status wait_until_due(const ptrace_sampler *p, int64_t deadline_ns)
{
    sampler_sleep_until(p->due_ns < deadline_ns ? p->due_ns : deadline_ns);
    int64_t now = sampler_clock_ns();
    return now < p->due_ns || now > deadline_ns ? UNPEG_DEADLINE : UNPEG_OK;
}

/* Stopping a sleeping thread makes its system call end early: epoll_wait says EINTR then. */
static unpeg_status is_running(const ptrace_sampler *p, bool *ret, unpeg_error *error)
{
    proc_stat stat;
    unpeg_status status = thread_stat(p->common->pid, p->common->tid, &stat);
    if (status == UNPEG_NOT_FOUND ||
        (status == UNPEG_OK && (stat.state == 'Z' || stat.state == 'X')))
        return gone(p, error);
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "the state of thread %d cannot be read: %s",
                               (int)p->common->tid, unpeg_status_text(status));
    *ret = stat.state == 'R';
    return UNPEG_OK;
}

/* Another profiler holds the thread now and then, a debugger for long. */
static unpeg_status refused(ptrace_sampler *p, unpeg_error *error)
{
    sampler_common *c = p->common;
    int64_t now = sampler_clock_ns();
    c->counts.refused++;
    if (p->refused_ns == 0)
        p->refused_ns = now;
    if (now - p->refused_ns < REFUSED_MAX_NS)
        return UNPEG_OK;
    return access_explain(c->pid, p->stop.os_errno, ACCESS_STOP, error);
}

static void note_stop(ptrace_sampler *p)
{
    sampler_common *c = p->common;
    p->refused_ns = 0;
    stop_histogram_add(&c->stops, (uint64_t)p->stop.stopped_ns);
    c->counts.signals = p->stop.signals;
    c->time_ns = p->stop.running_ns;
}

/* One try. OK with *took false: nothing to see at this time. */
static unpeg_status try_sample(ptrace_sampler *p, target_registers *ret, bool *took,
                               unpeg_error *error)
{
    bool running = p->stop.traced != 0;
    unpeg_status status = running ? UNPEG_OK : is_running(p, &running, error);
    *took = false;
    if (status != UNPEG_OK || !running) {
        p->common->counts.idle += status == UNPEG_OK;
        return status;
    }
    quick_turn_begin(&p->turn);
    status = ptrace_stop_take(&p->stop, &p->common->copy, ret);
    quick_turn_end(&p->turn);
    switch (status) {
    case UNPEG_OK:
        *took = true;
        note_stop(p);
        return UNPEG_OK;
    case UNPEG_PERMISSION:
        return refused(p, error);
    case UNPEG_DEADLINE:
        return UNPEG_OK;
    case UNPEG_NOT_FOUND:
        p->common->ended = p->stop.ended;
        p->common->wait_status = p->stop.wait_status;
        return gone(p, error);
    default:
        return unpeg_error_set(error, status, "ptrace of thread %d: %s", (int)p->common->tid,
                               unpeg_status_text(status));
    }
}

static unpeg_status next_ptrace(void *state, int64_t deadline_ns, target_registers *ret,
                                unpeg_error *error)
{
    ptrace_sampler *p = state;
    bool took = false;
    while (!took) {
        unpeg_status status = wait_until_due(p, deadline_ns);
        if (status == UNPEG_OK)
            status = try_sample(p, ret, &took, error);
        else
            return unpeg_error_set(error, status, "no sample before the deadline");
        if (status != UNPEG_OK)
            return status;
        plan_next(p);
    }
    return UNPEG_OK;
}

static void close_ptrace(void *state)
{
    ptrace_sampler *p = state;
    /* A thread in a system call that cannot be interrupted: the kernel lets go of it when this
     * thread ends. */
    unpeg_status ignored = ptrace_stop_end(&p->stop, END_WAIT_NS);
    (void)ignored;
    quick_turn_close(&p->turn);
    free(p);
}

const sampler_backend_ops ptrace_backend = {open_ptrace, next_ptrace, close_ptrace};
