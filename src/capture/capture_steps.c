/* SPDX-License-Identifier: MIT */
#include "capture_steps.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "unpeg/log.h"
#include "worker.h"

void step_copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

const char *step_text_of(const unpeg_error *error, unpeg_status status)
{
    return error->text[0] ? error->text : unpeg_status_text(status);
}

static void report_pick(const unpeg_pick *pick, pick_report *r)
{
    size_t next = pick->candidate_count > 0 ? 1 : 0;
    r->why = pick->reason;
    r->process = pick->path ? pick->logs[0].process : 0;
    r->candidates = (uint32_t)pick->candidate_count;
    r->seen = (uint32_t)(pick->count - pick->candidate_count);
    step_copy_text(r->path, sizeof r->path, pick->path);
    /* A picked log has a runner-up among the candidates only. */
    if (next < pick->count && (next == 0 || pick->logs[next].is_candidate)) {
        step_copy_text(r->runner_up, sizeof r->runner_up, pick->logs[next].name);
        step_copy_text(r->excluded, sizeof r->excluded, pick->logs[next].excluded);
        r->runner_up_bytes = pick->logs[next].size_bytes;
    }
}

void step_pick(void *wish, void *report)
{
    const capture_wish *w = wish;
    pick_report *r = report;
    unpeg_error error = {0};
    unpeg_pick *pick;
    const unpeg_pick_options options = {.struct_size = sizeof options,
                                        .dir = w->options->dir,
                                        .prefix = w->options->prefix,
                                        .pid = w->pid,
                                        .observe_us = w->observe_us};
    r->status = unpeg_pick_run(&options, &pick, &error);
    if (r->status == UNPEG_OK) {
        report_pick(pick, r);
        unpeg_pick_destroy(pick);
    } else {
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
    }
}

static unpeg_status make_key(const capture_wish *w, const unpeg_store *store, unpeg_pending *ret,
                             unpeg_error *error)
{
    struct timespec now;
    unpeg_key key;
    unpeg_capture_name name = {.struct_size = sizeof name};
    if (w->options->name)
        memcpy(&name, w->options->name,
               w->options->name->struct_size < sizeof name ? w->options->name->struct_size
                                                           : sizeof name);
    clock_gettime(CLOCK_REALTIME, &now);
    name.struct_size = sizeof name;
    name.is_zstd = w->options->zstd;
    name.max_bytes = store ? unpeg_store_key_max(store) : 0;
    name.time_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    if (getrandom(&name.random, sizeof name.random, GRND_NONBLOCK) != (ssize_t)sizeof name.random)
        name.random = (uint32_t)now.tv_nsec;
    unpeg_status status = unpeg_capture_key(&name, &key, error);
    if (status == UNPEG_OK)
        step_copy_text(ret->key, sizeof ret->key, key.text);
    return status;
}

/* What cannot be opened now may be when the spool is drained: which capture it is, is noted in any
 * case. */
static unpeg_status plan_upload(const capture_wish *w, unpeg_pending *ret, spool_report *r)
{
    unpeg_store *store = NULL;
    unpeg_error error = {0};
    const char *named = w->options->store;
    *ret = (unpeg_pending){.zstd = w->options->zstd};
    r->status = unpeg_store_open(named, w->options->store_options, &store, &error);
    if (r->status != UNPEG_OK)
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
    bool is_usable = named && r->status == UNPEG_UNSUPPORTED;
    step_copy_text(ret->url, sizeof ret->url,
                   store       ? unpeg_store_url(store)
                   : is_usable ? named
                               : SETTLE_NO_STORE);
    unpeg_status status = make_key(w, store, ret, &error);
    if (status != UNPEG_OK)
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, status));
    unpeg_store_close(store);
    return status;
}

static void note_upload(const capture_wish *w, const spool *s, spool_report *r)
{
    char path[SPOOL_PATH_BYTES];
    unpeg_pending pending;
    unpeg_error error = {0};
    unpeg_status status = plan_upload(w, &pending, r);
    if (status == UNPEG_OK) {
        status = unpeg_pending_write(spool_path(s, r->entry.state, path), &pending, &error);
        if (status != UNPEG_OK)
            step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, status));
    }
    if (status != UNPEG_OK) {
        r->status = status;
        return;
    }
    step_copy_text(r->key, sizeof r->key, pending.key);
    if (strcmp(pending.url, SETTLE_NO_STORE) != 0)
        step_copy_text(r->url, sizeof r->url, pending.url);
}

void step_spool(void *wish, void *report)
{
    const capture_wish *w = wish;
    spool_report *r = report;
    spool s;
    unpeg_error error = {0};
    r->status = spool_open(&s, w->options->dir, w->options->spool, true, &error);
    if (r->status == UNPEG_OK)
        r->status = spool_add(&s, w->log_path, w->candidates, &r->entry, &error);
    if (r->status != UNPEG_OK) {
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
        return;
    }
    r->is_linked = true;
    spool_path(&s, r->entry.log, r->path);
    note_upload(w, &s, r);
    spool_unlock(&s, &r->entry);
    spool_close(&s);
}

static unpeg_status load(const capture_wish *w, unpeg_profile **ret, unpeg_error *error)
{
    unpeg_source *source;
    const unpeg_log_options options = {.struct_size = sizeof options,
                                       .budget_us = w->budget_us,
                                       .tail_us = w->options->tail_us,
                                       .no_native_symbols = w->options->no_native_symbols};
    unpeg_status status = unpeg_source_open(w->read_path, &source, error);
    if (status != UNPEG_OK)
        return status;
    status = unpeg_log_load(&options, source, ret, error);
    unpeg_source_close(source);
    return status;
}

void step_make_lines(const capture_wish *w, const unpeg_profile *profile, const char *log,
                     summary_report *r)
{
    unpeg_query query = {.struct_size = sizeof query};
    if (w->options->tail_us)
        unpeg_query_set_last(&query, profile, w->options->tail_us);
    unpeg_line_options options = {.struct_size = sizeof options,
                                  .log = log,
                                  .profile = profile,
                                  .status = r->status,
                                  .query = &query,
                                  .elapsed_us = worker_clock_us() - w->begin_us,
                                  .budget_us = log ? w->budget_us : 0,
                                  .top = w->options->top};
    for (size_t i = 0; i < STEP_LINES; i++) {
        options.max_line = w->line_limits[i];
        unpeg_line_make(&options, &r->lines[i]);
    }
}

void step_summary(void *wish, void *report)
{
    const capture_wish *w = wish;
    summary_report *r = report;
    unpeg_profile *profile;
    unpeg_error error = {0};
    uint64_t begin_us = worker_clock_us();
    r->status = load(w, &profile, &error);
    if (r->status != UNPEG_OK) {
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
        return;
    }
    r->ticks = unpeg_profile_tick_count(profile);
    if (r->ticks == 0)
        step_copy_text(r->reason, sizeof r->reason, "there are no ticks in it");
    if (unpeg_profile_info_of(profile)->partial && worker_clock_us() - begin_us >= w->budget_us)
        r->status = UNPEG_DEADLINE;
    step_make_lines(w, profile, w->log_path, r);
    unpeg_profile_destroy(profile);
}

/* The entry, locked, in its spool. */
static bool take_entry(const capture_wish *w, spool *s, spool_entry *entry, settle_result *r)
{
    unpeg_error error = {0};
    *entry = w->entry;
    entry->lock_fd = -1;
    *r = (settle_result){.status = UNPEG_OK};
    r->status = spool_open(s, w->options->dir, w->options->spool, false, &error);
    if (r->status == UNPEG_OK && spool_lock(s, entry))
        return true;
    if (r->status == UNPEG_OK)
        spool_close(s);
    r->status = r->status == UNPEG_OK ? UNPEG_STATE : r->status;
    step_copy_text(r->reason, sizeof r->reason,
                   r->status == UNPEG_STATE ? "another process works on it" : error.text);
    return false;
}

void step_store(void *wish, void *report)
{
    const capture_wish *w = wish;
    settle_result *r = report;
    spool s;
    spool_entry entry;
    if (!take_entry(w, &s, &entry, r))
        return;
    const settle_wish what = {.spool = &s,
                              .logs_dir = w->options->dir,
                              .url = w->options->store,
                              .options = w->options->store_options,
                              .deadline_us = w->deadline_us};
    settle(&what, &entry, r);
    spool_unlock(&s, &entry);
    spool_close(&s);
}

/* There is no note to go on by: what does not arrive now is taken back. */
static unpeg_status put_log(const capture_wish *w, unpeg_store *store, unpeg_stored *stored,
                            settle_result *r, unpeg_error *error)
{
    unpeg_pending pending;
    unpeg_status status = make_key(w, store, &pending, error);
    if (status != UNPEG_OK)
        return status;
    step_copy_text(r->key, sizeof r->key, pending.key);
    step_copy_text(r->url, sizeof r->url, unpeg_store_url(store));
    const unpeg_put put = {.struct_size = sizeof put,
                           .path = w->log_path,
                           .key = pending.key,
                           .zstd = w->options->zstd};
    unpeg_store_set_deadline(store, w->deadline_us);
    return unpeg_store_put(store, &put, stored, error);
}

void step_put(void *wish, void *report)
{
    const capture_wish *w = wish;
    settle_result *r = report;
    unpeg_store *store;
    unpeg_stored stored = {.proof = UNPEG_PROOF_NONE};
    unpeg_error error = {0};
    *r = (settle_result){.status = UNPEG_OK};
    r->status = unpeg_store_open(w->options->store, w->options->store_options, &store, &error);
    if (r->status == UNPEG_OK) {
        r->status = put_log(w, store, &stored, r, &error);
        step_copy_text(r->credentials, sizeof r->credentials, unpeg_store_credentials(store));
        unpeg_store_close(store);
    }
    r->file_bytes = stored.file_bytes;
    r->stored_bytes = stored.stored_bytes;
    r->proof = stored.proof;
    if (r->status != UNPEG_OK)
        step_copy_text(r->reason, sizeof r->reason, step_text_of(&error, r->status));
    else
        step_copy_text(r->kept, sizeof r->kept, "it is not in the spool");
}

void step_drop(void *wish, void *report)
{
    const capture_wish *w = wish;
    settle_result *r = report;
    spool s;
    spool_entry entry;
    unpeg_error error = {0};
    if (!take_entry(w, &s, &entry, r))
        return;
    r->status = spool_remove(&s, &entry, &error);
    step_copy_text(r->reason, sizeof r->reason, error.text);
    r->spool_gone = r->status == UNPEG_OK;
    spool_unlock(&s, &entry);
    spool_close(&s);
}
