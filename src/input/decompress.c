/* SPDX-License-Identifier: MIT */
#include "decompress.h"

#include <stdlib.h>

static bool starts_with(const unsigned char *head, size_t len, const void *magic, size_t magic_len)
{
    return len >= magic_len && memcmp(head, magic, magic_len) == 0;
}

compression compression_of(const unsigned char *head, size_t len)
{
    if (starts_with(head, len, "\x1f\x8b", 2) && (len < 3 || head[2] == 8))
        return COMPRESSION_GZIP;
    if (starts_with(head, len, "\x28\xb5\x2f\xfd", 4))
        return COMPRESSION_ZSTD;
    /* A skippable frame: 0x184D2A50 to 0x184D2A5F, little endian. */
    if (len >= 4 && (head[0] & 0xf0) == 0x50 && memcmp(head + 1, "\x2a\x4d\x18", 3) == 0)
        return COMPRESSION_ZSTD;
    return COMPRESSION_NONE;
}

unpeg_status decompressor_create(compression kind, raw_input *raw, const void *head, size_t len,
                                 decompressor **ret)
{
    decompressor *d = malloc(sizeof *d);
    if (d == NULL)
        return UNPEG_NO_MEMORY;
    memset(d, 0, offsetof(decompressor, in));
    d->format = kind == COMPRESSION_GZIP ? &gzip_format : &zstd_format;
    if (d->format->start(d) != UNPEG_OK) {
        free(d);
        return UNPEG_NO_MEMORY;
    }
    d->raw = raw;
    memcpy(d->in, head, len);
    d->in_len = len;
    *ret = d;
    return UNPEG_OK;
}

static unpeg_status refill(decompressor *d, unpeg_error *error)
{
    if (d->in_at < d->in_len || d->raw_ended || d->more_output)
        return UNPEG_OK;
    d->in_at = d->in_len = 0;
    unpeg_status status = raw_input_read(d->raw, d->in, sizeof d->in, &d->in_len, error);
    d->raw_ended = status == UNPEG_OK && d->in_len == 0;
    return status;
}

unpeg_status decompressor_read(decompressor *d, void *out, size_t size, size_t *ret,
                               unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    *ret = 0;
    while (status == UNPEG_OK && *ret == 0 && !d->ended && size != 0) {
        status = refill(d, error);
        if (status != UNPEG_OK)
            break;
        size_t in_before = d->in_at;
        status = d->format->step(d, out, size, ret, error);
        bool stuck = *ret == 0 && d->in_at == in_before && !d->more_output;
        d->more_output = *ret == size;
        d->delivered = d->delivered || *ret != 0;
        if (d->raw_ended && stuck) {
            d->ended = true;
            d->damaged = d->damaged || d->in_frame;
        }
    }
    return status;
}

void decompressor_destroy(decompressor *d)
{
    if (d != NULL)
        d->format->stop(d);
    free(d);
}
