/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "check.h"
#include "text_out.h"
#include "text_sink.h"

static text_out out;

static void check_out(const char *expected)
{
    out_bytes(&out, "", 1);
    assert_string_equal(out.buffer, expected);
    text_out_init(&out, NULL);
}

static void test_numbers(void **state)
{
    (void)state;
    text_out_init(&out, NULL);
    out_u64(&out, 0);
    out_text(&out, " ");
    out_u64(&out, UINT64_MAX);
    out_text(&out, " ");
    out_i64(&out, INT64_MIN);
    out_text(&out, " ");
    out_i64(&out, 7);
    check_out("0 18446744073709551615 -9223372036854775808 7");
    out_hex(&out, 0);
    out_hex(&out, UINT64_MAX);
    check_out("0x00xffffffffffffffff");
    out_u64_right(&out, 42, 5);
    out_u64_right(&out, 123456, 5);
    check_out("   42123456");
    out_fixed(&out, 5, 1);
    out_text(&out, " ");
    out_fixed(&out, 1234, 2);
    out_text(&out, " ");
    out_fixed(&out, 1, 6);
    out_text(&out, " ");
    out_fixed(&out, 12, 0);
    out_fixed_right(&out, 12, 1, 6);
    check_out("0.5 12.34 0.000001 12   1.2");
}

static void test_shares(void **state)
{
    (void)state;
    assert_int_equal(share_tenths(0, 0), 0);
    assert_int_equal(share_tenths(5, 0), 0);
    assert_int_equal(share_tenths(1, 3), 333);
    assert_int_equal(share_tenths(2, 3), 667);
    assert_int_equal(share_tenths(1, 2000), 1);
    assert_int_equal(share_tenths(1, 2001), 0);
    assert_int_equal(share_tenths(UINT64_MAX, UINT64_MAX), 1000);
    assert_int_equal(share_tenths(UINT64_MAX / 4, UINT64_MAX), 250);
    assert_int_equal(double_tenths(0.9996), 1000);
    assert_int_equal(double_tenths(-1), 0);
    assert_int_equal(double_tenths(2), 1000);
    assert_int_equal(double_tenths((double)NAN), 0);
    assert_int_equal(divide_rounded(5, 2), 3);
    assert_int_equal(divide_rounded(4, 3), 1);
    assert_int_equal(divide_rounded(5, 3), 2);
    assert_int_equal(divide_rounded(UINT64_MAX, 1), UINT64_MAX);
}

static void test_long_output(void **state)
{
    (void)state;
    text_sink sink = {.text = NULL};
    unpeg_writer writer = text_sink_writer(&sink);
    text_out_init(&out, &writer);
    for (unsigned i = 0; i < 20000; i++)
        out_u64(&out, i % 10);
    char *big = malloc(30000);
    assert_non_null(big);
    memset(big, 'x', 30000);
    out_bytes(&out, big, 30000);
    free(big);
    assert_int_equal(text_out_finish(&out), UNPEG_OK);
    assert_int_equal(sink.len, 50000);
    for (size_t i = 0; i < sink.len; i++)
        assert_int_equal(sink.text[i], i < 20000 ? '0' + (char)(i % 10) : 'x');
    text_sink_free(&sink);
}

/* The sink itself fails the test when it is written to after its failure. */
static void test_failures_are_sticky(void **state)
{
    (void)state;
    text_sink sink = {.fails_at = 10000};
    unpeg_writer writer = text_sink_writer(&sink);
    text_out_init(&out, &writer);
    out_repeat(&out, 'x', 100000);
    assert_int_equal(text_out_finish(&out), UNPEG_OS);
    assert_int_equal(text_out_finish(&out), UNPEG_OS);
    assert_true(sink.len <= 10000);
    text_sink_free(&sink);

    text_out_init(&out, NULL);
    out_repeat(&out, 'x', sizeof out.buffer);
    assert_int_equal(text_out_finish(&out), UNPEG_OK);
    out_text(&out, "y");
    assert_int_equal(text_out_finish(&out), UNPEG_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_long_output),
        cmocka_unit_test(test_failures_are_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
