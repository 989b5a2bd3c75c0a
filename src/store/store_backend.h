/* SPDX-License-Identifier: MIT
 *
 * What every kind of store does, behind unpeg/store.h.
 *
 *     static const store_ops file_ops = {file_put, file_list, file_get, file_close};
 *     store->ops = &file_ops;
 *     if (store_ended(store, error) != UNPEG_OK) return error->status;
 *
 * A backend gets keys that were checked, and a local file that is open.
 */
#ifndef UNPEG_STORE_STORE_BACKEND_H
#define UNPEG_STORE_STORE_BACKEND_H

#include <stdatomic.h>

#include "local_file.h"
#include "upload_state.h"

/* One put, after its words were checked. */
typedef struct store_put {
    const unpeg_put *wanted;
    const local_file *file;
    unpeg_stored *stored;
    upload_state *state; /* what an earlier put left, or only what is to be stored */
} store_put;

/* Called for every object of a listing, in any order. key lives for the call. */
typedef unpeg_status (*store_object_fn)(void *user, const unpeg_object *object);

/* Objects go to each; a failure of each ends the listing and is returned. */
typedef struct store_list {
    const char *prefix; /* never NULL */
    store_object_fn each;
    void *user;
} store_list;

typedef struct store_ops {
    /* Fills stored but for what is said of the local file afterwards. */
    unpeg_status (*put)(unpeg_store *store, const store_put *put, unpeg_error *error);
    unpeg_status (*list)(unpeg_store *store, const store_list *list, unpeg_error *error);
    unpeg_status (*get)(unpeg_store *store, const char *key, const unpeg_writer *out,
                        unpeg_error *error);
    const char *(*credentials)(unpeg_store *store);
    void (*close)(unpeg_store *store); /* frees backend */
} store_ops;

struct unpeg_store {
    const store_ops *ops;
    void *backend;
    char *url;
    size_t key_max;
    uint64_t deadline_us;
    unpeg_stop_fn stop;
    void *stop_user;
    const struct store_host *host; /* of S3; NULL: the system */
    atomic_bool cancelled;         /* the source that a thread reads for was closed */
};

/* As unpeg_store_open, but what S3 takes from the system (environment, clock, network) is the
 * host's. */
UNPEG_MUST_CHECK unpeg_status store_open(const char *url, const unpeg_store_options *options,
                                         const struct store_host *host, unpeg_store **ret,
                                         unpeg_error *error);

/* Notes how far a put is, if the caller wants notes. A note that cannot be written is no reason to
 * stop sending: the store itself knows what it has. */
void store_put_note(const store_put *put);

/* Names between slashes, none empty, "." or "..": it does not lead out of a folder. */
bool store_key_is_sound(const char *key);

/* µs of the monotonic clock. */
uint64_t store_now_us(void);

/* True when the call that is under way has to end. user is the store. */
bool store_stopped(void *user);

/* OK, or STOPPED or DEADLINE. */
UNPEG_MUST_CHECK unpeg_status store_ended(unpeg_store *store, unpeg_error *error);

/* Fills error from errno and returns its status; doing is "cannot open". */
unpeg_status store_os_error(unpeg_error *error, int os_errno, const char *doing);

#endif
