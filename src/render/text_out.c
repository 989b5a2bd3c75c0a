/* SPDX-License-Identifier: MIT */
#include "text_out.h"

enum { DIGITS_MAX = 24 };

void text_out_init(text_out *out, const unpeg_writer *writer)
{
    out->writer = writer;
    out->status = UNPEG_OK;
    out->used = 0;
}

void text_out_fail(text_out *out, unpeg_status status)
{
    if (out->status == UNPEG_OK)
        out->status = status;
}

static void flush(text_out *out)
{
    if (!out->writer)
        text_out_fail(out, UNPEG_LIMIT);
    if (out->status == UNPEG_OK && out->used)
        out->status = out->writer->write(out->writer->user, out->buffer, out->used);
    out->used = 0;
}

unpeg_status text_out_finish(text_out *out)
{
    if (out->writer)
        flush(out);
    return out->status;
}

void out_bytes(text_out *out, const char *bytes, size_t len)
{
    while (len && out->status == UNPEG_OK) {
        size_t room = sizeof out->buffer - out->used;
        size_t part = len < room ? len : room;
        memcpy(out->buffer + out->used, bytes, part);
        out->used += part;
        bytes += part;
        len -= part;
        if (len)
            flush(out);
    }
}

void out_text(text_out *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

void out_repeat(text_out *out, char c, size_t count)
{
    while (count-- && out->status == UNPEG_OK)
        out_bytes(out, &c, 1);
}

/* Digits from the end of buffer backwards; at least so many. Returns the first. */
static char *digits(char *end, uint64_t value, unsigned base, unsigned at_least)
{
    char *at = end;
    for (unsigned n = 0; value || n < at_least; n++) {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    }
    return at;
}

void out_u64(text_out *out, uint64_t value)
{
    out_u64_right(out, value, 0);
}

void out_i64(text_out *out, int64_t value)
{
    if (value < 0)
        out_bytes(out, "-", 1);
    out_u64(out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void out_hex(text_out *out, uint64_t value)
{
    char buffer[DIGITS_MAX];
    char *end = buffer + sizeof buffer;
    char *at = digits(end, value, 16, 1);
    out_text(out, "0x");
    out_bytes(out, at, (size_t)(end - at));
}

static void out_right(text_out *out, const char *bytes, size_t len, size_t width)
{
    if (len < width)
        out_repeat(out, ' ', width - len);
    out_bytes(out, bytes, len);
}

void out_u64_right(text_out *out, uint64_t value, size_t width)
{
    char buffer[DIGITS_MAX];
    char *end = buffer + sizeof buffer;
    char *at = digits(end, value, 10, 1);
    out_right(out, at, (size_t)(end - at), width);
}

void out_fixed(text_out *out, uint64_t value, unsigned decimals)
{
    out_fixed_right(out, value, decimals, 0);
}

void out_fixed_right(text_out *out, uint64_t value, unsigned decimals, size_t width)
{
    char buffer[DIGITS_MAX];
    char *end = buffer + sizeof buffer;
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    char *at = digits(end, value % scale, 10, decimals);
    if (decimals)
        *--at = '.';
    at = digits(at, value / scale, 10, 1);
    out_right(out, at, (size_t)(end - at), width);
}

uint64_t divide_rounded(uint64_t a, uint64_t b)
{
    return a / b + (a % b >= b - b / 2);
}

uint64_t share_tenths(uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return 0;
    return part > UINT64_MAX / 1000 ? double_tenths((double)part / (double)whole)
                                    : divide_rounded(part * 1000, whole);
}

uint64_t double_tenths(double share)
{
    if (!(share > 0))
        return 0;
    return share >= 1 ? 1000 : (uint64_t)(share * 1000 + 0.5);
}
