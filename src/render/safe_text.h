/* SPDX-License-Identifier: MIT
 *
 * Makes text that a user controls safe to print: what could act on a terminal or break a line
 * becomes visible, what is no UTF-8 becomes U+FFFD, and long text is cut in its middle.
 *
 *     safe_write(&out, name, (safe_style){.max = 40});              40 columns, "head…tail"
 *     safe_write(&out, name, (safe_style){SAFE_BYTES | SAFE_QUOTED, 100});
 *
 * \n, \t, \r, \x1b (below U+0080) and \u{202e} stand for unsafe characters. A cut is never inside
 * a character or such an escape. A column is a code point.
 */
#ifndef UNPEG_RENDER_SAFE_TEXT_H
#define UNPEG_RENDER_SAFE_TEXT_H

#include "text_out.h"

enum {
    SAFE_BYTES = 1,  /* max counts bytes, not columns */
    SAFE_QUOTED = 2, /* for between double quotes: \" and \\ */
    SAFE_ASCII = 4,  /* other characters become \u{e4}, the cut "..." */
};

typedef struct safe_style {
    unsigned flags;
    size_t max; /* 0: no limit. Less than the cut mark takes counts as that */
} safe_style;

/* What is written for one character of the text. */
typedef struct safe_piece {
    char bytes[12];
    uint8_t len;
    uint8_t columns;
} safe_piece;

/* The piece of the first character of rest, which is moved on; false at the end. */
bool safe_next(unpeg_slice *rest, unsigned flags, safe_piece *piece);

/* How much the whole text takes: columns, or bytes with SAFE_BYTES. */
size_t safe_size(unpeg_slice text, unsigned flags);

void safe_write(text_out *out, unpeg_slice text, safe_style style);

#endif
