/* SPDX-License-Identifier: MIT */
#include "code_point.h"

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static bool is_valid(uint32_t cp, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    return cp >= least[len] && cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff);
}

size_t code_point_read(unpeg_slice text, uint32_t *ret)
{
    if (text.len == 0)
        return 0;
    unsigned char first = (unsigned char)text.data[0];
    size_t len = length_of(first);
    if (len == 0 || len > text.len)
        return 0;
    uint32_t cp = len == 1 ? first : first & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (!is_continuation(text.data[i]))
            return 0;
        cp = cp << 6 | ((unsigned char)text.data[i] & 0x3fu);
    }
    if (!is_valid(cp, len))
        return 0;
    *ret = cp;
    return len;
}

size_t code_point_write(uint32_t cp, char *buffer)
{
    if (cp < 0x80) {
        buffer[0] = (char)cp;
        return 1;
    }
    size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        buffer[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    buffer[0] = (char)(0xf00u >> len | cp);
    return len;
}

bool code_point_is_unsafe(uint32_t cp)
{
    /* Unicode general categories Cc and Zl, Zp, the bidi controls (UAX #9) and those format
     * characters (Cf) that no script needs; the joiners U+200C and U+200D are needed. */
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
        {0x180e, 0x180e}, {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && ranges[i].first <= cp; i++) {
        if (cp <= ranges[i].last)
            return true;
    }
    return false;
}
