/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "check.h"
#include "line.h"
#include "line_grammar.h"
#include "odd_profile.h"
#include "stacks.h"
#include "unpeg/render.h"

static unpeg_line line;
static line_fields fields;

static unpeg_line_options options_of(const unpeg_profile *profile)
{
    return (unpeg_line_options){.struct_size = sizeof(unpeg_line_options), .profile = profile};
}

static void make(const unpeg_line_options *options)
{
    unpeg_line_make(options, &line);
    line_fields_read(line.text, line.len, &fields);
}

static void check_field(const char *key, const char *expected)
{
    const char *value = line_field(&fields, key);
    if (!expected)
        assert_null(value);
    else if (!value)
        fail_msg("no %s= in %s", key, line.text);
    else
        assert_string_equal(value, expected);
}

/* 500 ms of work that returns, 100 ms of waiting, 2 s in a loop. */
static stacks pegged(void)
{
    stacks s = stacks_open();
    for (int64_t ms = 0; ms < 500; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS, ms % 50 < 40 ? "tick;work" : "");
    for (int64_t ms = 600; ms < 2600; ms++) {
        const char *stack = ms % 10 == 5   ? "g:"
                            : ms % 10 == 1 ? "main~;render~;loop*;b:ArrayMap"
                            : ms % 10 == 2 ? "main~;render~;loop*;inner^"
                                           : "main~;render~;loop*";
        bool gc = ms % 10 == 5;
        stacks_tick(&s, ms * 1000, gc ? UNPEG_VM_STATE_GC : UNPEG_VM_STATE_JS, stack);
    }
    unpeg_profile_info *info = unpeg_profile_info_of(s.profile);
    info->interval_us = 1000;
    info->bytes_read = info->bytes_total = 42123456;
    info->deopts = 7;
    info->isolates = 1;
    return s;
}

static void test_the_whole_line(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_line_options o = options_of(s.profile);
    o.log = "/tmp/logs/isolate-0x11d4004b0000-26159-v8.log";
    o.elapsed_us = 412300;
    make(&o);
    assert_string_equal(
        line.text,
        "unpeg v=1 status=ok state=js-loop conf=high ongoing=1 pid=26159 "
        "log=isolate-0x11d4004b0000-26159-v8.log log_mb=42.1 read_mb=42.1 partial=0 ticks=2000 "
        "window_s=2.0 js=90.0 gc=10.0 native=0.0 idle=0.0 unresolved=0.0 "
        "stuck=\"loop app.js:1:1* 70.0/90.0\" top1=\"loop app.js:1:1* 70.0/90.0\" "
        "top2=\"(garbage collector) 10.0/10.0\" top3=\"(builtin) ArrayMap 10.0/10.0\" "
        "path=\"main<render<loop 90.0\" gc_ms=200 deopts=7 ms=412");
    stacks_close(&s);
}

static void test_a_live_recording(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_profile_info_of(s.profile)->recording =
        (unpeg_recording){.pid = 26159, .backend = unpeg_slice_of("perf"), .stopped_us = 12345};
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("pid", "26159");
    check_field("live", "perf");
    check_field("stopped_ms", "12.3");
    check_field("log_mb", NULL);
    check_field("ticks", "2000");
    stacks_close(&s);
}

/* Of a raw recording whose end was cut off. */
static void test_a_recording_without_its_end(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_profile_info_of(s.profile)->recording = (unpeg_recording){.pid = 26159};
    unpeg_profile_info_of(s.profile)->partial = true;
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("pid", "26159");
    check_field("live", "unknown");
    check_field("stopped_ms", NULL);
    check_field("partial", "1");
    stacks_close(&s);
}

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        unpeg_status status;
        const char *reason, *line;
    } rows[] = {
        {UNPEG_NOT_FOUND, "x.log: No such file",
         "unpeg v=1 status=no-log reason=\"x.log: No such file\" log=x.log ms=1 "
         "hint=\"V8 names it isolate-0xADDRESS-PID-NAME; a sandboxed renderer cannot write one\""},
        {UNPEG_PERMISSION, NULL,
         "unpeg v=1 status=no-permission reason=\"permission denied\" log=x.log ms=1"},
        {UNPEG_INPUT, "empty", "unpeg v=1 status=not-a-log reason=empty log=x.log ms=1"},
        {UNPEG_NO_MEMORY, "", "unpeg v=1 status=no-memory reason=\"out of memory\" log=x.log ms=1"},
        {UNPEG_OS, "disk", "unpeg v=1 status=read-error reason=disk log=x.log ms=1"},
        {UNPEG_DEADLINE, "late",
         "unpeg v=1 status=budget-exceeded reason=late log=x.log ms=1 budget_ms=2000"},
        {UNPEG_STOPPED, "signal", "unpeg v=1 status=stopped reason=signal log=x.log ms=1"},
        {UNPEG_ARGUMENT, "a\"b\\\n=",
         "unpeg v=1 status=error reason=\"a\\\"b\\\\\\\\n=\" "
         "log=x.log ms=1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unpeg_line_options o = options_of(NULL);
        o.log = "/y/x.log";
        o.status = rows[i].status;
        o.reason = rows[i].reason;
        o.elapsed_us = 1000;
        o.budget_us = 2000000;
        make(&o);
        assert_string_equal(line.text, rows[i].line);
    }
}

static void test_no_options_at_all(void **state)
{
    (void)state;
    make(NULL);
    assert_string_equal(line.text, "unpeg v=1 status=error ms=0");
    unpeg_line_options o = options_of(NULL);
    make(&o);
    assert_string_equal(line.text, "unpeg v=1 status=error ms=0");
}

static void test_no_ticks(void **state)
{
    (void)state;
    stacks s = stacks_open();
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("status", "no-ticks");
    check_field("ticks", "0");
    check_field("partial", "0");
    check_field("stuck", NULL);
    check_field("top1", NULL);
    check_field("js", NULL);
    assert_non_null(line_field(&fields, "hint"));
    stacks_close(&s);
}

static void test_budget(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_profile_info *info = unpeg_profile_info_of(s.profile);
    unpeg_line_options o = options_of(s.profile);
    o.budget_us = 2000000;
    make(&o);
    check_field("status", "ok");
    check_field("budget_ms", NULL);
    info->partial = true;
    info->bytes_read = 18400000;
    make(&o);
    check_field("status", "budget-exceeded");
    check_field("partial", "1");
    check_field("read_mb", "18.4");
    check_field("log_mb", "42.1");
    check_field("budget_ms", "2000");
    check_field("reason", NULL);
    assert_non_null(line_field(&fields, "stuck"));
    info->bytes_read = info->bytes_total;
    info->tail_only = true;
    make(&o);
    check_field("status", "budget-exceeded");
    info->partial = info->tail_only = false;
    o.status = UNPEG_DEADLINE;
    make(&o);
    check_field("status", "budget-exceeded");
    check_field("partial", "1");
    check_field("reason", NULL);
    stacks_close(&s);
}

/* A log whose compression was cut is partial, but no budget ended. */
static void test_partial_without_budget(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_profile_info_of(s.profile)->partial = true;
    unpeg_line_options o = options_of(s.profile);
    o.budget_us = 1000;
    make(&o);
    check_field("status", "ok");
    check_field("partial", "1");
    stacks_close(&s);
}

static void test_pid(void **state)
{
    (void)state;
    static const struct {
        const char *log, *pid;
    } rows[] = {
        {"isolate-0x55d0c8a0-991-v8.log", "991"},
        {"/a/isolate-0xABCdef-1-", "1"},
        {"isolate-0x55-4294967295-x", "4294967295"},
        {"isolate-0x55-42949672950-x", NULL},
        {"isolate-0x55-991", NULL},
        {"isolate-0x55-x991-v8.log", NULL},
        {"isolate-0x55--v8.log", ""},
        {"isolate-991-v8.log", NULL},
        {"isolate-0x", NULL},
        {"isolate-0x55", NULL},
        {"v8.log", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unpeg_line_options o = options_of(NULL);
        o.log = rows[i].log;
        make(&o);
        check_field("pid", rows[i].pid && *rows[i].pid ? rows[i].pid : NULL);
    }
}

static void test_log_names(void **state)
{
    (void)state;
    static const struct {
        const char *log, *written;
    } rows[] = {
        {"/a/b.log", " log=b.log "},
        {"", " log=\"\" "},
        {"a b", " log=\"a b\" "},
        {"a=b", " log=\"a=b\" "},
        {"a\"b", " log=\"a\\\"b\" "},
        {"ü", " log=ü "},
        {"\x1b[2J", " log=\"\\\\x1b[2J\" "},
        {"\xff", " log=\"\uFFFD\" "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unpeg_line_options o = options_of(NULL);
        o.log = rows[i].log;
        make(&o);
        assert_non_null(strstr(line.text, rows[i].written));
    }
}

static void test_not_pegged_speaks_of_all(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int64_t ms = 0; ms < 3000; ms += 10) {
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS, "task;step");
        stacks_tick(&s, ms * 1000 + 1000, UNPEG_VM_STATE_IDLE, "i:");
    }
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("state", "not-pegged");
    check_field("ongoing", NULL);
    check_field("stuck", NULL);
    check_field("ticks", "600");
    check_field("idle", "50.0");
    check_field("top1", "(idle) 50.0/50.0");
    stacks_close(&s);
}

static void test_caller_of_native_code(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int64_t ms = 0; ms < 2000; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_EXTERNAL, "main~;hash^;b:Call;l:/opt/libx.so");
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("state", "native-call");
    check_field("stuck", "libx.so [stripped] 100.0/100.0");
    check_field("caller", "hash app.js:1:1^ 0.0/100.0");
    check_field("path", "main<hash<(builtin) Call<libx.so [stripped] 100.0");
    stacks_close(&s);
}

static void test_recursion(void **state)
{
    (void)state;
    stacks s = stacks_open();
    char stack[4096] = "main~";
    for (int i = 0; i < 30; i++)
        strcat(stack, ";u:3f00;even*;odd*");
    for (int64_t ms = 0; ms < 2000; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS, stack);
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("state", "recursion");
    assert_non_null(line_field(&fields, "cycle"));
    check_field("depth", "91");
    check_field("path", "main<?<even<odd 100.0");
    stacks_close(&s);
}

static void test_long_paths_lose_callers(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int64_t ms = 0; ms < 2000; ms++)
        stacks_tick(&s, ms * 1000, UNPEG_VM_STATE_JS, "a;b;c;d;e;f;g;h;i;j;k;l;m;n");
    unpeg_line_options o = options_of(s.profile);
    make(&o);
    check_field("path", "…<c<d<e<f<g<h<i<j<k<l<m<n 100.0");
    o.max_line = line.len - 1;
    make(&o);
    check_field("path", "…<d<e<f<g<h<i<j<k<l<m<n 100.0");
    stacks_close(&s);
}

static void test_more_tops(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_line_options o = options_of(s.profile);
    o.top = 20;
    make(&o);
    check_field("top4", "inner app.js:1:1^ 10.0/10.0");
    check_field("top5", NULL);
    o.top = 1;
    make(&o);
    check_field("top2", NULL);
    stacks_close(&s);
}

static void test_bad_query_is_a_status(void **state)
{
    (void)state;
    stacks s = pegged();
    const unpeg_query query = {.struct_size = sizeof query, .focus = "("};
    unpeg_line_options o = options_of(s.profile);
    o.query = &query;
    make(&o);
    check_field("status", "error");
    check_field("reason", "invalid argument");
    check_field("ticks", "2500");
    stacks_close(&s);
}

static const char *const hostile[] = {
    "a",
    "\x1b]0;title\x07\x1b[2J\n\runpeg v=1 status=ok",
    "\xe2\x80\xae\xe2\x80\xa8\xc2\x9b\xf3\xa0\x81\x81",
    "\xff\xfe\x80\xc0\xaf\xed\xa0\x80\xf5\xe2\x82",
    "\"\" = \\ \\\" top1=\"x\"",
    "語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語語",
    "🙂é\"語\\n",
    "<<<<>>>>",
    "",
};

enum { HOSTILE = sizeof hostile / sizeof *hostile };

static unpeg_node_id add_hostile(unpeg_profile *p, unpeg_node_id parent, unsigned pick,
                                 size_t repeats)
{
    char name[9000] = "";
    for (size_t i = 0; i < repeats && strlen(name) + strlen(hostile[pick]) + 1 < sizeof name; i++)
        strcat(name, hostile[pick]);
    const unpeg_frame f = {.kind = pick % 3 ? UNPEG_FRAME_JS : UNPEG_FRAME_REGEXP,
                           .tier = UNPEG_TIER_TURBOFAN,
                           .flags = UNPEG_FRAME_OSR | UNPEG_FRAME_SPECIALIZED,
                           .name = unpeg_slice_of(name),
                           .file = unpeg_slice_of(name),
                           .line = UINT32_MAX,
                           .column = UINT32_MAX};
    unpeg_frame_id id;
    unpeg_node_id node;
    assert_int_equal(unpeg_profile_add_frame(p, &f, &id), UNPEG_OK);
    assert_int_equal(unpeg_profile_add_node(p, parent, id, &node), UNPEG_OK);
    return node;
}

static unpeg_profile *hostile_profile(unsigned seed)
{
    unpeg_profile *p;
    assert_int_equal(unpeg_profile_create(&p), UNPEG_OK);
    unpeg_node_id stuck = UNPEG_NODE_ROOT;
    for (unsigned i = 0; i < 14; i++)
        stuck = add_hostile(p, stuck, (seed + i) % HOSTILE, (i * 7 + seed) % 5 ? 1 + i : 400);
    for (unsigned i = 0; i < 150; i++) {
        unpeg_node_id node = stuck;
        if (i % 4)
            node = add_hostile(p, stuck, (seed + i) % HOSTILE, 1 + i % 4);
        unpeg_tick tick = {.time_us = (int64_t)i * 10000, .node = node};
        assert_int_equal(unpeg_profile_add_tick(p, &tick), UNPEG_OK);
    }
    unpeg_profile_info *info = unpeg_profile_info_of(p);
    info->bytes_read = UINT64_MAX / 2;
    info->bytes_total = UINT64_MAX;
    info->deopts = UINT64_MAX;
    info->interval_us = 999999;
    info->isolates = UINT64_MAX;
    info->partial = true;
    return p;
}

/* What never goes, at any length: status, partial, ticks, stuck, top1. */
static void check_kept(const line_content *content, size_t limit)
{
    line_fit(content, limit, &line);
    line_fields_read(line.text, line.len, &fields);
    assert_true(line.len <= limit);
    assert_non_null(line_field(&fields, "status"));
    check_field("partial", "1");
    assert_non_null(line_field(&fields, "ticks"));
    assert_non_null(line_field(&fields, "stuck"));
    assert_non_null(line_field(&fields, "top1"));
}

/* Every length with one order of the names, a ninth of the lengths with each of the others. */
static void test_hostile_names_at_every_length(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < HOSTILE; seed++) {
        size_t step = seed ? HOSTILE : 1;
        unpeg_profile *p = hostile_profile(seed);
        unpeg_line_options o = options_of(p);
        o.log = hostile[(seed + 1) % HOSTILE];
        o.top = 20;
        o.budget_us = UINT64_MAX;
        o.elapsed_us = UINT64_MAX;
        line_content content;
        line_content_open(&o, &content);
        for (size_t limit = UNPEG_LINE_MIN + seed; limit <= 2000; limit += step)
            check_kept(&content, limit);
        for (size_t limit = 2001; limit <= UNPEG_LINE_MAX; limit += 97 * step)
            check_kept(&content, limit);
        line_content_close(&content);
        unpeg_profile_destroy(p);
    }
}

static void test_hostile_reasons_at_every_length(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HOSTILE; i++) {
        unpeg_line_options o = options_of(NULL);
        o.status = UNPEG_DEADLINE;
        o.reason = hostile[i];
        o.log = hostile[HOSTILE - 1 - i];
        o.budget_us = 1;
        for (o.max_line = UNPEG_LINE_MIN; o.max_line <= 400; o.max_line++) {
            make(&o);
            assert_true(line.len <= o.max_line);
            check_field("status", "budget-exceeded");
        }
    }
}

static void test_odd_profile(void **state)
{
    (void)state;
    unpeg_profile *p = odd_profile_make();
    unpeg_line_options o = options_of(p);
    for (o.max_line = UNPEG_LINE_MIN; o.max_line < 1500; o.max_line += 53) {
        make(&o);
        assert_true(line.len <= o.max_line);
        assert_non_null(line_field(&fields, "top1"));
    }
    unpeg_profile_destroy(p);
}

static void test_limits_of_the_limit(void **state)
{
    (void)state;
    unpeg_profile *p = hostile_profile(3);
    unpeg_line_options o = options_of(p);
    o.max_line = 1;
    make(&o);
    assert_true(line.len <= UNPEG_LINE_MIN);
    o.max_line = SIZE_MAX;
    o.top = SIZE_MAX;
    make(&o);
    assert_true(line.len <= UNPEG_LINE_MAX);
    o.max_line = 0;
    make(&o);
    assert_true(line.len <= UNPEG_LINE_DEFAULT);
    assert_true(line.len > UNPEG_LINE_DEFAULT / 2);
    unpeg_profile_destroy(p);
}

/* A caller built against an older, shorter struct. */
static void test_shorter_options(void **state)
{
    (void)state;
    stacks s = pegged();
    unpeg_line_options o = options_of(s.profile);
    o.struct_size = offsetof(unpeg_line_options, top);
    o.top = 1;
    o.max_line = 80;
    make(&o);
    assert_non_null(line_field(&fields, "top3"));
    stacks_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_line),
        cmocka_unit_test(test_a_live_recording),
        cmocka_unit_test(test_a_recording_without_its_end),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_no_options_at_all),
        cmocka_unit_test(test_no_ticks),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_partial_without_budget),
        cmocka_unit_test(test_pid),
        cmocka_unit_test(test_log_names),
        cmocka_unit_test(test_not_pegged_speaks_of_all),
        cmocka_unit_test(test_caller_of_native_code),
        cmocka_unit_test(test_recursion),
        cmocka_unit_test(test_long_paths_lose_callers),
        cmocka_unit_test(test_more_tops),
        cmocka_unit_test(test_bad_query_is_a_status),
        cmocka_unit_test(test_hostile_names_at_every_length),
        cmocka_unit_test(test_hostile_reasons_at_every_length),
        cmocka_unit_test(test_odd_profile),
        cmocka_unit_test(test_limits_of_the_limit),
        cmocka_unit_test(test_shorter_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
