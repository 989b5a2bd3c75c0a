/* SPDX-License-Identifier: MIT */
#include "settle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "local_file.h"
#include "log_dir.h"

enum { REST_BYTES = 64 << 10 };

typedef struct settling {
    const settle_wish *wish;
    spool_entry *entry;
    settle_result *result;
    unpeg_pending pending;
    char log_path[SPOOL_PATH_BYTES];
    char state_path[SPOOL_PATH_BYTES];
} settling;

static void fail(settle_result *result, unpeg_status status, const unpeg_error *error)
{
    result->status = status;
    snprintf(result->reason, sizeof result->reason, "%s",
             error->text[0] ? error->text : unpeg_status_text(status));
}

bool settle_next_key(const char *key, char *ret, size_t size)
{
    const char *leaf = strrchr(key, '/');
    const char *random = strrchr(leaf ? leaf : key, '-');
    const char *number = random;
    while (number && number > key && number[-1] >= '0' && number[-1] <= '9')
        number--;
    if (!number || number == random || number == key || number[-1] != '-')
        return false;
    uint64_t seq = strtoull(number, NULL, 10);
    int len = snprintf(ret, size, "%.*s%" PRIu64 "%s", (int)(number - key), key, seq + 1, random);
    return len > 0 && (size_t)len < size;
}

static unpeg_status make_key(settling *s, const unpeg_store *store, unpeg_error *error)
{
    struct timespec now;
    unpeg_key key;
    unpeg_capture_name name = {.struct_size = sizeof name, .max_bytes = unpeg_store_key_max(store)};
    clock_gettime(CLOCK_REALTIME, &now);
    name.time_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    if (getrandom(&name.random, sizeof name.random, GRND_NONBLOCK) != (ssize_t)sizeof name.random)
        name.random = (uint32_t)now.tv_nsec;
    unpeg_status status = unpeg_capture_key(&name, &key, error);
    if (status == UNPEG_OK)
        snprintf(s->pending.key, sizeof s->pending.key, "%s", key.text);
    return status;
}

static unpeg_status note_store(settling *s, const unpeg_store *store, unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    snprintf(s->pending.url, sizeof s->pending.url, "%s", unpeg_store_url(store));
    if (!s->pending.key[0])
        status = make_key(s, store, error);
    return status == UNPEG_OK ? unpeg_pending_write(s->state_path, &s->pending, error) : status;
}

static unpeg_status open_store(settling *s, unpeg_store **ret, unpeg_error *error)
{
    unpeg_status status = unpeg_pending_read(s->state_path, &s->pending, error);
    /* Without a note, or with one that a dying machine left, whose log it is is not known. */
    if (status == UNPEG_NOT_FOUND || status == UNPEG_INPUT)
        s->pending = (unpeg_pending){.url = SETTLE_NO_STORE};
    else if (status != UNPEG_OK)
        return status;
    bool is_open = strcmp(s->pending.url, SETTLE_NO_STORE) == 0;
    status =
        unpeg_store_open(is_open ? s->wish->url : s->pending.url, s->wish->options, ret, error);
    if (status == UNPEG_OK && is_open) {
        status = note_store(s, *ret, error);
        if (status != UNPEG_OK)
            unpeg_store_close(*ret);
    }
    if (status == UNPEG_OK && s->wish->deadline_us)
        unpeg_store_set_deadline(*ret, s->wish->deadline_us);
    return status;
}

static bool is_link_of(const struct stat *log, const log_file *file)
{
    return file->kind == LOG_REGULAR && file->device == log->st_dev && file->inode == log->st_ino;
}

static void keep(settle_result *result, const char *why)
{
    snprintf(result->kept, sizeof result->kept, "%s", why);
}

/* The other name, found by what it names. */
static void remove_log(settling *s, const struct stat *log)
{
    log_dir dir;
    if (!s->wish->logs_dir || log_dir_open(s->wish->logs_dir, "", &dir, NULL) != UNPEG_OK)
        return;
    for (size_t i = 0; i < dir.count && !s->result->log_gone; i++) {
        if (is_link_of(log, &dir.files[i]))
            s->result->log_gone = unlinkat(dir.fd, dir.files[i].name, 0) == 0;
    }
    log_dir_close(&dir);
}

/* All of it is stored and nobody writes it. */
static void release(settling *s)
{
    struct stat log;
    unpeg_error error = {0};
    if (s->entry->candidates > 1)
        snprintf(s->result->kept, sizeof s->result->kept, "it was picked from %" PRIu32 " logs",
                 s->entry->candidates);
    else if (stat(s->log_path, &log) == 0)
        remove_log(s, &log);
    if (!s->result->log_gone && !s->result->kept[0])
        keep(s->result, "it is not among the logs, or cannot be removed");
    if (spool_remove(s->wish->spool, s->entry, &error) == UNPEG_OK)
        s->result->spool_gone = true;
    else
        keep(s->result, error.text);
}

/* The store takes its note away when it is done; the key is needed for what comes later. */
static unpeg_status note_again(const settling *s, unpeg_error *error)
{
    unpeg_pending read;
    unpeg_status status = unpeg_pending_read(s->state_path, &read, error);
    return status == UNPEG_NOT_FOUND ? unpeg_pending_write(s->state_path, &s->pending, error)
                                     : status;
}

static void remember(settling *s, const char *why)
{
    unpeg_error error = {0};
    unpeg_status status = note_again(s, &error);
    if (status == UNPEG_OK)
        status = spool_mark(s->wish->spool, s->entry, s->result->file_bytes, &error);
    keep(s->result, status == UNPEG_OK ? why : error.text);
}

static unpeg_status take_next_key(settling *s, unpeg_error *error)
{
    char key[UNPEG_KEY_MAX + 1];
    if (!settle_next_key(s->pending.key, key, sizeof key))
        return unpeg_error_set(error, UNPEG_INPUT, "no other key can be made of %.150s",
                               s->pending.key);
    memcpy(s->pending.key, key, sizeof key);
    s->pending.file_bytes = s->pending.stored_bytes = 0;
    return unpeg_pending_write(s->state_path, &s->pending, error);
}

static unpeg_status put(settling *s, unpeg_store *store, unpeg_stored *stored, unpeg_error *error)
{
    const unpeg_put wanted = {.struct_size = sizeof wanted,
                              .path = s->log_path,
                              .key = s->pending.key,
                              .zstd = s->pending.zstd,
                              .state_path = s->state_path};
    return unpeg_store_put(store, &wanted, stored, error);
}

/* What is there under a key as random as these is the same log, shorter: it was stored, and who
 * stored it was killed before that was noted. */
static unpeg_status put_under_free_key(settling *s, unpeg_store *store, unpeg_stored *stored,
                                       unpeg_error *error)
{
    unpeg_status status = put(s, store, stored, error);
    if (status != UNPEG_STATE)
        return status;
    status = take_next_key(s, error);
    return status == UNPEG_OK ? put(s, store, stored, error) : status;
}

static void put_and_release(settling *s, unpeg_store *store)
{
    unpeg_error error = {0};
    unpeg_stored stored = {.proof = UNPEG_PROOF_NONE};
    unpeg_status status = put_under_free_key(s, store, &stored, &error);
    snprintf(s->result->credentials, sizeof s->result->credentials, "%s",
             unpeg_store_credentials(store));
    s->result->file_bytes = stored.file_bytes;
    s->result->stored_bytes = stored.stored_bytes;
    s->result->proof = stored.proof;
    if (status != UNPEG_OK)
        fail(s->result, status, &error);
    else if (stored.may_delete)
        release(s);
    else
        remember(s, stored.keep_reason);
}

static void tell_place(settling *s)
{
    if (strcmp(s->pending.url, SETTLE_NO_STORE) != 0)
        snprintf(s->result->url, sizeof s->result->url, "%s", s->pending.url);
    snprintf(s->result->key, sizeof s->result->key, "%s", s->pending.key);
}

static void put_into_store(settling *s)
{
    unpeg_error error = {0};
    unpeg_store *store;
    unpeg_status status = open_store(s, &store, &error);
    if (status != UNPEG_OK) {
        fail(s->result, status, &error);
    } else {
        put_and_release(s, store);
        unpeg_store_close(store);
    }
    tell_place(s);
}

/* A row that its writer did not end is no more of the log. */
static bool has_more_rows(const local_file *file, uint64_t stored_bytes)
{
    char rest[REST_BYTES];
    if (file->bytes <= stored_bytes)
        return false;
    uint64_t size = file->bytes - stored_bytes;
    if (size > sizeof rest ||
        local_file_read(file, stored_bytes, rest, (size_t)size, NULL) != UNPEG_OK)
        return true;
    return memchr(rest, '\n', (size_t)size) != NULL;
}

/* More of it is to be stored, as if none had been. */
static unpeg_status start_again(settling *s, unpeg_error *error)
{
    unpeg_status status = unpeg_pending_read(s->state_path, &s->pending, error);
    if (status == UNPEG_OK)
        status = take_next_key(s, error);
    if (status != UNPEG_OK && status != UNPEG_NOT_FOUND)
        return status;
    return spool_mark(s->wish->spool, s->entry, 0, error);
}

/* It was stored at an earlier time. */
static void look_again(settling *s, const local_file *file)
{
    unpeg_error error = {0};
    char why[160];
    bool may_go = local_file_is_done(file, why, sizeof why);
    if (!may_go || !has_more_rows(file, s->entry->stored_bytes)) {
        s->result->was_stored = true;
        s->result->file_bytes = s->entry->stored_bytes;
        if (unpeg_pending_read(s->state_path, &s->pending, &error) == UNPEG_OK)
            tell_place(s);
        if (may_go)
            release(s);
        else
            keep(s->result, why);
        return;
    }
    unpeg_status status = start_again(s, &error);
    spool_path(s->wish->spool, s->entry->log, s->log_path);
    if (status == UNPEG_OK)
        put_into_store(s);
    else
        fail(s->result, status, &error);
}

void settle(const settle_wish *wish, spool_entry *entry, settle_result *ret)
{
    local_file file;
    unpeg_error error = {0};
    settling s = {.wish = wish, .entry = entry, .result = ret};
    *ret = (settle_result){.status = UNPEG_OK};
    spool_path(wish->spool, entry->log, s.log_path);
    spool_path(wish->spool, entry->state, s.state_path);
    if (entry->stored_bytes == 0) {
        put_into_store(&s);
        return;
    }
    unpeg_status status = local_file_open(&file, s.log_path, &error);
    if (status != UNPEG_OK) {
        fail(ret, status, &error);
        return;
    }
    look_again(&s, &file);
    local_file_close(&file);
}
