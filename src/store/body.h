/* SPDX-License-Identifier: MIT
 *
 * The bytes of an object as it will be stored: those of a local file, raw or as zstd.
 *
 *     body *b;
 *     status = body_open(&file, true, &b, error);
 *     while ((status = body_read(b, part, sizeof part, &len, error)) == UNPEG_OK && len != 0) ...
 *     body_close(b);
 *
 * The same file and size give the same bytes, however they are read: that is how an upload goes on
 * that another process began. zstd has a new frame at least every 8 MiB of output, so that any
 * part of a cut upload can be decoded from its first frame on.
 */
#ifndef UNPEG_STORE_BODY_H
#define UNPEG_STORE_BODY_H

#include "local_file.h"

typedef struct body body;

enum { BODY_FRAME_BYTES = 8 << 20 };

/* file must outlive it. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status body_open(const local_file *file, bool zstd, body **ret,
                                        unpeg_error *error);

/* Less than size only at the end, and 0 behind it. Fails with OS or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status body_read(body *b, void *buffer, size_t size, size_t *ret,
                                        unpeg_error *error);

/* Bytes of the file that were taken. */
uint64_t body_position(const body *b);

/* How long it is at most; exact when it is not compressed. */
uint64_t body_bytes_max(const body *b);

/* NULL is allowed. */
void body_close(body *b);

#endif
