/* SPDX-License-Identifier: MIT */
#include "unpeg/capture.h"

#include <stdio.h>
#include <stdlib.h>

#include "capture_line.h"
#include "take_options.h"
#include "worker.h"

static const uint64_t DEFAULT_BUDGET_US = 5000000;
static const uint64_t DEFAULT_OBSERVE_US = 250000;
static const uint64_t LIVE_US = 1000000; /* of a recording, if there is time */
/* From the end of the last step to the line: a child that hangs in the kernel is waited for so
 * long. */
static const uint64_t MARGIN_US = 80000;

typedef struct capture_run {
    const unpeg_capture_options *options;
    capture_wish wish;
    uint64_t end_us; /* no step after it */
    find_report found;
    pick_report pick;
    spool_report spooled;
    summary_report summary, live;
    settle_result put;
    bool has_summary; /* of the log, and it names something */
    bool has_live;    /* of the process */
    bool wants_store;
    bool stopped;
    unpeg_error step_error; /* of the last step that did not come to its end */
    unpeg_status status;    /* of what there is instead of a summary of the log */
    char reason[STEP_REASON_BYTES];
    capture_facts facts;
} capture_run;

static uint64_t left_us(const capture_run *run)
{
    uint64_t now_us = worker_clock_us();
    return run->end_us > now_us ? run->end_us - now_us : 0;
}

static void add_failure(capture_run *run, const char *step, const char *reason, uint64_t begin_us)
{
    if (run->facts.failure_count == CAPTURE_FAILURES_MAX)
        return;
    capture_failure *failure = &run->facts.failures[run->facts.failure_count++];
    failure->step = step;
    failure->elapsed_us = worker_clock_us() - begin_us;
    snprintf(failure->reason, sizeof failure->reason, "%s", reason);
}

typedef struct step {
    const char *name;
    void (*run)(void *wish, void *report);
    void *report;
    size_t report_bytes;
    uint64_t time_us;
} step;

/* False when the step itself did not come to an end: then it is told of, and its report unchanged.
 */
static bool run_step(capture_run *run, const step *s)
{
    uint64_t begin_us = worker_clock_us();
    uint64_t end_us = begin_us + s->time_us;
    const worker_job job = {s->run, &run->wish, s->report_bytes};
    const worker_limit limit = {.deadline_us = end_us < run->end_us ? end_us : run->end_us,
                                .stop = run->options->stop,
                                .stop_user = run->options->stop_user};
    unpeg_status status = worker_run(&job, &limit, s->report, &run->step_error);
    run->stopped = run->stopped || status == UNPEG_STOPPED;
    if (status == UNPEG_OK)
        return true;
    add_failure(run, s->name, run->step_error.text, begin_us);
    return false;
}

static void take_reason(capture_run *run, unpeg_status status, const char *reason)
{
    run->status = status;
    snprintf(run->reason, sizeof run->reason, "%s", reason);
}

/* Without a busy renderer a log is picked all the same. */
static void find_process(capture_run *run)
{
    run->wish.pid = run->options->pid;
    if (run->wish.pid || !run->options->browser_pid)
        return;
    const step s = {"find", step_find, &run->found, sizeof run->found,
                    left_us(run) / 4 + run->wish.observe_us};
    uint64_t begin_us = worker_clock_us();
    if (run_step(run, &s) && run->found.status != UNPEG_OK)
        add_failure(run, "find", run->found.reason, begin_us);
    run->wish.pid = run->found.pid;
}

/* Without a folder there is nothing to pick from, and the process itself is all there is. */
static bool is_armed(const unpeg_capture_options *o)
{
    return o->dir && *o->dir;
}

static bool pick_log(capture_run *run)
{
    if (!is_armed(run->options)) {
        take_reason(run, UNPEG_NOT_FOUND, "nothing-armed");
        return false;
    }
    const step s = {"pick", step_pick, &run->pick, sizeof run->pick,
                    left_us(run) / 3 + run->wish.observe_us};
    uint64_t begin_us = worker_clock_us();
    if (!run_step(run, &s)) {
        take_reason(run, run->step_error.status, run->step_error.text);
        return false;
    }
    if (run->pick.status != UNPEG_OK)
        take_reason(run, run->pick.status, run->pick.reason);
    else if (!run->pick.path[0])
        take_reason(run, UNPEG_NOT_FOUND, "none-matching");
    if (!run->pick.path[0])
        add_failure(run, "pick", run->reason, begin_us);
    return run->pick.path[0] != '\0';
}

/* From here on the log has two names, and whatever ends this process, a drain finds it. */
static void spool_log(capture_run *run)
{
    /* A disk may take long to say that the note is on it, and nothing else is worth as much. */
    const step s = {"spool", step_spool, &run->spooled, sizeof run->spooled, left_us(run) / 2};
    uint64_t begin_us = worker_clock_us();
    if (run_step(run, &s) && !run->spooled.is_linked)
        add_failure(run, "spool", run->spooled.reason, begin_us);
    if (!run->spooled.is_linked)
        return;
    run->wish.entry = run->spooled.entry;
    run->wish.read_path = run->spooled.path;
}

static void summarize(capture_run *run)
{
    uint64_t left = left_us(run);
    run->wish.budget_us = run->wants_store ? left / 2 - left / 10 : left - left / 5;
    const step s = {"summary", step_summary, &run->summary, sizeof run->summary,
                    run->wish.budget_us + left / 10};
    uint64_t begin_us = worker_clock_us();
    if (!run_step(run, &s)) {
        take_reason(run, run->step_error.status, run->step_error.text);
        return;
    }
    run->has_summary = run->summary.ticks != 0;
    if (run->has_summary)
        return;
    add_failure(run, "summary", run->summary.reason, begin_us);
    take_reason(run, run->summary.status, run->summary.reason);
}

/* Nothing has to be armed for it. What the log did not say, it may. */
static void look_at_process(capture_run *run)
{
    uint64_t left = left_us(run);
    uint64_t most = run->wants_store && run->pick.path[0] ? left / 4 : left / 2;
    if (!run->wish.pid)
        run->wish.pid = run->pick.process;
    if (run->options->no_live || !run->wish.pid || run->stopped || left < MARGIN_US)
        return;
    run->wish.budget_us = most < LIVE_US ? most : LIVE_US;
    const step s = {"live", step_live, &run->live, sizeof run->live, left - left / 4};
    uint64_t begin_us = worker_clock_us();
    if (!run_step(run, &s))
        return;
    run->has_live = run->live.ticks != 0;
    if (!run->has_live)
        add_failure(run, "live", run->live.reason, begin_us);
}

/* A log that could not be given a second name is stored all the same. */
static void store_log(capture_run *run)
{
    if (run->spooled.is_linked && run->spooled.status != UNPEG_OK) {
        add_failure(run, "upload", run->spooled.reason, worker_clock_us());
        return;
    }
    if (left_us(run) < MARGIN_US) {
        add_failure(run, "upload", "no time was left", worker_clock_us());
        return;
    }
    run->wish.deadline_us = run->end_us - MARGIN_US / 2;
    const step s = {"upload", run->spooled.is_linked ? step_store : step_put, &run->put,
                    sizeof run->put, left_us(run)};
    uint64_t begin_us = worker_clock_us();
    if (!run_step(run, &s))
        return;
    run->facts.put = &run->put;
    if (run->put.status != UNPEG_OK)
        add_failure(run, "upload", run->put.reason, begin_us);
}

/* The log among the logs is enough: it was summarized. */
static void drop_spooled(capture_run *run)
{
    const step s = {"spool", step_drop, &run->put, sizeof run->put, left_us(run)};
    uint64_t begin_us = worker_clock_us();
    if (run_step(run, &s) && run->put.status != UNPEG_OK)
        add_failure(run, "spool", run->put.reason, begin_us);
}

static bool is_stored(const capture_run *run)
{
    return run->facts.put && run->put.status == UNPEG_OK;
}

/* A summary of the process is none of the log. */
static bool is_upload_wanted(const capture_run *run)
{
    return run->wants_store && (run->options->upload == UNPEG_CAPTURE_ALWAYS || !run->has_summary);
}

static void bring_home(capture_run *run)
{
    if (!run->wants_store || run->stopped)
        return;
    if (is_upload_wanted(run))
        store_log(run);
    else if (run->spooled.is_linked)
        drop_spooled(run);
}

/* What is in the spool yet, a drain will store. */
static bool is_pending(const capture_run *run)
{
    return run->spooled.is_linked && !is_stored(run) && !run->put.spool_gone;
}

static const char *upload_word(const capture_run *run)
{
    if (!run->wants_store)
        return "off";
    if (is_stored(run))
        return "stored";
    if (is_pending(run))
        return "pending";
    return is_upload_wanted(run) ? "failed" : "not-needed";
}

/* Where the log is; NULL: no more on this disk. */
static const char *file_of(const capture_run *run)
{
    if (is_pending(run))
        return run->spooled.path;
    return is_stored(run) && run->put.log_gone ? NULL : run->pick.path;
}

/* One without a tick names nothing, but says more than its reason. */
static const summary_report *summary_of(const capture_run *run)
{
    if (run->has_live)
        return &run->live;
    return run->summary.lines[0].len ? &run->summary : NULL;
}

static void take_facts(capture_run *run)
{
    capture_facts *f = &run->facts;
    f->options = run->options;
    f->pick = &run->pick;
    f->summary = summary_of(run);
    f->status = run->stopped ? UNPEG_STOPPED : run->status;
    f->reason = run->reason;
    f->elapsed_us = worker_clock_us() - run->wish.begin_us;
    if (!run->pick.path[0])
        return;
    f->log = run->pick.path;
    f->upload = upload_word(run);
    f->file = file_of(run);
    if (strcmp(f->upload, "stored") == 0) {
        f->url = run->put.url;
        f->key = run->put.key;
        f->kept = run->put.kept;
    } else if (strcmp(f->upload, "pending") == 0) {
        /* A key that was taken has been changed for the next. */
        f->url = run->facts.put && run->put.url[0] ? run->put.url : run->spooled.url;
        f->key = run->facts.put && run->put.key[0] ? run->put.key : run->spooled.key;
    }
}

static unpeg_capture_path path_of(const capture_run *run)
{
    if (run->stopped)
        return UNPEG_CAPTURE_STOPPED;
    if (!run->pick.path[0])
        return run->has_live ? UNPEG_CAPTURE_LIVE : UNPEG_CAPTURE_NO_LOG;
    if (!run->has_summary && !run->has_live)
        return is_stored(run) ? UNPEG_CAPTURE_STORED : UNPEG_CAPTURE_KEPT;
    if (is_upload_wanted(run) && !is_stored(run))
        return UNPEG_CAPTURE_PENDING;
    return run->has_summary ? UNPEG_CAPTURE_SUMMARIZED : UNPEG_CAPTURE_LIVE;
}

static void run_steps(capture_run *run)
{
    find_process(run);
    if (run->stopped)
        return;
    if (!pick_log(run)) {
        look_at_process(run);
        return;
    }
    run->wish.log_path = run->wish.read_path = run->pick.path;
    run->wish.candidates = run->pick.candidates;
    if (run->wants_store && !run->stopped)
        spool_log(run);
    if (!run->stopped)
        summarize(run);
    if (!run->has_summary)
        look_at_process(run);
    bring_home(run);
}

static void prepare(capture_run *run, const unpeg_capture_options *o)
{
    uint64_t budget_us = o->budget_us ? o->budget_us : DEFAULT_BUDGET_US;
    uint64_t observe_us = o->observe_us ? o->observe_us : DEFAULT_OBSERVE_US;
    uint64_t margin_us = budget_us / 8 < MARGIN_US ? budget_us / 8 : MARGIN_US;
    size_t max_line = o->max_line ? o->max_line : UNPEG_LINE_DEFAULT;
    run->options = o;
    run->wish.options = o;
    run->wish.begin_us = worker_clock_us();
    run->wish.observe_us = observe_us < budget_us / 10 ? observe_us : budget_us / 10 + 1;
    run->end_us = run->wish.begin_us + budget_us - margin_us;
    run->wants_store = o->upload != UNPEG_CAPTURE_NEVER;
    run->facts.max_line = max_line < UNPEG_LINE_MAX ? max_line : UNPEG_LINE_MAX;
    capture_line_limits(run->facts.max_line, run->wish.line_limits);
}

static unpeg_status check(const unpeg_capture_options *o, unpeg_error *error)
{
    bool is_live = !o->no_live && (o->pid || o->browser_pid);
    if (!is_armed(o) && !is_live)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "neither a folder nor a process is named");
    if (o->pid < 0 || o->browser_pid < 0)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no process has a negative number");
    if (is_armed(o) && strlen(o->dir) >= SPOOL_PATH_BYTES / 2)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "the folder's path is too long");
    return UNPEG_OK;
}

/* The one failure that leaves nothing to run with; even then there is a line. */
static void without_memory(unpeg_capture *ret)
{
    const unpeg_line_options options = {.struct_size = sizeof options, .status = UNPEG_NO_MEMORY};
    ret->path = UNPEG_CAPTURE_KEPT;
    unpeg_line_make(&options, &ret->line);
}

unpeg_status unpeg_capture_run(const unpeg_capture_options *options, unpeg_capture *ret,
                               unpeg_error *error)
{
    unpeg_capture_options own;
    take_options(&own, sizeof own, options);
    if (!own.prefix)
        own.prefix = UNPEG_DEFAULT_PREFIX;
    unpeg_status status = check(&own, error);
    if (status != UNPEG_OK)
        return status;
    memset(ret, 0, sizeof *ret);
    capture_run *run = calloc(1, sizeof *run);
    if (!run) {
        without_memory(ret);
        return UNPEG_OK;
    }
    prepare(run, &own);
    run_steps(run);
    take_facts(run);
    capture_line_make(&run->facts, &ret->line);
    ret->path = path_of(run);
    ret->is_stored = is_stored(run);
    snprintf(ret->log, sizeof ret->log, "%s", run->pick.path);
    snprintf(ret->key, sizeof ret->key, "%s", run->facts.key ? run->facts.key : "");
    free(run);
    return UNPEG_OK;
}

static const char *const path_texts[] = {
#define CAPTURE_TEXT(name, id) [UNPEG_CAPTURE_##name] = (id),
    UNPEG_CAPTURE_LIST(CAPTURE_TEXT)};

const char *unpeg_capture_path_text(unpeg_capture_path path)
{
    return (size_t)path < sizeof path_texts / sizeof path_texts[0] ? path_texts[path] : "";
}
