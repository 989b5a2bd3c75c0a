/* SPDX-License-Identifier: MIT
 *
 * The strict mode where no output of the reference can be stored: warnings, failures, its death.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "strict_run.h"
#include "text_sink.h"

typedef struct warnings {
    uint64_t lines[8];
    char last[100];
    size_t count;
} warnings;

static void on_warning(void *user, uint64_t line, const char *message)
{
    warnings *seen = user;
    assert_true(seen->count < 8);
    seen->lines[seen->count++] = line;
    snprintf(seen->last, sizeof seen->last, "%s", message);
}

static void run_warned(const char *log, bool timed, warnings *ret)
{
    unpeg_prof_options options;
    unpeg_source *source;
    unpeg_reference *reference;
    *ret = (warnings){.count = 0};
    unpeg_prof_options_init(&options);
    options.on_warning = on_warning;
    options.warning_user = ret;
    options.timed_range = timed;
    assert_int_equal(unpeg_source_open_memory(log, strlen(log), &source, NULL), UNPEG_OK);
    assert_int_equal(unpeg_reference_run(&options, source, &reference, NULL), UNPEG_OK);
    unpeg_reference_destroy(reference);
    unpeg_source_close(source);
}

static void lost_rows_are_told_with_their_line(void **state)
{
    static const char LOG[] = "v8-version,14,6,202,34,-node.34,0\n"
                              "current-time,1\n"
                              "code-creation,JS,10,102,0x2000,256,foo f.js:1:2,0x9000,?\n"
                              "unknown,1\n"
                              "code-move,0x7777,0x8888\n"
                              "sfi-move,0x7777,0x8888\n"
                              "shared-library,/huge,0x0,0x2000000000,0\n"
                              "current-time,2\n";
    warnings seen;
    (void)state;
    for (int timed = 0; timed < 2; timed++) {
        run_warned(LOG, timed != 0, &seen);
        assert_int_equal(seen.count, 3);
        assert_int_equal(seen.lines[0], 3);
        assert_int_equal(seen.lines[1], 5);
        assert_int_equal(seen.lines[2], 7);
        assert_string_equal(seen.last, "row lost: the library has too many pages");
    }
    run_warned("code-creation,JS,10,102,0x2000,256,foo f.js:1:2,0x9000\n", false, &seen);
    assert_string_equal(seen.last, "row lost: unknown tier marker");
}

static const char SMALL[] = "code-creation,JS,10,102,0x2000,256,foo f.js:1:2,0x9000,~\n"
                            "code-source-info,0x2000,1,2,30,C0O1,F0O3,S0x9000S0x9999\n"
                            "script-source,2,/b/f.js,text\n"
                            "tick,0x2010,1000,0,0x0,0,0x2020\n";

static void print_small(const char *options, text_sink *sink, unpeg_status want)
{
    unpeg_writer out = text_sink_writer(sink);
    assert_int_equal(strict_print("x.log", options, unpeg_slice_of(SMALL), &out), want);
}

static void a_failing_writer_is_the_failure(void **state)
{
    text_sink sink = {.fails_at = 1};
    (void)state;
    print_small("", &sink, UNPEG_OS);
    sink = (text_sink){.fails_at = 1};
    print_small("--preprocess", &sink, UNPEG_OS);
    sink = (text_sink){.fails_at = 1};
    print_small("--serialize-vm-symbols", &sink, UNPEG_OS);
}

static void what_kills_the_reference_is_unsupported(void **state)
{
    text_sink sink = {0};
    (void)state;
    print_small("--preprocess --serialize-vm-symbols", &sink, UNPEG_UNSUPPORTED);
    assert_null(sink.text);
    print_small("--preprocess --bigint-addresses", &sink, UNPEG_UNSUPPORTED);
    assert_string_equal(sink.text + sink.len - 17, "  \"ticks\": [\n    ");
    text_sink_free(&sink);
}

/* A stack of so many calls of one function. */
static char *deep_log(size_t frames)
{
    static const char HEAD[] = "code-creation,Stub,2,1,0x2000,256,x\n"
                               "tick,0x2010,1,0,0x0,0";
    char *log = malloc(sizeof HEAD + frames * 7 + 1);
    assert_non_null(log);
    char *at = log + sizeof HEAD - 1;
    memcpy(log, HEAD, sizeof HEAD);
    for (size_t i = 1; i < frames; i++, at += 7)
        memcpy(at, ",0x2010", 7);
    memcpy(at, "\n", 2);
    return log;
}

static void print_deep(size_t frames, unpeg_status want, text_sink *sink)
{
    char *log = deep_log(frames);
    unpeg_writer out = text_sink_writer(sink);
    *sink = (text_sink){.text = NULL};
    assert_int_equal(strict_print("x.log", "--call-graph-size=Infinity", unpeg_slice_of(log), &out),
                     want);
    free(log);
}

static void too_deep_a_stack_leaves_the_first_line(void **state)
{
    text_sink sink;
    (void)state;
    print_deep(UNPEG_PROF_MAX_STACK, UNPEG_OK, &sink);
    assert_non_null(strstr(sink.text, "[Bottom up"));
    text_sink_free(&sink);
    print_deep(UNPEG_PROF_MAX_STACK + 1, UNPEG_UNSUPPORTED, &sink);
    assert_string_equal(sink.text, "Statistical profiling result from x.log, (1 ticks, "
                                   "0 unaccounted, 0 excluded).\n");
    text_sink_free(&sink);
}

static void a_huge_script_id_ends_before_the_scripts(void **state)
{
    text_sink sink = {0};
    unpeg_writer out = text_sink_writer(&sink);
    (void)state;
    assert_int_equal(strict_print("x.log", "--preprocess",
                                  unpeg_slice_of("script-source,67108863,/f.js,x\n"), &out),
                     UNPEG_UNSUPPORTED);
    assert_string_equal(sink.text,
                        "{\n  \"code\": [],\n  \"functions\": [],\n  \"ticks\": [\n  ],\n"
                        "  \"scripts\": ");
    text_sink_free(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_rows_are_told_with_their_line),
        cmocka_unit_test(a_failing_writer_is_the_failure),
        cmocka_unit_test(what_kills_the_reference_is_unsupported),
        cmocka_unit_test(too_deep_a_stack_leaves_the_first_line),
        cmocka_unit_test(a_huge_script_id_ends_before_the_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
