/* SPDX-License-Identifier: MIT */
#include "ref_pretty.h"

#include <math.h>
#include <stdio.h>

#include "js_number.h"
#include "js_text.h"

void ref_pretty_init(ref_pretty *out, const unpeg_writer *writer)
{
    out->writer = writer;
    out->status = UNPEG_OK;
    out->depth = 0;
    out->is_empty = false;
    out->len = 0;
}

unpeg_status ref_pretty_finish(ref_pretty *out)
{
    if (out->status == UNPEG_OK && out->len != 0)
        out->status = out->writer->write(out->writer->user, out->buffer, out->len);
    out->len = 0;
    return out->status;
}

static void put(ref_pretty *out, const char *bytes, size_t len)
{
    while (len != 0 && out->status == UNPEG_OK) {
        size_t room = sizeof out->buffer - out->len;
        size_t n = len < room ? len : room;
        memcpy(out->buffer + out->len, bytes, n);
        out->len += n;
        bytes += n;
        len -= n;
        if (out->len == sizeof out->buffer)
            out->status = ref_pretty_finish(out);
    }
}

void ref_pretty_raw(ref_pretty *out, const char *text)
{
    put(out, text, strlen(text));
}

static void put_line_start(ref_pretty *out)
{
    put(out, "\n", 1);
    for (int i = 0; i < out->depth; i++)
        put(out, "  ", 2);
}

void ref_pretty_open(ref_pretty *out, char bracket)
{
    put(out, &bracket, 1);
    out->depth++;
    out->is_empty = true;
}

void ref_pretty_close(ref_pretty *out, char bracket)
{
    out->depth--;
    if (!out->is_empty)
        put_line_start(out);
    out->is_empty = false;
    put(out, &bracket, 1);
}

void ref_pretty_item(ref_pretty *out)
{
    if (!out->is_empty)
        put(out, ",", 1);
    out->is_empty = false;
    put_line_start(out);
}

void ref_pretty_key(ref_pretty *out, const char *key)
{
    ref_pretty_item(out);
    put(out, "\"", 1);
    ref_pretty_raw(out, key);
    put(out, "\": ", 3);
}

void ref_pretty_number(ref_pretty *out, double value)
{
    char text[JS_NUMBER_SIZE];
    if (isfinite(value))
        put(out, text, js_number_text(value, text));
    else
        ref_pretty_raw(out, "null");
}

/* The escape of a character that needs one, zero-terminated; false if it stands for itself. */
static bool escape(uint32_t code, char ret[8])
{
    static const char LETTERS[] = "\"\"\\\\\bb\tt\nn\ff\rr";
    for (size_t i = 0; i < sizeof LETTERS - 1; i += 2)
        if ((unsigned char)LETTERS[i] == code) {
            snprintf(ret, 8, "\\%c", LETTERS[i + 1]);
            return true;
        }
    if (code >= 0x20 && (code < 0xd800 || code > 0xdfff))
        return false;
    snprintf(ret, 8, "\\u%04x", code & 0xffffu);
    return true;
}

/* Bytes that are surely no part of an escaped character: printable ASCII but quote and backslash.
 */
static size_t plain_run(unpeg_slice text, size_t at)
{
    size_t start = at;
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.data[at];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            break;
    }
    return at - start;
}

void ref_pretty_string(ref_pretty *out, unpeg_slice text)
{
    char escaped[8];
    put(out, "\"", 1);
    for (size_t at = 0; at < text.len;) {
        size_t run = plain_run(text, at);
        put(out, text.data + at, run);
        at += run;
        if (at == text.len)
            break;
        size_t start = at;
        if (escape(js_text_next(text, &at), escaped))
            ref_pretty_raw(out, escaped);
        else
            put(out, text.data + start, at - start);
    }
    put(out, "\"", 1);
}
