/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "live_code.h"
#include "live_process.h"
#include "live_raw.h"
#include "live_recorder.h"
#include "program_mark.h"
#include "sampler_clock.h"
#include "sampling.h"
#include "thread_list.h"
#include "unpeg/live.h"
#include "wakefulness.h"

enum {
    PROGRESS_US = 100000, /* between two questions to the caller */
    ENDING_US = 50000,    /* that the threads of a process take to end, one after the other */
    ENDING_STEP_NS = 5000000,
    REFRESH_US = 1000000, /* between two looks at whether V8's heap is still as it was */
};

/* Why it ended. */
typedef enum recording_end {
    END_IN_TIME,
    END_TOLD,
    END_PROCESS,
    END_THREAD,
    END_STOPPED,
    END_TRACED,
    END_REFUSED
} recording_end;

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
    program_mark program;
    recording_end end;
    live_codes codes;
    unpeg_recording *facts; /* of the profile */
} recording;

static unpeg_status keep_text(recording *r, const char *text, unpeg_slice *ret)
{
    return unpeg_profile_intern(r->profile, unpeg_slice_of(text), ret);
}

/* The program that the process runs now. */
static unpeg_status open_program(recording *r, live_process **ret)
{
    proc_stat stat = {.comm = "?"};
    r->program = program_mark_of(r->options.pid);
    (void)!thread_stat(r->options.pid, r->options.pid, &stat);
    unpeg_status status = keep_text(r, stat.comm, &r->facts->program);
    if (status != UNPEG_OK)
        return status;
    return live_process_open_noted(r->options.pid, r->options.native_off, r->raw.writer, ret,
                                   r->error);
}

static unpeg_status find_thread(recording *r)
{
    const unpeg_live_options *o = &r->options;
    int32_t tid = o->tid;
    unpeg_status status = tid ? UNPEG_OK : live_process_hot_thread(o->pid, &tid);
    if (status == UNPEG_NOT_FOUND)
        return unpeg_error_set(r->error, status, "there is no process %d", (int)o->pid);
    r->facts->pid = (uint32_t)o->pid;
    r->facts->tid = (uint32_t)tid;
    r->facts->rate_hz = o->rate_hz ? o->rate_hz : SAMPLER_RATE_DEFAULT;
    r->facts->asked_us = o->duration_us;
    return status;
}

static unpeg_status open_recording(recording *r)
{
    const unpeg_live_options *o = &r->options;
    const sampler_options options = sampling_options(o);
    unpeg_status status = unpeg_profile_create(&r->profile);
    if (status != UNPEG_OK)
        return status;
    r->facts = &unpeg_profile_info_of(r->profile)->recording;
    status = find_thread(r);
    if (status == UNPEG_OK)
        status = live_raw_open(&r->raw, o->raw, o->pid, r->facts->rate_hz);
    if (status == UNPEG_OK)
        status = open_program(r, &r->process);
    if (status == UNPEG_OK)
        status = sampler_open(o->pid, (int32_t)r->facts->tid, &options, &r->sampler, r->error);
    if (status != UNPEG_OK)
        return status;
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

/* The process became another program by exec: nothing of the one before is true of it. */
static unpeg_status follow_program(recording *r)
{
    live_process *next;
    unpeg_status status = add_libraries(r);
    live_codes_deinit(&r->codes);
    if (status != UNPEG_OK)
        return status;
    live_raw_program(&r->raw);
    status = open_program(r, &next);
    if (status == UNPEG_OK) {
        live_process_close(r->process);
        r->process = next;
        return UNPEG_OK;
    }
    if (status == UNPEG_NO_MEMORY)
        return status;
    r->end = status == UNPEG_NOT_FOUND ? END_PROCESS : END_REFUSED;
    return UNPEG_STOPPED;
}

static bool wants_more(recording *r)
{
    const unpeg_live_options *o = &r->options;
    int64_t done = sampler_clock_us() - r->begin_us;
    if (o->max_samples && r->facts->samples >= o->max_samples)
        return false;
    if (o->duration_us && done >= r->end_us - r->begin_us)
        return false;
    if (!o->progress || o->progress(o->progress_user, (uint64_t)done, o->duration_us))
        return true;
    r->end = END_TOLD;
    return false;
}

static unpeg_status sample_until(recording *r, int64_t deadline_us)
{
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK &&
           (r->options.max_samples == 0 || r->facts->samples < r->options.max_samples)) {
        target_snapshot snapshot;
        status = sampler_next(r->sampler, deadline_us, &snapshot, r->error);
        if (status == UNPEG_OK && program_mark_changed(&r->program))
            status = follow_program(r); /* the snapshot may be of the one before */
        else if (status == UNPEG_OK)
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

/* Whether it ends within the time that its threads take to end one after the other. */
static bool process_ends(const recording *r)
{
    int64_t until_us = sampler_clock_us() + ENDING_US;
    for (;;) {
        proc_stat stat;
        if (thread_stat(r->options.pid, 0, &stat) != UNPEG_OK || stat.state == 'Z')
            return true;
        if (sampler_clock_us() >= until_us)
            return false;
        sampler_sleep_until(sampler_clock_ns() + ENDING_STEP_NS);
    }
}

/* The memory and files of a process that ends go away under the reading, one by one and with errors
 * of many kinds. What was taken before is good. */
static unpeg_status judge_end(recording *r, unpeg_status status)
{
    bool gone = status == UNPEG_NOT_FOUND || status == UNPEG_STOPPED;
    bool refused = status == UNPEG_OS || status == UNPEG_PERMISSION;
    if (!gone && !refused)
        return status;
    bool ended = r->end != END_REFUSED && process_ends(r);
    if (status == UNPEG_PERMISSION && !ended && r->facts->samples != 0) {
        r->end = END_TRACED;
        return UNPEG_OK;
    }
    if (refused && !ended)
        return status;
    if (r->end == END_IN_TIME)
        r->end = ended ? END_PROCESS : END_THREAD;
    return UNPEG_OK;
}

static bool is_stopped(const recording *r)
{
    proc_stat stat;
    return thread_stat(r->options.pid, 0, &stat) == UNPEG_OK && stat.state == 'T';
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
    status = judge_end(r, status);
    if (status == UNPEG_OK && r->facts->samples == 0 && is_stopped(r))
        r->end = END_STOPPED;
    return status == UNPEG_OK && r->end == END_IN_TIME ? sampler_explain(r->sampler, r->error)
                                                       : status;
}

static unpeg_status keep_code(recording *r)
{
    live_process_fresh(r->process);
    return live_codes_keep(&r->codes, live_process_target(r->process), r->profile);
}

/* A recording without a set time is whole when the process has ended. */
static unpeg_status note_end(recording *r)
{
    static const char *const texts[] = {
        [END_IN_TIME] = "",
        [END_TOLD] = "it was ended from outside",
        [END_PROCESS] = "the process ended",
        [END_THREAD] = "the thread ended",
        [END_STOPPED] = "a signal has stopped the process, and kill -CONT lets it go on",
        [END_TRACED] = "another process traces the thread",
        [END_REFUSED] = "the process became a program that must not be looked at",
    };
    bool whole = r->end == END_IN_TIME || (r->end == END_PROCESS && r->options.duration_us == 0);
    unpeg_profile_info_of(r->profile)->partial = !whole;
    return keep_text(r, whole ? "" : texts[r->end], &r->facts->ended);
}

static unpeg_status finish(recording *r)
{
    unpeg_recording *facts = r->facts;
    unpeg_profile_info *info = unpeg_profile_info_of(r->profile);
    sampler_counts counts = sampler_count(r->sampler);
    facts->lost = counts.lost + counts.refused;
    facts->skipped = counts.skipped;
    facts->run_us = counts.run_ns / 1000;
    facts->duration_us = counts.elapsed_ns / 1000;
    facts->stopped_us = counts.stop_total_ns / 1000;
    facts->stop_p50_us = counts.stop_p50_ns / 1000;
    facts->stop_p99_us = counts.stop_p99_ns / 1000;
    facts->stop_max_us = counts.stop_max_ns / 1000;
    info->interval_us = 1000000 / facts->rate_hz;
    process_view_v8(live_process_target(r->process), info->v8);
    unpeg_status status = note_end(r);
    if (status == UNPEG_OK)
        status = keep_text(r, counts.backend == SAMPLER_PERF ? "perf" : "ptrace", &facts->backend);
    if (status == UNPEG_OK)
        status =
            keep_text(r, process_view_withheld(live_process_target(r->process)), &facts->withheld);
    if (status == UNPEG_OK && r->end != END_REFUSED)
        status = keep_code(r);
    if (status == UNPEG_OK)
        status = add_libraries(r);
    return status == UNPEG_OK ? live_raw_finish(&r->raw, r->profile) : status;
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
