/* SPDX-License-Identifier: MIT
 *
 * JSON as a stream: nothing is kept but one bit for each open container.
 *
 *     json_writer w = {.out = &out, .break_depth = 2};
 *     json_open(&w, NULL, '{');
 *     json_u64(&w, "ticks", 5328);
 *     json_open(&w, "rows", '[');            key NULL inside an array
 *     json_close(&w, ']');
 *     json_close(&w, '}');
 *
 * Commas and line breaks come by themselves; containers deeper than break_depth stay on one line.
 * Strings may hold anything: what is no UTF-8 becomes U+FFFD, control characters and what
 * code_point_is_unsafe says is escaped. Numbers do not depend on the locale.
 */
#ifndef UNPEG_RENDER_JSON_WRITER_H
#define UNPEG_RENDER_JSON_WRITER_H

#include "text_out.h"

enum { JSON_DEPTH_MAX = 31 };

typedef struct json_writer {
    text_out *out;
    unsigned break_depth;
    unsigned depth;
    uint32_t has_items; /* bit for each depth */
} json_writer;

/* '{' or '['. At most JSON_DEPTH_MAX deep. */
void json_open(json_writer *w, const char *key, char bracket);
void json_close(json_writer *w, char bracket);

void json_null(json_writer *w, const char *key);
void json_bool(json_writer *w, const char *key, bool value);
void json_u64(json_writer *w, const char *key, uint64_t value);
void json_i64(json_writer *w, const char *key, int64_t value);
void json_text(json_writer *w, const char *key, const char *text);
void json_slice(json_writer *w, const char *key, unpeg_slice text);

/* A share from 0 to 1, six decimals. */
void json_share(json_writer *w, const char *key, double share);

#endif
