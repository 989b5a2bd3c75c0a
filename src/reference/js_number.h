/* SPDX-License-Identifier: MIT
 *
 * Numbers as JavaScript reads and writes them. Every number is a double; NaN is "no number".
 *
 *     double address = js_parse_int(field, 0);
 *     char text[JS_NUMBER_SIZE];
 *     size_t len = js_number_text(address, text);
 *     len = js_fixed1(33.25, text);
 */
#ifndef UNPEG_REFERENCE_JS_NUMBER_H
#define UNPEG_REFERENCE_JS_NUMBER_H

#include "unpeg/base.h"

enum { JS_NUMBER_SIZE = 40 };

/* parseInt(text, radix): the longest prefix that is a number, or NaN. radix is 16, or 0 for
 * decimal or, after 0x, hexadecimal. */
double js_parse_int(unpeg_slice text, int radix);

/* BigInt(text), as a double; false where that throws. */
bool js_parse_bigint(unpeg_slice text, double *ret);

/* Number(text): all of it must be a number; nothing but space is 0. */
double js_to_number(unpeg_slice text);

/* value | 0: modulo 2^32, toward zero; NaN and infinities are 0. */
int32_t js_to_int32(double value);

/* String(value), zero-terminated. Returns the length. */
size_t js_number_text(double value, char buffer[JS_NUMBER_SIZE]);

/* value.toFixed(1), zero-terminated: the exact value of the double is rounded, ties go up. For
 * magnitudes below 1e17. Returns the length. */
size_t js_fixed1(double value, char buffer[JS_NUMBER_SIZE]);

#endif
