/* SPDX-License-Identifier: MIT
 *
 * UTF-8, one code point at a time.
 *
 *     uint32_t cp;
 *     size_t len = code_point_read(text, &cp);
 *     if (len == 0)
 *         skip one byte: it is no UTF-8
 *
 * Strict: overlong forms, surrogates and values above U+10FFFF are no UTF-8 (RFC 3629).
 */
#ifndef UNPEG_RENDER_CODE_POINT_H
#define UNPEG_RENDER_CODE_POINT_H

#include "unpeg/base.h"

enum { CODE_POINT_REPLACEMENT = 0xfffd, CODE_POINT_BYTES_MAX = 4 };

/* The first code point of text and how many bytes it has; 0 if it is no UTF-8 or text is empty. */
size_t code_point_read(unpeg_slice text, uint32_t *ret);

/* Its UTF-8 (at most 4 bytes); returns how many bytes. cp must be a valid code point. */
size_t code_point_write(uint32_t cp, char *buffer);

/* True for what must not reach a terminal or a log as it is: control characters, characters that
 * change the direction or the lines of the text around them, and invisible ones. */
bool code_point_is_unsafe(uint32_t cp);

#endif
