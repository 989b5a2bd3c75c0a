/* SPDX-License-Identifier: MIT */
#include "utf16.h"

enum { REPLACEMENT = 0xfffd };

static size_t put_utf8(uint32_t code, char *text)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--, code >>= 6)
        text[i] = (char)(0x80 | (code & 0x3f));
    static const uint32_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    text[0] = (char)(lead[len] | code);
    return len;
}

static size_t put(utf16_decoder *d, uint32_t code, char *text)
{
    size_t len = put_utf8(code, text);
    d->offset += len;
    if (code == '\n') {
        d->lines++;
        d->row_offset = d->offset;
    }
    return len;
}

static void count_damage(const utf16_decoder *d, unpeg_damage *damage)
{
    unpeg_damage_add(damage, UNPEG_DAMAGE_BAD_ENCODING, d->lines + 1, d->row_offset);
}

static size_t put_lone(utf16_decoder *d, char *text, unpeg_damage *damage)
{
    count_damage(d, damage);
    return put(d, REPLACEMENT, text);
}

static size_t take_unit(utf16_decoder *d, uint32_t unit, char *text, unpeg_damage *damage)
{
    size_t len = 0;
    bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    if (d->high != 0 && is_low) {
        uint32_t code = 0x10000 + ((d->high - 0xd800) << 10) + (unit - 0xdc00);
        d->high = 0;
        return put(d, code, text);
    }
    if (d->high != 0)
        len = put_lone(d, text, damage);
    d->high = 0;
    if (unit >= 0xd800 && unit <= 0xdbff)
        d->high = unit;
    else if (is_low)
        len += put_lone(d, text + len, damage);
    else
        len += put(d, unit, text + len);
    return len;
}

static uint32_t unit_of(const utf16_decoder *d, unsigned char first, unsigned char second)
{
    return d->big_endian ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

size_t utf16_decode(utf16_decoder *d, const unsigned char *bytes, size_t len, char *text,
                    unpeg_damage *damage)
{
    size_t at = 0;
    size_t text_len = 0;
    if (d->has_half && len != 0) {
        text_len = take_unit(d, unit_of(d, d->half, bytes[at++]), text, damage);
        d->has_half = false;
    }
    for (; len - at >= 2; at += 2)
        text_len += take_unit(d, unit_of(d, bytes[at], bytes[at + 1]), text + text_len, damage);
    if (at < len) {
        d->has_half = true;
        d->half = bytes[at];
    }
    return text_len;
}

size_t utf16_finish(utf16_decoder *d, char *text, unpeg_damage *damage)
{
    size_t len = d->high != 0 ? put_lone(d, text, damage) : 0;
    d->high = 0;
    if (d->has_half)
        count_damage(d, damage);
    d->has_half = false;
    return len;
}
