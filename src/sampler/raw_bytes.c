/* SPDX-License-Identifier: MIT */
#include "raw_bytes.h"

#include <stdlib.h>

#include "grow.h"

void raw_put(raw_bytes *bytes, const void *data, size_t size)
{
    if (bytes->failed || size == 0)
        return;
    if (size > SIZE_MAX - bytes->used ||
        !grow_reserve((void **)&bytes->data, &bytes->capacity, bytes->used + size, 1)) {
        bytes->failed = true;
        return;
    }
    memcpy(bytes->data + bytes->used, data, size);
    bytes->used += size;
}

void raw_put_u32(raw_bytes *bytes, uint32_t value)
{
    unsigned char word[4];
    for (unsigned i = 0; i < sizeof word; i++)
        word[i] = (unsigned char)(value >> (8 * i));
    raw_put(bytes, word, sizeof word);
}

void raw_put_u64(raw_bytes *bytes, uint64_t value)
{
    raw_put_u32(bytes, (uint32_t)value);
    raw_put_u32(bytes, (uint32_t)(value >> 32));
}

void raw_put_text(raw_bytes *bytes, unpeg_slice text)
{
    raw_put_u32(bytes, (uint32_t)text.len);
    raw_put(bytes, text.data, text.len);
}

void raw_bytes_deinit(raw_bytes *bytes)
{
    free(bytes->data);
    *bytes = (raw_bytes){.used = 0};
}

bool raw_take(raw_cursor *c, size_t size, unpeg_slice *ret)
{
    if (size > c->left)
        return false;
    *ret = (unpeg_slice){c->at, size};
    c->at += size;
    c->left -= size;
    return true;
}

bool raw_take_u32(raw_cursor *c, uint32_t *ret)
{
    unpeg_slice word;
    uint32_t value = 0;
    if (!raw_take(c, 4, &word))
        return false;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)word.data[i] << (8 * i);
    *ret = value;
    return true;
}

bool raw_take_u64(raw_cursor *c, uint64_t *ret)
{
    uint32_t low, high;
    if (c->left < 8 || !raw_take_u32(c, &low) || !raw_take_u32(c, &high))
        return false;
    *ret = (uint64_t)high << 32 | low;
    return true;
}

bool raw_take_text(raw_cursor *c, unpeg_slice *ret)
{
    uint32_t len;
    raw_cursor after = *c;
    if (!raw_take_u32(&after, &len) || !raw_take(&after, len, ret))
        return false;
    *c = after;
    return true;
}
