/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "log_writers.h"
#include "pick_order.h"
#include "process_table.h"
#include "stamp.h"
#include "take_options.h"

static const uint64_t DEFAULT_OBSERVE_US = 250000;
static const uint64_t US_PER_S = 1000000;

typedef struct pick_result {
    unpeg_pick pick; /* the first member: what the caller gets and gives back */
    arena names;
} pick_result;

typedef struct pick_run {
    const pick_world *world;
    const unpeg_pick_options *options;
    log_dir dir;
    log_writers writers;
    log_file **files;       /* of each candidate, before they are sorted */
    uint64_t *ticks_before; /* the same */
    unpeg_pick *pick;
} pick_run;

static bool is_of_process(const pick_run *run, size_t at)
{
    int pid = run->options->pid;
    return pid == 0 || run->dir.files[at].parsed.pid == pid || run->writers.of[at].pid == pid;
}

/* Why a file is no candidate; NULL if it is one. */
static const char *exclude(const pick_run *run, size_t at)
{
    const log_file *file = &run->dir.files[at];
    if (!file->is_log)
        return "another name";
    if (file->kind != LOG_REGULAR)
        return file->kind == LOG_LINK ? "a symbolic link" : "no regular file";
    if (!log_dir_is_current(&run->dir, file) && run->writers.of[at].pid == 0)
        return "of an earlier run";
    return is_of_process(run, at) ? NULL : "of another process";
}

static bool add_log(pick_run *run, size_t at, const char *excluded)
{
    log_file *file = &run->dir.files[at];
    pick_result *result = (pick_result *)run->pick;
    const char *name = arena_copy(&result->names, file->name, strlen(file->name) + 1);
    if (!name)
        return false;
    if (!excluded)
        run->files[run->pick->count] = file;
    run->pick->logs[run->pick->count++] = (unpeg_pick_log){.name = name,
                                                           .isolate = file->parsed.isolate,
                                                           .pid = file->parsed.pid,
                                                           .process = run->writers.of[at].pid,
                                                           .size_bytes = file->size_bytes,
                                                           .modified_ns = file->modified_ns,
                                                           .is_candidate = !excluded,
                                                           .excluded = excluded};
    return true;
}

static int newest_first(const void *a, const void *b)
{
    int64_t time_a = ((const unpeg_pick_log *)a)->modified_ns;
    int64_t time_b = ((const unpeg_pick_log *)b)->modified_ns;
    return (time_a < time_b) - (time_a > time_b);
}

/* Candidates, then all others. */
static bool list_logs(pick_run *run)
{
    unpeg_pick *pick = run->pick;
    for (size_t i = 0; i < run->dir.count; i++) {
        if (!exclude(run, i) && !add_log(run, i, NULL))
            return false;
    }
    pick->candidate_count = pick->count;
    for (size_t i = 0; i < run->dir.count; i++) {
        const char *excluded = exclude(run, i);
        if (excluded && !add_log(run, i, excluded))
            return false;
    }
    if (pick->count > pick->candidate_count)
        qsort(pick->logs + pick->candidate_count, pick->count - pick->candidate_count,
              sizeof *pick->logs, newest_first);
    return true;
}

static uint64_t ticks_to_us(uint64_t ticks)
{
    long per_s = sysconf(_SC_CLK_TCK);
    return ticks * US_PER_S / (uint64_t)(per_s > 0 ? per_s : 100);
}

static uint64_t ticks_of(const pick_run *run, const unpeg_pick_log *log)
{
    uint64_t ticks = 0;
    if (log->process == 0 || !process_ticks(run->world->proc_root, log->process, &ticks))
        return 0;
    return ticks;
}

/* A log that went meanwhile is told of behind the candidates. */
static void drop_gone(unpeg_pick *pick)
{
    size_t kept = 0;
    for (size_t i = 0; i < pick->candidate_count; i++) {
        unpeg_pick_log log = pick->logs[i];
        if (!log.is_candidate)
            continue;
        pick->logs[i] = pick->logs[kept];
        pick->logs[kept++] = log;
    }
    for (size_t i = kept; i < pick->candidate_count; i++)
        pick->logs[i].excluded = "it went meanwhile";
    pick->candidate_count = kept;
}

/* Takes the differences between before and after. */
static void observe(pick_run *run)
{
    unpeg_pick *pick = run->pick;
    uint64_t observe_us = run->options->observe_us ? run->options->observe_us : DEFAULT_OBSERVE_US;
    for (size_t i = 0; i < pick->candidate_count; i++)
        run->ticks_before[i] = ticks_of(run, &pick->logs[i]);
    run->world->wait(run->world->user, observe_us);
    pick->observed_us = observe_us;
    for (size_t i = 0; i < pick->candidate_count; i++) {
        unpeg_pick_log *log = &pick->logs[i];
        uint64_t size_before = log->size_bytes;
        uint64_t ticks = ticks_of(run, log);
        if (ticks > run->ticks_before[i])
            log->cpu_us = ticks_to_us(ticks - run->ticks_before[i]);
        log_dir_refresh_file(&run->dir, run->files[i]);
        log->size_bytes = run->files[i]->size_bytes;
        log->modified_ns = run->files[i]->modified_ns;
        if (log->size_bytes > size_before)
            log->grown_bytes = log->size_bytes - size_before;
        log->is_candidate = run->files[i]->kind == LOG_REGULAR;
    }
    drop_gone(pick);
}

static bool name_picked(const pick_run *run)
{
    unpeg_pick *pick = run->pick;
    const char *dir = run->options->dir;
    size_t len = strlen(dir);
    if (pick->candidate_count == 0)
        return true;
    return asprintf(&pick->path, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/",
                    pick->logs[0].name) >= 0;
}

static unpeg_status decide(pick_run *run)
{
    unpeg_pick *pick = run->pick;
    pick->logs = calloc(run->dir.count + 1, sizeof *pick->logs);
    run->files = calloc(run->dir.count + 1, sizeof *run->files);
    run->ticks_before = calloc(run->dir.count + 1, sizeof *run->ticks_before);
    if (!pick->logs || !run->files || !run->ticks_before || !list_logs(run))
        return UNPEG_NO_MEMORY;
    pick->launch_known = run->dir.launch_ns != STAMP_NONE;
    if (pick->candidate_count > 1)
        observe(run);
    pick->reason = pick_order(pick->logs, pick->candidate_count);
    if (pick->reason == UNPEG_PICK_ONLY && run->options->pid != 0)
        pick->reason = UNPEG_PICK_PID;
    if (!name_picked(run)) {
        pick->path = NULL;
        return UNPEG_NO_MEMORY;
    }
    return UNPEG_OK;
}

static unpeg_status pick_from_dir(pick_run *run, unpeg_error *error)
{
    unpeg_status status = log_writers_find(run->world->proc_root, &run->dir, &run->writers);
    if (status == UNPEG_OK) {
        status = decide(run);
        log_writers_free(&run->writers);
    }
    free(run->files);
    free(run->ticks_before);
    if (status != UNPEG_OK)
        unpeg_error_set(error, status, "no memory for the logs of a folder");
    return status;
}

unpeg_status pick_run_at(const pick_world *world, const unpeg_pick_options *options,
                         unpeg_pick **ret, unpeg_error *error)
{
    unpeg_pick_options own;
    take_options(&own, sizeof own, options);
    if (!own.dir || own.pid < 0)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no folder named, or no pid");
    pick_result *result = calloc(1, sizeof *result);
    if (!result)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a pick");
    pick_run run = {.world = world, .options = &own, .pick = &result->pick};
    unpeg_status status = log_dir_open(own.dir, own.prefix ? own.prefix : "", &run.dir, error);
    if (status == UNPEG_OK) {
        status = pick_from_dir(&run, error);
        log_dir_close(&run.dir);
    }
    if (status == UNPEG_OK)
        *ret = &result->pick;
    else
        unpeg_pick_destroy(&result->pick);
    return status;
}

static void wait_really(void *user, uint64_t us)
{
    (void)user;
    struct timespec left = {.tv_sec = (time_t)(us / US_PER_S),
                            .tv_nsec = (long)(us % US_PER_S) * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

unpeg_status unpeg_pick_run(const unpeg_pick_options *options, unpeg_pick **ret, unpeg_error *error)
{
    const pick_world world = {.proc_root = "/proc", .wait = wait_really};
    return pick_run_at(&world, options, ret, error);
}

void unpeg_pick_destroy(unpeg_pick *pick)
{
    if (!pick)
        return;
    pick_result *result = (pick_result *)pick;
    arena_deinit(&result->names);
    free(pick->path);
    free(pick->logs);
    free(result);
}
