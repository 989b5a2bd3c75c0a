/* SPDX-License-Identifier: MIT
 *
 * Percent-encoding as AWS signs it, and addresses taken apart. What is built here goes into the
 * signature and, unchanged, into the URL.
 *
 *     uri_encode(&path, unpeg_slice_of("realm/a b"), true);       realm/a%20b
 *     uri_query(&query, pairs, 2);                                list-type=2&prefix=a%2F
 *     uri_parse("http://127.0.0.1:8000", &address, &error);
 */
#ifndef UNPEG_STORE_URI_TEXT_H
#define UNPEG_STORE_URI_TEXT_H

#include "http.h"

/* A-Z a-z 0-9 - _ . ~ stay, '/' too with keep_slash; all else becomes %XX in upper case. */
void uri_encode(text_buffer *out, unpeg_slice text, bool keep_slash);

/* Undoes %XX, and '+' for a blank: what encoding-type=url answers with. A '%' without two digits
 * stays. */
void uri_decode(text_buffer *out, unpeg_slice text);

/* Names and values encoded, sorted by encoded name, then value; always with '='. */
UNPEG_MUST_CHECK unpeg_status uri_query(text_buffer *out, const http_pair *pairs, size_t count);

enum { URI_HOST_LIMIT = 255 };

typedef struct uri_address {
    bool tls;
    bool loopback;                 /* localhost, *.localhost, 127.0.0.0/8, ::1 */
    char host[URI_HOST_LIMIT + 1]; /* as libcurl sends it: with the port unless the scheme's own */
    char name[URI_HOST_LIMIT + 1]; /* without the port; IPv6 without brackets */
    char path[URI_HOST_LIMIT + 1]; /* "" or "/a/b", no slash at the end */
} uri_address;

/* http[s]://host[:port][/path]; ARGUMENT for anything else (user names, queries, blanks). */
UNPEG_MUST_CHECK unpeg_status uri_parse(const char *text, uri_address *ret, unpeg_error *error);

#endif
