/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "check.h"
#include "line_grammar.h"
#include "odd_profile.h"
#include "stacks.h"
#include "text_sink.h"
#include "unpeg/render.h"

typedef unpeg_status (*report_fn)(const unpeg_profile *, const unpeg_report_options *,
                                  const unpeg_writer *, unpeg_error *);

static unpeg_report_options defaults(void)
{
    return (unpeg_report_options){.struct_size = sizeof(unpeg_report_options)};
}

static char *write_report(report_fn fn, const unpeg_profile *profile,
                          const unpeg_report_options *options)
{
    text_sink sink = {.text = NULL};
    const unpeg_writer out = text_sink_writer(&sink);
    unpeg_error error = {.text = ""};
    if (fn(profile, options, &out, &error) != UNPEG_OK)
        fail_msg("%s", error.text);
    return sink.text;
}

static void check_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in\n%s", part, text);
}

static void check_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" in\n%s", part, text);
}

/* 1 s of short tasks with waiting in between, then 3 s in one call. */
static stacks pegged(void)
{
    stacks s = stacks_open();
    for (int64_t ms = 0; ms < 1000; ms++)
        stacks_tick(&s, ms * 1000, ms % 20 < 10 ? UNPEG_VM_STATE_JS : UNPEG_VM_STATE_IDLE,
                    ms % 20 < 10 ? "task;work" : "i:");
    for (int64_t ms = 1000; ms < 4000; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS,
                    ms % 4 ? "main~;render~;loop*" : "main~;render~;loop*;b:ArrayMap");
    return s;
}

static void test_verdict_comes_first(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_report_options o = defaults();
    o.sections = UNPEG_REPORT_VERDICT;
    o.log = "/tmp/v8.log";
    char *text = write_report(unpeg_report_text, s.profile, &o);
    const char *expected =
        "/tmp/v8.log: js-loop\n"
        "  JavaScript runs and does not return. One call has not returned for 3.00 s, from 1.00 s "
        "until the\n"
        "  log ends at 4.00 s; it is on the stack in 100.0 % of the ticks.\n"
        "  stuck in     loop  /app.js:1:1 *\n"
        "  called from  render  /app.js:1:1 ~\n"
        "               main  /app.js:1:1 ~\n"
        "  busy in        75.0 %  loop  /app.js:1:1 *\n"
        "                 25.0 %  (builtin) ArrayMap\n"
        "  evidence     ";
    assert_memory_equal(text, expected, strlen(expected));
    free(text);
    stacks_close(&s);
}

static void test_a_live_recording(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_profile_info_of(s.profile)->recording =
        (unpeg_recording){.pid = 4711,
                          .tid = 4712,
                          .rate_hz = 499,
                          .program = unpeg_slice_of("no\x1b"
                                                    "de"),
                          .backend = unpeg_slice_of("ptrace"),
                          .withheld = unpeg_slice_of("Lines: the layout check failed."),
                          .samples = 1490,
                          .lost = 2,
                          .incomplete = 1,
                          .unnamed = 3,
                          .duration_us = 3000000,
                          .stopped_us = 63000,
                          .stop_p50_us = 41,
                          .stop_p99_us = 90,
                          .stop_max_us = 812};
    unpeg_report_options o = defaults();
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "until the\n  recording ends at 4.00 s");
    check_has(text, "  live   V8 of unknown version, no\\x1bde (4711), 1490 samples by ptrace in");
    check_has(text, "the thread was held for 63 ms in all (2.1 %), 0.04");
    check_has(text, "lost, 1 incomplete, 3 JavaScript frames");
    check_has(text, "  not told  Lines: the layout check failed.\n");
    check_has_not(text, "rows");
    free(text);
    text = write_report(unpeg_report_json, s.profile, &o);
    check_has(text, "\"stop_p99_us\":90");
    free(text);
    stacks_close(&s);
}

/* No advice for a log to one who has none. */
static void test_a_recording_of_nothing(void **state)
{
    (void)state;
    stacks s = stacks_open();
    unpeg_recording *recording = &unpeg_profile_info_of(s.profile)->recording;
    *recording = (unpeg_recording){.pid = 4711, .rate_hz = 499};
    unpeg_report_options o = defaults();
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "no samples: the thread slept all the time\n");
    check_has(text, "  No sample was taken: the thread slept all the time.\n");
    check_has_not(text, "--prof");
    free(text);
    recording->ended = unpeg_slice_of("the process\x1b ended");
    text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "no samples: the process\\x1b ended\n");
    free(text);
    stacks_close(&s);
}

static void test_sections(void **state)
{
    (void)state;
    static const struct {
        uint32_t section;
        const char *text, *json;
    } rows[] = {
        {UNPEG_REPORT_VERDICT, "stuck in", "\"peg\""},
        {UNPEG_REPORT_SUMMARY, "\nSUMMARY\n", "\"totals\""},
        {UNPEG_REPORT_FLAT, "\nFUNCTIONS BY SELF TIME", "\"functions_left_out\""},
        {UNPEG_REPORT_TOP_DOWN, "\nTOP DOWN", "\"top_down\""},
        {UNPEG_REPORT_BOTTOM_UP, "\nBOTTOM UP", "\"bottom_up\""},
        {UNPEG_REPORT_PROBLEMS, "\nDAMAGE", "\"damage\""},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    stacks s = pegged();
    unpeg_damage_add(unpeg_profile_damage(s.profile), UNPEG_DAMAGE_BAD_ROW, 5, 100);
    for (size_t i = 0; i <= ROWS; i++) {
        unpeg_report_options o = defaults();
        o.sections = i < ROWS ? rows[i].section : 0;
        char *text = write_report(unpeg_report_text, s.profile, &o);
        char *json = write_report(unpeg_report_json, s.profile, &o);
        for (size_t k = 0; k < ROWS; k++) {
            bool wanted = i == k || i == ROWS;
            (wanted ? check_has : check_has_not)(text, rows[k].text);
            (wanted ? check_has : check_has_not)(json, rows[k].json);
        }
        free(text);
        free(json);
    }
    stacks_close(&s);
}

static void test_no_options(void **state)
{
    (void)state;
    stacks s = pegged();
    char *text = write_report(unpeg_report_text, s.profile, NULL);
    assert_memory_equal(text, "js-loop\n", 8);
    char *json = write_report(unpeg_report_json, s.profile, NULL);
    check_has(json, "\"log\": null");
    free(text);
    free(json);
    stacks_close(&s);
}

static void test_peg_only(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_report_options o = defaults();
    o.peg_only = true;
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "SUMMARY OF THE PEG\n  ticks  3000 from 1.00 s to 4.00 s; 1000 more are "
                    "outside of the peg or not selected\n");
    check_has_not(text, "work");
    free(text);
    char *json = write_report(unpeg_report_json, s.profile, &o);
    check_has(json, "\"peg_only\": true,\n    \"start_us\": 1000000,\n    \"end_us\": 3999000");
    free(json);
    stacks_close(&s);
}

static void test_query(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_query query = {.struct_size = sizeof query, .focus = "ork"};
    unpeg_report_options o = defaults();
    o.query = &query;
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "\n  ticks  500 from 0.00 ms to 989 ms");
    check_has(text, "; 3500 more are not selected\n");
    free(text);
    char *json = write_report(unpeg_report_json, s.profile, &o);
    check_has(json, "\"focus\": \"ork\",\n    \"ignore\": null");
    free(json);
    query.focus = "no such function";
    text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "No tick is selected: 4000 are left out by window, focus or ignore.");
    check_has_not(text, "TOP DOWN");
    free(text);
    unpeg_query_set_range(&query, 0, 999999);
    query.focus = NULL;
    text = write_report(unpeg_report_text, s.profile, &o);
    check_has_not(text, "stuck in");
    free(text);
    stacks_close(&s);
}

static void test_order_and_top(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_report_options o = defaults();
    o.sections = UNPEG_REPORT_FLAT;
    o.order = UNPEG_ORDER_TOTAL;
    o.top = 2;
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "FUNCTIONS BY TOTAL TIME (2 of 7)\n");
    check_has(text, "       0   0.0 %      3000  75.0 %  ~       main  /app.js:1:1\n");
    free(text);
    o.top = 0;
    o.order = UNPEG_ORDER_SELF;
    text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "FUNCTIONS BY SELF TIME (4 of 7)\n");
    check_has_not(text, "main");
    free(text);
    o.top = 1;
    char *json = write_report(unpeg_report_json, s.profile, &o);
    check_has(json, "\"functions_left_out\": 6");
    free(json);
    stacks_close(&s);
}

static void test_tree_options(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_report_options o = defaults();
    o.sections = UNPEG_REPORT_TOP_DOWN;
    o.min_share = 0.5;
    o.max_depth = 2;
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "\n    3000  75.0 %   0.0 %  main  /app.js:1:1 ~\n"
                    "    3000  75.0 %   0.0 %  > render  /app.js:1:1 ~\n"
                    "    1000  25.0 %          in lighter branches that are not shown\n");
    free(text);
    o.min_share = -1;
    o.max_depth = 0;
    text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "\n    3000  75.0 %  56.3 %  > loop  /app.js:1:1 *\n"
                    "     750  18.8 %  18.8 %    (builtin) ArrayMap\n");
    check_has_not(text, "lighter");
    free(text);
    stacks_close(&s);
}

/* One line of the text, for each line. */
static void for_each_line(const char *text, void (*check)(const char *line, size_t len, size_t max),
                          size_t max)
{
    for (const char *end; (end = strchr(text, '\n')); text = end + 1)
        check(text, (size_t)(end - text), max);
    assert_string_equal(text, "");
}

static void check_columns(const char *line, size_t len, size_t max)
{
    size_t columns = 0;
    line_check_text(line, len);
    for (size_t i = 0; i < len; i++)
        columns += ((unsigned char)line[i] & 0xc0) != 0x80;
    if (columns > max)
        fail_msg("%zu columns: %.*s", columns, (int)len, line);
}

/* Names and places give way, figures and addresses do not: they need up to 90 columns. */
static void test_width(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    stacks s = stacks_open();
    char name[2000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (int64_t ms = 0; ms < 3000; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS, name);
    unpeg_report_options o = defaults();
    for (o.width = 90; o.width < 200; o.width += 17) {
        char *text = write_report(unpeg_report_text, s.profile, &o);
        for_each_line(text, check_columns, o.width);
        check_has(text, "nnnn…nnnn");
        free(text);
        text = write_report(unpeg_report_text, p, &o);
        for_each_line(text, check_columns, o.width);
        free(text);
    }
    o.width = 0;
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, name);
    free(text);
    stacks_close(&s);
    unpeg_profile_destroy(p);
}

static void test_nothing_dangerous_in_any_format(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    unpeg_report_options o = defaults();
    o.log = "bad\x1b[2J\xff\xe2\x80\xae.log";
    o.min_share = -1;
    char *text = write_report(unpeg_report_text, p, &o);
    for_each_line(text, check_columns, SIZE_MAX);
    check_has(text, "bad\\x1b[2J\uFFFD\\u{202e}.log: ");
    free(text);
    text = write_report(unpeg_report_json, p, &o);
    for_each_line(text, check_columns, SIZE_MAX);
    check_has(text, "\"log\": \"bad\\u001b[2J\uFFFD\\u202e.log\"");
    free(text);
    unpeg_profile_destroy(p);
}

static void test_ascii(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    unpeg_report_options o = defaults();
    o.ascii = true;
    o.width = 100;
    char *text = write_report(unpeg_report_text, p, &o);
    for (const char *c = text; *c; c++)
        assert_in_range(*c, '\n', '~');
    check_has(text, "gr\\u{f6}\\u{df}er<\\u{65e5}");
    free(text);
    unpeg_profile_destroy(p);
}

/* Colours are sequences around the same text. */
static void test_color(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_report_options o = defaults();
    char *plain = write_report(unpeg_report_text, s.profile, &o);
    o.color = true;
    char *colored = write_report(unpeg_report_text, s.profile, &o);
    check_has(colored, "\x1b[1;31mjs-loop\x1b[0m\n");
    size_t to = 0;
    for (size_t from = 0; colored[from]; from++) {
        if (colored[from] == '\x1b')
            from += strcspn(colored + from, "m");
        else
            colored[to++] = colored[from];
    }
    colored[to] = '\0';
    assert_string_equal(colored, plain);
    free(plain);
    free(colored);
    stacks_close(&s);
}

static void test_problems(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    unpeg_report_options o = defaults();
    o.log = "/a/v8.log";
    o.sections = UNPEG_REPORT_PROBLEMS;
    char *text = write_report(unpeg_report_text, p, &o);
    check_has(text,
              "       6  unknown event name: v8.log:20, v8.log:21, v8.log:22, v8.log:23, ...\n");
    check_has(text, "       2   2.7 %  stripped  /opt/no symbols/libx.so.1  "
                    "(no .symtab and no .dynsym)\n");
    check_has(text, "--debug-dir");
    check_has(text, "  Partial: 18.4 of 96.0 MB were read");
    check_has(text, "  2 isolates wrote into this file");
    check_has(text, "--no-node-snapshot");
    free(text);
    unpeg_profile_info *info = unpeg_profile_info_of(p);
    info->v8[1] = 3;
    text = write_report(unpeg_report_text, p, &o);
    check_has_not(text, "start snapshot");
    free(text);
    info->embedder = unpeg_slice_of("");
    info->v8[0] = 15;
    info->bytes_total = 0;
    text = write_report(unpeg_report_text, p, &o);
    check_has_not(text, "start snapshot");
    check_has(text, "  Partial: the input was cut off or not read to its end.\n");
    free(text);
    unpeg_profile_destroy(p);
}

/* Two rows of one library, and one library that the profile does not list. */
static void test_missing_symbols_by_library(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int64_t i = 0; i < 10; i++)
        stacks_tick(&s, i * 1000, UNPEG_VM_STATE_JS, i < 5 ? "main;l:/lib/a.so" : "l:/lib/b.so");
    stacks_tick(&s, 11000, UNPEG_VM_STATE_JS, "main;u:1000");
    stacks_tick(&s, 12000, UNPEG_VM_STATE_JS, "main;u:2000");
    const unpeg_library library = {
        .path = unpeg_slice_of("/lib/a.so"), .problem = UNPEG_UNKNOWN_STRIPPED, .detail = "why"};
    assert_int_equal(unpeg_profile_add_library(s.profile, &library), UNPEG_OK);
    unpeg_report_options o = defaults();
    char *text = write_report(unpeg_report_text, s.profile, &o);
    check_has(text, "       5  41.7 %  stripped  /lib/a.so  (why)\n"
                    "       5  41.7 %  stripped  /lib/b.so\n"
                    "       2  16.7 %  no-code-row\n");
    free(text);
    char *json = write_report(unpeg_report_json, s.profile, &o);
    check_has(json, "{\"reason\":\"no-code-row\",\"library\":\"\",\"ticks\":2,");
    check_has(json, "{\"path\":\"/lib/a.so\",\"symbols_from\":\"\",\"problem\":\"stripped\","
                    "\"detail\":\"why\"}");
    free(json);
    stacks_close(&s);
}

static void check_failure(report_fn fn, const unpeg_profile *profile)
{
    unpeg_report_options o = defaults();
    o.min_share = -1;
    char *whole = write_report(fn, profile, &o);
    size_t len = strlen(whole);
    for (size_t at = 1; at < len + len / 7; at += len / 13 + 1) {
        text_sink sink = {.fails_at = at};
        const unpeg_writer out = text_sink_writer(&sink);
        unpeg_error error = {.status = UNPEG_OK};
        unpeg_status status = fn(profile, &o, &out, &error);
        assert_int_equal(status, at < len ? UNPEG_OS : UNPEG_OK);
        if (at < len)
            assert_int_equal(error.status, UNPEG_OS);
        text_sink_free(&sink);
    }
    const unpeg_query query = {.struct_size = sizeof query, .focus = "("};
    o.query = &query;
    text_sink sink = {.text = NULL};
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(fn(profile, &o, &out, NULL), UNPEG_ARGUMENT);
    assert_null(sink.text);
    free(whole);
}

static void test_failures(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    check_failure(unpeg_report_text, p);
    check_failure(unpeg_report_json, p);
    unpeg_profile_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_comes_first),
        cmocka_unit_test(test_a_live_recording),
        cmocka_unit_test(test_a_recording_of_nothing),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_no_options),
        cmocka_unit_test(test_peg_only),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_order_and_top),
        cmocka_unit_test(test_tree_options),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_nothing_dangerous_in_any_format),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_color),
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_missing_symbols_by_library),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
