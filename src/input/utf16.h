/* SPDX-License-Identifier: MIT
 *
 * UTF-16 to UTF-8, streaming.
 *
 *     utf16_decoder d = {.big_endian = false};
 *     len = utf16_decode(&d, bytes, n, text, &damage);   text: UTF16_TEXT_MAX(n) bytes
 *     len = utf16_finish(&d, text, &damage);
 *
 * A lone surrogate becomes U+FFFD and is counted as BAD_ENCODING; so is half a unit at the end,
 * which gives no text.
 */
#ifndef UNPEG_INPUT_UTF16_H
#define UNPEG_INPUT_UTF16_H

#include "unpeg/damage.h"

/* Three bytes for each unit, one unit carried over as half, one as a surrogate. */
#define UTF16_TEXT_MAX(bytes) (((bytes) / 2 + 2) * 3)

typedef struct utf16_decoder {
    bool big_endian;
    bool has_half; /* the first byte of a unit came, the second not yet */
    unsigned char half;
    uint32_t high;       /* a high surrogate that waits for its low one; 0 if none */
    uint64_t lines;      /* complete ones so far */
    uint64_t offset;     /* bytes of text so far */
    uint64_t row_offset; /* where the row begins that offset is in */
} utf16_decoder;

size_t utf16_decode(utf16_decoder *d, const unsigned char *bytes, size_t len, char *text,
                    unpeg_damage *damage);

size_t utf16_finish(utf16_decoder *d, char *text, unpeg_damage *damage);

#endif
