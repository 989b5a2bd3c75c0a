/* SPDX-License-Identifier: MIT */
#include "js_text.h"

#include "js_number.h"

/* ---- Decoding ---- */

/* The bytes that may follow a lead byte: the first one is bounded more tightly where a sequence
 * would be overlong, a surrogate, or above U+10FFFF (Unicode, table 3-7). */
typedef struct lead_rule {
    uint32_t length; /* 0: no lead byte */
    unsigned char low, high;
} lead_rule;

static lead_rule rule_of(unsigned char lead)
{
    if (lead < 0x80)
        return (lead_rule){1, 0x80, 0xbf};
    if (lead < 0xc2 || lead > 0xf4)
        return (lead_rule){0, 0, 0};
    if (lead < 0xe0)
        return (lead_rule){2, 0x80, 0xbf};
    if (lead < 0xf0)
        return (lead_rule){3, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf};
    return (lead_rule){4, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf};
}

/* How many bytes from at on are one character, or, with *ret_valid false, one invalid sequence. */
static size_t sequence(unpeg_slice raw, size_t at, bool *ret_valid)
{
    const unsigned char *bytes = (const unsigned char *)raw.data;
    lead_rule rule = rule_of(bytes[at]);
    size_t n = 1;
    for (; n < rule.length && at + n < raw.len; n++) {
        unsigned char low = n == 1 ? rule.low : 0x80;
        unsigned char high = n == 1 ? rule.high : 0xbf;
        if (bytes[at + n] < low || bytes[at + n] > high)
            break;
    }
    *ret_valid = n == rule.length;
    return n;
}

/* Bytes below 0x80 from at on, eight at a time. */
static size_t ascii_run(unpeg_slice raw, size_t at)
{
    size_t start = at;
    for (uint64_t word; at + sizeof word <= raw.len; at += sizeof word) {
        memcpy(&word, raw.data + at, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (at < raw.len && (unsigned char)raw.data[at] < 0x80)
        at++;
    return at - start;
}

bool js_text_is_utf8(unpeg_slice raw)
{
    bool valid = true;
    size_t at = ascii_run(raw, 0);
    while (valid && at < raw.len) {
        at += sequence(raw, at, &valid);
        at += ascii_run(raw, at);
    }
    return valid;
}

size_t js_text_decode(unpeg_slice raw, char *buffer)
{
    size_t len = 0;
    for (size_t at = 0; at < raw.len;) {
        bool valid;
        size_t n = sequence(raw, at, &valid);
        memcpy(buffer + len, valid ? raw.data + at : "\xef\xbf\xbd", valid ? n : 3);
        len += valid ? n : 3;
        at += n;
    }
    return len;
}

/* ---- UTF-16 units ---- */

uint32_t js_text_next(unpeg_slice text, size_t *at)
{
    const unsigned char *bytes = (const unsigned char *)text.data + *at;
    uint32_t length = rule_of(bytes[0]).length;
    if (length < 2 || text.len - *at < length) {
        *at += 1;
        return bytes[0];
    }
    uint32_t code = bytes[0] & (0xffu >> (length + 1));
    for (uint32_t i = 1; i < length; i++)
        code = code << 6 | (bytes[i] & 0x3fu);
    *at += length;
    return code;
}

/* A cursor over UTF-16 units: a character above U+FFFF is two of them. */
typedef struct unit_cursor {
    unpeg_slice text;
    size_t at;
    uint32_t low; /* the second unit of a character whose first was taken; 0: none */
} unit_cursor;

enum { UNITS_END = -1 };

/* The next unit, or UNITS_END. */
static int32_t next_unit(unit_cursor *cursor)
{
    uint32_t unit = cursor->low;
    cursor->low = 0;
    if (unit != 0)
        return (int32_t)unit;
    if (cursor->at >= cursor->text.len)
        return UNITS_END;
    uint32_t code = js_text_next(cursor->text, &cursor->at);
    if (code < 0x10000)
        return (int32_t)code;
    cursor->low = 0xdc00 + ((code - 0x10000) & 0x3ff);
    return (int32_t)(0xd800 + ((code - 0x10000) >> 10));
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Writes one unit or character behind len bytes; returns the new length. */
static size_t put_code(char *buffer, size_t len, uint32_t code)
{
    char *to = buffer + len;
    if (code < 0x80) {
        to[0] = (char)code;
        return len + 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return len + 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xe0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3f));
        to[2] = (char)(0x80 | (code & 0x3f));
        return len + 3;
    }
    to[0] = (char)(0xf0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3f));
    to[2] = (char)(0x80 | (code >> 6 & 0x3f));
    to[3] = (char)(0x80 | (code & 0x3f));
    return len + 4;
}

/* Appends a unit; a low surrogate joins the high one that the text ends in. */
static size_t put_unit(char *buffer, size_t len, uint32_t unit)
{
    if (is_low(unit) && len >= 3) {
        size_t at = len - 3;
        uint32_t before = js_text_next((unpeg_slice){buffer, len}, &at);
        if (at == len && is_high(before))
            return put_code(buffer, len - 3, 0x10000 + ((before - 0xd800) << 10) + (unit - 0xdc00));
    }
    return put_code(buffer, len, unit);
}

/* ---- Escapes ---- */

/* Takes up to count units, fewer at the end, into taken; returns the length in bytes. A unit that
 * is half of a character is taken alone. */
static size_t take_units(unit_cursor *cursor, int count, char *taken)
{
    size_t len = 0;
    for (int i = 0; i < count; i++) {
        int32_t unit = next_unit(cursor);
        if (unit == UNITS_END)
            break;
        len = put_code(taken, len, (uint32_t)unit);
    }
    return len;
}

/* What stands for an escape; the cursor is behind the backslash. The reference knows \n and \\ and
 * \x with two digits, takes every other letter for \u with four, and checks no digit. */
static uint32_t escaped_unit(unit_cursor *cursor)
{
    char taken[4 * 3];
    int32_t letter = next_unit(cursor);
    if (letter == 'n')
        return '\n';
    if (letter == '\\')
        return '\\';
    size_t len = take_units(cursor, letter == 'x' ? 2 : 4, taken);
    if (len == 2 && memcmp(taken, "2C", 2) == 0)
        return ',';
    double value = js_parse_int((unpeg_slice){taken, len}, 16);
    return (uint32_t)js_to_int32(value) & 0xffff; /* no number is U+0000 */
}

/* Copies everything up to the next backslash. */
static size_t copy_plain(unit_cursor *cursor, char *buffer, size_t len)
{
    const char *from = cursor->text.data + cursor->at;
    size_t left = cursor->text.len - cursor->at;
    const char *stop = left != 0 ? memchr(from, '\\', left) : NULL;
    size_t n = stop != NULL ? (size_t)(stop - from) : left;
    memmove(buffer + len, from, n);
    cursor->at += n;
    return len + n;
}

size_t js_text_unescape(unpeg_slice text, char *buffer)
{
    unit_cursor cursor = {text, 0, 0};
    size_t len = copy_plain(&cursor, buffer, 0);
    while (next_unit(&cursor) != UNITS_END) { /* the backslash */
        len = put_unit(buffer, len, escaped_unit(&cursor));
        if (cursor.low != 0) /* an escape may end within a character */
            len = put_unit(buffer, len, (uint32_t)next_unit(&cursor));
        len = copy_plain(&cursor, buffer, len);
    }
    return len;
}

/* ---- Order ---- */

int js_text_compare(unpeg_slice a, unpeg_slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    size_t at = 0;
    while (at < shared && a.data[at] == b.data[at])
        at++;
    if (at == shared)
        return (a.len > b.len) - (a.len < b.len);
    while (at > 0 && (a.data[at] & 0xc0) == 0x80) /* back to the start of the character */
        at--;
    unit_cursor left = {a, at, 0};
    unit_cursor right = {b, at, 0};
    int32_t x;
    int32_t y;
    do {
        x = next_unit(&left);
        y = next_unit(&right);
    } while (x == y && x != UNITS_END);
    return (x > y) - (x < y);
}

void js_text_make_well_formed(char *text, size_t len)
{
    for (size_t at = 0; at + 2 < len; at++)
        if ((unsigned char)text[at] == 0xed && (unsigned char)text[at + 1] >= 0xa0)
            put_code(text, at, 0xfffd);
}

/* Tab to carriage return, and the space separators of Unicode with U+FEFF. */
static bool is_space(uint32_t code)
{
    if (code <= 0x20)
        return code == 0x20 || (code >= 9 && code <= 13);
    return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000 || code == 0xfeff;
}

size_t js_text_space(unpeg_slice text)
{
    size_t len = 0;
    for (size_t at = 0; at < text.len; len = at)
        if (!is_space(js_text_next(text, &at)))
            break;
    return len;
}
