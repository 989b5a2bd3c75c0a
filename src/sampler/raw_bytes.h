/* SPDX-License-Identifier: MIT
 *
 * Little-endian numbers and bytes: a growing buffer to write them, a bounded cursor to read them.
 *
 *     raw_bytes bytes = {0};
 *     raw_put_u32(&bytes, 7);
 *     if (bytes.failed) return UNPEG_NO_MEMORY;
 *     raw_cursor c = {bytes.data, bytes.used};
 *     if (raw_take_u32(&c, &seven)) ...
 */
#ifndef UNPEG_SAMPLER_RAW_BYTES_H
#define UNPEG_SAMPLER_RAW_BYTES_H

#include "unpeg/base.h"

typedef struct raw_bytes {
    char *data;
    size_t used, capacity;
    bool failed; /* no memory; what was put since is not there */
} raw_bytes;

void raw_put(raw_bytes *bytes, const void *data, size_t size);
void raw_put_u32(raw_bytes *bytes, uint32_t value);
void raw_put_u64(raw_bytes *bytes, uint64_t value);
void raw_put_text(raw_bytes *bytes, unpeg_slice text); /* u32 length, bytes */
void raw_bytes_deinit(raw_bytes *bytes);

typedef struct raw_cursor {
    const char *at;
    size_t left;
} raw_cursor;

/* Each is false, with nothing taken, where there are too few bytes. */
bool raw_take(raw_cursor *c, size_t size, unpeg_slice *ret);
bool raw_take_u32(raw_cursor *c, uint32_t *ret);
bool raw_take_u64(raw_cursor *c, uint64_t *ret);
bool raw_take_text(raw_cursor *c, unpeg_slice *ret);

#endif
