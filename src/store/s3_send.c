/* SPDX-License-Identifier: MIT
 *
 * An attempt, what its answer teaches, and whether there is another.
 */
#include <stdio.h>
#include <stdlib.h>

#include "s3_client_state.h"
#include "s3_error.h"
#include "s3_retry.h"
#include "sigv4.h"
#include "time_text.h"

enum {
    HASH_PIECE = 256 << 10,
    SIGNED_HEADER_LIMIT = 32,
    EXTRA_HEADERS = 4, /* content hash, token, date, authorization */
    SKEW_ALLOWED_S = 15 * 60
};

/* One call of s3_client_send. */
typedef struct sending {
    s3_client *client;
    const s3_request *request;
    s3_response *response;
    unpeg_error error;
    const credentials *keys;
    s3_place place;   /* the client's, or that of a redirect */
    unsigned tried;   /* attempts that were repeated as they were */
    unsigned fixed;   /* one bit for each s3_action that was taken */
    s3_error failure; /* of the last answer */
    s3_outcome outcome;
} sending;

/* What is built for an attempt. */
typedef struct draft {
    text_buffer path;
    text_buffer query;
    text_buffer url;
    sigv4_signature signature;
    http_pair headers[SIGNED_HEADER_LIMIT + EXTRA_HEADERS];
    size_t header_count;
} draft;

static unpeg_status hash_pieces(const http_body *body, crypto_digest *digest)
{
    char *piece = malloc(HASH_PIECE);
    unpeg_status status = piece != NULL ? UNPEG_OK : UNPEG_NO_MEMORY;
    size_t got = 0;
    for (uint64_t at = 0; at < body->size && status == UNPEG_OK; at += got) {
        uint64_t left = body->size - at;
        status =
            body->read(body->user, at, piece, left < HASH_PIECE ? (size_t)left : HASH_PIECE, &got);
        if (status == UNPEG_OK && (got == 0 || got > left))
            status = UNPEG_STATE;
        if (status == UNPEG_OK)
            status = crypto_digest_add(digest, piece, got);
    }
    free(piece);
    return status;
}

static unpeg_status hash_read(const crypto *lib, const http_body *body, unsigned char *ret)
{
    crypto_digest digest;
    unpeg_status status = crypto_sha256_begin(lib, &digest);
    if (status != UNPEG_OK)
        return status;
    status = hash_pieces(body, &digest);
    if (status == UNPEG_OK)
        return crypto_digest_end(&digest, ret);
    crypto_digest_drop(&digest);
    return status;
}

static unpeg_status hash_body(sending *s)
{
    unsigned char digest[CRYPTO_SHA256_SIZE];
    const http_body *body = &s->request->body;
    text_buffer hex = {0};
    unpeg_status status = body->read != NULL ? hash_read(&s->client->lib, body, digest)
                                             : crypto_sha256(&s->client->lib, body->bytes,
                                                             (size_t)body->size, digest);
    if (status != UNPEG_OK)
        return unpeg_error_set(&s->error, status, "the body cannot be read (%s)",
                               unpeg_status_text(status));
    text_buffer_add_hex(&hex, digest, sizeof digest);
    snprintf(s->response->body_sha256, sizeof s->response->body_sha256, "%s",
             text_buffer_text(&hex));
    text_buffer_deinit(&hex);
    return UNPEG_OK;
}

static void deinit_draft(draft *d)
{
    text_buffer_deinit(&d->path);
    text_buffer_deinit(&d->query);
    text_buffer_deinit(&d->url);
    sigv4_signature_deinit(&d->signature);
}

/* Path and query once: the same bytes are signed and sent. */
static unpeg_status draft_url(const sending *s, draft *d)
{
    const s3_request *request = s->request;
    text_buffer_add_text(&d->path, s->place.path);
    if (request->key != NULL || d->path.len == 0)
        text_buffer_add_char(&d->path, '/');
    if (request->key != NULL)
        uri_encode(&d->path, unpeg_slice_of(request->key), true);
    unpeg_status status = uri_query(&d->query, request->query, request->query_count);
    text_buffer_add_text(&d->url, s->place.origin);
    text_buffer_add(&d->url, text_buffer_slice(&d->path));
    if (d->query.len != 0)
        text_buffer_add_char(&d->url, '?');
    text_buffer_add(&d->url, text_buffer_slice(&d->query));
    return d->path.failed || d->url.failed ? UNPEG_NO_MEMORY : status;
}

static void add_header(draft *d, const char *name, const char *value)
{
    d->headers[d->header_count++] = (http_pair){name, value};
}

static unpeg_status draft_headers(const sending *s, draft *d)
{
    const s3_request *request = s->request;
    if (request->header_count > SIGNED_HEADER_LIMIT)
        return UNPEG_ARGUMENT;
    for (size_t i = 0; i < request->header_count; i++)
        add_header(d, request->headers[i].name, request->headers[i].value);
    add_header(d, "x-amz-content-sha256", s->response->body_sha256);
    if (s->keys->session_token.len != 0)
        add_header(d, "x-amz-security-token", s->keys->session_token.bytes);
    return UNPEG_OK;
}

static unpeg_status sign(const sending *s, draft *d)
{
    const s3_client *client = s->client;
    sigv4_request request = {.method = s->request->method,
                             .host = s->place.address.host,
                             .path = d->path.bytes,
                             .query = text_buffer_text(&d->query),
                             .headers = d->headers,
                             .header_count = d->header_count,
                             .payload_sha256 = s->response->body_sha256};
    sigv4_keys keys = {text_buffer_text(&s->keys->access_key),
                       text_buffer_text(&s->keys->secret_key)};
    sigv4_scope scope = {client->aws.region, "s3", store_unix_s(client->host) + client->skew_s};
    unpeg_status status = sigv4_sign(&client->lib, &request, &keys, &scope, &d->signature);
    if (status != UNPEG_OK)
        return status;
    add_header(d, "x-amz-date", d->signature.date);
    add_header(d, "authorization", d->signature.authorization.bytes);
    return UNPEG_OK;
}

static unpeg_status send_draft(const sending *s, const draft *d)
{
    const s3_request *request = s->request;
    http_request http = {.method = request->method,
                         .url = d->url.bytes,
                         .headers = d->headers,
                         .header_count = d->header_count,
                         .body = request->body,
                         .on_answer = request->on_answer,
                         .sink = request->sink,
                         .stall_ms = request->stall_ms};
    return http_send(s->client->transport, &http, request->budget, &s->response->http);
}

/* Texts of the answer, and what the table looks at. A 2xx body that is no error document is the
 * caller's. */
static void read_answer(sending *s)
{
    s3_response *response = s->response;
    const char *id = http_response_header(&response->http, "x-amz-request-id");
    const char *date = http_response_header(&response->http, "date");
    uint64_t after_s = 0;
    int64_t until_s = 0;
    int64_t date_s = 0;
    s3_error_parse(text_buffer_slice(&response->http.body), &s->failure);
    s3_error_text(response->code, sizeof response->code, unpeg_slice_of(s->failure.code));
    s3_error_text(response->message, sizeof response->message, unpeg_slice_of(s->failure.message));
    s3_error_text(response->request_id, sizeof response->request_id,
                  unpeg_slice_of(id != NULL ? id : s->failure.request_id));
    const char *after = http_response_header(&response->http, "retry-after");
    if (!http_response_number(&response->http, "retry-after", &after_s) && after != NULL &&
        date != NULL && time_text_http(after, &until_s) && time_text_http(date, &date_s) &&
        until_s > date_s)
        after_s = (uint64_t)(until_s - date_s);
    s->outcome = (s3_outcome){.http_status = response->http.status,
                              .code = response->code,
                              .retry_after_s = after_s > INT32_MAX ? INT32_MAX : (int64_t)after_s};
}

static unpeg_status attempt(sending *s)
{
    draft d = {0};
    s->response->code[0] = s->response->message[0] = s->response->request_id[0] = '\0';
    unpeg_status status = draft_url(s, &d);
    if (status == UNPEG_OK)
        status = draft_headers(s, &d);
    if (status == UNPEG_OK)
        status = sign(s, &d);
    if (status != UNPEG_OK) {
        deinit_draft(&d);
        return unpeg_error_set(&s->error, status, "the request cannot be signed (%s)",
                               unpeg_status_text(status));
    }
    s->response->attempts++;
    status = send_draft(s, &d);
    deinit_draft(&d);
    if (status == UNPEG_OK) {
        read_answer(s);
        return UNPEG_OK;
    }
    s->error = s->response->http.error;
    s->outcome = (s3_outcome){.code = "", .may_retry = s->response->http.may_retry};
    return status;
}

/* The answer's clock against the one that was signed with. */
static bool clock_offset(const sending *s, int64_t *ret_s)
{
    const char *date = http_response_header(&s->response->http, "date");
    int64_t store_s;
    if (date == NULL || !time_text_http(date, &store_s))
        return false;
    *ret_s = store_s - store_unix_s(s->client->host);
    return true;
}

/* An answer to HEAD has no document that says what is wrong. */
static s3_action guess_action(const sending *s)
{
    const http_response *http = &s->response->http;
    const char *region = http_response_header(http, "x-amz-bucket-region");
    int64_t offset_s = 0;
    bool elsewhere = region != NULL && strcmp(region, s->client->aws.region) != 0;
    if (http->status == 400 && elsewhere)
        return S3_FIX_REGION;
    if (http->status == 400 && s->keys->session_token.len != 0)
        return S3_FIX_KEYS;
    if (http->status == 403 && clock_offset(s, &offset_s) &&
        llabs(offset_s - s->client->skew_s) > SKEW_ALLOWED_S)
        return S3_FIX_CLOCK;
    return S3_FAIL;
}

static s3_action choose_action(const sending *s, unpeg_status status)
{
    if (status != UNPEG_OK && status != UNPEG_REMOTE)
        return S3_FAIL;
    if (s->response->http.delivered != 0 && status != UNPEG_OK)
        return S3_FAIL;
    s3_action action = s3_retry_action(&s->outcome);
    if (action == S3_FAIL && s->outcome.code[0] == '\0' && status == UNPEG_OK)
        action = guess_action(s);
    return action;
}

static bool fix_clock(sending *s)
{
    int64_t offset_s;
    if (!clock_offset(s, &offset_s))
        return false;
    s->client->skew_s = offset_s;
    return true;
}

static bool fix_region(sending *s)
{
    s3_client *client = s->client;
    const char *region = http_response_header(&s->response->http, "x-amz-bucket-region");
    if (region == NULL)
        region = s->failure.region;
    if (strcmp(region, client->aws.region) == 0 || !aws_place_set_region(&client->aws, region) ||
        s3_place_set(&client->place, &client->aws, client->bucket, client->addressing, NULL) !=
            UNPEG_OK)
        return false;
    s->place = client->place;
    s3_client_set_address(client);
    return true;
}

static bool fix_host(sending *s)
{
    const char *target = http_response_header(&s->response->http, "location");
    return s3_place_move(&s->place, target != NULL ? target : s->failure.endpoint);
}

static unpeg_status get_keys(sending *s, bool fresh)
{
    credential_need need = {.budget = s->request->budget, .fresh = fresh};
    unpeg_status status = credential_chain_get(s->client->chain, &need, &s->keys, &s->error);
    if (status == UNPEG_OK)
        snprintf(s->client->source, sizeof s->client->source, "%s", s->keys->source);
    return status;
}

/* Each correction once: what does not help the first time does not help. *ret_fixed is false when
 * there is nothing to correct. */
static unpeg_status correct(sending *s, s3_action action, bool *ret_fixed)
{
    unsigned bit = 1U << action;
    *ret_fixed = false;
    if ((s->fixed & bit) != 0)
        return UNPEG_OK;
    s->fixed |= bit;
    *ret_fixed = true;
    switch (action) {
    case S3_FIX_CLOCK:
        *ret_fixed = fix_clock(s);
        return UNPEG_OK;
    case S3_FIX_REGION:
        *ret_fixed = fix_region(s);
        return UNPEG_OK;
    case S3_FIX_HOST:
        *ret_fixed = fix_host(s);
        return UNPEG_OK;
    case S3_FIX_BODY:
        return hash_body(s);
    case S3_FIX_KEYS:
        return get_keys(s, true);
    case S3_DONE:
    case S3_FAIL:
    case S3_RETRY:
        break;
    }
    return UNPEG_OK;
}

static unpeg_status status_of(int http_status)
{
    switch (http_status) {
    case 401:
    case 403:
        return UNPEG_PERMISSION;
    case 404:
        return UNPEG_NOT_FOUND;
    case 412:
        return UNPEG_MISMATCH;
    default:
        return UNPEG_REMOTE;
    }
}

/* The sentence of a final failure. */
static unpeg_status refuse(sending *s, unpeg_status status)
{
    const s3_response *response = s->response;
    if (status != UNPEG_OK)
        return status;
    status = status_of(response->http.status);
    return unpeg_error_set(&s->error, status, "%s answered %d%s%s%s%.120s%s%.60s%s",
                           s->place.address.host, response->http.status,
                           response->code[0] != '\0' ? " " : "", response->code,
                           response->message[0] != '\0' ? ": " : "", response->message,
                           response->request_id[0] != '\0' ? " (request " : "",
                           response->request_id, response->request_id[0] != '\0' ? ")" : "");
}

/* Waits before the next try; when that cannot be, says why, and what the last attempt ended with.
 */
static unpeg_status pause_before_retry(sending *s, unpeg_status last)
{
    unpeg_error why = {0};
    int64_t ms = s3_retry_delay_ms(&s->outcome, s->tried, store_random(s->client->host));
    unpeg_status status = store_sleep(s->client->host, s->request->budget, ms, &why);
    if (status == UNPEG_OK)
        return status;
    refuse(s, last);
    unpeg_error before = s->error;
    return unpeg_error_set(&s->error, status, "%.150s; %.100s", before.text, why.text);
}

static unsigned tries_of(const s3_request *request)
{
    return request->tries != 0 ? request->tries : S3_TRIES;
}

/* *ret_again: there is to be another attempt. */
static unpeg_status after_attempt(sending *s, unpeg_status status, bool *ret_again)
{
    s3_action action = choose_action(s, status);
    *ret_again = false;
    if (action == S3_DONE)
        return UNPEG_OK;
    if (action == S3_RETRY && ++s->tried < tries_of(s->request)) {
        *ret_again = true;
        return pause_before_retry(s, status);
    }
    if (action == S3_FAIL || action == S3_RETRY)
        return refuse(s, status);
    unpeg_status corrected = correct(s, action, ret_again);
    return corrected != UNPEG_OK || *ret_again ? corrected : refuse(s, status);
}

unpeg_status s3_client_send(s3_client *client, const s3_request *request, s3_response *response,
                            unpeg_error *error)
{
    sending s = {
        .client = client, .request = request, .response = response, .place = client->place};
    bool again = true;
    http_response_clear(&response->http);
    *response = (s3_response){.http = response->http};
    unpeg_status status = hash_body(&s);
    while (status == UNPEG_OK && again) {
        status = get_keys(&s, false);
        if (status == UNPEG_OK)
            status = after_attempt(&s, attempt(&s), &again);
    }
    if (status != UNPEG_OK && error != NULL)
        *error = s.error;
    return status;
}
