/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "file_store.h"
#include "s3_store.h"

uint64_t store_now_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

bool store_stopped(void *user)
{
    unpeg_store *store = user;
    return atomic_load(&store->cancelled) || (store->stop && store->stop(store->stop_user));
}

unpeg_status store_ended(unpeg_store *store, unpeg_error *error)
{
    if (store_stopped(store))
        return unpeg_error_set(error, UNPEG_STOPPED, "stopped by the caller");
    if (store->deadline_us != 0 && store_now_us() >= store->deadline_us)
        return unpeg_error_set(error, UNPEG_DEADLINE, "the time budget ended first");
    return UNPEG_OK;
}

unpeg_status store_os_error(unpeg_error *error, int os_errno, const char *doing)
{
    char reason[128];
    unpeg_status status = UNPEG_OS;
    if (os_errno == ENOENT || os_errno == ENOTDIR)
        status = UNPEG_NOT_FOUND;
    if (os_errno == EACCES || os_errno == EPERM)
        status = UNPEG_PERMISSION;
    if (os_errno == ENOMEM)
        status = UNPEG_NO_MEMORY;
    unpeg_error_set(error, status, "%s: %s", doing, strerror_r(os_errno, reason, sizeof reason));
    if (error)
        error->os_errno = os_errno;
    return status;
}

const char *unpeg_proof_text(unpeg_proof proof)
{
    static const char *const texts[] = {
#define PROOF_TEXT(name, text) text,
        UNPEG_PROOF_LIST(PROOF_TEXT)
#undef PROOF_TEXT
    };
    return (unsigned)proof < sizeof texts / sizeof texts[0] ? texts[proof] : "unknown";
}

/* The value of a variable; NULL if it is not there or empty. */
static const char *find_variable(const unpeg_store_options *options, const char *name)
{
    size_t len = strlen(name);
    const char *const *at = options->environment;
    for (; at && *at; at++)
        if (strncmp(*at, name, len) == 0 && (*at)[len] == '=' && (*at)[len + 1])
            return *at + len + 1;
    return NULL;
}

/* A copy of the URL that is meant, without slashes at its end. */
static unpeg_status choose_url(const char *url, const unpeg_store_options *options, char **ret,
                               unpeg_error *error)
{
    const char *bucket = NULL;
    if (!url)
        url = find_variable(options, "UNPEG_STORE");
    if (!url)
        bucket = find_variable(options, "PRERENDER_ARTIFACTS_BUCKET");
    if (!url && !bucket)
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "no store named; write file:///dir or s3://bucket/prefix");
    if (asprintf(ret, "%s%s", bucket ? "s3://" : "", bucket ? bucket : url) < 0) {
        *ret = NULL;
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
    }
    for (size_t len = strlen(*ret); len > 0 && (*ret)[len - 1] == '/'; len--)
        (*ret)[len - 1] = '\0';
    return UNPEG_OK;
}

static unpeg_status open_backend(unpeg_store *store, const unpeg_store_options *options,
                                 unpeg_error *error)
{
    if (strncmp(store->url, "file:", 5) == 0)
        return file_store_open(store, error);
    if (strncmp(store->url, "s3:", 3) == 0)
        return s3_store_open(store, options, error);
    return unpeg_error_set(error, UNPEG_ARGUMENT,
                           "%.100s: no store; write file:///dir or s3://bucket/prefix", store->url);
}

unpeg_status store_open(const char *url, const unpeg_store_options *options,
                        const struct store_host *host, unpeg_store **ret, unpeg_error *error)
{
    const unpeg_store_options defaults = {.struct_size = sizeof defaults};
    unpeg_store *store = calloc(1, sizeof *store);
    if (!store)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
    options = options ? options : &defaults;
    store->deadline_us = options->deadline_us;
    store->stop = options->stop;
    store->stop_user = options->stop_user;
    store->host = host;
    unpeg_status status = choose_url(url, options, &store->url, error);
    if (store->url)
        status = open_backend(store, options, error);
    if (status == UNPEG_OK)
        *ret = store;
    else
        unpeg_store_close(store);
    return status;
}

unpeg_status unpeg_store_open(const char *url, const unpeg_store_options *options,
                              unpeg_store **ret, unpeg_error *error)
{
    return store_open(url, options, NULL, ret, error);
}

void unpeg_store_close(unpeg_store *store)
{
    if (!store)
        return;
    if (store->ops)
        store->ops->close(store);
    free(store->url);
    free(store);
}

void unpeg_store_set_deadline(unpeg_store *store, uint64_t deadline_us)
{
    store->deadline_us = deadline_us;
}

const char *unpeg_store_url(const unpeg_store *store)
{
    return store->url;
}

size_t unpeg_store_key_max(const unpeg_store *store)
{
    return store->key_max;
}

const char *unpeg_store_credentials(unpeg_store *store)
{
    return store->ops->credentials(store);
}

bool store_key_is_sound(const char *key)
{
    for (const char *part = key;; part++) {
        size_t len = strcspn(part, "/");
        if (len == 0 || (len <= 2 && strspn(part, ".") == len))
            return false;
        part += len;
        if (*part == '\0')
            return true;
    }
}

static unpeg_status check_length(const unpeg_store *store, const char *key, unpeg_error *error)
{
    if (key[0] == '\0')
        return unpeg_error_set(error, UNPEG_ARGUMENT, "an empty key");
    if (strlen(key) > store->key_max)
        return unpeg_error_set(error, UNPEG_LIMIT, "the key has %zu bytes, at most %zu fit",
                               strlen(key), store->key_max);
    return UNPEG_OK;
}

void store_put_note(const store_put *put)
{
    if (put->wanted->state_path &&
        upload_state_write(put->state, put->wanted->state_path, NULL) != UNPEG_OK)
        return;
}

/* In place of no file that somebody may want, such as the log itself. */
static unpeg_status write_first_note(const upload_state *state, const char *path,
                                     unpeg_error *error)
{
    if (!upload_state_may_replace(path))
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "the state file is there, and is no note of an upload");
    return upload_state_write(state, path, error);
}

/* What an earlier put left, or a first note of this one: from then on the file is not forgotten. */
static unpeg_status begin_notes(const unpeg_store *store, const store_put *put, unpeg_error *error)
{
    const char *path = put->wanted->state_path;
    unpeg_pending wanted = {.zstd = put->wanted->zstd};
    unpeg_pending *noted = &put->state->pending;
    snprintf(wanted.key, sizeof wanted.key, "%s", put->wanted->key);
    int len = snprintf(wanted.url, sizeof wanted.url, "%s", store->url);
    if (len < 0 || (size_t)len >= sizeof wanted.url)
        return unpeg_error_set(error, UNPEG_LIMIT, "the URL of the store is too long to be noted");
    if (!path || upload_state_read(put->state, path, NULL) != UNPEG_OK) {
        upload_state_deinit(put->state);
        *put->state = (upload_state){.pending = wanted};
        return path ? write_first_note(put->state, path, error) : UNPEG_OK;
    }
    if (strcmp(noted->url, wanted.url) == 0 && strcmp(noted->key, wanted.key) == 0 &&
        noted->zstd == wanted.zstd)
        return UNPEG_OK;
    return unpeg_error_set(error, UNPEG_ARGUMENT,
                           "the state file is of another upload: %.60s/%.80s", noted->url,
                           noted->key);
}

/* Others may have stored what they like; what is put here can also be kept in a folder. */
static unpeg_status check_new_key(const unpeg_store *store, const char *key, unpeg_error *error)
{
    if (!store_key_is_sound(key))
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "no key: a key is names between slashes, none empty, . or ..");
    return check_length(store, key, error);
}

static unpeg_status put_noted(unpeg_store *store, const store_put *put, unpeg_error *error)
{
    unpeg_status status = begin_notes(store, put, error);
    if (status == UNPEG_OK)
        status = store->ops->put(store, put, error);
    if (status == UNPEG_OK && put->wanted->state_path)
        (void)unlink(put->wanted->state_path);
    return status;
}

static unpeg_status put_file(unpeg_store *store, const store_put *put, unpeg_error *error)
{
    unpeg_stored *stored = put->stored;
    unpeg_status status = store_ended(store, error);
    stored->file_bytes = put->file->bytes;
    if (status == UNPEG_OK)
        status = put_noted(store, put, error);
    if (status != UNPEG_OK || stored->proof == UNPEG_PROOF_NONE)
        snprintf(stored->keep_reason, sizeof stored->keep_reason, "it is not proven to be stored");
    else
        stored->may_delete =
            local_file_is_done(put->file, stored->keep_reason, sizeof stored->keep_reason);
    return status;
}

unpeg_status unpeg_store_put(unpeg_store *store, const unpeg_put *put, unpeg_stored *ret,
                             unpeg_error *error)
{
    local_file file;
    memset(ret, 0, sizeof *ret);
    snprintf(ret->keep_reason, sizeof ret->keep_reason, "it was not sent");
    unpeg_status status = check_new_key(store, put->key, error);
    if (status == UNPEG_OK)
        status = local_file_open(&file, put->path, error);
    if (status != UNPEG_OK)
        return status;
    ret->keep_reason[0] = '\0';
    ret->was_read = true;
    upload_state state = {0};
    const store_put checked = {.wanted = put, .file = &file, .stored = ret, .state = &state};
    status = put_file(store, &checked, error);
    upload_state_deinit(&state);
    /* On the way there may have been failures that did not matter. */
    if (status == UNPEG_OK && error)
        *error = (unpeg_error){.status = UNPEG_OK};
    local_file_close(&file);
    return status;
}

unpeg_status unpeg_store_get(unpeg_store *store, const char *key, const unpeg_writer *out,
                             unpeg_error *error)
{
    unpeg_status status = check_length(store, key, error);
    if (status == UNPEG_OK)
        status = store_ended(store, error);
    return status == UNPEG_OK ? store->ops->get(store, key, out, error) : status;
}
