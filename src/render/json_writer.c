/* SPDX-License-Identifier: MIT */
#include "json_writer.h"

#include <stdio.h>

#include "code_point.h"

static void escape_unit(text_out *out, uint32_t unit)
{
    char text[8];
    snprintf(text, sizeof text, "\\u%04x", (unsigned)(unit & 0xffff));
    out_text(out, text);
}

static void escape(text_out *out, uint32_t cp)
{
    if (cp >= 0x10000) {
        escape_unit(out, 0xd800 + ((cp - 0x10000) >> 10));
        escape_unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
    } else if (cp == '\n') {
        out_text(out, "\\n");
    } else if (cp == '\t') {
        out_text(out, "\\t");
    } else {
        escape_unit(out, cp);
    }
}

static void write_string(text_out *out, unpeg_slice rest)
{
    out_text(out, "\"");
    while (rest.len) {
        uint32_t cp = CODE_POINT_REPLACEMENT;
        size_t len = code_point_read(rest, &cp);
        if (cp == '"' || cp == '\\')
            out_text(out, cp == '"' ? "\\\"" : "\\\\");
        else if (code_point_is_unsafe(cp))
            escape(out, cp);
        else if (len)
            out_bytes(out, rest.data, len);
        else
            out_text(out, "\uFFFD");
        rest.data += len ? len : 1;
        rest.len -= len ? len : 1;
    }
    out_text(out, "\"");
}

static void line_break(json_writer *w)
{
    if (w->depth > w->break_depth)
        return;
    out_text(w->out, "\n");
    out_repeat(w->out, ' ', 2 * (size_t)w->depth);
}

/* What stands before a value: comma, line break, key. */
static void begin(json_writer *w, const char *key)
{
    uint32_t bit = UINT32_C(1) << w->depth;
    if (w->has_items & bit)
        out_text(w->out, ",");
    w->has_items |= bit;
    if (w->depth)
        line_break(w);
    if (key) {
        write_string(w->out, unpeg_slice_of(key));
        out_text(w->out, w->depth > w->break_depth ? ":" : ": ");
    }
}

void json_open(json_writer *w, const char *key, char bracket)
{
    begin(w, key);
    out_bytes(w->out, &bracket, 1);
    if (w->depth == JSON_DEPTH_MAX) {
        text_out_fail(w->out, UNPEG_LIMIT);
        return;
    }
    w->depth++;
    w->has_items &= ~(UINT32_C(1) << w->depth);
}

void json_close(json_writer *w, char bracket)
{
    bool has_items = w->has_items >> w->depth & 1;
    bool breaks = w->depth <= w->break_depth;
    w->depth--;
    if (has_items && breaks) {
        out_text(w->out, "\n");
        out_repeat(w->out, ' ', 2 * (size_t)w->depth);
    }
    out_bytes(w->out, &bracket, 1);
}

void json_null(json_writer *w, const char *key)
{
    begin(w, key);
    out_text(w->out, "null");
}

void json_bool(json_writer *w, const char *key, bool value)
{
    begin(w, key);
    out_text(w->out, value ? "true" : "false");
}

void json_u64(json_writer *w, const char *key, uint64_t value)
{
    begin(w, key);
    out_u64(w->out, value);
}

void json_i64(json_writer *w, const char *key, int64_t value)
{
    begin(w, key);
    out_i64(w->out, value);
}

void json_text(json_writer *w, const char *key, const char *text)
{
    json_slice(w, key, unpeg_slice_of(text));
}

void json_slice(json_writer *w, const char *key, unpeg_slice text)
{
    begin(w, key);
    write_string(w->out, text);
}

void json_share(json_writer *w, const char *key, double share)
{
    begin(w, key);
    double kept = share > 0 ? share < 1 ? share : 1 : 0;
    out_fixed(w->out, (uint64_t)(kept * 1000000 + 0.5), 6);
}
