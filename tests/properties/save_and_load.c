/* SPDX-License-Identifier: MIT
 *
 * A profile that was saved and read again is the same profile: saved once more it gives the same
 * bytes, and its report is the same, whole and of its last second.
 */
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "text_sink.h"
#include "unpeg/hot_code.h"
#include "unpeg/log.h"
#include "unpeg/render.h"

static unpeg_profile *load(const char *bytes, size_t len, uint64_t tail_us)
{
    const unpeg_log_options options = {
        .struct_size = sizeof options, .no_native_symbols = true, .tail_us = tail_us};
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error;
    if (unpeg_source_open_memory(bytes, len, &source, &error) != UNPEG_OK)
        return NULL;
    if (unpeg_log_load(&options, source, &profile, &error) != UNPEG_OK)
        profile = NULL;
    unpeg_source_close(source);
    return profile;
}

static void save(const unpeg_profile *profile, text_sink *sink)
{
    unpeg_writer writer = text_sink_writer(sink);
    assert_int_equal(unpeg_profile_save(profile, &writer, NULL), UNPEG_OK);
}

static void report(const unpeg_profile *profile, text_sink *sink)
{
    unpeg_writer writer = text_sink_writer(sink);
    assert_int_equal(unpeg_report_json(profile, NULL, &writer, NULL), UNPEG_OK);
}

static void same(const char *name, const char *what, const text_sink *a, const text_sink *b)
{
    if (a->len != b->len || memcmp(a->text, b->text, a->len) != 0)
        fail_msg("%s: %s differs", name, what);
}

static void check_saved(const char *name, const unpeg_profile *profile)
{
    text_sink first = {0};
    text_sink second = {0};
    text_sink report_first = {0};
    text_sink report_second = {0};
    save(profile, &first);
    unpeg_profile *again = load(first.text, first.len, 0);
    assert_non_null(again);
    save(again, &second);
    report(profile, &report_first);
    report(again, &report_second);
    same(name, "the profile saved again", &first, &second);
    same(name, "the report", &report_first, &report_second);
    unpeg_profile_destroy(again);
    text_sink_free(&first);
    text_sink_free(&second);
    text_sink_free(&report_first);
    text_sink_free(&report_second);
}

static void add_code(unpeg_profile *profile)
{
    static const char bytes[5000] = {1, 2, ',', '\n', (char)0xff};
    static const unpeg_code_hits hits[] = {{0, 1}, {4999, 1000000}};
    const unpeg_code_place places[] = {{0, 7, {"f,\n\\", 4}}, {9, 0, {"", 0}}};
    const unpeg_hot_code code = {.module = {"/lib,x", 6},
                                 .start = UINT64_MAX - 4999,
                                 .bytes = {bytes, sizeof bytes},
                                 .hits = hits,
                                 .hit_count = 2,
                                 .places = places,
                                 .place_count = 2};
    assert_int_equal(unpeg_profile_add_hot_code(profile, &code), UNPEG_OK);
    assert_int_equal(unpeg_profile_add_hot_code(profile, &code), UNPEG_OK);
}

static void check_fixture(void *user, const char *name, const char *log, size_t len)
{
    unsigned *profiles = user;
    unpeg_profile *profile = load(log, len, 0);
    if (!profile)
        return;
    if (*profiles % 3 == 0)
        add_code(profile);
    if (*profiles % 2)
        unpeg_profile_info_of(profile)->recording =
            (unpeg_recording){.pid = 7, .samples = 8, .program = {"a,b\n", 4}};
    check_saved(name, profile);
    unpeg_profile_destroy(profile);
    ++*profiles;
}

static void a_saved_profile_is_the_same(void **state)
{
    (void)state;
    unsigned profiles = 0;
    fixture_walk(check_fixture, &profiles);
    print_message("%u profiles\n", profiles);
    assert_true(profiles > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_saved_profile_is_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
