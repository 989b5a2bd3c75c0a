/* SPDX-License-Identifier: MIT */
#include "s3_store.h"

#include <stdio.h>
#include <stdlib.h>

static const char *variable(void *user, const char *name)
{
    const s3_store *s3 = user;
    size_t len = strlen(name);
    for (const char *const *at = s3->environment; at && *at; at++)
        if (strncmp(*at, name, len) == 0 && (*at)[len] == '=')
            return *at + len + 1;
    return NULL;
}

static int64_t unix_s(void *user)
{
    (void)user;
    return store_unix_s(NULL);
}

static int64_t monotonic_ms(void *user)
{
    (void)user;
    return store_now_ms(NULL);
}

static void sleep_ms(void *user, int64_t ms)
{
    (void)user;
    const store_budget none = {0};
    unpeg_status status = store_sleep(NULL, &none, ms, NULL);
    (void)status;
}

static uint64_t random_bits(void *user)
{
    (void)user;
    return store_random(NULL);
}

void s3_store_key(const s3_store *s3, const char *key, char ret[UNPEG_KEY_MAX + 1])
{
    snprintf(ret, UNPEG_KEY_MAX + 1, "%s%s", s3->prefix, key);
}

store_budget s3_store_budget(unpeg_store *store)
{
    /* Rounded up: a deadline of 1 µs is not none. */
    return (store_budget){.deadline_ms = (int64_t)((store->deadline_us + 999) / 1000),
                          .stop = store_stopped,
                          .user = store};
}

static const char *s3_credentials(unpeg_store *store)
{
    const s3_store *s3 = store->backend;
    return s3_client_credential_source(s3->client);
}

static void s3_close(unpeg_store *store)
{
    s3_store *s3 = store->backend;
    s3_client_destroy(s3->client);
    free(s3->prefix);
    free(s3->sse);
    free(s3->sse_kms_key);
    free(s3);
}

/* NULL stays NULL. */
static bool copy_text(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

/* Both parts of s3://bucket/prefix; the store's URL has no slash at its end. */
static unpeg_status split_url(s3_store *s3, const char *url, char **ret_bucket, unpeg_error *error)
{
    static const char scheme[] = "s3://";
    if (strncmp(url, scheme, strlen(scheme)) != 0 || url[strlen(scheme)] == '/')
        return unpeg_error_set(error, UNPEG_ARGUMENT,
                               "no bucket in the URL of the store; write s3://bucket/prefix");
    const char *bucket = url + strlen(scheme);
    size_t len = strcspn(bucket, "/");
    const char *prefix = bucket[len] ? bucket + len + 1 : "";
    if (strlen(prefix) > UNPEG_KEY_MAX / 2)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "the prefix of the store has over %d bytes",
                               UNPEG_KEY_MAX / 2);
    *ret_bucket = strndup(bucket, len);
    if (*ret_bucket && asprintf(&s3->prefix, "%s%s", prefix, *prefix ? "/" : "") < 0)
        s3->prefix = NULL;
    return *ret_bucket && s3->prefix
               ? UNPEG_OK
               : unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
}

static unpeg_status create_client(s3_store *s3, const char *bucket,
                                  const unpeg_store_options *options, unpeg_error *error)
{
    const s3_client_options client = {
        .bucket = bucket,
        .region = options->region,
        .endpoint = options->endpoint,
        .profile = options->profile,
        .access_key = options->access_key,
        .secret_key = options->secret_key,
        .session_token = options->session_token,
        .ca_file = options->ca_file,
        .addressing = options->path_style ? S3_ADDRESSING_PATH : S3_ADDRESSING_AUTO,
        .allow_http = options->allow_http,
        .host = &s3->host,
    };
    unpeg_status status = crypto_load(&s3->crypto, error);
    return status == UNPEG_OK ? s3_client_create(&client, &s3->client, error) : status;
}

/* The system, but for the environment: that is the caller's. */
static void set_host(s3_store *s3, const store_host *given)
{
    s3->host = given ? *given
                     : (store_host){.variable = variable,
                                    .unix_s = unix_s,
                                    .monotonic_ms = monotonic_ms,
                                    .sleep_ms = sleep_ms,
                                    .random = random_bits,
                                    .user = s3};
}

unpeg_status s3_store_open(unpeg_store *store, const unpeg_store_options *options,
                           unpeg_error *error)
{
    static const store_ops ops = {s3_put, s3_list, s3_get, s3_credentials, s3_close};
    s3_store *s3 = calloc(1, sizeof *s3);
    char *bucket = NULL;
    if (!s3)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
    store->backend = s3;
    store->ops = &ops;
    s3->environment = options->environment;
    set_host(s3, store->host);
    unpeg_status status = split_url(s3, store->url, &bucket, error);
    if (status == UNPEG_OK &&
        (!copy_text(options->sse, &s3->sse) || !copy_text(options->sse_kms_key, &s3->sse_kms_key)))
        status = unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
    if (status == UNPEG_OK)
        status = create_client(s3, bucket, options, error);
    free(bucket);
    store->key_max = s3->prefix ? UNPEG_KEY_MAX - strlen(s3->prefix) : 0;
    return status;
}
