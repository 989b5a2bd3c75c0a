/* SPDX-License-Identifier: MIT
 *
 * Strings as JavaScript has them, in bytes: UTF-8 in which a lone surrogate is three bytes (WTF-8).
 * A high surrogate directly before a low one is always one character of four bytes, so equal
 * strings are equal bytes.
 *
 *     size_t len = js_text_decode(raw, buffer);
 *     len = js_text_unescape((unpeg_slice){buffer, len}, buffer);
 *     int order = js_text_compare(a, b);
 */
#ifndef UNPEG_REFERENCE_JS_TEXT_H
#define UNPEG_REFERENCE_JS_TEXT_H

#include "unpeg/base.h"

/* True if the bytes are UTF-8, so that decoding changes nothing. */
bool js_text_is_utf8(unpeg_slice raw);

/* Bytes to text: each invalid sequence becomes U+FFFD where the Encoding standard has one
 * ("maximal subpart"). buffer takes up to 3 * raw.len bytes. Returns the length. */
size_t js_text_decode(unpeg_slice raw, char *buffer);

/* The reference's unescape of a field. The result is never longer; buffer may be text.data. */
size_t js_text_unescape(unpeg_slice text, char *buffer);

/* Order by UTF-16 units, as JavaScript's < has it: negative, 0 or positive. */
int js_text_compare(unpeg_slice a, unpeg_slice b);

/* Lone surrogates become U+FFFD, in place: what a stream that writes UTF-8 makes of them. */
void js_text_make_well_formed(char *text, size_t len);

/* Length of the white space that JavaScript trims at the start of text. */
size_t js_text_space(unpeg_slice text);

/* The character at *at, which moves behind it. A lone surrogate is a character. */
uint32_t js_text_next(unpeg_slice text, size_t *at);

#endif
