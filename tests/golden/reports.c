/* SPDX-License-Identifier: MIT
 *
 * Report and line of every fixture, held against the files beside it: report.txt, report.json (for
 * whole logs), line.txt; and of profiles made here, held against golden/render/. With
 * UNPEG_UPDATE_GOLDEN=1 the files are rewritten. Native symbols are off, so that they do not depend
 * on the machine, and the time that passed is fixed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "odd_profile.h"
#include "stacks.h"
#include "text_sink.h"
#include "unpeg/log.h"
#include "unpeg/render.h"

typedef struct golden_run {
    const char *folder; /* of the files */
    bool rewrite;
    unsigned different;
} golden_run;

static golden_run start_run(const char *folder)
{
    const char *update = getenv("UNPEG_UPDATE_GOLDEN");
    return (golden_run){.folder = folder, .rewrite = update && *update == '1'};
}

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void show_difference(const char *path, const char *found, const char *expected)
{
    unsigned line = 1;
    size_t start = 0;
    size_t i = 0;
    for (; found[i] && found[i] == expected[i]; i++) {
        if (found[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    print_error("%s:%u\n  is     %.*s\n  wanted %.*s\n", path, line,
                (int)strcspn(found + start, "\n"), found + start,
                (int)strcspn(expected + start, "\n"), expected + start);
}

static void check_file(golden_run *run, const char *name, const char *file, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s/%s", run->folder, name, file);
    if (run->rewrite) {
        write_file(path, text, strlen(text));
        return;
    }
    size_t len;
    char *expected = fixture_read(path, &len);
    if (strlen(text) != len || memcmp(text, expected, len) != 0) {
        show_difference(path, text, expected);
        run->different++;
    }
    free(expected);
}

static void check_line(golden_run *run, const char *name, const unpeg_line_options *options)
{
    static unpeg_line line;
    unpeg_line_make(options, &line);
    line.text[line.len++] = '\n';
    line.text[line.len] = '\0';
    check_file(run, name, "line.txt", line.text);
}

static void check_text(golden_run *run, const char *name, const unpeg_profile *profile)
{
    const unpeg_report_options options = {.struct_size = sizeof options, .log = "v8.log"};
    text_sink sink = {.text = NULL};
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_report_text(profile, &options, &out, NULL), UNPEG_OK);
    check_file(run, name, "report.txt", sink.text);
    text_sink_free(&sink);
}

/* Small trees: what is large is checked by report_schema.py all the same. */
static void check_json(golden_run *run, const char *name, const unpeg_profile *profile)
{
    const unpeg_report_options options = {
        .struct_size = sizeof options, .log = "v8.log", .top = 20, .min_share = 0.03};
    text_sink sink = {.text = NULL};
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_report_json(profile, &options, &out, NULL), UNPEG_OK);
    check_file(run, name, "report.json", sink.text);
    text_sink_free(&sink);
}

static void check_fixture(void *user, const char *name, const char *log, size_t len)
{
    golden_run *run = user;
    const unpeg_log_options load = {.struct_size = sizeof load, .no_native_symbols = true};
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error = {.status = UNPEG_OK};
    assert_int_equal(unpeg_source_open_memory(log, len, &source, &error), UNPEG_OK);
    unpeg_line_options line = {
        .struct_size = sizeof line, .log = "isolate-0x2f1a5000-4711-v8.log", .elapsed_us = 42000};
    line.status = unpeg_log_load(&load, source, &profile, &error);
    line.profile = profile;
    line.reason = error.text;
    unpeg_source_close(source);
    check_line(run, name, &line);
    if (profile)
        check_text(run, name, profile);
    if (profile && strncmp(name, "logs/", 5) == 0)
        check_json(run, name, profile);
    unpeg_profile_destroy(profile);
}

static void every_report_is_what_it_was(void **state)
{
    (void)state;
    golden_run run = start_run(UNPEG_FIXTURES);
    fixture_walk(check_fixture, &run);
    assert_int_equal(run.different, 0);
}

static void check_profile(golden_run *run, const char *name, unpeg_profile *profile)
{
    const unpeg_line_options line = {.struct_size = sizeof line,
                                     .profile = profile,
                                     .log = "odd \x1b name.log",
                                     .elapsed_us = 2000000,
                                     .budget_us = 2000000};
    check_line(run, name, &line);
    check_text(run, name, profile);
    check_json(run, name, profile);
    unpeg_profile_destroy(profile);
}

static void odd_profiles_give_what_they_gave(void **state)
{
    (void)state;
    golden_run run = start_run(UNPEG_TESTS "/golden/render");
    check_profile(&run, "odd", odd_profile_make());
    stacks s = stacks_open();
    check_profile(&run, "no-ticks", s.profile);
    s = stacks_open();
    stacks_tick(&s, 1500, UNPEG_VM_STATE_JS, "main~;inner*");
    check_profile(&run, "one-tick", s.profile);
    assert_int_equal(run.different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_is_what_it_was),
        cmocka_unit_test(odd_profiles_give_what_they_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
