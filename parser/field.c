/* SPDX-License-Identifier: MIT */
#include "field.h"

#include "hex.h"

bool field_next(field_cursor *cursor, unpeg_slice *ret)
{
    if (!cursor->at)
        return false;
    size_t left = (size_t)(cursor->end - cursor->at);
    const char *comma = left ? memchr(cursor->at, ',', left) : NULL;
    const char *stop = comma ? comma : cursor->end;
    *ret = (unpeg_slice){cursor->at, (size_t)(stop - cursor->at)};
    cursor->at = comma ? comma + 1 : NULL;
    return true;
}

unpeg_slice field_rest(const field_cursor *cursor)
{
    if (!cursor->at)
        return (unpeg_slice){"", 0};
    return (unpeg_slice){cursor->at, (size_t)(cursor->end - cursor->at)};
}

static bool is_hex_prefix(unpeg_slice text)
{
    return text.len > 2 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X');
}

static bool decimal_u64(unpeg_slice text, uint64_t *ret)
{
    uint64_t value = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.data[i] - (unsigned)'0';
        if (digit > 9 || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

bool number_u64(unpeg_slice text, uint64_t *ret)
{
    if (!is_hex_prefix(text))
        return decimal_u64(text, ret);
    uint64_t value;
    size_t digits = hex_digits(text.data + 2, text.data + text.len, &value);
    if (digits != text.len - 2)
        return false;
    *ret = value;
    return true;
}

bool number_i64(unpeg_slice text, int64_t *ret)
{
    bool negative = text.len > 1 && text.data[0] == '-';
    if (negative) {
        text.data++;
        text.len--;
    }
    uint64_t magnitude;
    if (!number_u64(text, &magnitude) || magnitude > (uint64_t)INT64_MAX)
        return false;
    *ret = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

/* Moves behind a number that ends at stop, if a field ends there. */
static bool end_field(field_cursor *cursor, const char *stop)
{
    if (stop == cursor->end)
        cursor->at = NULL;
    else if (*stop == ',')
        cursor->at = stop + 1;
    else
        return false;
    return true;
}

static bool field_decimal(field_cursor *cursor, uint64_t *ret)
{
    const char *at = cursor->at;
    uint64_t value = 0;
    for (; at < cursor->end && (unsigned)(*at - '0') <= 9; at++)
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (unsigned)(*at - '0'), &value))
            return false;
    *ret = value;
    return at > cursor->at && end_field(cursor, at);
}

bool field_u64(field_cursor *cursor, uint64_t *ret)
{
    const char *at = cursor->at;
    if (!at || cursor->end - at < 1)
        return false;
    if (cursor->end - at < 3 || at[0] != '0' || (at[1] | 0x20) != 'x')
        return field_decimal(cursor, ret);
    size_t digits = hex_digits(at + 2, cursor->end, ret);
    return digits && end_field(cursor, at + 2 + digits);
}

bool field_i64(field_cursor *cursor, int64_t *ret)
{
    field_cursor rest = *cursor;
    bool negative = rest.at && rest.end - rest.at > 1 && rest.at[0] == '-';
    uint64_t magnitude;
    if (negative)
        rest.at++;
    if (!field_u64(&rest, &magnitude) || magnitude > (uint64_t)INT64_MAX)
        return false;
    *cursor = rest;
    *ret = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

size_t hex_digits(const char *text, const char *end, uint64_t *ret)
{
    if (end - text >= 24)
        return hex_digits_wide(text, ret);
    char padded[24] = {0};
    memcpy(padded, text, (size_t)(end - text));
    return hex_digits_wide(padded, ret);
}
