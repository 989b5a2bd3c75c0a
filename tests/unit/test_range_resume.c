/* SPDX-License-Identifier: MIT
 *
 * A download that breaks off: what each answer means for what is there already.
 */
#include "range_resume.h"

#include "check.h"

#define ETAG "\"0123456789abcdef0123456789abcdef\""

static range_resume begun(uint64_t offset)
{
    range_resume r = {0};
    const range_answer first = {
        .http_status = 200, .has_length = true, .length = 10, .etag = ETAG, .content_range = ""};
    assert_int_equal(range_resume_answer(&r, &first), UNPEG_OK);
    range_resume_take(&r, (unpeg_slice){"0123456789", (size_t)offset});
    return r;
}

static void test_whole(void **state)
{
    (void)state;
    range_resume r = begun(0);
    assert_false(range_resume_is_done(&r));
    unpeg_slice fresh = range_resume_take(&r, unpeg_slice_of("0123456789"));
    assert_int_equal(fresh.len, 10);
    assert_true(range_resume_is_done(&r));
    assert_true(range_resume_has_md5(&r));
    assert_string_equal(r.etag, "0123456789abcdef0123456789abcdef");
}

static void test_empty(void **state)
{
    (void)state;
    range_resume r = {0};
    assert_false(range_resume_is_done(&r));
    const range_answer answer = {
        .http_status = 200, .has_length = true, .etag = "", .content_range = ""};
    assert_int_equal(range_resume_answer(&r, &answer), UNPEG_OK);
    assert_true(range_resume_is_done(&r));
    assert_false(range_resume_has_md5(&r));
}

static void test_answers_in_the_middle(void **state)
{
    (void)state;
    static const struct {
        range_answer answer;
        unpeg_status wanted;
    } rows[] = {{{206, true, 6, "bytes 4-9/10", ETAG, false}, UNPEG_OK},
                {{206, true, 6, "bytes 4-9/*", ETAG, false}, UNPEG_OK},
                {{206, true, 6, "bytes 4-9/11", ETAG, false}, UNPEG_MISMATCH},
                {{206, true, 6, "bytes 4-9/10", "\"other\"", false}, UNPEG_MISMATCH},
                {{206, true, 6, "bytes 4-9/10", "", false}, UNPEG_MISMATCH},
                {{206, true, 6, "bytes 5-9/10", ETAG, false}, UNPEG_REMOTE},
                {{206, true, 6, "bytes 0-9/10", ETAG, false}, UNPEG_REMOTE},
                {{206, true, 6, "bytes 4-3/10", ETAG, false}, UNPEG_REMOTE},
                {{206, true, 6, "", ETAG, false}, UNPEG_REMOTE},
                {{206, true, 6, "4-9/10", ETAG, false}, UNPEG_REMOTE},
                {{204, true, 6, "bytes 4-9/10", ETAG, false}, UNPEG_REMOTE},
                {{200, true, 11, "", ETAG, false}, UNPEG_MISMATCH},
                {{200, true, 10, "", "\"other\"", false}, UNPEG_MISMATCH}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        range_resume r = begun(4);
        if (range_resume_answer(&r, &rows[i].answer) != rows[i].wanted)
            fail_msg("row %zu", i);
        assert_int_equal(r.offset, 4);
    }
}

/* A store without ranges sends all of it again, here a byte at a time. */
static void test_what_is_there_is_skipped(void **state)
{
    (void)state;
    range_resume r = begun(4);
    const range_answer again = {
        .http_status = 200, .has_length = true, .length = 10, .etag = ETAG, .content_range = ""};
    char text[11] = "0123";
    size_t len = 4;
    assert_int_equal(range_resume_answer(&r, &again), UNPEG_OK);
    for (size_t i = 0; i < 10; i++) {
        unpeg_slice fresh = range_resume_take(&r, (unpeg_slice){&"0123456789"[i], 1});
        memcpy(text + len, fresh.data, fresh.len);
        len += fresh.len;
    }
    assert_string_equal(text, "0123456789");
    assert_true(range_resume_is_done(&r));
}

static void test_hashes_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *etag;
        bool opaque;
    } rows[] = {{"\"0123456789abcdef0123456789abcdef-3\"", false},
                {ETAG, true},
                {"", false},
                {"\"abc\"", false},
                {"\"0123456789abcdef 123456789abcdef\"", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        range_resume r = {0};
        const range_answer answer = {.http_status = 200,
                                     .etag = rows[i].etag,
                                     .content_range = "",
                                     .opaque = rows[i].opaque};
        assert_int_equal(range_resume_answer(&r, &answer), UNPEG_OK);
        assert_false(range_resume_has_md5(&r));
        assert_false(range_resume_is_done(&r));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_whole), cmocka_unit_test(test_empty),
                                       cmocka_unit_test(test_answers_in_the_middle),
                                       cmocka_unit_test(test_what_is_there_is_skipped),
                                       cmocka_unit_test(test_hashes_that_are_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
