/* SPDX-License-Identifier: MIT
 *
 * Streaming decompression of gzip and zstd.
 *
 *     compression kind = compression_of(first_bytes, 4);
 *     status = decompressor_create(kind, &raw, first_bytes, 4, &d);
 *     status = decompressor_read(d, out, sizeof out, &n, error);
 *     if (d->damaged) ... the data was cut or damaged after what was delivered
 *     decompressor_destroy(d);
 */
#ifndef UNPEG_INPUT_DECOMPRESS_H
#define UNPEG_INPUT_DECOMPRESS_H

#include "raw_input.h"

typedef enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD } compression;

/* Of zstd windows: what zstd itself accepts unasked, and the memory a frame may cost. */
enum { ZSTD_WINDOW_LOG_MAX = 27 };

enum { DECOMPRESS_IN_SIZE = 1 << 16 };

typedef struct decompressor decompressor;

/* One format. step decodes once from in[in_at..in_len] to out and keeps in_at, in_frame, ended and
 * damaged up to date; it may do nothing. */
typedef struct decompress_format {
    unpeg_status (*start)(decompressor *d);
    unpeg_status (*step)(decompressor *d, void *out, size_t size, size_t *ret, unpeg_error *error);
    void (*stop)(decompressor *d);
} decompress_format;

extern const decompress_format gzip_format;
extern const decompress_format zstd_format;

struct decompressor {
    const decompress_format *format;
    raw_input *raw;
    void *state;          /* of the library */
    bool in_frame;        /* inside a gzip member or zstd frame: the end may not come here */
    bool ended;           /* nothing more will come out */
    bool damaged;         /* ended by damage */
    bool raw_ended;       /* nothing more will come in */
    bool more_output;     /* the last step filled its buffer: there may be more without input */
    bool delivered;       /* some byte came out */
    size_t in_at, in_len; /* the bytes of in not yet decoded */
    size_t next_step;     /* zstd: how much to give to the next step */
    unsigned char in[DECOMPRESS_IN_SIZE];
};

compression compression_of(const unsigned char *head, size_t len);

/* raw stays the caller's; head (at most DECOMPRESS_IN_SIZE bytes) is what was already read of it.
 * Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status decompressor_create(compression kind, raw_input *raw,
                                                  const void *head, size_t len, decompressor **ret);

/* *ret == 0 is the end. Damage is no failure. Fails with what raw fails with, NO_MEMORY, and for a
 * first frame that cannot be read here with LIMIT (zstd window) or UNSUPPORTED (dictionary). */
UNPEG_MUST_CHECK unpeg_status decompressor_read(decompressor *d, void *out, size_t size,
                                                size_t *ret, unpeg_error *error);

/* NULL is allowed. */
void decompressor_destroy(decompressor *d);

#endif
