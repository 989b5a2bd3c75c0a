/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "range_resume.h"
#include "s3_store.h"

enum {
    RESUMES_MAX = 20, /* in a row, each of which brought less than so many bytes: */
    RESUME_BYTES = 1 << 20,
    RESUME_PAUSE_MS = 50,
};

/* An object on its way out of a bucket. */
typedef struct getting {
    unpeg_store *store;
    s3_store *s3;
    const unpeg_writer *out;
    char key[UNPEG_KEY_MAX + 1];
    range_resume range;
    unpeg_status refused; /* what the answer made of the transfer, when that is not OK */
    crypto_digest md5;
    bool has_md5;
} getting;

static unpeg_status begin_hash(getting *g)
{
    unpeg_status status = crypto_md5_begin(&g->s3->crypto, &g->md5);
    g->has_md5 = status == UNPEG_OK;
    return status == UNPEG_UNSUPPORTED ? UNPEG_OK : status;
}

static unpeg_status on_answer(void *user, const http_response *response)
{
    getting *g = user;
    range_answer answer = {.http_status = response->status};
    const char *range = http_response_header(response, "content-range");
    const char *etag = http_response_header(response, "etag");
    const char *sse = http_response_header(response, "x-amz-server-side-encryption");
    answer.has_length = http_response_number(response, "content-length", &answer.length);
    answer.content_range = range ? range : "";
    answer.etag = etag ? etag : "";
    answer.opaque = sse && strcmp(sse, "AES256") != 0;
    g->refused = range_resume_answer(&g->range, &answer);
    return g->refused;
}

static unpeg_status take_bytes(void *user, const void *bytes, size_t len)
{
    getting *g = user;
    unpeg_slice fresh = range_resume_take(&g->range, (unpeg_slice){bytes, len});
    if (fresh.len == 0)
        return UNPEG_OK;
    if (g->has_md5 && crypto_digest_add(&g->md5, fresh.data, fresh.len) != UNPEG_OK)
        return UNPEG_NO_MEMORY;
    return g->out->write(g->out->user, fresh.data, fresh.len);
}

static unpeg_status get_rest(getting *g, s3_response *response, unpeg_error *error)
{
    char range[40];
    char etag[ETAG_MAX + 3];
    const store_budget budget = s3_store_budget(g->store);
    snprintf(range, sizeof range, "bytes=%llu-", (unsigned long long)g->range.offset);
    snprintf(etag, sizeof etag, "\"%s\"", g->range.etag);
    const http_pair headers[] = {{"range", range}, {"if-match", etag}};
    size_t count = g->range.offset == 0 ? 0 : 1;
    if (count != 0 && g->range.etag[0])
        count = 2;
    const s3_request request = {.method = "GET",
                                .key = g->key,
                                .headers = headers,
                                .header_count = count,
                                .on_answer = on_answer,
                                .sink = {take_bytes, g},
                                .budget = &budget};
    return s3_client_send(g->s3->client, &request, response, error);
}

/* Whether it is of use to ask for the rest. Requests that brought nothing were repeated already. */
static bool may_resume(const getting *g, unpeg_status status, const s3_response *response)
{
    return status == UNPEG_REMOTE && response->http.delivered != 0 && g->refused == UNPEG_OK;
}

/* What an answer amounts to: OK for the whole object, REMOTE for a part of it. */
static unpeg_status judge(getting *g, unpeg_status status, const s3_response *response,
                          unpeg_error *error)
{
    /* Nobody was asked about an answer without a body. */
    if (status == UNPEG_OK && !g->range.begun)
        status = on_answer(g, &response->http);
    if (g->range.offset != 0 && (response->http.status == 412 || g->refused == UNPEG_MISMATCH))
        return unpeg_error_set(error, UNPEG_MISMATCH, "the object was replaced while it was read");
    if (g->refused != UNPEG_OK)
        return unpeg_error_set(error, UNPEG_REMOTE,
                               "the store answered with other bytes than were asked for");
    if (status != UNPEG_OK && status != UNPEG_REMOTE)
        return status;
    if (range_resume_is_done(&g->range) || (status == UNPEG_OK && !g->range.has_total))
        return UNPEG_OK;
    return status == UNPEG_OK ? unpeg_error_set(error, UNPEG_REMOTE, "the object ended early")
                              : status;
}

static unpeg_status get_all(getting *g, s3_response *response, unpeg_error *error)
{
    unsigned left = RESUMES_MAX;
    const store_budget budget = s3_store_budget(g->store);
    for (;;) {
        uint64_t before = g->range.offset;
        unpeg_status status = judge(g, get_rest(g, response, error), response, error);
        left = g->range.offset - before >= RESUME_BYTES ? RESUMES_MAX : left - 1;
        if (!may_resume(g, status, response) || left == 0)
            return status;
        status = store_sleep(&g->s3->host, &budget, RESUME_PAUSE_MS, error);
        if (status != UNPEG_OK)
            return status;
    }
}

/* The hash of an object in parts is another one than that of its bytes. */
static unpeg_status check_hash(getting *g, unpeg_error *error)
{
    unsigned char md5[MD5_BYTES];
    char hex[2 * MD5_BYTES + 1];
    g->has_md5 = false;
    if (crypto_digest_end(&g->md5, md5) != UNPEG_OK)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to compare the hash");
    for (size_t i = 0; i < MD5_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", md5[i]);
    if (!range_resume_has_md5(&g->range) || strcmp(hex, g->range.etag) == 0)
        return UNPEG_OK;
    return unpeg_error_set(error, UNPEG_MISMATCH,
                           "the bytes that came have another hash than the object");
}

unpeg_status s3_get(unpeg_store *store, const char *key, const unpeg_writer *out,
                    unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    getting g = {.store = store, .s3 = store->backend, .out = out};
    s3_response response = {0};
    error = error ? error : &own;
    s3_store_key(g.s3, key, g.key);
    unpeg_status status = begin_hash(&g);
    if (status == UNPEG_OK)
        status = get_all(&g, &response, error);
    if (status == UNPEG_OK && g.has_md5)
        status = check_hash(&g, error);
    if (g.has_md5)
        crypto_digest_drop(&g.md5);
    s3_response_deinit(&response);
    return status;
}
