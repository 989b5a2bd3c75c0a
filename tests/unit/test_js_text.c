/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "js_text.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define TEXT(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }
#define FFFD "\xef\xbf\xbd"

typedef struct text_row {
    unpeg_slice from, want;
} text_row;

static void assert_text(unpeg_slice got, unpeg_slice want)
{
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.data, want.data, want.len);
}

static void invalid_bytes_become_replacements(void **state)
{
    static const text_row ROWS[] = {
        {TEXT(""), TEXT("")},
        {TEXT("plain text of more than eight bytes"), TEXT("plain text of more than eight bytes")},
        {TEXT("a\xc2\xa9\xe4\xb8\xad\xf0\x9f\x98\x80z"),
         TEXT("a\xc2\xa9\xe4\xb8\xad\xf0\x9f\x98\x80z")},
        {TEXT("x\0y"), TEXT("x\0y")},
        {TEXT("12345678\xff"), TEXT("12345678" FFFD)},
        {TEXT("\xc3("), TEXT(FFFD "(")},
        {TEXT("\xe2\x82"), TEXT(FFFD)},
        {TEXT("\xe2\x28\xa1"), TEXT(FFFD "(" FFFD)},
        {TEXT("\xf0\x9f\x98"), TEXT(FFFD)},
        {TEXT("\xf0\x9f\x98\xc2\xa9"), TEXT(FFFD "\xc2\xa9")},
        {TEXT("\xed\xa0\x80"), TEXT(FFFD FFFD FFFD)},
        {TEXT("\xed\x9f\xbf\xee\x80\x80"), TEXT("\xed\x9f\xbf\xee\x80\x80")},
        {TEXT("\xc0\xaf"), TEXT(FFFD FFFD)},
        {TEXT("\xe0\x80\x80"), TEXT(FFFD FFFD FFFD)},
        {TEXT("\xe0\xa0\x80"), TEXT("\xe0\xa0\x80")},
        {TEXT("\xf0\x80\x80\x80"), TEXT(FFFD FFFD FFFD FFFD)},
        {TEXT("\xf4\x8f\xbf\xbf"), TEXT("\xf4\x8f\xbf\xbf")},
        {TEXT("\xf4\x90\x80\x80"), TEXT(FFFD FFFD FFFD FFFD)},
        {TEXT("\xf5\x80"), TEXT(FFFD FFFD)},
        {TEXT("\x80\xbf"), TEXT(FFFD FFFD)},
    };
    char buffer[200];
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        size_t len = js_text_decode(ROWS[i].from, buffer);
        assert_text((unpeg_slice){buffer, len}, ROWS[i].want);
        assert_int_equal(js_text_is_utf8(ROWS[i].from),
                         unpeg_slice_equal(ROWS[i].from, ROWS[i].want));
    }
}

static void escapes_are_undone_as_the_reference_does(void **state)
{
    static const text_row ROWS[] = {
        {TEXT("plain"), TEXT("plain")},
        {TEXT("a\\nb\\\\c"), TEXT("a\nb\\c")},
        {TEXT("a\\x2Cb\\x2cc"), TEXT("a,b,c")},
        {TEXT("\\u2C"), TEXT(",")},
        {TEXT("\\x4\\x"), TEXT("\x04x")},
        {TEXT("end\\"), TEXT("end\0")},
        {TEXT("\\zabcdtail"), TEXT("\xea\xaf\x8dtail")},
        {TEXT("back\\slash"), TEXT("back\0")},
        {TEXT("\\u4e2d"), TEXT("\xe4\xb8\xad")},
        {TEXT("\\ud83d\\ude00"), TEXT("\xf0\x9f\x98\x80")},
        {TEXT("\\ud83d"), TEXT("\xed\xa0\xbd")},
        {TEXT("\\ude00\\ud83d"), TEXT("\xed\xb8\x80\xed\xa0\xbd")},
        {TEXT("\\u 9az"), TEXT("\xc2\x9a")},
        {TEXT("\\u0x41"), TEXT("A")},
        {TEXT("\\u-001"), TEXT("\xef\xbf\xbf")},
        {TEXT("\\u+041"), TEXT("A")},
        {TEXT("\\xgg!"), TEXT("\0!")},
        /* an escape that ends, or begins, within a character above U+FFFF */
        {TEXT("\\x1\xf0\x9f\x98\x80!"), TEXT("\x01\xed\xb8\x80!")},
        {TEXT("\\\xf0\x9f\x98\x80"
              "abc!"),
         TEXT("\0!")},
        {TEXT("\xf0\x9f\x98\x80\\n\xf0\x9f\x98\x80"), TEXT("\xf0\x9f\x98\x80\n\xf0\x9f\x98\x80")},
        {TEXT("\\u\\\\\\\\\\n"), TEXT("\0\n")},
    };
    char buffer[100];
    (void)state;
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        unpeg_slice from = ROWS[i].from;
        unpeg_slice want = ROWS[i].want;
        size_t len = js_text_unescape(from, buffer);
        if (len != want.len || memcmp(buffer, want.data, len) != 0)
            fail_msg("row %zu: %.*s", i, (int)from.len, from.data);
        memcpy(buffer, from.data, from.len); /* in place */
        len = js_text_unescape((unpeg_slice){buffer, from.len}, buffer);
        assert_text((unpeg_slice){buffer, len}, want);
    }
}

/* Ascending by UTF-16 units: D83D is below E000, though U+1F600 is above U+E000. */
static void order_is_that_of_utf16(void **state)
{
    static const unpeg_slice SORTED[] = {
        TEXT(""),
        TEXT("a"),
        TEXT("a\0"),
        TEXT("aa"),
        TEXT("b"),
        TEXT("\xc2\xa9"),
        TEXT("\xe4\xb8\xad"),
        TEXT("\xed\x9f\xbf"),
        TEXT("\xed\xa0\xbd"), /* lone D83D */
        TEXT("\xed\xa0\xbd"
             "x"),                        /* D83D 0078 */
        TEXT("\xf0\x9f\x98\x80"),         /* D83D DE00 */
        TEXT("\xf0\x9f\x98\x81"),         /* D83D DE01 */
        TEXT("\xed\xa0\xbd\xee\x80\x80"), /* D83D E000 */
        TEXT("\xed\xb8\x80"),             /* lone DE00 */
        TEXT("\xee\x80\x80"),
        TEXT("\xef\xbd\x9ex"),
        TEXT("\xef\xbf\xbd"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(SORTED); i++)
        for (size_t k = 0; k < COUNT(SORTED); k++) {
            int order = js_text_compare(SORTED[i], SORTED[k]);
            if ((order > 0) != (i > k) || (order < 0) != (i < k))
                fail_msg("%zu and %zu: %d", i, k, order);
        }
}

static void lone_surrogates_print_as_replacements(void **state)
{
    char text[] = "a\xed\x9f\xbf\xed\xa0\xbdz\xed\xb8\x80\xf0\x9f\x98\x80";
    (void)state;
    js_text_make_well_formed(text, sizeof text - 1);
    assert_string_equal(text, "a\xed\x9f\xbf" FFFD "z" FFFD "\xf0\x9f\x98\x80");
}

static void any_bytes_end_cleanly(void **state)
{
    char from[12];
    char buffer[36];
    uint32_t random = 1;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t len = (random >> 8) % sizeof from;
        for (size_t i = 0; i < len; i++) {
            random = random * 1664525 + 1013904223;
            from[i] = "\\x\\u4e\xf0\x9f\x98\x80\xed\xa0\xff,"[(random >> 16) % 14];
        }
        random = random * 1664525 + 1013904223;
        size_t decoded = js_text_decode((unpeg_slice){from, len}, buffer);
        assert_true(js_text_is_utf8((unpeg_slice){buffer, decoded}));
        assert_true(js_text_unescape((unpeg_slice){buffer, decoded}, buffer) <= decoded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_bytes_become_replacements),
        cmocka_unit_test(escapes_are_undone_as_the_reference_does),
        cmocka_unit_test(order_is_that_of_utf16),
        cmocka_unit_test(lone_surrogates_print_as_replacements),
        cmocka_unit_test(any_bytes_end_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
