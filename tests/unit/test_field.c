/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "field.h"
#include "hex.h"
#include "unescape.h"

static void fields_end_at_commas(void **state)
{
    (void)state;
    field_cursor at = field_begin(unpeg_slice_of("a,,b"));
    unpeg_slice field;
    const char *want[] = {"a", "", "b"};
    for (int i = 0; i < 3; i++) {
        assert_true(field_next(&at, &field));
        assert_true(unpeg_slice_equal(field, unpeg_slice_of(want[i])));
    }
    assert_false(field_next(&at, &field));
    assert_int_equal(field_rest(&at).len, 0);
}

static void numbers_fill_their_field(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } rows[] = {
        {"0", true, 0},
        {"0x0", true, 0},
        {"0xffffffffffffffff", true, UINT64_MAX},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"0x10000000000000000", false, 0},
        {"0x", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"12a", false, 0},
        {"0x12g", false, 0},
        {" 1", false, 0},
        {"0XaF", true, 0xaf},
        {"0x7f4c8697c000", true, 0x7f4c8697c000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 0;
        assert_int_equal(number_u64(unpeg_slice_of(rows[i].text), &value), rows[i].ok);
        assert_true(value == rows[i].value);
    }
    int64_t negative;
    assert_true(number_i64(unpeg_slice_of("-12"), &negative));
    assert_int_equal(negative, -12);
    assert_false(number_i64(unpeg_slice_of("9223372036854775808"), &negative));
}

static bool is_hex_digit(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void every_byte_that_is_no_digit_ends_a_number(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        for (unsigned at = 0; at < 8; at++) {
            char text[8];
            memset(text, '7', sizeof text);
            text[at] = (char)c;
            uint64_t stop = hex_non_digits(hex_load(text));
            uint64_t want = is_hex_digit(c) ? 0 : UINT64_C(0x80) << (8 * at);
            assert_true(stop == want);
        }
    }
}

static void hexadecimal_numbers_of_every_length(void **state)
{
    (void)state;
    for (uint64_t value = 1; value; value <<= 1) {
        char text[40];
        uint64_t got = 0;
        int len = snprintf(text, sizeof text, "%" PRIx64, value | (value >> 3));
        assert_int_equal(hex_digits(text, text + len, &got), len);
        assert_true(got == (value | (value >> 3)));
        text[len] = ',';
        memset(text + len + 1, 'f', sizeof text - (size_t)len - 1);
        assert_int_equal(hex_digits(text, text + 24, &got), len);
    }
    static const char too_long[] = "12345678123456781";
    uint64_t got;
    assert_int_equal(hex_digits(too_long, too_long + 17, &got), 0);
    assert_int_equal(hex_digits(too_long, too_long + 16, &got), 16);
}

static void escapes_become_utf8(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"a\\x2Cb", "a,b"},
        {"\\\\n\\n", "\\n\n"},
        {"\\xe9", "\xc3\xa9"},
        {"\\u20ac", "\xe2\x82\xac"},
        {"\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"\\ud83dx", "\xef\xbf\xbdx"},
        {"\\ude00", "\xef\xbf\xbd"},
        {"\\", "\\"},
        {"\\q\\x4", "\\q\\x4"},
        {"\\u12", "\\u12"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unpeg_slice raw = unpeg_slice_of(rows[i][0]);
        char out[64];
        size_t len = unescape(raw, out, raw.len);
        assert_true(unpeg_slice_equal((unpeg_slice){out, len}, unpeg_slice_of(rows[i][1])));
    }
    char out[2];
    assert_int_equal(unescape(unpeg_slice_of("a\\u20ac"), out, 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_end_at_commas),
        cmocka_unit_test(numbers_fill_their_field),
        cmocka_unit_test(every_byte_that_is_no_digit_ends_a_number),
        cmocka_unit_test(hexadecimal_numbers_of_every_length),
        cmocka_unit_test(escapes_become_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
