/* SPDX-License-Identifier: MIT */
#include "unescape.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Reads count hexadecimal digits; -1 when there are not that many. */
static int32_t hex_unit(const char *at, const char *end, int count)
{
    int32_t value = 0;
    if (end - at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        int digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* One escape at *at (a backslash): its UTF-16 unit, moving *at behind it; -1 when it is none. */
static int32_t escape_unit(const char **at, const char *end)
{
    const char *p = *at + 1;
    if (p >= end)
        return -1;
    int digits = *p == 'x' ? 2 : *p == 'u' ? 4 : 0;
    int32_t unit = *p == 'n' ? '\n' : *p == '\\' ? '\\' : -1;
    if (digits)
        unit = hex_unit(p + 1, end, digits);
    if (unit >= 0)
        *at = p + 1 + digits;
    return unit;
}

static uint32_t code_point(const char **at, const char *end, uint32_t unit)
{
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    const char *next = *at;
    if (unit < 0xdc00 && next < end && *next == '\\') {
        int32_t low = escape_unit(&next, end);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *at = next;
            return 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
        }
    }
    return 0xfffd;
}

static size_t utf8_encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t unescape(unpeg_slice raw, char *out, size_t size)
{
    const char *at = raw.data;
    const char *end = raw.data + raw.len;
    size_t used = 0;
    while (at < end) {
        char bytes[4] = {*at};
        size_t count = 1;
        int32_t unit = *at == '\\' ? escape_unit(&at, end) : -1;
        if (unit >= 0)
            count = utf8_encode(code_point(&at, end, (uint32_t)unit), bytes);
        else
            at++;
        if (used + count > size)
            break;
        memcpy(out + used, bytes, count);
        used += count;
    }
    return used;
}
