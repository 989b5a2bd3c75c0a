/* SPDX-License-Identifier: MIT
 *
 * Undoing V8's escapes (src/logging/log-utils.cc): \\ \n \xHH \uHHHH, to UTF-8.
 *
 *     char text[64];
 *     size_t len = unescape(raw, text, sizeof text);
 *
 * \x and \u name UTF-16 units: a surrogate pair becomes one code point, a lone surrogate U+FFFD.
 * Bytes that are not part of an escape are copied; an escape that V8 does not write is copied as it
 * stands (function names of V8 9.4 and later are not escaped, so a backslash may be just that).
 */
#ifndef UNPEG_PARSER_UNESCAPE_H
#define UNPEG_PARSER_UNESCAPE_H

#include "unpeg/base.h"

/* Writes at most size bytes, never part of a code point, and returns how many. The text is never
 * longer than raw, so size == raw.len is always enough. */
size_t unescape(unpeg_slice raw, char *out, size_t size);

/* True when raw has no backslash: then it is its own unescaped text. */
static inline bool unescape_is_plain(unpeg_slice raw)
{
    return raw.len == 0 || !memchr(raw.data, '\\', raw.len);
}

#endif
