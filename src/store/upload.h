/* SPDX-License-Identifier: MIT
 *
 * One object on its way into a bucket: what a PUT and a multipart upload share.
 *
 *     status = upload_fill(&u, size);               the next piece of the body
 *     status = upload_call(&u, &request);
 *     status = upload_prove(&u, status);            settles what a last answer left open
 */
#ifndef UNPEG_STORE_UPLOAD_H
#define UNPEG_STORE_UPLOAD_H

#include "body.h"
#include "proof.h"
#include "s3_store.h"

enum { UPLOAD_HEADERS_MAX = 8, MD5_TEXT = 25, MD5_HEX = 33 };

typedef struct upload {
    unpeg_store *store;
    s3_store *s3;
    const store_put *put;
    unpeg_error *error; /* never NULL */
    char key[UNPEG_KEY_MAX + 1];
    body *from;
    unsigned char *bytes; /* the piece at hand */
    size_t capacity, len;
    bool has_md5; /* of the piece */
    unsigned char md5[MD5_BYTES];
    char md5_base64[MD5_TEXT], md5_hex[MD5_HEX];
    proof_sent sent;
    s3_response response; /* of the last request */
} upload;

/* Names and values for a request that makes an object. */
typedef struct upload_headers {
    http_pair pairs[UPLOAD_HEADERS_MAX];
    size_t count;
    char truncated_at[24];
} upload_headers;

void upload_add_header(upload_headers *headers, const char *name, const char *value);

/* Content type, encryption, and that the file is still written. */
void upload_object_headers(const upload *u, upload_headers *ret);

/* Begins the body anew. */
UNPEG_MUST_CHECK unpeg_status upload_rewind(upload *u);

/* Reads the next size bytes, fewer only at the end, and their MD5. */
UNPEG_MUST_CHECK unpeg_status upload_fill(upload *u, size_t size);

/* Sends a request for the object, within the store's budget. */
UNPEG_MUST_CHECK unpeg_status upload_call(upload *u, s3_request *request);

/* Takes the ETag of the last answer into ret; false if it is no sound one. Notes whether the
 * store's hashes are opaque. */
bool upload_take_etag(upload *u, char ret[ETAG_MAX + 1]);

/* Whether a request that was not answered well may have been done all the same. */
bool upload_is_doubtful(const upload *u, unpeg_status status);

/* Asks for the object. Fails with DEADLINE, STOPPED or NO_MEMORY; every answer is an outcome. */
UNPEG_MUST_CHECK unpeg_status upload_look(upload *u, proof_outcome *ret);

/* The last step was answered with status: proves what it made, or finds out whether it did. */
UNPEG_MUST_CHECK unpeg_status upload_prove(upload *u, unpeg_status status);

/* In multipart.c: an object in several pieces. With has_first, the first one is at hand. */
UNPEG_MUST_CHECK unpeg_status upload_multipart(upload *u, size_t part_bytes, bool has_first);

#endif
