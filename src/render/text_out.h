/* SPDX-License-Identifier: MIT
 *
 * Text on its way to a writer: buffered, with numbers that do not depend on the locale.
 *
 *     text_out out;
 *     text_out_init(&out, writer);
 *     out_text(&out, "ticks ");
 *     out_u64(&out, ticks);
 *     status = text_out_finish(&out);
 *
 * The first failure is sticky: what follows is dropped, text_out_finish returns it.
 */
#ifndef UNPEG_RENDER_TEXT_OUT_H
#define UNPEG_RENDER_TEXT_OUT_H

#include "unpeg/writer.h"

typedef struct text_out {
    const unpeg_writer *writer; /* NULL: what does not fit into buffer is LIMIT */
    unpeg_status status;
    size_t used;
    char buffer[8192];
} text_out;

void text_out_init(text_out *out, const unpeg_writer *writer);

/* Writes what is buffered; the status of the whole. */
UNPEG_MUST_CHECK unpeg_status text_out_finish(text_out *out);

/* Makes status the failure, if there was none before. */
void text_out_fail(text_out *out, unpeg_status status);

void out_bytes(text_out *out, const char *bytes, size_t len);
void out_text(text_out *out, const char *text);
void out_repeat(text_out *out, char c, size_t count);

void out_u64(text_out *out, uint64_t value);
void out_i64(text_out *out, int64_t value);
void out_hex(text_out *out, uint64_t value);

/* Right-aligned in width columns. */
void out_u64_right(text_out *out, uint64_t value, size_t width);

/* value / 10^decimals, decimals from 0 to 9. */
void out_fixed(text_out *out, uint64_t value, unsigned decimals);
void out_fixed_right(text_out *out, uint64_t value, unsigned decimals, size_t width);

/* part / whole in tenths of a percent, rounded; 0 if whole is 0. */
uint64_t share_tenths(uint64_t part, uint64_t whole);

/* A share from 0 to 1 in tenths of a percent, rounded; what is not in between counts as the
 * nearer end. */
uint64_t double_tenths(double share);

/* a / b rounded to the nearest. */
uint64_t divide_rounded(uint64_t a, uint64_t b);

#endif
