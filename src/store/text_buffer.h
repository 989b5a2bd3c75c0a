/* SPDX-License-Identifier: MIT
 *
 * Text that grows, always terminated by zero once something was added.
 *
 *     text_buffer url = {0};
 *     text_buffer_add(&url, unpeg_slice_of("https://"));
 *     text_buffer_format(&url, "%s:%u", host, port);
 *     if (url.failed)
 *         return UNPEG_NO_MEMORY;
 *     text_buffer_deinit(&url);
 *
 * A zeroed buffer is a valid empty one. Failure (no memory) is sticky, so that one check at the
 * end is enough. What is freed is wiped: keys and signatures pass through here.
 */
#ifndef UNPEG_STORE_TEXT_BUFFER_H
#define UNPEG_STORE_TEXT_BUFFER_H

#include "unpeg/base.h"

typedef struct text_buffer {
    char *bytes; /* NULL until something is added */
    size_t len;
    size_t capacity;
    bool failed;
} text_buffer;

void text_buffer_add(text_buffer *buffer, unpeg_slice text);
void text_buffer_add_text(text_buffer *buffer, const char *text);
void text_buffer_add_char(text_buffer *buffer, char c);

/* Lower-case hexadecimal digits. */
void text_buffer_add_hex(text_buffer *buffer, const unsigned char *bytes, size_t len);

__attribute__((format(printf, 2, 3))) void text_buffer_format(text_buffer *buffer,
                                                              const char *format, ...);

/* Empty again; capacity and failure stay. */
void text_buffer_clear(text_buffer *buffer);

/* The text, "" when there is none; valid until the next change. */
const char *text_buffer_text(const text_buffer *buffer);

static inline unpeg_slice text_buffer_slice(const text_buffer *buffer)
{
    unpeg_slice slice = {buffer->bytes, buffer->len};
    return slice;
}

/* Wipes and frees; the buffer is a valid empty one afterwards. */
void text_buffer_deinit(text_buffer *buffer);

#endif
