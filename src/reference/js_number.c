/* SPDX-License-Identifier: MIT */
#include "js_number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "js_text.h"

/* ---- Reading ---- */

static unpeg_slice skip(unpeg_slice text, size_t n)
{
    return (unpeg_slice){text.data + n, text.len - n};
}

static unpeg_slice skip_space(unpeg_slice text)
{
    return skip(text, js_text_space(text));
}

/* The value of a digit in any radix up to 36; 36 for what is none. */
static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A') + 10;
    return 36;
}

static size_t digit_count(unpeg_slice text, unsigned radix)
{
    size_t n = 0;
    while (n < text.len && digit_of(text.data[n]) < radix)
        n++;
    return n;
}

/* Digits of 1, 3 or 4 bits. Bits that do not fit are kept as one sticky bit far below the last
 * place of a double, so that the one rounding at the end is right. */
static double binary_value(unpeg_slice digits, unsigned bits)
{
    uint64_t mantissa = 0;
    size_t exponent = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned digit = digit_of(digits.data[i]);
        if (mantissa >> 59 == 0) {
            mantissa = mantissa << bits | digit;
        } else {
            mantissa |= digit != 0;
            exponent += bits;
        }
    }
    return ldexp((double)mantissa, exponent < 2000 ? (int)exponent : 2000);
}

/* The reference's engine reads 310 digits and calls a longer number infinite, so do we. */
static double decimal_value(unpeg_slice digits)
{
    enum { MAX_DIGITS = 310 };
    char buffer[MAX_DIGITS + 1];
    uint64_t small = 0;
    while (digits.len > 0 && digits.data[0] == '0')
        digits = skip(digits, 1);
    if (digits.len <= 15) {
        for (size_t i = 0; i < digits.len; i++)
            small = small * 10 + digit_of(digits.data[i]);
        return (double)small;
    }
    size_t n = digits.len < MAX_DIGITS ? digits.len : MAX_DIGITS;
    memcpy(buffer, digits.data, n);
    buffer[n] = '\0';
    return strtod(buffer, NULL);
}

static bool has_prefix(unpeg_slice text, char letter)
{
    return text.len >= 2 && text.data[0] == '0' && (text.data[1] | 0x20) == letter;
}

double js_parse_int(unpeg_slice text, int radix)
{
    text = skip_space(text);
    bool negative = text.len > 0 && text.data[0] == '-';
    if (negative || (text.len > 0 && text.data[0] == '+'))
        text = skip(text, 1);
    if (has_prefix(text, 'x')) {
        radix = 16;
        text = skip(text, 2);
    }
    text.len = digit_count(text, radix == 16 ? 16 : 10);
    if (text.len == 0)
        return (double)NAN;
    double value = radix == 16 ? binary_value(text, 4) : decimal_value(text);
    return negative ? -value : value;
}

/* Bits of a digit after 0x, 0o or 0b; 0 without such a prefix. */
static unsigned prefix_bits(unpeg_slice text)
{
    if (has_prefix(text, 'x'))
        return 4;
    if (has_prefix(text, 'o'))
        return 3;
    return has_prefix(text, 'b') ? 1 : 0;
}

/* White space is trimmed at the end, too, where the whole text must be a number. */
static unpeg_slice trim(unpeg_slice text)
{
    text = skip_space(text);
    size_t end = 0;
    for (size_t at = 0; at < text.len;) {
        size_t space = js_text_space(skip(text, at));
        at += space;
        if (at == text.len)
            break;
        js_text_next(text, &at);
        end = at;
    }
    text.len = end;
    return text;
}

/* A number after 0x, 0o or 0b; NaN if there is anything else in text. */
static double prefixed_value(unpeg_slice text, unsigned bits)
{
    text = skip(text, 2);
    if (text.len == 0 || digit_count(text, 1u << bits) != text.len)
        return (double)NAN;
    return binary_value(text, bits);
}

bool js_parse_bigint(unpeg_slice text, double *ret)
{
    text = trim(text);
    unsigned bits = prefix_bits(text);
    if (bits != 0) {
        *ret = prefixed_value(text, bits);
        return !isnan(*ret);
    }
    bool negative = text.len > 0 && text.data[0] == '-';
    bool is_signed = negative || (text.len > 0 && text.data[0] == '+');
    if (is_signed)
        text = skip(text, 1);
    if (digit_count(text, 10) != text.len || (is_signed && text.len == 0))
        return false;
    *ret = negative ? -decimal_value(text) : decimal_value(text);
    return true;
}

/* [digits][.digits][e[+-]digits] with at least one digit before the exponent. */
static bool is_decimal(unpeg_slice text)
{
    size_t whole = digit_count(text, 10);
    size_t part = 0;
    text = skip(text, whole);
    if (text.len > 0 && text.data[0] == '.') {
        part = digit_count(skip(text, 1), 10);
        text = skip(text, 1 + part);
    }
    if (whole + part == 0)
        return false;
    if (text.len > 1 && (text.data[0] | 0x20) == 'e') {
        text = skip(text, text.data[1] == '+' || text.data[1] == '-' ? 2 : 1);
        size_t exponent = digit_count(text, 10);
        return exponent != 0 && exponent == text.len;
    }
    return text.len == 0;
}

double js_to_number(unpeg_slice text)
{
    char buffer[400];
    text = trim(text);
    if (text.len == 0)
        return 0;
    unsigned bits = prefix_bits(text);
    if (bits != 0)
        return prefixed_value(text, bits);
    unpeg_slice digits = text.data[0] == '-' || text.data[0] == '+' ? skip(text, 1) : text;
    bool infinite = unpeg_slice_equal(digits, unpeg_slice_of("Infinity"));
    if ((!infinite && !is_decimal(digits)) || text.len >= sizeof buffer)
        return (double)NAN;
    memcpy(buffer, text.data, text.len);
    buffer[text.len] = '\0';
    return strtod(buffer, NULL);
}

int32_t js_to_int32(double value)
{
    if (value > -2147483649.0 && value < 2147483648.0)
        return (int32_t)value;
    if (!isfinite(value))
        return 0;
    double rest = fmod(trunc(value), 4294967296.0);
    if (rest < 0)
        rest += 4294967296.0;
    return (int32_t)(uint32_t)rest;
}

/* ---- Writing ---- */

/* The shortest decimal digits that read back as value, which is positive and finite. Returns their
 * count; the value is 0.DIGITS * 10^*ret_point. */
static int shortest_digits(double value, char digits[24], int *ret_point)
{
    char text[40];
    int precision = 0;
    do
        snprintf(text, sizeof text, "%.*e", precision++, value);
    while (strtod(text, NULL) != value && precision < 17);
    const char *exponent = strchr(text, 'e');
    int count = 0;
    for (const char *at = text; at < exponent; at++) /* the point is the locale's */
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    *ret_point = (int)strtol(exponent + 1, NULL, 10) + 1;
    return count;
}

/* Lays out digits as Number::toString does: plain between 1e-7 and 1e21, else with an exponent. */
static size_t lay_out(const char *digits, int count, int point, char *to)
{
    if (count <= point && point <= 21)
        return (size_t)snprintf(to, JS_NUMBER_SIZE, "%.*s%.*s", count, digits, point - count,
                                "000000000000000000000");
    if (point > 0 && point <= 21)
        return (size_t)snprintf(to, JS_NUMBER_SIZE, "%.*s.%.*s", point, digits, count - point,
                                digits + point);
    if (point > -6 && point <= 0)
        return (size_t)snprintf(to, JS_NUMBER_SIZE, "0.%.*s%.*s", -point, "000000", count, digits);
    const char *dot = count > 1 ? "." : "";
    return (size_t)snprintf(to, JS_NUMBER_SIZE, "%.1s%s%.*se%+d", digits, dot, count - 1,
                            digits + 1, point - 1);
}

size_t js_number_text(double value, char buffer[JS_NUMBER_SIZE])
{
    char digits[24];
    int point;
    if (isnan(value))
        return (size_t)snprintf(buffer, JS_NUMBER_SIZE, "NaN");
    if (isinf(value))
        return (size_t)snprintf(buffer, JS_NUMBER_SIZE, "%s", value < 0 ? "-Infinity" : "Infinity");
    if (fabs(value) < 9007199254740992.0 && trunc(value) == value)
        return (size_t)snprintf(buffer, JS_NUMBER_SIZE, "%" PRId64, (int64_t)value);
    size_t sign = value < 0;
    buffer[0] = '-';
    int count = shortest_digits(fabs(value), digits, &point);
    return sign + lay_out(digits, count, point, buffer + sign);
}

/* Digits by hand: every line of a report has two such numbers. */
static size_t put_tenths(uint64_t tenths, bool negative, char buffer[JS_NUMBER_SIZE])
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t whole = tenths / 10;
    digits[--at] = '\0';
    digits[--at] = (char)('0' + (int)(tenths % 10));
    digits[--at] = '.';
    do
        digits[--at] = (char)('0' + (int)(whole % 10));
    while ((whole /= 10) != 0);
    if (negative)
        digits[--at] = '-';
    memcpy(buffer, digits + at, sizeof digits - at);
    return sizeof digits - at - 1;
}

size_t js_fixed1(double value, char buffer[JS_NUMBER_SIZE])
{
    int exponent;
    uint64_t tenths;
    if (!isfinite(value))
        return js_number_text(value, buffer);
    /* |value| = mantissa * 2^exponent, exactly; ten times that fits in 64 bits. */
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), 53);
    exponent -= 53;
    if (exponent >= 0)
        tenths = mantissa * 10 << (exponent < 4 ? exponent : 4);
    else if (exponent > -63)
        tenths = (mantissa * 10 + (UINT64_C(1) << (-exponent - 1))) >> -exponent;
    else
        tenths = 0;
    return put_tenths(tenths, value < 0, buffer);
}
