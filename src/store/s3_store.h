/* SPDX-License-Identifier: MIT
 *
 * A bucket as a store.
 *
 *     store->url = "s3://artifacts/team";
 *     status = s3_store_open(store, &options, error);
 *     s3_store *s3 = store->backend;
 *     s3_store_key(s3, "a/b", key);           "team/a/b"
 */
#ifndef UNPEG_STORE_S3_STORE_H
#define UNPEG_STORE_S3_STORE_H

#include "crypto.h"
#include "s3_client.h"
#include "store_backend.h"

typedef struct s3_store {
    s3_client *client;
    crypto crypto;
    store_host host;
    const char *const *environment;
    char *prefix; /* of all keys: "" or "team/" */
    char *sse;    /* NULL: not asked for */
    char *sse_kms_key;
    bool no_conditions; /* the store answered that it knows no If-None-Match */
} s3_store;

/* Fails as unpeg_store_open. */
UNPEG_MUST_CHECK unpeg_status s3_store_open(unpeg_store *store, const unpeg_store_options *options,
                                            unpeg_error *error);

/* The key of the bucket. */
void s3_store_key(const s3_store *s3, const char *key, char ret[UNPEG_KEY_MAX + 1]);

/* The store's deadline and its stop. */
store_budget s3_store_budget(unpeg_store *store);

/* The operations of store_ops, one file for each. */
unpeg_status s3_put(unpeg_store *store, const store_put *put, unpeg_error *error);
unpeg_status s3_list(unpeg_store *store, const store_list *list, unpeg_error *error);
unpeg_status s3_get(unpeg_store *store, const char *key, const unpeg_writer *out,
                    unpeg_error *error);

#endif
