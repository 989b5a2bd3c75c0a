/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "settle.h"
#include "take_options.h"
#include "unpeg/capture.h"
#include "worker.h"

typedef struct draining {
    const unpeg_drain_options *options;
    const spool *spool;
    unpeg_drained_fn each;
    void *user;
    unpeg_drain *result;
} draining;

static bool is_there(const spool *s, const spool_entry *entry)
{
    struct stat info;
    return fstatat(s->fd, entry->log, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static unpeg_drained describe(const spool_entry *entry, const settle_result *r)
{
    return (unpeg_drained){.id = entry->id,
                           .is_stored = r->status == UNPEG_OK,
                           .was_stored = r->was_stored,
                           .is_gone = r->spool_gone,
                           .log_gone = r->log_gone,
                           .file_bytes = r->file_bytes,
                           .proof = r->proof,
                           .status = r->status,
                           .reason = r->reason,
                           .kept = r->kept,
                           .store = r->url,
                           .key = r->key,
                           .credentials = r->credentials};
}

static void tell(const draining *d, const unpeg_drained *drained)
{
    d->result->stored_count += drained->is_stored;
    d->result->left_count += !drained->is_stored;
    if (d->each)
        d->each(d->user, drained);
}

static void drain_entry(const draining *d, spool_entry *entry)
{
    settle_result result;
    const settle_wish wish = {.spool = d->spool,
                              .logs_dir = d->options->dir,
                              .url = d->options->store,
                              .options = d->options->store_options};
    if (!spool_lock(d->spool, entry)) {
        const unpeg_drained busy = {.id = entry->id,
                                    .is_busy = true,
                                    .status = UNPEG_STATE,
                                    .reason = "another process works on it",
                                    .kept = "",
                                    .store = "",
                                    .key = "",
                                    .credentials = ""};
        if (is_there(d->spool, entry))
            tell(d, &busy);
        return;
    }
    /* Who had the lock may have been done with it since the spool was read. */
    if (is_there(d->spool, entry)) {
        settle(&wish, entry, &result);
        const unpeg_drained drained = describe(entry, &result);
        tell(d, &drained);
    }
    spool_unlock(d->spool, entry);
}

static bool is_over(const unpeg_store_options *o)
{
    return o && ((o->deadline_us && worker_clock_us() >= o->deadline_us) ||
                 (o->stop && o->stop(o->stop_user)));
}

static unpeg_status drain_spool(const draining *d, unpeg_error *error)
{
    spool_list list;
    spool_tidy(d->spool);
    unpeg_status status = spool_read(d->spool, &list, error);
    if (status != UNPEG_OK)
        return status;
    for (size_t i = 0; i < list.count; i++) {
        if (is_over(d->options->store_options))
            d->result->left_count++;
        else
            drain_entry(d, &list.entries[i]);
    }
    spool_list_free(&list);
    return UNPEG_OK;
}

unpeg_status unpeg_drain_run(const unpeg_drain_options *options, unpeg_drained_fn each, void *user,
                             unpeg_drain *ret, unpeg_error *error)
{
    unpeg_drain_options own;
    spool s;
    take_options(&own, sizeof own, options);
    *ret = (unpeg_drain){.stored_count = 0};
    if (!own.dir)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no folder named");
    unpeg_status status = spool_open(&s, own.dir, own.spool, false, error);
    if (status == UNPEG_NOT_FOUND)
        return UNPEG_OK;
    if (status != UNPEG_OK)
        return status;
    const draining d = {.options = &own, .spool = &s, .each = each, .user = user, .result = ret};
    status = drain_spool(&d, error);
    spool_close(&s);
    return status;
}
