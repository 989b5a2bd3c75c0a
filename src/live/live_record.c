/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "live_code.h"
#include "live_process.h"
#include "live_raw.h"
#include "live_recorder.h"
#include "sampler_clock.h"
#include "sampling.h"
#include "thread_list.h"
#include "unpeg/live.h"
#include "wakefulness.h"

enum {
    PROGRESS_US = 100000, /* between two questions to the caller */
    REFRESH_US = 1000000, /* between two looks at whether V8's heap is still as it was */
};

/* One recording under way. */
typedef struct recording {
    unpeg_live_options options;
    unpeg_error *error;
    live_process *process;
    sampler *sampler;
    unpeg_profile *profile;
    live_recorder recorder;
    live_raw raw;
    live_stack stack;
    int64_t begin_us, end_us; /* CLOCK_MONOTONIC; end INT64_MAX: none */
    int64_t refresh_us;
    int64_t last_us; /* of the last sample */
    wakefulness thread;
    live_codes codes;
    unpeg_recording *facts; /* of the profile */
} recording;

static unpeg_status open_recording(recording *r)
{
    const unpeg_live_options *o = &r->options;
    const sampler_options options = sampling_options(o);
    int32_t tid = o->tid;
    unpeg_status status = unpeg_profile_create(&r->profile);
    if (status == UNPEG_OK && tid == 0) {
        status = live_process_hot_thread(o->pid, &tid);
        if (status == UNPEG_NOT_FOUND)
            unpeg_error_set(r->error, status, "there is no process %d", (int)o->pid);
    }
    if (status == UNPEG_OK)
        status =
            live_raw_open(&r->raw, o->raw, o->pid, o->rate_hz ? o->rate_hz : SAMPLER_RATE_DEFAULT);
    if (status == UNPEG_OK)
        status =
            live_process_open_noted(o->pid, o->native_off, r->raw.writer, &r->process, r->error);
    if (status == UNPEG_OK)
        status = sampler_open(o->pid, tid, &options, &r->sampler, r->error);
    if (status != UNPEG_OK)
        return status;
    r->facts = &unpeg_profile_info_of(r->profile)->recording;
    r->facts->pid = (uint32_t)o->pid;
    r->facts->tid = (uint32_t)tid;
    r->recorder = (live_recorder){.profile = r->profile, .keep_outer = o->keep_outer};
    return live_recorder_begin(&r->recorder);
}

static unpeg_status take(recording *r, const target_snapshot *snapshot)
{
    live_process_fresh(r->process);
    r->recorder.kept = wakefulness_was_kept(&r->thread, r->last_us, snapshot->time_us);
    r->last_us = snapshot->time_us;
    live_raw_begin(&r->raw, snapshot, r->recorder.kept);
    unpeg_status status = process_view_stack(live_process_target(r->process), snapshot, &r->stack);
    if (status == UNPEG_OK)
        status = live_codes_add(&r->codes, live_process_target(r->process), snapshot, &r->stack);
    if (status == UNPEG_OK)
        status = live_raw_commit(&r->raw, r->process);
    if (status == UNPEG_OK)
        status = live_recorder_add(&r->recorder, &r->stack, snapshot->time_us - r->begin_us);
    if (status != UNPEG_OK)
        return status;
    r->facts->samples++;
    r->facts->incomplete += r->stack.end != STACK_END_COMPLETE;
    r->facts->unnamed += r->stack.unnamed;
    return UNPEG_OK;
}

static bool wants_more(const recording *r)
{
    const unpeg_live_options *o = &r->options;
    int64_t done = sampler_clock_us() - r->begin_us;
    if (o->max_samples && r->facts->samples >= o->max_samples)
        return false;
    if (o->duration_us && done >= r->end_us - r->begin_us)
        return false;
    return !o->progress || o->progress(o->progress_user, (uint64_t)done, o->duration_us);
}

/* The process ended, or its memory went away under the reading: what there is, is good. */
static bool is_end(unpeg_status status)
{
    return status == UNPEG_NOT_FOUND || status == UNPEG_STOPPED;
}

static unpeg_status sample_until(recording *r, int64_t deadline_us)
{
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK &&
           (r->options.max_samples == 0 || r->facts->samples < r->options.max_samples)) {
        target_snapshot snapshot;
        status = sampler_next(r->sampler, deadline_us, &snapshot, r->error);
        if (status == UNPEG_OK)
            status = take(r, &snapshot);
    }
    return status == UNPEG_DEADLINE ? UNPEG_OK : status;
}

static void refresh(recording *r, int64_t now_us)
{
    if (now_us < r->refresh_us)
        return;
    r->refresh_us = now_us + REFRESH_US;
    process_view_refresh(live_process_target(r->process));
}

static unpeg_status sample(recording *r)
{
    unpeg_status status = UNPEG_OK;
    r->begin_us = r->last_us = sampler_clock_us();
    r->thread = wakefulness_begin(r->options.pid, (int32_t)r->facts->tid, r->begin_us);
    live_raw_note_begin(&r->raw, r->begin_us);
    r->refresh_us = r->begin_us + REFRESH_US;
    uint64_t duration = r->options.duration_us;
    r->end_us = duration && duration < INT64_MAX / 2 ? r->begin_us + (int64_t)duration : INT64_MAX;
    while (status == UNPEG_OK && wants_more(r)) {
        int64_t now = sampler_clock_us();
        refresh(r, now);
        int64_t next = now + PROGRESS_US;
        status = sample_until(r, next < r->end_us ? next : r->end_us);
    }
    return is_end(status) && r->facts->samples ? UNPEG_OK : status;
}

static unpeg_status keep_text(recording *r, const char *text, unpeg_slice *ret)
{
    return unpeg_profile_intern(r->profile, unpeg_slice_of(text), ret);
}

static unpeg_status add_libraries(recording *r)
{
    const native_names *names = process_view_names(live_process_target(r->process));
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < native_names_file_count(names) && status == UNPEG_OK; i++) {
        unpeg_library library = native_names_file(names, i);
        status = unpeg_profile_add_library(r->profile, &library);
    }
    return status;
}

static unpeg_status keep_code(recording *r)
{
    live_process_fresh(r->process);
    return live_codes_keep(&r->codes, live_process_target(r->process), r->profile);
}

static unpeg_status finish(recording *r)
{
    unpeg_recording *facts = r->facts;
    unpeg_profile_info *info = unpeg_profile_info_of(r->profile);
    sampler_counts counts = sampler_count(r->sampler);
    proc_stat stat = {.comm = "?"};
    facts->rate_hz = r->options.rate_hz ? r->options.rate_hz : SAMPLER_RATE_DEFAULT;
    facts->lost = counts.lost + counts.skipped + counts.refused;
    facts->duration_us = counts.elapsed_ns / 1000;
    facts->stopped_us = counts.stop_total_ns / 1000;
    facts->stop_p50_us = counts.stop_p50_ns / 1000;
    facts->stop_p99_us = counts.stop_p99_ns / 1000;
    facts->stop_max_us = counts.stop_max_ns / 1000;
    info->interval_us = 1000000 / facts->rate_hz;
    process_view_v8(live_process_target(r->process), info->v8);
    (void)!thread_stat(r->options.pid, r->options.pid, &stat);
    unpeg_status status = keep_text(r, stat.comm, &facts->program);
    if (status == UNPEG_OK)
        status = keep_text(r, counts.backend == SAMPLER_PERF ? "perf" : "ptrace", &facts->backend);
    if (status == UNPEG_OK)
        status =
            keep_text(r, process_view_withheld(live_process_target(r->process)), &facts->withheld);
    if (status == UNPEG_OK)
        status = keep_code(r);
    if (status == UNPEG_OK)
        status = live_raw_finish(&r->raw, facts);
    return status == UNPEG_OK ? add_libraries(r) : status;
}

static void close_recording(recording *r)
{
    sampler_close(r->sampler);
    live_process_close(r->process);
    live_raw_close(&r->raw);
    live_stack_deinit(&r->stack);
    live_codes_deinit(&r->codes);
    unpeg_profile_destroy(r->profile);
}

unpeg_status unpeg_live_record(const unpeg_live_options *options, unpeg_profile **ret,
                               unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    recording r = {.error = error ? error : &own};
    size_t size = options->struct_size < sizeof r.options ? options->struct_size : sizeof r.options;
    memcpy(&r.options, options, size);
    unpeg_status status = open_recording(&r);
    if (status == UNPEG_OK)
        status = sample(&r);
    if (status == UNPEG_OK)
        status = finish(&r);
    if (status == UNPEG_OK) {
        *ret = r.profile;
        r.profile = NULL;
    } else if (r.error->status != status) {
        unpeg_error_set(r.error, status, "%s", unpeg_status_text(status));
    }
    close_recording(&r);
    return status;
}
