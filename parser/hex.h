/* SPDX-License-Identifier: MIT
 *
 * Digits, eight bytes at a time. Nearly every number of a log goes through here.
 *
 *     uint64_t address, time;
 *     size_t digits = hex_digits_wide(text, &address);    (24 readable bytes at text)
 *     digits = decimal_digits_wide(text, &time);          (16 readable bytes at text)
 */
#ifndef UNPEG_PARSER_HEX_H
#define UNPEG_PARSER_HEX_H

#include "unpeg/base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define HEX_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t hex_load(const char *text)
{
    uint64_t word;
    memcpy(&word, text, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* High bit of each byte that is no hexadecimal digit. No byte's arithmetic carries into another:
 * sums stay below 0x100 because the high bits are masked, differences because they are set. */
static inline uint64_t hex_non_digits(uint64_t word)
{
    const uint64_t high = HEX_EACH(0x80);
    uint64_t low7 = word & ~high;
    uint64_t lower = low7 | HEX_EACH(0x20);
    uint64_t digit = (word | high) - HEX_EACH('0');
    digit &= ~(low7 + HEX_EACH(0x7f - '9'));
    uint64_t letter = (lower | high) - HEX_EACH('a');
    letter &= ~(lower + HEX_EACH(0x7f - 'f'));
    /* 'lower' also maps 0x41..0x46 to letters, and 0x01..0x06 only with bit 6 clear: no letter. */
    return ((digit | letter) & high & ~word) ^ high;
}

/* Value of the first count (1..8) digits of word. */
static inline uint64_t hex_value(uint64_t word, unsigned count)
{
    word = (word & HEX_EACH(0x0f)) + 9 * ((word >> 6) & HEX_EACH(0x01));
    word <<= 8 * (8 - count); /* the missing digits are leading zeros */
    word = __builtin_bswap64(word);
    word = (word | word >> 4) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word | word >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (word | word >> 16) & UINT64_C(0xffffffff);
}

#ifdef __SSE2__
/* Values of 16 digits of which the first count count; count is 1 to 16. */
static inline uint64_t hex_join(__m128i nibbles, unsigned count)
{
    __m128i pairs = _mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8));
    __m128i bytes = _mm_and_si128(pairs, _mm_set1_epi16(0xff));
    uint64_t value = (uint64_t)_mm_cvtsi128_si64(_mm_packus_epi16(bytes, bytes));
    return __builtin_bswap64(value) >> (4 * (16 - count));
}

/* Digits at text, 1 to 16 of them, into *ret; returns their number, 0 when there are none or more
 * than 16. Reads exactly 24 bytes. (A third of the instructions of the way for other machines.) */
static inline size_t hex_digits_wide(const char *text, uint64_t *ret)
{
    __m128i chars = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i digits = _mm_sub_epi8(chars, _mm_set1_epi8('0'));
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    __m128i letters = _mm_sub_epi8(_mm_or_si128(chars, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
    __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letters, _mm_set1_epi8(5)), letters);
    unsigned valid = (unsigned)_mm_movemask_epi8(_mm_or_si128(is_digit, is_letter));
    unsigned count = (unsigned)__builtin_ctz(~valid);
    if (count == 0 || (count == 16 && (hex_non_digits(hex_load(text + 16)) & 0x80) == 0))
        return 0;
    __m128i ten_up = _mm_add_epi8(letters, _mm_set1_epi8(10));
    __m128i nibbles =
        _mm_or_si128(_mm_and_si128(is_digit, digits), _mm_andnot_si128(is_digit, ten_up));
    *ret = hex_join(_mm_and_si128(nibbles, _mm_set1_epi8(0x0f)), count);
    return count;
}
#else
/* Digits at text, 1 to 16 of them, into *ret; returns their number, 0 when there are none or more
 * than 16. Reads exactly 24 bytes. */
static inline size_t hex_digits_wide(const char *text, uint64_t *ret)
{
    uint64_t first = hex_load(text);
    uint64_t stop = hex_non_digits(first);
    if (stop) {
        unsigned count = (unsigned)__builtin_ctzll(stop) / 8;
        if (count == 0)
            return 0;
        *ret = hex_value(first, count);
        return count;
    }
    uint64_t second = hex_load(text + 8);
    stop = hex_non_digits(second);
    unsigned more = stop ? (unsigned)__builtin_ctzll(stop) / 8 : 8;
    if (more == 8 && (hex_non_digits(hex_load(text + 16)) & 0x80) == 0)
        return 0;
    uint64_t value = hex_value(first, 8);
    if (more)
        value = value << (4 * more) | hex_value(second, more);
    *ret = value;
    return 8 + more;
}
#endif

/* High bit of each byte that is no decimal digit; no byte's arithmetic carries into another. */
static inline uint64_t decimal_non_digits(uint64_t word)
{
    uint64_t value = word ^ HEX_EACH('0');
    return (((value & HEX_EACH(0x7f)) + HEX_EACH(0x7f - 9)) | value) & HEX_EACH(0x80);
}

/* Value of the first count (1..8) digits of word. */
static inline uint64_t decimal_value(uint64_t word, unsigned count)
{
    word <<= 8 * (8 - count); /* the missing digits are leading zeros */
    word &= HEX_EACH(0x0f);
    word = (word * 10 + (word >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word * 100 + (word >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (word * 10000 + (word >> 32)) & UINT64_C(0xffffffff);
}

/* Decimal digits at text, 1 to 15 of them, into *ret; returns their number, 0 when there are none
 * or more. Reads exactly 16 bytes. */
static inline size_t decimal_digits_wide(const char *text, uint64_t *ret)
{
    static const uint32_t powers[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t word = hex_load(text);
    uint64_t stop = decimal_non_digits(word);
    if (stop) {
        unsigned count = (unsigned)__builtin_ctzll(stop) / 8;
        *ret = count ? decimal_value(word, count) : 0;
        return count;
    }
    uint64_t more = hex_load(text + 8);
    stop = decimal_non_digits(more);
    if (!stop)
        return 0;
    unsigned count = (unsigned)__builtin_ctzll(stop) / 8;
    *ret = decimal_value(word, 8) * powers[count] + (count ? decimal_value(more, count) : 0);
    return 8 + count;
}

#endif
