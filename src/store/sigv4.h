/* SPDX-License-Identifier: MIT
 *
 * AWS Signature Version 4 in a header.
 *
 *     sigv4_request request = {.method = "GET", .host = "h", .path = "/a%20b", .query = "x=",
 *                              .payload_sha256 = hex, .headers = headers, .header_count = 2};
 *     sigv4_scope scope = {.region = "us-east-1", .service = "s3", .unix_s = now + skew};
 *     sigv4_signature signature = {0};
 *     status = sigv4_sign(&lib, &request, &keys, &scope, &signature);
 *     sigv4_signature_deinit(&signature);
 *
 * Path and query are signed as they are: encode them once (uri_text.h) and send the same. For
 * services other than s3 AWS wants the path encoded twice; "/" is the same either way. Expect,
 * User-Agent, Accept and Connection are not to be signed: the transport changes them.
 */
#ifndef UNPEG_STORE_SIGV4_H
#define UNPEG_STORE_SIGV4_H

#include "crypto.h"
#include "http.h"

enum { SIGV4_HEADER_LIMIT = 64, SIGV4_DATE_SIZE = 17 };

typedef struct sigv4_request {
    const char *method;
    const char *host;         /* the Host header that will be sent */
    const char *path;         /* encoded, begins with '/' */
    const char *query;        /* canonical: encoded and sorted; "" for none */
    const http_pair *headers; /* to be signed besides host and x-amz-date: lower-case names, each
                                 once, any order */
    size_t header_count;
    const char *payload_sha256; /* hexadecimal, as in x-amz-content-sha256 */
} sigv4_request;

typedef struct sigv4_keys {
    const char *access_key;
    const char *secret_key;
} sigv4_keys;

typedef struct sigv4_scope {
    const char *region;
    const char *service;
    int64_t unix_s; /* the store's time: this machine's plus the learned skew */
} sigv4_scope;

typedef struct sigv4_signature {
    char date[SIGV4_DATE_SIZE]; /* the value of x-amz-date: 20260131T235959Z */
    text_buffer authorization;  /* the value of Authorization */
} sigv4_signature;

/* ARGUMENT (too many headers, one twice, a time without a date), NO_MEMORY, or what libcrypto
 * refused. */
UNPEG_MUST_CHECK unpeg_status sigv4_sign(const crypto *lib, const sigv4_request *request,
                                         const sigv4_keys *keys, const sigv4_scope *scope,
                                         sigv4_signature *ret);

void sigv4_signature_deinit(sigv4_signature *signature);

#endif
