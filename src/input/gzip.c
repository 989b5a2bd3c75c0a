/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <zlib.h>

#include "decompress.h"

/* 15: the largest window; 16: a gzip header is expected, and its checksum verified. */
enum { WINDOW_BITS = 15 + 16 };

static unpeg_status gzip_start(decompressor *d)
{
    z_stream *z = calloc(1, sizeof *z);
    d->state = z;
    if (z != NULL && inflateInit2(z, WINDOW_BITS) == Z_OK)
        return UNPEG_OK;
    free(z);
    return UNPEG_NO_MEMORY;
}

static void gzip_stop(decompressor *d)
{
    inflateEnd(d->state);
    free(d->state);
}

/* Between members zeros are padding (tapes, blocks); anything else has to be another member. */
static bool enter_member(decompressor *d)
{
    while (d->in_at < d->in_len && d->in[d->in_at] == 0)
        d->in_at++;
    if (d->in_at == d->in_len)
        return false;
    d->in_frame = inflateReset(d->state) == Z_OK;
    return d->in_frame;
}

static unpeg_status gzip_step(decompressor *d, void *out, size_t size, size_t *ret,
                              unpeg_error *error)
{
    z_stream *z = d->state;
    if (!d->in_frame && !enter_member(d))
        return UNPEG_OK;
    z->next_in = d->in + d->in_at;
    z->avail_in = (uInt)(d->in_len - d->in_at);
    z->next_out = out;
    z->avail_out = size < UINT32_MAX ? (uInt)size : UINT32_MAX;
    uInt room = z->avail_out;
    int result = inflate(z, Z_NO_FLUSH);
    d->in_at = d->in_len - z->avail_in;
    *ret = room - z->avail_out;
    if (result == Z_MEM_ERROR)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to decompress gzip");
    if (result == Z_STREAM_END)
        d->in_frame = false;
    else if (result != Z_OK && result != Z_BUF_ERROR)
        d->ended = d->damaged = true;
    return UNPEG_OK;
}

const decompress_format gzip_format = {gzip_start, gzip_step, gzip_stop};
