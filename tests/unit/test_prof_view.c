/* SPDX-License-Identifier: MIT
 *
 * The prof-process report of profiles with known answers.
 */
#include <math.h>
#include <stdio.h>

#include "check.h"
#include "prof_labels.h"
#include "stacks.h"
#include "unpeg/prof_view.h"

static const unpeg_vm_state JS = UNPEG_VM_STATE_JS;
static const unpeg_vm_state GC = UNPEG_VM_STATE_GC;

static unpeg_prof_options defaults(void)
{
    unpeg_prof_options options;
    unpeg_prof_options_init(&options);
    options.log_name = "a.log";
    return options;
}

static unpeg_prof_view *view_of(const stacks *s, const unpeg_prof_options *options)
{
    unpeg_prof_view *view;
    assert_int_equal(unpeg_prof_view_create(s->profile, options, &view, NULL), UNPEG_OK);
    return view;
}

static void put_rows(char *text, const unpeg_prof_row *rows, size_t count)
{
    static const char letters[] = {[UNPEG_PROF_UNLISTED] = '-',
                                   [UNPEG_PROF_LIBRARY] = 'L',
                                   [UNPEG_PROF_JAVASCRIPT] = 'J',
                                   [UNPEG_PROF_CPP] = 'C'};
    for (size_t i = 0; i < count; i++)
        sprintf(text + strlen(text), "%s%u %c %.*s", *text ? "|" : "", (unsigned)rows[i].ticks,
                letters[rows[i].category], (int)rows[i].label.len, rows[i].label.data);
}

static void check_rows(const unpeg_prof_view *view, const char *expected)
{
    char text[4096] = "";
    const unpeg_prof_report *report = unpeg_prof_view_report(view);
    put_rows(text, report->rows, report->row_count);
    assert_string_equal(text, expected);
}

static void check_tree(const unpeg_prof_view *view, const char *expected)
{
    char text[4096] = "";
    const unpeg_prof_report *report = unpeg_prof_view_report(view);
    for (size_t i = 0; i < report->node_count; i++) {
        const unpeg_prof_node *node = &report->nodes[i];
        if (node->depth > 0)
            assert_int_equal(report->nodes[node->parent].depth, node->depth - 1);
        sprintf(text + strlen(text), "%s%u:%u %.*s", *text ? "|" : "", node->depth,
                (unsigned)node->ticks, (int)node->label.len, node->label.data);
    }
    assert_string_equal(text, expected);
}

static void check_entries(const unpeg_prof_view *view, uint64_t ticks, const char *expected)
{
    char text[4096] = "";
    const unpeg_prof_report *report = unpeg_prof_view_report(view);
    put_rows(text, report->c_entries, report->c_entry_count);
    assert_string_equal(text, expected);
    assert_int_equal(report->c_entry_ticks, ticks);
}

static void check_counts(const unpeg_prof_view *view, uint64_t ticks, uint64_t unaccounted,
                         uint64_t excluded, uint64_t gc)
{
    const unpeg_prof_report *report = unpeg_prof_view_report(view);
    assert_int_equal(report->ticks, ticks);
    assert_int_equal(report->unaccounted, unaccounted);
    assert_int_equal(report->excluded, excluded);
    assert_int_equal(report->gc, gc);
}

static unpeg_frame_id add_frame(stacks *s, unpeg_frame frame)
{
    unpeg_frame_id id;
    assert_int_equal(unpeg_profile_add_frame(s->profile, &frame, &id), UNPEG_OK);
    return id;
}

static void check_label(stacks *s, const prof_labels *labels, unpeg_frame frame,
                        const char *expected)
{
    unpeg_slice text = prof_label_text(labels, labels->functions.of_frame[add_frame(s, frame)]);
    assert_true(unpeg_slice_equal(text, unpeg_slice_of(expected)));
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        unpeg_frame_kind kind;
        unpeg_tier tier;
        const char *tag, *name, *file;
        uint32_t line;
        const char *label;
    } cases[] = {
        {UNPEG_FRAME_JS, UNPEG_TIER_TURBOFAN, "LazyCompile", "foo", "/a.js", 1,
         "LazyCompile: *foo /a.js:1:2"},
        {UNPEG_FRAME_JS, UNPEG_TIER_IGNITION, "JS", "", "/a.js", 3, "JS: ~<anonymous> /a.js:3:2"},
        {UNPEG_FRAME_JS, UNPEG_TIER_SPARKPLUG, "Eval", "", "", 4, "Eval: ^<anonymous>:4:2"},
        {UNPEG_FRAME_JS, UNPEG_TIER_MAGLEV, "", "foo", "", 0, "JS: +foo"},
        {UNPEG_FRAME_JS, UNPEG_TIER_NONE, "Script", "foo", "/a.js", 0, "Script: foo /a.js"},
        {UNPEG_FRAME_WASM, UNPEG_TIER_TURBOFAN, "Function", "fib", "", 0, "Function: *fib"},
        {UNPEG_FRAME_BUILTIN, UNPEG_TIER_NONE, "Builtin", "ArrayMap", "", 0, "Builtin: ArrayMap"},
        {UNPEG_FRAME_REGEXP, UNPEG_TIER_NONE, "RegExp", "a+", "", 0, "RegExp: a+"},
        {UNPEG_FRAME_BYTECODE_HANDLER, UNPEG_TIER_NONE, "", "Star", "", 0, "BytecodeHandler: Star"},
        {UNPEG_FRAME_STUB, UNPEG_TIER_NONE, "", "CEntry", "", 0, "Stub: CEntry"},
        {UNPEG_FRAME_CPP, UNPEG_TIER_NONE, "", "malloc", "/lib/libc.so", 0, "malloc"},
        {UNPEG_FRAME_LIBRARY, UNPEG_TIER_NONE, "", "/lib/libc.so", "/lib/libc.so", 0,
         "/lib/libc.so"},
        {UNPEG_FRAME_ROOT, UNPEG_TIER_NONE, "", "", "", 0, ""},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    stacks s = stacks_open();
    unpeg_frame frames[CASES];
    for (size_t i = 0; i < CASES; i++) {
        frames[i] = (unpeg_frame){.kind = cases[i].kind,
                                  .tier = cases[i].tier,
                                  .tag = unpeg_slice_of(cases[i].tag),
                                  .name = unpeg_slice_of(cases[i].name),
                                  .file = unpeg_slice_of(cases[i].file),
                                  .line = cases[i].line,
                                  .column = cases[i].line ? 2 : 0};
        add_frame(&s, frames[i]);
    }
    const unpeg_prof_options options = defaults();
    prof_labels labels;
    assert_int_equal(prof_labels_init(&labels, s.profile, &options, false), UNPEG_OK);
    for (size_t i = 0; i < CASES; i++)
        check_label(&s, &labels, frames[i], cases[i].label);
    prof_labels_deinit(&labels);
    stacks_close(&s);
}

static void test_label_order_is_that_of_utf16(void **state)
{
    (void)state;
    static const char *const ascending[] = {"",
                                            "a",
                                            "ab",
                                            "b",
                                            "\xC3\xA4",
                                            "\xED\x9F\xBF",
                                            "\xF0\x90\x80\x80",
                                            "\xF4\x8F\xBF\xBF",
                                            "\xEE\x80\x80",
                                            "\xEF\xBF\xBD"};
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++) {
        for (size_t k = 0; k < sizeof ascending / sizeof *ascending; k++) {
            int order =
                prof_label_compare(unpeg_slice_of(ascending[i]), unpeg_slice_of(ascending[k]));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
            if (i > k)
                assert_true(prof_label_beginning(unpeg_slice_of(ascending[i])) >=
                            prof_label_beginning(unpeg_slice_of(ascending[k])));
        }
    }
}

static void test_lists_and_tree(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "main~;f*");
    stacks_tick(&s, 2, JS, "main~;f*");
    stacks_tick(&s, 3, JS, "main~;g~;f*");
    stacks_tick(&s, 4, JS, "main~;g~;c:malloc");
    stacks_tick(&s, 5, JS, "main~;b:ArrayMap");
    stacks_tick(&s, 6, JS, "main~;g~;l:libc.so");
    stacks_tick(&s, 7, JS, "u:1000;f~");
    const unpeg_prof_options options = defaults();
    unpeg_prof_view *view = view_of(&s, &options);
    assert_true(unpeg_slice_equal(unpeg_prof_view_report(view)->log_name, unpeg_slice_of("a.log")));
    check_counts(view, 7, 0, 0, 0);
    /* Equal ticks: by label, descending. */
    check_rows(view, "3 J LazyCompile: *f /app.js:1:1|1 C malloc|1 L libc.so|"
                     "1 J LazyCompile: ~f /app.js:1:1|1 J Builtin: ArrayMap");
    check_tree(view,
               "0:3 LazyCompile: *f /app.js:1:1|1:2 LazyCompile: ~main /app.js:1:1|"
               "1:1 LazyCompile: ~g /app.js:1:1|2:1 LazyCompile: ~main /app.js:1:1|"
               "0:1 malloc|1:1 LazyCompile: ~g /app.js:1:1|2:1 LazyCompile: ~main /app.js:1:1|"
               "0:1 libc.so|1:1 LazyCompile: ~g /app.js:1:1|"
               "2:1 LazyCompile: ~main /app.js:1:1|"
               "0:1 LazyCompile: ~f /app.js:1:1|1:1 UNKNOWN 0x1000|"
               "0:1 Builtin: ArrayMap|1:1 LazyCompile: ~main /app.js:1:1");
    check_entries(view, 1, "1 C malloc");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_gc_is_counted_once(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, GC, "g:;l:node");
    stacks_tick(&s, 2, GC, "g:;c:Scavenge");
    stacks_tick(&s, 3, JS, "main;l:node");
    unpeg_prof_options options = defaults();
    unpeg_prof_view *view = view_of(&s, &options);
    check_counts(view, 3, 0, 0, 2);
    check_rows(view, "2 - (garbage collector)|1 L node");
    unpeg_prof_view_destroy(view);
    options.has_state = true;
    options.state = 1;
    view = view_of(&s, &options);
    check_counts(view, 3, 0, 1, 2);
    check_rows(view, "1 L node|1 C Scavenge");
    check_tree(view, "0:1 node|1:1 (garbage collector)|0:1 Scavenge|1:1 (garbage collector)");
    check_entries(view, 0, "");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_unknown(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "n:0");
    stacks_tick(&s, 2, JS, "main;u:2000");
    stacks_tick(&s, 3, JS, "");
    stacks_tick(&s, 4, JS, "main");
    unpeg_prof_options options = defaults();
    options.ignore_unknown = true;
    unpeg_prof_view *view = view_of(&s, &options);
    check_counts(view, 4, 3, 0, 0);
    assert_true(unpeg_prof_view_report(view)->ignore_unknown);
    check_rows(view, "1 - UNKNOWN 0x2000|1 - UNKNOWN|1 J LazyCompile: ~main /app.js:1:1");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_hidden_frames(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "main;h:Star");
    stacks_tick(&s, 2, JS, "h:Star");
    stacks_tick(&s, 3, JS, "main;b:LoadIC_Megamorphic");
    stacks_tick(&s, 4, JS, "main;b:Sort;s:CEntry;compareLoadIC");
    unpeg_prof_options options = defaults();
    unpeg_prof_view *view = view_of(&s, &options);
    check_rows(view, "1 J LazyCompile: ~main /app.js:1:1|"
                     "1 J LazyCompile: ~compareLoadIC /app.js:1:1|"
                     "1 J BytecodeHandler: Star|1 J Builtin: LoadIC_Megamorphic");
    unpeg_prof_view_destroy(view);
    options.separate_ic = options.separate_builtins = options.separate_stubs = false;
    options.separate_bytecodes = true;
    view = view_of(&s, &options);
    check_rows(view, "2 J BytecodeHandler: Star|1 J LazyCompile: ~main /app.js:1:1|"
                     "1 J LazyCompile: ~compareLoadIC /app.js:1:1");
    check_tree(view, "0:2 BytecodeHandler: Star|1:1 LazyCompile: ~main /app.js:1:1|"
                     "0:1 LazyCompile: ~main /app.js:1:1|"
                     "0:1 LazyCompile: ~compareLoadIC /app.js:1:1|"
                     "1:1 LazyCompile: ~main /app.js:1:1");
    unpeg_prof_view_destroy(view);
    options.separate_builtins = true;
    view = view_of(&s, &options);
    check_rows(view, "2 J BytecodeHandler: Star|1 J LazyCompile: ~main /app.js:1:1|"
                     "1 J LazyCompile: ~compareLoadIC /app.js:1:1");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_states_and_range(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "a");
    stacks_tick(&s, 2000, UNPEG_VM_STATE_COMPILER, "b");
    stacks_tick(&s, 3000, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    stacks_tick(&s, 4000, UNPEG_VM_STATE_IDLE_EXTERNAL, "i:;c:epoll_wait");
    stacks_tick(&s, 5000, JS, "c");
    unpeg_prof_options options = defaults();
    options.has_state = true;
    options.state = 4;
    unpeg_prof_view *view = view_of(&s, &options);
    check_counts(view, 5, 0, 4, 0);
    check_rows(view, "1 J LazyCompile: ~b /app.js:1:1");
    unpeg_prof_view_destroy(view);
    options.state = (double)NAN;
    view = view_of(&s, &options);
    check_counts(view, 5, 0, 5, 0);
    check_tree(view, "");
    unpeg_prof_view_destroy(view);
    options = defaults();
    options.has_hidden_state = true;
    options.hidden_state = 8;
    view = view_of(&s, &options);
    check_counts(view, 5, 0, 2, 0);
    unpeg_prof_view_destroy(view);
    options = defaults();
    options.range_start_us = 2000;
    options.range_end_us = 3000;
    view = view_of(&s, &options);
    check_counts(view, 2, 0, 0, 0);
    check_rows(view, "1 C epoll_wait|1 J LazyCompile: ~b /app.js:1:1");
    unpeg_prof_view_destroy(view);
    /* 100 us for each tick, as picoseconds that were divided by a thousand. */
    options.distortion_us = 100000;
    view = view_of(&s, &options);
    check_counts(view, 1, 0, 0, 0);
    check_rows(view, "1 C epoll_wait");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_old_idle_state(void **state)
{
    (void)state;
    stacks s = stacks_open();
    unpeg_profile_info_of(s.profile)->v8[0] = 7;
    stacks_tick(&s, 1, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    stacks_tick(&s, 2, JS, "a");
    unpeg_prof_options options = defaults();
    options.has_state = true;
    options.state = 7;
    unpeg_prof_view *view = view_of(&s, &options);
    check_counts(view, 2, 0, 1, 0);
    check_rows(view, "1 C epoll_wait");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_call_graph_size(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "c:a;c:b;c:d;c:e");
    unpeg_prof_options options = defaults();
    options.caller_levels = 0;
    unpeg_prof_view *view = view_of(&s, &options);
    check_tree(view, "0:1 e");
    unpeg_prof_view_destroy(view);
    options.caller_levels = 2;
    view = view_of(&s, &options);
    check_tree(view, "0:1 e|1:1 d|2:1 b");
    unpeg_prof_view_destroy(view);
    options.caller_levels = UINT32_MAX;
    view = view_of(&s, &options);
    check_tree(view, "0:1 e|1:1 d|2:1 b|3:1 a");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_c_entry_points(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "main;c:Runtime_Compile;c:parse;l:libc.so");
    stacks_tick(&s, 2, JS, "main;c:Runtime_Compile;c:parse");
    stacks_tick(&s, 3, JS, "main;l:addon;c:addon_main;c:work");
    stacks_tick(&s, 4, JS, "c:main;c:uv_run");
    stacks_tick(&s, 5, JS, "main;c:Runtime_Call;callback");
    stacks_tick(&s, 6, JS, "main;l:libc.so");
    const unpeg_prof_options options = defaults();
    unpeg_prof_view *view = view_of(&s, &options);
    check_entries(view, 3, "2 C Runtime_Compile|1 C addon_main");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

static void test_options_that_need_other_rows(void **state)
{
    (void)state;
    stacks s = stacks_open();
    unpeg_prof_view *view;
    unpeg_error error = {0};
    for (int i = 0; i < 3; i++) {
        unpeg_prof_options options = defaults();
        options.runtime_timer = i == 0 ? "timer" : NULL;
        options.timed_range = i == 1;
        options.pairwise_timed_range = i == 2;
        assert_int_equal(unpeg_prof_view_create(s.profile, &options, &view, &error),
                         UNPEG_UNSUPPORTED);
        assert_non_null(strstr(error.text, "--strict"));
    }
    const unpeg_prof_options options = defaults();
    view = view_of(&s, &options);
    check_counts(view, 0, 0, 0, 0);
    check_rows(view, "");
    check_tree(view, "");
    unpeg_prof_view_destroy(view);
    stacks_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_label_order_is_that_of_utf16),
        cmocka_unit_test(test_lists_and_tree),
        cmocka_unit_test(test_gc_is_counted_once),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_hidden_frames),
        cmocka_unit_test(test_states_and_range),
        cmocka_unit_test(test_old_idle_state),
        cmocka_unit_test(test_call_graph_size),
        cmocka_unit_test(test_c_entry_points),
        cmocka_unit_test(test_options_that_need_other_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
