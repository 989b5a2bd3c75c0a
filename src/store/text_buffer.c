/* SPDX-License-Identifier: MIT */
#include "text_buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

/* realloc would leave a copy of the old bytes behind. */
static bool move_to(text_buffer *buffer, size_t capacity)
{
    char *bytes = malloc(capacity);
    if (bytes == NULL)
        return false;
    if (buffer->bytes != NULL) {
        memcpy(bytes, buffer->bytes, buffer->len + 1);
        explicit_bzero(buffer->bytes, buffer->capacity);
        free(buffer->bytes);
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

/* Room for more bytes and the zero behind them. */
static bool reserve(text_buffer *buffer, size_t more)
{
    if (buffer->failed)
        return false;
    if (more < buffer->capacity - buffer->len)
        return true;
    size_t wanted = buffer->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buffer->capacity;
    while (wanted - buffer->len <= more && wanted <= SIZE_MAX / 4)
        wanted *= 2;
    buffer->failed = wanted - buffer->len <= more || !move_to(buffer, wanted);
    return !buffer->failed;
}

void text_buffer_add(text_buffer *buffer, unpeg_slice text)
{
    if (!reserve(buffer, text.len))
        return;
    if (text.len != 0)
        memcpy(buffer->bytes + buffer->len, text.data, text.len);
    buffer->len += text.len;
    buffer->bytes[buffer->len] = '\0';
}

void text_buffer_add_text(text_buffer *buffer, const char *text)
{
    text_buffer_add(buffer, unpeg_slice_of(text));
}

void text_buffer_add_char(text_buffer *buffer, char c)
{
    text_buffer_add(buffer, (unpeg_slice){&c, 1});
}

void text_buffer_add_hex(text_buffer *buffer, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        char pair[2] = {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
        text_buffer_add(buffer, (unpeg_slice){pair, 2});
    }
}

void text_buffer_format(text_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !reserve(buffer, (size_t)len)) {
        buffer->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(buffer->bytes + buffer->len, (size_t)len + 1, format, args);
    va_end(args);
    buffer->len += (size_t)len;
}

void text_buffer_clear(text_buffer *buffer)
{
    buffer->len = 0;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

const char *text_buffer_text(const text_buffer *buffer)
{
    return buffer->bytes == NULL ? "" : buffer->bytes;
}

void text_buffer_deinit(text_buffer *buffer)
{
    if (buffer->bytes != NULL) {
        explicit_bzero(buffer->bytes, buffer->capacity);
        free(buffer->bytes);
    }
    *buffer = (text_buffer){0};
}
