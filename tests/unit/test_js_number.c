/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "js_number.h"

/* The macros of math.h are floats. */
#define NOT_A_NUMBER ((double)NAN)
#define INFINITE ((double)INFINITY)

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Numbers are the same number, NaN included. */
static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a <= b && a >= b);
}

static void integers_are_the_longest_prefix(void **state)
{
    static const struct {
        const char *text;
        double want;
    } ROWS[] = {
        {"", NOT_A_NUMBER},
        {" ", NOT_A_NUMBER},
        {"x", NOT_A_NUMBER},
        {"0x", NOT_A_NUMBER},
        {"0xg", NOT_A_NUMBER},
        {"-", NOT_A_NUMBER},
        {"+-1", NOT_A_NUMBER},
        {"0", 0},
        {"-0x10", -16},
        {"+0x10", 16},
        {"0X1F", 31},
        {"0x1fg", 31},
        {"12.9", 12},
        {"1e4", 1},
        {"0o17", 0},
        {"010", 10},
        {" \t\n\v\f\r7", 7},
        {"\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf\xe3\x80\x80 7", 7},
        {"\xe4\xb8\xad 7", NOT_A_NUMBER},
        {"000000000000000000000000000000000000008", 8},
        {"0x00000000000000000000000000000000000008", 8},
        {"9007199254740993", 9007199254740992.0},
        {"18446744073709551615", 18446744073709551616.0},
        {"0x1fffffffffffff", 9007199254740991.0},
        {"0x20000000000001", 9007199254740992.0},
        {"0x20000000000003", 9007199254740996.0},
        {"0x80000000000004", 36028797018963972.0},
        {"0x8000000000000400", 9223372036854775808.0},
        {"0x8000000000000401", 9223372036854777856.0},
        {"0x8000000000000c00", 9223372036854779904.0},
        {"0x8000000000000400000000000000000001", 0x1.0000000000001p+135},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (!same(js_parse_int(unpeg_slice_of(ROWS[i].text), 0), ROWS[i].want))
            fail_msg("%s", ROWS[i].text);
    assert_true(same(js_parse_int(unpeg_slice_of("0x41"), 16), 65));
    assert_true(same(js_parse_int(unpeg_slice_of("-1"), 16), -1));
    assert_true(same(js_parse_int(unpeg_slice_of("1g"), 16), 1));
}

static void long_integers_become_infinite(void **state)
{
    char digits[400];
    (void)state;
    memset(digits, '0', sizeof digits);
    digits[0] = '1';
    assert_true(same(js_parse_int((unpeg_slice){digits, 309}, 0), 1e308));
    assert_true(isinf(js_parse_int((unpeg_slice){digits, 310}, 0)));
    assert_true(isinf(js_parse_int((unpeg_slice){digits, 400}, 0)));
    memset(digits, 'f', sizeof digits);
    memcpy(digits, "0x", 2);
    assert_true(isinf(js_parse_int((unpeg_slice){digits, 258}, 0)));
    assert_true(same(js_parse_int((unpeg_slice){digits, 258 - 1}, 0), ldexp(1, 1020)));
}

static void whole_texts_are_numbers(void **state)
{
    static const struct {
        const char *text;
        double want;
    } ROWS[] = {
        {"", 0},
        {"  ", 0},
        {"6", 6},
        {" 6 ", 6},
        {"6x", NOT_A_NUMBER},
        {"0x6", 6},
        {"0b101", 5},
        {"0o17", 15},
        {"0b2", NOT_A_NUMBER},
        {"0x", NOT_A_NUMBER},
        {"-6", -6},
        {"+6", 6},
        {"--6", NOT_A_NUMBER},
        {"1.5", 1.5},
        {".5", .5},
        {"5.", 5},
        {".", NOT_A_NUMBER},
        {"1e2", 100},
        {"1e", NOT_A_NUMBER},
        {"1e+", NOT_A_NUMBER},
        {"1e-1", .1},
        {"abc", NOT_A_NUMBER},
        {"-0x6", NOT_A_NUMBER},
        {"1 2", NOT_A_NUMBER},
        {"Infinity", INFINITE},
        {"-Infinity", -INFINITE},
        {"inf", NOT_A_NUMBER},
        {"1e999", INFINITE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (!same(js_to_number(unpeg_slice_of(ROWS[i].text)), ROWS[i].want))
            fail_msg("%s", ROWS[i].text);
}

static void big_integers_must_be_whole(void **state)
{
    static const struct {
        const char *text;
        bool valid;
        double want;
    } ROWS[] = {
        {"", true, 0},
        {" 12 ", true, 12},
        {"0x1F", true, 31},
        {"0b11", true, 3},
        {"0o17", true, 15},
        {"-7", true, -7},
        {"+7", true, 7},
        {"-", false, 0},
        {"+0x10", false, 0},
        {"1x", false, 0},
        {"0x", false, 0},
        {"1.0", false, 0},
        {"overflow", false, 0},
        {"0x1g", false, 0},
        {"\xc2\xa0"
         "5",
         true, 5},
    };
    double value;
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        bool valid = js_parse_bigint(unpeg_slice_of(ROWS[i].text), &value);
        if (valid != ROWS[i].valid || (valid && !same(value, ROWS[i].want)))
            fail_msg("%s", ROWS[i].text);
    }
}

static void words_are_modulo_32_bits(void **state)
{
    (void)state;
    assert_int_equal(js_to_int32(0), 0);
    assert_int_equal(js_to_int32(1.9), 1);
    assert_int_equal(js_to_int32(-1.9), -1);
    assert_int_equal(js_to_int32(2147483647.5), 2147483647);
    assert_int_equal(js_to_int32(2147483648.0), INT32_MIN);
    assert_int_equal(js_to_int32(-2147483648.9), INT32_MIN);
    assert_int_equal(js_to_int32(-2147483649.0), 2147483647);
    assert_int_equal(js_to_int32(4294967296.0), 0);
    assert_int_equal(js_to_int32(4503599627368960.0), -1536);
    assert_int_equal(js_to_int32(-4294967297.0), -1);
    assert_int_equal(js_to_int32(0x1p100), 0);
    assert_int_equal(js_to_int32(NOT_A_NUMBER), 0);
    assert_int_equal(js_to_int32(INFINITE), 0);
}

static void one_decimal_rounds_ties_up(void **state)
{
    static const struct {
        double value;
        const char *want;
    } ROWS[] = {
        {12.5, "12.5"},
        {4900.0 / 400, "12.3"},
        {100.0 / 400, "0.3"},
        {35000.0 / 400, "87.5"},
        {100.0 / 3, "33.3"},
        {200.0 / 3, "66.7"},
        {0, "0.0"},
        {100, "100.0"},
        {100.0 / 16, "6.3"},
        {300.0 / 16, "18.8"},
        {100.0 / 80, "1.3"},
        {700.0 / 80, "8.8"},
        {900.0 / 800, "1.1"},
        {100.0 / 2000, "0.1"},
        {1e-300, "0.0"},
        {DBL_MIN, "0.0"},
        {0.05, "0.1"},
        {0.15, "0.1"},
        {0.25, "0.3"},
        {0.35, "0.3"},
        {0.45, "0.5"},
        {1.45, "1.4"},
        {99.95, "100.0"},
        {8.345, "8.3"},
        {-0.04, "-0.0"},
        {-0.05, "-0.1"},
        {-0.25, "-0.3"},
        {-0.0, "0.0"},
        {1e16, "10000000000000000.0"},
        {72057594037927936.0, "72057594037927936.0"},
        {2251799813685248.5, "2251799813685248.5"},
        {NOT_A_NUMBER, "NaN"},
        {INFINITE, "Infinity"},
        {-INFINITE, "-Infinity"},
    };
    char text[JS_NUMBER_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        assert_int_equal(js_fixed1(ROWS[i].value, text), strlen(ROWS[i].want));
        assert_string_equal(text, ROWS[i].want);
    }
}

static void numbers_print_shortest(void **state)
{
    static const struct {
        double value;
        const char *want;
    } ROWS[] = {
        {0, "0"},
        {-0.0, "0"},
        {-16, "-16"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {1e21, "1e+21"},
        {-1e21, "-1e+21"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {9007199254740992.0, "9007199254740992"},
        {9007199254740994.0, "9007199254740994"},
        {18446744073709551615.0, "18446744073709552000"},
        {1e-6, "0.000001"},
        {1.234e-6, "0.000001234"},
        {1e-7, "1e-7"},
        {1.5e-9, "1.5e-9"},
        {-2.5, "-2.5"},
        {0x1p-1074, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {999.667, "999.667"},
        {123e-20, "1.23e-18"},
        {1e23, "1e+23"},
    };
    char text[JS_NUMBER_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        assert_int_equal(js_number_text(ROWS[i].value, text), strlen(ROWS[i].want));
        assert_string_equal(text, ROWS[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_the_longest_prefix),
        cmocka_unit_test(long_integers_become_infinite),
        cmocka_unit_test(whole_texts_are_numbers),
        cmocka_unit_test(big_integers_must_be_whole),
        cmocka_unit_test(words_are_modulo_32_bits),
        cmocka_unit_test(one_decimal_rounds_ties_up),
        cmocka_unit_test(numbers_print_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
