/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "json_writer.h"
#include "stamp.h"
#include "sweep_rules.h"
#include "take_options.h"

typedef struct sweep_result {
    unpeg_sweep sweep; /* the first member: what the caller gets and gives back */
    arena names;
} sweep_result;

typedef struct sweep_run {
    const unpeg_sweep_options *options;
    log_dir dir;
    log_writers writers;
    int64_t *modified_ns; /* of each file of the sweep */
    sweep_result *result;
} sweep_run;

unpeg_sweep_reason sweep_decide(const log_file *file, log_writer writer, int64_t launch_ns)
{
    if (file->kind == LOG_LINK)
        return UNPEG_SWEEP_LINK;
    if (file->kind != LOG_REGULAR)
        return UNPEG_SWEEP_SPECIAL;
    if (!file->ours)
        return UNPEG_SWEEP_FOREIGN;
    if (writer.pid != 0)
        return writer.seen ? UNPEG_SWEEP_WRITTEN : UNPEG_SWEEP_ALIVE;
    if (launch_ns == STAMP_NONE)
        return UNPEG_SWEEP_NO_LAUNCH;
    return file->modified_ns < launch_ns ? UNPEG_SWEEP_STALE : UNPEG_SWEEP_CURRENT;
}

static bool is_sized(unpeg_sweep_reason reason)
{
    return reason != UNPEG_SWEEP_LINK && reason != UNPEG_SWEEP_SPECIAL &&
           reason != UNPEG_SWEEP_FOREIGN;
}

static bool decide_all(sweep_run *run)
{
    unpeg_sweep *sweep = &run->result->sweep;
    for (size_t i = 0; i < run->dir.count; i++) {
        const log_file *file = &run->dir.files[i];
        if (!file->is_log)
            continue;
        const char *name = arena_copy(&run->result->names, file->name, strlen(file->name) + 1);
        if (!name)
            return false;
        log_writer writer = run->writers.of[i];
        unpeg_sweep_reason reason = sweep_decide(file, writer, run->dir.launch_ns);
        bool by_writer = reason == UNPEG_SWEEP_WRITTEN || reason == UNPEG_SWEEP_ALIVE;
        run->modified_ns[sweep->count] = file->modified_ns;
        sweep->files[sweep->count++] =
            (unpeg_sweep_file){.name = name,
                               .size_bytes = is_sized(reason) ? file->size_bytes : 0,
                               .reason = reason,
                               .pid = by_writer ? writer.pid : 0};
    }
    return true;
}

static uint64_t total_kept(const unpeg_sweep *sweep)
{
    uint64_t total = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        if (!unpeg_sweep_is_removal(sweep->files[i].reason))
            total += sweep->files[i].size_bytes;
    }
    return total;
}

/* The one of this run that nobody writes and that was written to least recently; count if none. */
static size_t find_oldest(const sweep_run *run)
{
    const unpeg_sweep *sweep = &run->result->sweep;
    size_t oldest = sweep->count;
    for (size_t i = 0; i < sweep->count; i++) {
        unpeg_sweep_reason reason = sweep->files[i].reason;
        if (reason != UNPEG_SWEEP_CURRENT && reason != UNPEG_SWEEP_NO_LAUNCH)
            continue;
        if (oldest == sweep->count || run->modified_ns[i] < run->modified_ns[oldest])
            oldest = i;
    }
    return oldest;
}

static void limit_total(const sweep_run *run)
{
    unpeg_sweep *sweep = &run->result->sweep;
    uint64_t limit = run->options->max_total_bytes;
    for (uint64_t total = total_kept(sweep); limit != 0 && total > limit;) {
        size_t oldest = find_oldest(run);
        if (oldest == sweep->count)
            return;
        sweep->files[oldest].reason = UNPEG_SWEEP_OVER_TOTAL;
        total -= sweep->files[oldest].size_bytes;
    }
}

static void remove_file(const sweep_run *run, unpeg_sweep_file *file)
{
    /* Every file has a name. NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
    if (run->options->dry_run || unlinkat(run->dir.fd, file->name, 0) == 0 || errno == ENOENT)
        return;
    file->os_errno = errno;
    file->reason = UNPEG_SWEEP_FAILED;
}

static void remove_all(const sweep_run *run)
{
    unpeg_sweep *sweep = &run->result->sweep;
    for (size_t i = 0; i < sweep->count; i++) {
        unpeg_sweep_file *file = &sweep->files[i];
        if (unpeg_sweep_is_removal(file->reason))
            remove_file(run, file);
        if (unpeg_sweep_is_removal(file->reason)) {
            sweep->removed_count++;
            sweep->removed_bytes += file->size_bytes;
        } else {
            sweep->kept_bytes += file->size_bytes;
        }
    }
}

static unpeg_status sweep_open_dir(sweep_run *run)
{
    unpeg_sweep *sweep = &run->result->sweep;
    sweep->files = calloc(run->dir.count + 1, sizeof *sweep->files);
    run->modified_ns = calloc(run->dir.count + 1, sizeof *run->modified_ns);
    if (!sweep->files || !run->modified_ns || !decide_all(run))
        return UNPEG_NO_MEMORY;
    limit_total(run);
    remove_all(run);
    return UNPEG_OK;
}

static unpeg_status sweep_dir(const char *proc_root, sweep_run *run, unpeg_error *error)
{
    unpeg_status status = log_writers_find(proc_root, &run->dir, &run->writers);
    if (status == UNPEG_OK) {
        status = sweep_open_dir(run);
        log_writers_free(&run->writers);
    }
    free(run->modified_ns);
    if (status != UNPEG_OK)
        unpeg_error_set(error, status, "no memory for the logs of a folder");
    return status;
}

unpeg_status sweep_run_at(const char *proc_root, const unpeg_sweep_options *options,
                          unpeg_sweep **ret, unpeg_error *error)
{
    unpeg_sweep_options own;
    take_options(&own, sizeof own, options);
    sweep_run run = {.options = &own, .result = calloc(1, sizeof(sweep_result))};
    if (!own.dir) {
        free(run.result);
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no folder named");
    }
    if (!run.result)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a sweep");
    unpeg_status status = log_dir_open(own.dir, own.prefix ? own.prefix : "", &run.dir, error);
    if (status == UNPEG_OK) {
        status = sweep_dir(proc_root, &run, error);
        log_dir_close(&run.dir);
    }
    if (status == UNPEG_OK)
        *ret = &run.result->sweep;
    else
        unpeg_sweep_destroy(&run.result->sweep);
    return status;
}

unpeg_status unpeg_sweep_run(const unpeg_sweep_options *options, unpeg_sweep **ret,
                             unpeg_error *error)
{
    return sweep_run_at("/proc", options, ret, error);
}

void unpeg_sweep_destroy(unpeg_sweep *sweep)
{
    if (!sweep)
        return;
    sweep_result *result = (sweep_result *)sweep;
    arena_deinit(&result->names);
    free(sweep->files);
    free(result);
}

static const char *const reason_texts[] = {
#define SWEEP_TEXT(name, id, text) [UNPEG_SWEEP_##name] = (id),
    UNPEG_SWEEP_LIST(SWEEP_TEXT)};
static const char *const reason_meanings[] = {
#define SWEEP_MEANING(name, id, text) [UNPEG_SWEEP_##name] = (text),
    UNPEG_SWEEP_LIST(SWEEP_MEANING)};

const char *unpeg_sweep_reason_text(unpeg_sweep_reason reason)
{
    return (unsigned)reason < UNPEG_SWEEP_COUNT ? reason_texts[reason] : "";
}

const char *unpeg_sweep_reason_meaning(unpeg_sweep_reason reason)
{
    return (unsigned)reason < UNPEG_SWEEP_COUNT ? reason_meanings[reason] : "";
}

bool unpeg_sweep_is_removal(unpeg_sweep_reason reason)
{
    return reason == UNPEG_SWEEP_STALE || reason == UNPEG_SWEEP_OVER_TOTAL;
}

unpeg_status unpeg_sweep_json(const unpeg_sweep *sweep, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 2};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.sweep/1");
    json_u64(&w, "removed", sweep->removed_count);
    json_u64(&w, "removed_bytes", sweep->removed_bytes);
    json_u64(&w, "kept", sweep->count - sweep->removed_count);
    json_u64(&w, "kept_bytes", sweep->kept_bytes);
    json_open(&w, "files", '[');
    for (size_t i = 0; i < sweep->count; i++) {
        const unpeg_sweep_file *file = &sweep->files[i];
        json_open(&w, NULL, '{');
        json_text(&w, "name", file->name);
        json_u64(&w, "bytes", file->size_bytes);
        json_bool(&w, "removed", unpeg_sweep_is_removal(file->reason));
        json_text(&w, "reason", unpeg_sweep_reason_text(file->reason));
        if (file->pid)
            json_i64(&w, "pid", file->pid);
        if (file->os_errno)
            json_text(&w, "error", strerror(file->os_errno));
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}
