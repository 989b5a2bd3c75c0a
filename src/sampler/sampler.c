/* SPDX-License-Identifier: MIT */
#include "sampler.h"

#include <errno.h>
#include <stdlib.h>

#include "access.h"
#include "remote_memory.h"
#include "sampler_backend.h"
#include "sampler_clock.h"
#include "thread_list.h"

struct sampler {
    sampler_common common;
    const sampler_backend_ops *ops;
    void *state;
    remote_memory *memory;
};

static void apply_options(sampler *s, const sampler_options *options)
{
    static const sampler_options defaults = {.backend = SAMPLER_AUTO};
    const sampler_options *o = options ? options : &defaults;
    s->common.rate_hz = o->rate_hz ? o->rate_hz : SAMPLER_RATE_DEFAULT;
    if (s->common.rate_hz > SAMPLER_RATE_MAX)
        s->common.rate_hz = SAMPLER_RATE_MAX;
    s->common.stopped_ppm = o->stopped_ppm ? o->stopped_ppm : SAMPLER_STOPPED_DEFAULT_PPM;
}

/* The right to read memory is the right to stop: asked for before anything is touched. */
static unpeg_status check_access(const sampler *s, unpeg_error *error)
{
    char byte;
    int os_errno;
    int32_t pid = s->common.pid;
    (void)remote_memory_copy(pid, 0, &byte, 1, &os_errno);
    if (os_errno == ESRCH || os_errno == EPERM || os_errno == ENOSYS)
        return access_explain(pid, os_errno, ACCESS_MEMORY, error);
    return UNPEG_OK;
}

static unpeg_status use_backend(sampler *s, sampler_backend backend, unpeg_error *error)
{
    s->ops = backend == SAMPLER_PERF ? &perf_backend : &ptrace_backend;
    s->common.counts.backend = backend;
    unpeg_status status = s->ops->open(&s->common, &s->state, error);
    if (status != UNPEG_OK)
        s->ops = NULL;
    return status;
}

static unpeg_status choose_backend(sampler *s, sampler_backend wanted, unpeg_error *error)
{
    if (wanted != SAMPLER_AUTO)
        return use_backend(s, wanted, error);
    if (use_backend(s, SAMPLER_PERF, NULL) == UNPEG_OK)
        return UNPEG_OK;
    return use_backend(s, SAMPLER_PTRACE, error);
}

static unpeg_status open_parts(sampler *s, const sampler_options *options, unpeg_error *error)
{
    sampler_common *c = &s->common;
    if (!c->arch)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "live sampling works on x86-64 and aarch64 only");
    unpeg_status status = check_access(s, error);
    if (status != UNPEG_OK)
        return status;
    status = thread_run_ns(c->pid, c->tid, &c->begin_run_ns);
    if (status == UNPEG_NOT_FOUND)
        return unpeg_error_set(error, status, "process %d has no thread %d", (int)c->pid,
                               (int)c->tid);
    c->begin_ns = sampler_clock_ns();
    status = stack_copy_init(&c->copy, c->pid, options ? options->stack_bytes : 0);
    if (status == UNPEG_OK)
        status = remote_memory_create(c->pid, &s->memory);
    if (status == UNPEG_OK)
        status = process_maps_refresh(&c->copy.maps);
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "process %d: %s", (int)c->pid,
                               unpeg_status_text(status));
    return choose_backend(s, options ? options->backend : SAMPLER_AUTO, error);
}

unpeg_status sampler_open(int32_t pid, int32_t tid, const sampler_options *options, sampler **ret,
                          unpeg_error *error)
{
    sampler *s = calloc(1, sizeof *s);
    if (!s)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a sampler");
    s->common.pid = pid;
    s->common.tid = tid ? tid : pid;
    s->common.arch = sampler_arch_here();
    apply_options(s, options);
    unpeg_status status = open_parts(s, options, error);
    if (status != UNPEG_OK) {
        sampler_close(s);
        return status;
    }
    *ret = s;
    return UNPEG_OK;
}

/* Completes the copy of the stack while the target runs again. */
static unpeg_status stitch(sampler_common *c)
{
    unpeg_status status = stack_copy_stitch(&c->copy);
    if (status == UNPEG_NOT_FOUND) /* the process has just ended: what was copied is good */
        return UNPEG_OK;
    c->counts.stitched += c->copy.stitched != 0;
    c->counts.cut += !c->copy.whole;
    return status;
}

unpeg_status sampler_next(sampler *s, int64_t deadline_us, target_snapshot *ret, unpeg_error *error)
{
    sampler_common *c = &s->common;
    target_registers registers;
    int64_t deadline_ns = deadline_us > INT64_MAX / 1000 ? INT64_MAX : deadline_us * 1000;
    unpeg_status status = s->ops->next(s->state, deadline_ns, &registers, error);
    if (status != UNPEG_OK)
        return status;
    remote_memory_forget(s->memory);
    status = stitch(c);
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "the mappings of process %d cannot be read: %s",
                               (int)c->pid, unpeg_status_text(status));
    c->counts.samples++;
    *ret = (target_snapshot){
        .time_us = c->time_ns / 1000,
        .tid = c->tid,
        .registers = registers,
        .stack_start = c->copy.start,
        .stack = c->copy.bytes,
        .stack_size = c->copy.size,
    };
    return UNPEG_OK;
}

target_memory sampler_memory(sampler *s)
{
    return remote_memory_access(s->memory);
}

process_maps *sampler_maps(sampler *s)
{
    return &s->common.copy.maps;
}

unpeg_status sampler_explain(const sampler *s, unpeg_error *error)
{
    const sampler_counts *counts = &s->common.counts;
    if (counts->samples != 0 || counts->refused == 0)
        return UNPEG_OK;
    return access_explain(s->common.pid, EPERM, ACCESS_STOP, error);
}

sampler_counts sampler_count(const sampler *s)
{
    const sampler_common *c = &s->common;
    sampler_counts counts = c->counts;
    uint64_t run_ns;
    counts.elapsed_ns = (uint64_t)(sampler_clock_ns() - c->begin_ns);
    if (thread_run_ns(c->pid, c->tid, &run_ns) == UNPEG_OK && run_ns >= c->begin_run_ns)
        counts.run_ns = run_ns - c->begin_run_ns;
    if (counts.backend == SAMPLER_PERF && c->perf_hz != 0)
        counts.skipped = counts.samples * (c->rate_hz - c->perf_hz) / c->perf_hz;
    counts.stop_total_ns = c->stops.total_ns;
    counts.stop_p50_ns = stop_histogram_quantile(&c->stops, 500);
    counts.stop_p99_ns = stop_histogram_quantile(&c->stops, 990);
    counts.stop_max_ns = c->stops.max_ns;
    return counts;
}

bool sampler_wait_status(const sampler *s, int *ret)
{
    *ret = s->common.wait_status;
    return s->common.ended;
}

void sampler_close(sampler *s)
{
    if (!s)
        return;
    if (s->ops)
        s->ops->close(s->state);
    stack_copy_deinit(&s->common.copy);
    remote_memory_destroy(s->memory);
    free(s);
}
