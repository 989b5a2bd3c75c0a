/* SPDX-License-Identifier: MIT
 *
 * The error document of S3 and of STS.
 *
 *     s3_error failure;
 *     if (s3_error_parse(body, &failure))
 *         printf("%s: %s\n", failure.code, failure.message);
 *
 * Texts come from the network: what is not printable ASCII becomes '?', what is too long is cut.
 */
#ifndef UNPEG_STORE_S3_ERROR_H
#define UNPEG_STORE_S3_ERROR_H

#include "unpeg/base.h"

typedef struct s3_error {
    char code[64]; /* "NoSuchKey" */
    char message[160];
    char request_id[80];
    char region[40];    /* where the bucket is, of a redirect; "" when not said */
    char endpoint[256]; /* the host to go to, of a redirect */
} s3_error;

/* True when the document is one: its root is <Error> (S3) or <ErrorResponse> (STS) and a code is in
 * it. Else all texts are "". */
bool s3_error_parse(unpeg_slice document, s3_error *ret);

/* Copies printable ASCII, the rest as '?', as far as it fits. */
void s3_error_text(char *ret, size_t size, unpeg_slice text);

#endif
