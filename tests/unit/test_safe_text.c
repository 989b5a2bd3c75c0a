/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "line_grammar.h"
#include "safe_text.h"
#include "text_sink.h"
#include "unpeg/render.h"

static void check_write(unpeg_slice text, safe_style style, const char *expected)
{
    text_sink sink = {.text = NULL};
    unpeg_writer writer = text_sink_writer(&sink);
    text_out out;
    text_out_init(&out, &writer);
    safe_write(&out, text, style);
    out_bytes(&out, "", 1);
    assert_int_equal(text_out_finish(&out), UNPEG_OK);
    assert_string_equal(sink.text, expected);
    text_sink_free(&sink);
}

static void test_what_becomes_visible(void **state)
{
    (void)state;
    static const struct {
        const char *text, *safe;
    } rows[] = {
        {"", ""},
        {"plain (text) ~^+*", "plain (text) ~^+*"},
        {"größer 日本語 🙂", "größer 日本語 🙂"},
        {"\x1b[31m", "\\x1b[31m"},
        {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
        {"\x01\x7f", "\\x01\\x7f"},
        {"\xc2\x9b", "\\u{9b}"},
        {"\xc2\xad|\xe1\xa0\x8e", "\\u{ad}|\\u{180e}"},
        {"\xe2\x80\xae|\xe2\x80\xa8|\xe2\x81\xa6|\xd8\x9c",
         "\\u{202e}|\\u{2028}|\\u{2066}|\\u{61c}"},
        {"\xef\xbb\xbf", "\\u{feff}"},
        {"\xf3\xa0\x81\x81", "\\u{e0041}"},
        {"\xe2\x80\x8d\xe2\x80\x8c", "\xe2\x80\x8d\xe2\x80\x8c"},
        {"\xff|\x80|\xc0\xaf", "\uFFFD|\uFFFD|\uFFFD\uFFFD"},
        {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        {"cut\xe2\x82", "cut\uFFFD\uFFFD"},
        {"back\\slash \"quote\"", "back\\slash \"quote\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_write(unpeg_slice_of(rows[i].text), (safe_style){0, 0}, rows[i].safe);
    check_write((unpeg_slice){"a\0b", 3}, (safe_style){0, 0}, "a\\x00b");
}

static void test_flags(void **state)
{
    (void)state;
    check_write(unpeg_slice_of("a\"b\\c\n"), (safe_style){SAFE_QUOTED, 0}, "a\\\"b\\\\c\\\\n");
    check_write(unpeg_slice_of("ü🙂"), (safe_style){SAFE_ASCII, 0}, "\\u{fc}\\u{1f642}");
    check_write(unpeg_slice_of("\xff"), (safe_style){SAFE_ASCII, 0}, "\\u{fffd}");
    assert_int_equal(safe_size(unpeg_slice_of("日本\n"), 0), 4);
    assert_int_equal(safe_size(unpeg_slice_of("日本\n"), SAFE_BYTES), 8);
    assert_int_equal(safe_size(unpeg_slice_of("\""), SAFE_QUOTED), 2);
}

static void test_cut_in_the_middle(void **state)
{
    (void)state;
    unpeg_slice digits = unpeg_slice_of("0123456789");
    check_write(digits, (safe_style){0, 10}, "0123456789");
    check_write(digits, (safe_style){0, 9}, "0123…6789");
    check_write(digits, (safe_style){0, 4}, "01…9");
    check_write(digits, (safe_style){0, 1}, "…");
    check_write(digits, (safe_style){SAFE_BYTES, 9}, "012…789");
    check_write(digits, (safe_style){SAFE_BYTES, 3}, "…");
    check_write(digits, (safe_style){SAFE_BYTES, 1}, "…");
    check_write(digits, (safe_style){SAFE_ASCII, 9}, "012...789");
    check_write(unpeg_slice_of("日本語日本語"), (safe_style){0, 5}, "日本…本語");
    check_write(unpeg_slice_of("日本語日本語"), (safe_style){SAFE_BYTES, 12}, "日…語");
    check_write(unpeg_slice_of("ab\x1b\x1b\x1byz"), (safe_style){0, 9}, "ab…yz");
    check_write(unpeg_slice_of("ab\x1b\x1b\x1byz"), (safe_style){0, 13}, "ab\\x1b…\\x1byz");
}

/* Every piece of every text of two alphabets: what is written is valid and never longer. */
static void test_never_longer(void **state)
{
    (void)state;
    static const char *const parts[] = {"a",    "\n",           "\xff", "é", "語",
                                        "🙂", "\xe2\x80\xae", "\"",   "\\"};
    enum { PARTS = sizeof parts / sizeof *parts, LENGTH = 6 };
    for (unsigned seed = 0; seed < 4000; seed++) {
        char text[64] = "";
        unsigned random = seed * 2654435761u;
        for (int i = 0; i < LENGTH; i++, random /= PARTS)
            strcat(text, parts[random % PARTS]);
        for (unsigned max = 3; max < 24; max++) {
            unsigned flags = seed & 3;
            text_out out;
            text_out_init(&out, NULL);
            safe_write(&out, unpeg_slice_of(text), (safe_style){flags, max});
            line_check_text(out.buffer, out.used);
            unpeg_slice written = {out.buffer, out.used};
            assert_true(safe_size(written, flags & SAFE_BYTES) <= max);
            if (safe_size(unpeg_slice_of(text), flags) > max)
                assert_true(safe_size(written, flags & SAFE_BYTES) + 24 > max);
        }
    }
}

/* The end of a long text is found without reading the middle: it must be the same end. */
static void test_long_text(void **state)
{
    (void)state;
    enum { LENGTH = 300000 };
    char *text = malloc(LENGTH + 4);
    assert_non_null(text);
    for (size_t i = 0; i < LENGTH; i += 3)
        memcpy(text + i, "語", 3);
    memcpy(text + LENGTH, "end", 4);
    check_write(unpeg_slice_of(text), (safe_style){0, 11}, "語語語語語…語語end");
    check_write(unpeg_slice_of(text), (safe_style){SAFE_BYTES, 20}, "語語語…語end");
    free(text);
}

static void test_into_a_buffer(void **state)
{
    (void)state;
    char buffer[9] = "????????";
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("ab\x1b"), buffer, sizeof buffer), 6);
    assert_string_equal(buffer, "ab\\x1b");
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("abcdef\x1bgh"), buffer, sizeof buffer), 12);
    assert_string_equal(buffer, "abcdef");
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("abcdefgh"), buffer, sizeof buffer), 8);
    assert_string_equal(buffer, "abcdefgh");
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("abcdef語"), buffer, sizeof buffer), 9);
    assert_string_equal(buffer, "abcdef");
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("x"), buffer, 1), 1);
    assert_string_equal(buffer, "");
    assert_int_equal(unpeg_text_safe(unpeg_slice_of("xyz"), NULL, 0), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_becomes_visible),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_cut_in_the_middle),
        cmocka_unit_test(test_never_longer),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_into_a_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
