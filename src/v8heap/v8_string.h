/* SPDX-License-Identifier: MIT
 *
 * Strings of a V8 heap: one or two bytes a unit; sequential, external, cons, sliced, thin.
 *
 *     v8_text name = {0};
 *     v8_string_text(&heap, word, 256, &name);        UTF-8, at most 256 bytes
 *     v8_string_units(&heap, source, span, sink, user);      in pieces, as they are
 *     v8_text_deinit(&name);
 *
 * Cons strings are followed without recursion, and no string for more than a fixed number of
 * steps: a heap that is damaged, or read while it changes, may contain cycles.
 */
#ifndef UNPEG_V8HEAP_V8_STRING_H
#define UNPEG_V8HEAP_V8_STRING_H

#include "v8_heap.h"

enum { V8_STRING_LIMIT = (1 << 29) - 24 }; /* V8's own, in units */

/* Growing UTF-8; a zeroed one is empty. */
typedef struct v8_text {
    char *data;
    size_t len, capacity;
    bool cut; /* the string is longer */
} v8_text;

typedef struct v8_span {
    size_t start, count; /* in units */
} v8_span;

/* Count units at chars: bytes (Latin-1), or uint16_t where wide. Return another status than OK to
 * end. */
typedef unpeg_status (*v8_units_fn)(void *user, const void *chars, size_t count, bool wide);

/* NOT_FOUND: no string. */
UNPEG_MUST_CHECK unpeg_status v8_string_length(v8_heap *heap, v8_word string, size_t *ret);

/* The units of a span, in order. NOT_FOUND: no string, the span ends behind it, or a part cannot
 * be read (after parts that could). */
UNPEG_MUST_CHECK unpeg_status v8_string_units(v8_heap *heap, v8_word string, v8_span span,
                                              v8_units_fn each, void *user);

/* Count units from start as UTF-16; what is behind the end is left out of *ret_count. */
UNPEG_MUST_CHECK unpeg_status v8_string_copy(v8_heap *heap, v8_word string, v8_span span,
                                             uint16_t *units, size_t *ret_count);

/* Replaces text by the string in UTF-8; what does not fit into limit bytes is cut off between two
 * characters. Lone surrogates become U+FFFD. NOT_FOUND, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status v8_string_text(v8_heap *heap, v8_word string, size_t limit,
                                             v8_text *text);
void v8_text_deinit(v8_text *text);

static inline unpeg_slice v8_text_slice(const v8_text *text)
{
    return (unpeg_slice){text->data, text->len};
}

#endif
