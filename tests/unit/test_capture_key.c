/* SPDX-License-Identifier: MIT
 *
 * Keys of captures: segments, lengths, realms and times.
 */
#include "unpeg/capture_key.h"

#include <stdlib.h>

#include "check.h"

/* 2026-11-25T20:15:28.123Z */
enum { SECONDS = 1795637728 };
#define TIME_US ((int64_t)SECONDS * 1000000 + 123456)
#define FILE_NAME "2026-11-25T20-15-28-123Z-7-00c0ffee.v8log"

static unpeg_capture_name name_of(const char *realm)
{
    return (unpeg_capture_name){.struct_size = sizeof(unpeg_capture_name),
                                .realm = realm,
                                .time_us = TIME_US,
                                .seq = 7,
                                .random = 0xc0ffee};
}

static void assert_key(const unpeg_capture_name *name, const char *expected)
{
    unpeg_key key;
    assert_int_equal(unpeg_capture_key(name, &key, NULL), UNPEG_OK);
    assert_string_equal(key.text, expected);
    assert_int_equal(key.len, strlen(expected));
}

static void test_absent_parts(void **state)
{
    (void)state;
    unpeg_capture_name name = name_of(NULL);
    assert_key(&name, "unknown/no-realm/no-job/no-card/no-step/" FILE_NAME);
    name.realm = name.job = name.card = name.step = name.env = name.suffix = "";
    assert_key(&name, "unknown/no-realm/no-job/no-card/no-step/" FILE_NAME);
}

static void test_all_parts(void **state)
{
    (void)state;
    unpeg_capture_name name = name_of("https://realms.example/user/x/");
    name.env = "staging";
    name.job = "job 12";
    name.card = "Card/1?a=b&c";
    name.step = "render";
    name.is_zstd = true;
    assert_key(&name, "staging/realms.example-user-x/job-12/Card-1-a-b-c/render/" FILE_NAME ".zst");
    name.suffix = "trace.json";
    name.is_zstd = false;
    name.seq = 4294967295;
    name.time_us = 0;
    assert_key(&name, "staging/realms.example-user-x/job-12/Card-1-a-b-c/render/"
                      "1970-01-01T00-00-00-000Z-4294967295-00c0ffee.trace.json");
}

static void assert_segment(const char *text, const char *expected)
{
    unpeg_key_segment segment;
    unpeg_key_segment_make(text, &segment);
    assert_string_equal(segment.text, expected);
    assert_int_equal(segment.len, strlen(expected));
}

static void test_segments(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {{"", ""},
                {"plain", "plain"},
                {"http://h/a", "h-a"},
                {"https://h", "h"},
                {" \thttps://h/ \n", "h"},
                {"HTTPS://h", "HTTPS-h"},
                {"ftp://h", "ftp-h"},
                {"://h", "h"},
                {"https://", ""},
                {"https://http://c", "http-c"},
                {"a  b\t\n/c", "a-b-c"},
                {"-a--b- /", "a--b"},
                {"a/-b", "a--b"},
                {"\xc3\xbc\xe2\x82\xac", ""},
                {"\xc3\xbcx\xe2\x82\xacy", "x-y"},
                {"../../etc", "..-..-etc"},
                {".", "_"},
                {"..", "__"},
                {"/../", "__"},
                {"...", "..."},
                {"a\\b\"c'd*", "a-b-c-d"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_segment(rows[i].text, rows[i].expected);
}

static void test_segments_are_cut(void **state)
{
    (void)state;
    char text[300];
    unpeg_key_segment segment;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    unpeg_key_segment_make(text, &segment);
    assert_int_equal(segment.len, UNPEG_KEY_SEGMENT_MAX);
    assert_int_equal(strspn(segment.text, "x"), UNPEG_KEY_SEGMENT_MAX);
}

static char *repeated(char c, size_t count)
{
    char *text = malloc(count + 1);
    assert_non_null(text);
    memset(text, c, count);
    text[count] = '\0';
    return text;
}

static void test_long_keys_are_shortened(void **state)
{
    (void)state;
    char *a = repeated('a', 250);
    char *b = repeated('b', 250);
    unpeg_capture_name name = name_of(a);
    unpeg_key key;
    unpeg_key other;
    name.env = name.job = name.step = a;
    name.card = b;
    assert_int_equal(unpeg_capture_key(&name, &key, NULL), UNPEG_OK);
    assert_int_equal(key.len, UNPEG_KEY_MAX);
    assert_int_equal(strlen(key.text), UNPEG_KEY_MAX);
    const char *card = strchr(key.text, 'b');
    size_t kept = strspn(card, "b");
    assert_int_equal(card[kept + 8], '/');
    assert_int_equal(strspn(card + kept, "0123456789abcdef"), 8);
    assert_non_null(strstr(key.text, "/" FILE_NAME));
    /* Two cards that differ only where they are cut stay apart. */
    b[199] = 'c';
    assert_int_equal(unpeg_capture_key(&name, &other, NULL), UNPEG_OK);
    assert_int_equal(other.len, UNPEG_KEY_MAX);
    assert_string_not_equal(key.text, other.text);
    free(a);
    free(b);
}

static void test_little_room(void **state)
{
    (void)state;
    unpeg_error error;
    unpeg_capture_name name = name_of("a-realm-with-a-name");
    unpeg_key key;
    name.env = "a-long-environment";
    name.job = "a-long-job-id";
    name.card = "a-card-with-a-name";
    name.step = "a-long-step";
    /* Five segments of 8 digits, their slashes, and the file name. */
    name.max_bytes = 5 * 9 + strlen(FILE_NAME);
    assert_int_equal(unpeg_capture_key(&name, &key, &error), UNPEG_OK);
    assert_int_equal(key.len, name.max_bytes);
    name.max_bytes--;
    assert_int_equal(unpeg_capture_key(&name, &key, &error), UNPEG_LIMIT);
    name.max_bytes = 120;
    assert_int_equal(unpeg_capture_key(&name, &key, &error), UNPEG_OK);
    assert_int_equal(key.len, 120);
    assert_true(unpeg_key_has_realm(key.text, "a-realm-with-a-name"));
}

static void test_times(void **state)
{
    (void)state;
    unpeg_key key;
    unpeg_capture_name name = name_of("r");
    assert_int_equal(unpeg_capture_key(&name, &key, NULL), UNPEG_OK);
    assert_int_equal(unpeg_key_time_us(key.text), TIME_US / 1000 * 1000);
    assert_int_equal(unpeg_key_time_us("2026-11-25T20-15-28-123Z"), TIME_US / 1000 * 1000);
    assert_int_equal(unpeg_key_time_us(""), 0);
    assert_int_equal(unpeg_key_time_us("a/b"), 0);
    assert_int_equal(unpeg_key_time_us("2026-11-25T20-15-28-123Z/x"), 0);
    assert_int_equal(unpeg_key_time_us("2026-11-25T20:15:28.123Z"), 0);
    assert_int_equal(unpeg_key_time_us("2026-11-25T20-15-28-123"), 0);
    name.time_us = -1;
    assert_int_equal(unpeg_capture_key(&name, &key, NULL), UNPEG_ARGUMENT);
    name.time_us = INT64_MAX;
    assert_int_equal(unpeg_capture_key(&name, &key, NULL), UNPEG_ARGUMENT);
}

static void test_realms(void **state)
{
    (void)state;
    static const char key[] = "env/realms.example-user-X/job/card/step/t.v8log";
    assert_true(unpeg_key_has_realm(key, "https://realms.example/user/x/"));
    assert_true(unpeg_key_has_realm(key, "REALMS.example"));
    assert_true(unpeg_key_has_realm(key, "/user/x"));
    assert_true(unpeg_key_has_realm(key, ""));
    assert_true(unpeg_key_has_realm("", ""));
    /* No character is a pattern, and only the realm counts. */
    assert_false(unpeg_key_has_realm(key, "realms.e.*"));
    assert_false(unpeg_key_has_realm(key, "realmsXexample"));
    assert_false(unpeg_key_has_realm(key, "job"));
    assert_false(unpeg_key_has_realm(key, "env"));
    /* What was cut off stands for an end. */
    assert_true(unpeg_key_has_realm(key, "/realms.example/user/X/"));
    assert_true(unpeg_key_has_realm(key, " example/ "));
    assert_true(unpeg_key_has_realm(key, "?user?"));
    assert_false(unpeg_key_has_realm(key, "realm?"));
    assert_false(unpeg_key_has_realm(key, "[r]ealms"));
    assert_false(unpeg_key_has_realm(key, "/xample"));
    assert_false(unpeg_key_has_realm(key, "%"));
    assert_true(unpeg_key_has_realm("e/no-realm/j", "%"));
    assert_false(unpeg_key_has_realm(key, "x/job"));
    assert_false(unpeg_key_has_realm("realm", "realm"));
    assert_false(unpeg_key_has_realm("env/", "r"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent_parts), cmocka_unit_test(test_all_parts),
        cmocka_unit_test(test_segments),     cmocka_unit_test(test_segments_are_cut),
        cmocka_unit_test(test_little_room),  cmocka_unit_test(test_long_keys_are_shortened),
        cmocka_unit_test(test_times),        cmocka_unit_test(test_realms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
