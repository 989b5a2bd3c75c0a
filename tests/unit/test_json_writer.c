/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "json_writer.h"

static text_out out;

static void check_out(const char *expected)
{
    out_bytes(&out, "", 1);
    assert_string_equal(out.buffer, expected);
}

static json_writer start(unsigned break_depth)
{
    text_out_init(&out, NULL);
    return (json_writer){.out = &out, .break_depth = break_depth};
}

static void test_values(void **state)
{
    (void)state;
    json_writer w = start(0);
    json_open(&w, NULL, '{');
    json_null(&w, "a");
    json_bool(&w, "b", true);
    json_bool(&w, "c", false);
    json_u64(&w, "d", UINT64_MAX);
    json_i64(&w, "e", INT64_MIN);
    json_text(&w, "f", "x");
    json_share(&w, "g", 0.5);
    json_share(&w, "h", 1.5);
    json_share(&w, "i", -0.1);
    json_share(&w, "j", 0.9999999);
    json_open(&w, "k", '[');
    json_close(&w, ']');
    json_open(&w, "l", '[');
    json_u64(&w, NULL, 1);
    json_open(&w, NULL, '{');
    json_close(&w, '}');
    json_u64(&w, NULL, 2);
    json_close(&w, ']');
    json_close(&w, '}');
    check_out("{\"a\":null,\"b\":true,\"c\":false,\"d\":18446744073709551615,"
              "\"e\":-9223372036854775808,\"f\":\"x\",\"g\":0.500000,\"h\":1.000000,"
              "\"i\":0.000000,\"j\":1.000000,\"k\":[],\"l\":[1,{},2]}");
    assert_int_equal(w.depth, 0);
}

static void test_line_breaks(void **state)
{
    (void)state;
    json_writer w = start(2);
    json_open(&w, NULL, '{');
    json_u64(&w, "a", 1);
    json_open(&w, "b", '[');
    json_open(&w, NULL, '{');
    json_u64(&w, "c", 2);
    json_u64(&w, "d", 3);
    json_close(&w, '}');
    json_open(&w, NULL, '[');
    json_close(&w, ']');
    json_close(&w, ']');
    json_open(&w, "e", '[');
    json_close(&w, ']');
    json_close(&w, '}');
    check_out("{\n  \"a\": 1,\n  \"b\": [\n    {\"c\":2,\"d\":3},\n    []\n  ],\n  \"e\": []\n}");
}

static void test_strings(void **state)
{
    (void)state;
    static const struct {
        unpeg_slice text;
        const char *json;
    } rows[] = {
        {{"", 0}, "\"\""},
        {{NULL, 0}, "\"\""},
        {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
        {{"\n\t\r\x1b\0", 5}, "\"\\n\\t\\u000d\\u001b\\u0000\""},
        {{"\x7f\xc2\x9b", 3}, "\"\\u007f\\u009b\""},
        {{"\xe2\x80\xae\xe2\x80\xa8", 6}, "\"\\u202e\\u2028\""},
        {{"\xf3\xa0\x81\x81", 4}, "\"\\udb40\\udc41\""},
        {{"ü語🙂", 9}, "\"ü語🙂\""},
        {{"a\xff"
          "b\xe2\x82",
          5},
         "\"a\uFFFD"
         "b\uFFFD\uFFFD\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_writer w = start(0);
        json_slice(&w, NULL, rows[i].text);
        check_out(rows[i].json);
    }
}

static void test_depth_has_a_limit(void **state)
{
    (void)state;
    json_writer w = start(0);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_open(&w, NULL, '[');
    assert_int_equal(out.status, UNPEG_OK);
    json_open(&w, NULL, '[');
    assert_int_equal(out.status, UNPEG_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_line_breaks),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_depth_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
