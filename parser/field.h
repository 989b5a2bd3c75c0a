/* SPDX-License-Identifier: MIT
 *
 * The text cursor: the fields of one row, and numbers in them.
 *
 *     field_cursor at = field_begin(rest);
 *     unpeg_slice tag;
 *     uint64_t size;
 *     if (!field_next(&at, &tag) || !field_u64(&at, &size)) ... the row is damaged
 *
 * Fields are separated by commas and never quoted. A cursor does not move when a call fails.
 * Numbers must fill their field: decimal, or hexadecimal after 0x; nothing wraps.
 */
#ifndef UNPEG_PARSER_FIELD_H
#define UNPEG_PARSER_FIELD_H

#include "unpeg/base.h"

typedef struct field_cursor {
    const char *at; /* first byte of the next field; NULL when there is none */
    const char *end;
} field_cursor;

static inline field_cursor field_begin(unpeg_slice text)
{
    return (field_cursor){text.data, text.data + text.len};
}

/* The next field, up to the comma or the end. */
bool field_next(field_cursor *cursor, unpeg_slice *ret);

/* Everything that is left, commas included; empty when nothing is. */
unpeg_slice field_rest(const field_cursor *cursor);

/* A number that fills the next field. */
bool field_u64(field_cursor *cursor, uint64_t *ret);
bool field_i64(field_cursor *cursor, int64_t *ret);

/* Whole-slice numbers. An address written negative ("0x-1", "-5") is refused. */
bool number_u64(unpeg_slice text, uint64_t *ret);
bool number_i64(unpeg_slice text, int64_t *ret);

/* Parses hexadecimal digits at text (1 to 16 of them) and returns how many there were, 0 if none
 * or too many. Reads no byte at or behind end. */
size_t hex_digits(const char *text, const char *end, uint64_t *ret);

#endif
