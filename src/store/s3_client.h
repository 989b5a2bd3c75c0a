/* SPDX-License-Identifier: MIT
 *
 * Signed requests to one bucket, repeated as far as that is of use.
 *
 *     s3_client *client;
 *     s3_client_create(&(s3_client_options){.bucket = "artifacts"}, &client, &error);
 *     s3_request request = {.method = "PUT", .key = "a/b", .body = {.bytes = log, .size = size}};
 *     s3_response response = {0};
 *     status = s3_client_send(client, &request, &response, &error);
 *     s3_response_deinit(&response);
 *     s3_client_destroy(client);
 *
 * A request is retried (with jittered backoff, inside its budget) when the connection broke, the
 * store was busy or failed; with a corrected clock, other region or fresh credentials when the
 * answer asks for that. What was learned stays for later requests. Nothing is retried once bytes
 * of the body went to the sink: go on from response.http.delivered with a range.
 */
#ifndef UNPEG_STORE_S3_CLIENT_H
#define UNPEG_STORE_S3_CLIENT_H

#include "http.h"
#include "store_host.h"

enum { S3_TRIES = 6 };

typedef struct s3_client s3_client;

typedef enum s3_addressing {
    S3_ADDRESSING_AUTO,    /* virtual host on AWS; path with an endpoint or a dot in the name */
    S3_ADDRESSING_PATH,    /* https://endpoint/bucket/key */
    S3_ADDRESSING_VIRTUAL, /* https://bucket.endpoint/key */
} s3_addressing;

/* NULL members are taken from the environment, the profile, or AWS's own defaults. All texts are
 * copied. */
typedef struct s3_client_options {
    const char *bucket;
    const char *region;
    const char *endpoint; /* http[s]://host[:port][/path] */
    const char *profile;  /* given: keys in the environment are not looked at */
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *ca_file; /* certificates to trust, PEM */
    s3_addressing addressing;
    bool allow_http;        /* without: http:// to loopback only */
    const store_host *host; /* NULL: the system; kept until destroy */
} s3_client_options;

typedef struct s3_request {
    const char *method;
    const char *key;        /* as it is, not encoded; NULL: the bucket itself */
    const http_pair *query; /* raw names and values, any order; value "" for ?uploads */
    size_t query_count;
    const http_pair *headers; /* lower-case names; all of them are signed */
    size_t header_count;
    http_body body;
    unpeg_status (*on_answer)(void *user, const http_response *response);
    unpeg_writer sink;          /* see http_request */
    unsigned tries;             /* 0: S3_TRIES; 1: only corrections (clock, region, keys) are */
    int64_t stall_ms;           /* 0: HTTP_STALL_MS */
    const store_budget *budget; /* NULL: no end */
} s3_request;

/* What became of the last attempt. */
typedef struct s3_response {
    http_response http;
    char code[64];        /* the store's error code ("NoSuchKey"); "" when there was none */
    char message[160];    /* the store's sentence */
    char request_id[80];  /* for the store's operator */
    char body_sha256[65]; /* what was signed */
    unsigned attempts;    /* requests sent */
} s3_response;

/* Fails with ARGUMENT (bucket, endpoint), UNSUPPORTED (a library is not installed) or INPUT (a
 * profile that is not there). No request is made. */
UNPEG_MUST_CHECK unpeg_status s3_client_create(const s3_client_options *options, s3_client **ret,
                                               unpeg_error *error);

/* OK for a 2xx answer without an error document in its body. Else NOT_FOUND (404), PERMISSION
 * (401, 403, or no credentials), MISMATCH (412), REMOTE (other statuses, and no answer: then
 * response.http.sent says whether the store may have done it), DEADLINE, STOPPED, or as
 * http_send. The response is filled in every case. */
UNPEG_MUST_CHECK unpeg_status s3_client_send(s3_client *client, const s3_request *request,
                                             s3_response *response, unpeg_error *error);

/* A header of the answer, by its lower-case name; NULL when it did not come. */
const char *s3_response_header(const s3_response *response, const char *name);

/* The ETag without its quotes, "" when none came; false when it does not fit. */
bool s3_response_etag(const s3_response *response, char *ret, size_t size);

void s3_response_deinit(s3_response *response);

/* The region requests are signed for (as learned by now); lives until the next request. */
const char *s3_client_region(const s3_client *client);

/* "https://bucket.s3.us-east-1.amazonaws.com" or "http://127.0.0.1:8000/bucket": for messages. */
const char *s3_client_address(const s3_client *client);

/* Where the keys came from ("environment", "profile ci, role arn:...", ...), never a key; "" until
 * the first request. */
const char *s3_client_credential_source(const s3_client *client);

/* Seconds that this machine's clock is behind the store's, as learned. */
int64_t s3_client_clock_skew_s(const s3_client *client);

/* NULL is allowed. */
void s3_client_destroy(s3_client *client);

#endif
