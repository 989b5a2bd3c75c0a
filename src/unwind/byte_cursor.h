/* SPDX-License-Identifier: MIT
 *
 * A bounded cursor over little-endian binary data. Errors stick: what is read after one is 0.
 *
 *     byte_cursor at = {bytes, bytes + size, false};
 *     uint32_t length = cursor_u32(&at);
 *     uint64_t factor = cursor_uleb(&at);
 *     if (at.failed) return UNPEG_INPUT;
 */
#ifndef UNPEG_UNWIND_BYTE_CURSOR_H
#define UNPEG_UNWIND_BYTE_CURSOR_H

#include "unpeg/base.h"

typedef struct byte_cursor {
    const unsigned char *at, *end;
    bool failed;
} byte_cursor;

static inline size_t cursor_left(const byte_cursor *c)
{
    return (size_t)(c->end - c->at);
}

/* size bytes, or NULL. */
static inline const unsigned char *cursor_take(byte_cursor *c, uint64_t size)
{
    const unsigned char *bytes = c->at;
    if (c->failed || size > cursor_left(c)) {
        c->failed = true;
        c->at = c->end;
        return NULL;
    }
    c->at += size;
    return bytes;
}

/* size is at most 8. */
static inline uint64_t cursor_unsigned(byte_cursor *c, size_t size)
{
    uint64_t value = 0;
    const unsigned char *bytes = cursor_take(c, size);
    if (bytes)
        memcpy(&value, bytes, size);
    return value;
}

static inline uint8_t cursor_u8(byte_cursor *c)
{
    return (uint8_t)cursor_unsigned(c, 1);
}

static inline uint32_t cursor_u32(byte_cursor *c)
{
    return (uint32_t)cursor_unsigned(c, 4);
}

static inline int64_t cursor_i32(byte_cursor *c)
{
    return (int32_t)cursor_u32(c);
}

/* LEB128; bits beyond 64 are an error, as no field of ours has them. */
static inline uint64_t cursor_leb(byte_cursor *c, unsigned *bits, uint8_t *last)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = cursor_u8(c);
        if (shift > 63)
            c->failed = true;
        if (c->failed)
            return 0;
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    *bits = shift;
    *last = byte;
    return value;
}

static inline uint64_t cursor_uleb(byte_cursor *c)
{
    unsigned bits;
    uint8_t last;
    return cursor_leb(c, &bits, &last);
}

static inline int64_t cursor_sleb(byte_cursor *c)
{
    unsigned bits = 0;
    uint8_t last = 0;
    uint64_t value = cursor_leb(c, &bits, &last);
    if (bits < 64 && (last & 0x40))
        value |= UINT64_MAX << bits;
    return (int64_t)value;
}

#endif
