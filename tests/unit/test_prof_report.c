/* SPDX-License-Identifier: MIT
 *
 * The text layout, and what the builder makes of stacks.
 */
#include <string.h>

#include "check.h"
#include "prof_builder.h"
#include "text_sink.h"

static void assert_printed(const unpeg_prof_report *report, const char *want)
{
    text_sink sink = {0};
    unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_prof_report_print(report, &out), UNPEG_OK);
    assert_string_equal(sink.text, want);
    text_sink_free(&sink);
}

#define ROW(text, ticks, kind)                                                                     \
    {                                                                                              \
        {(text), sizeof(text) - 1}, (ticks), UNPEG_PROF_##kind                                     \
    }
#define NODE(text, ticks, parent, depth)                                                           \
    {                                                                                              \
        {(text), sizeof(text) - 1}, (ticks), (parent), (depth)                                     \
    }

static const unpeg_prof_row FLAT[] = {
    ROW("/lib/a.so", 100, LIBRARY), ROW("JS: *f", 60, JAVASCRIPT), ROW("JS: ~g", 30, JAVASCRIPT),
    ROW("malloc", 8, CPP),          ROW("UNKNOWN", 2, UNLISTED),
};
static const unpeg_prof_row ENTRIES[] = {ROW("malloc", 3, CPP), ROW("memcpy", 1, CPP)};
static const unpeg_prof_node TREE[] = {
    NODE("/lib/a.so", 100, 0, 0), NODE("JS: *f", 99, 0, 1), NODE("JS: ~h", 99, 1, 2),
    NODE("JS: ~g", 1, 0, 1),      NODE("JS: *f", 60, 0, 0), NODE("UNKNOWN", 1, 0, 0),
    NODE("hidden", 1, 5, 1),      NODE("JS: ~g", 30, 0, 0),
};

static unpeg_prof_report whole_report(void)
{
    return (unpeg_prof_report){
        .struct_size = sizeof(unpeg_prof_report),
        .log_name = unpeg_slice_of("a b.log"),
        .ticks = 200,
        .unaccounted = 2,
        .excluded = 1,
        .gc = 5,
        .rows = FLAT,
        .row_count = sizeof FLAT / sizeof *FLAT,
        .c_entries = ENTRIES,
        .c_entry_count = 2,
        .c_entry_ticks = 4,
        .nodes = TREE,
        .node_count = sizeof TREE / sizeof *TREE,
    };
}

static void the_layout_is_that_of_the_reference(void **state)
{
    unpeg_prof_report report = whole_report();
    (void)state;
    assert_printed(&report, "Statistical profiling result from a b.log, (200 ticks, 2 unaccounted, "
                            "1 excluded).\n"
                            "\n"
                            " [Shared libraries]:\n"
                            "   ticks  total  nonlib   name\n"
                            "    100   50.0%          /lib/a.so\n"
                            "\n"
                            " [JavaScript]:\n"
                            "   ticks  total  nonlib   name\n"
                            "     60   30.0%   60.0%  JS: *f\n"
                            "     30   15.0%   30.0%  JS: ~g\n"
                            "\n"
                            " [C++]:\n"
                            "   ticks  total  nonlib   name\n"
                            "      8    4.0%    8.0%  malloc\n"
                            "\n"
                            " [Summary]:\n"
                            "   ticks  total  nonlib   name\n"
                            "     90   45.0%   90.0%  JavaScript\n"
                            "      8    4.0%    8.0%  C++\n"
                            "      5    2.5%    5.0%  GC\n"
                            "    100   50.0%          Shared libraries\n"
                            "      2    1.0%          Unaccounted\n"
                            "\n"
                            " [C++ entry points]:\n"
                            "   ticks    cpp   total   name\n"
                            "      3   75.0%    1.5%  malloc\n"
                            "      1   25.0%    0.5%  memcpy\n"
                            "\n"
                            " [Bottom up (heavy) profile]:\n"
                            "  Note: percentage shows a share of a particular caller in the total\n"
                            "  amount of its parent calls.\n"
                            "  Callers occupying less than 1.0% are not shown.\n"
                            "\n"
                            "   ticks parent  name\n"
                            "    100   50.0%  /lib/a.so\n"
                            "     99   99.0%    JS: *f\n"
                            "     99  100.0%      JS: ~h\n"
                            "      1    1.0%    JS: ~g\n"
                            "\n"
                            "     60   30.0%  JS: *f\n"
                            "\n"
                            "     30   15.0%  JS: ~g\n"
                            "\n");
}

static void a_summary_is_only_that(void **state)
{
    unpeg_prof_report report = whole_report();
    (void)state;
    report.only_summary = true;
    report.ignore_unknown = true;
    assert_printed(&report, "Statistical profiling result from a b.log, (200 ticks, 2 unaccounted, "
                            "1 excluded).\n"
                            "\n"
                            " [Summary]:\n"
                            "   ticks  total  nonlib   name\n"
                            "     90   45.5%   91.8%  JavaScript\n"
                            "      8    4.0%    8.2%  C++\n"
                            "      5    2.5%    5.1%  GC\n"
                            "    100   50.5%          Shared libraries\n");
}

static void the_first_line_may_be_all(void **state)
{
    const char *line = "Statistical profiling result from x, (0 ticks, 0 unaccounted, "
                       "0 excluded).\n";
    unpeg_prof_report report = {.struct_size = sizeof report, .log_name = unpeg_slice_of("x")};
    (void)state;
    assert_printed(&report, line);
    report = whole_report();
    report.header_only = true;
    assert_printed(&report, "Statistical profiling result from a b.log, (200 ticks, "
                            "2 unaccounted, 1 excluded).\n");
}

static void a_failing_writer_ends_it(void **state)
{
    unpeg_prof_report report = whole_report();
    text_sink sink = {.fails_at = 10};
    unpeg_writer out = text_sink_writer(&sink);
    (void)state;
    assert_int_equal(unpeg_prof_report_print(&report, &out), UNPEG_OS);
    text_sink_free(&sink);
}

static uint32_t label(prof_builder *builder, const char *text)
{
    uint32_t id;
    assert_int_equal(prof_builder_label(builder, unpeg_slice_of(text), UNPEG_PROF_JAVASCRIPT, &id),
                     UNPEG_OK);
    return id;
}

static void assert_node(const unpeg_prof_report *report, size_t index, const char *text,
                        const unpeg_prof_node *want)
{
    const unpeg_prof_node *node = &report->nodes[index];
    assert_true(unpeg_slice_equal(node->label, unpeg_slice_of(text)));
    assert_int_equal(node->ticks, want->ticks);
    assert_int_equal(node->depth, want->depth);
    if (want->depth > 0)
        assert_int_equal(node->parent, want->parent);
}

/* a 5: b 3 (c 3), d 2 · e 5 · d 1, of which three levels are asked for. */
static void stacks_become_sorted_rows_and_nodes(void **state)
{
    prof_builder builder;
    unpeg_prof_report report = {0};
    (void)state;
    assert_int_equal(prof_builder_init(&builder, 3), UNPEG_OK);
    uint32_t a = label(&builder, "a");
    uint32_t b = label(&builder, "b");
    uint32_t c = label(&builder, "c");
    uint32_t d = label(&builder, "d");
    uint32_t e = label(&builder, "e");
    assert_int_equal(label(&builder, "b"), b);
    assert_int_equal(prof_builder_add(&builder, (uint32_t[]){a, d}, 2, 2), UNPEG_OK);
    assert_int_equal(prof_builder_add(&builder, (uint32_t[]){d}, 1, 1), UNPEG_OK);
    assert_int_equal(prof_builder_add(&builder, (uint32_t[]){a, b, c, e}, 4, 3), UNPEG_OK);
    assert_int_equal(prof_builder_add(&builder, (uint32_t[]){e}, 1, 5), UNPEG_OK);
    assert_int_equal(prof_builder_add(&builder, NULL, 0, 7), UNPEG_OK);
    assert_int_equal(prof_builder_finish(&builder, &report), UNPEG_OK);
    assert_int_equal(report.row_count, 3);
    assert_true(unpeg_slice_equal(report.rows[0].label, unpeg_slice_of("e")));
    assert_true(unpeg_slice_equal(report.rows[1].label, unpeg_slice_of("a")));
    assert_int_equal(report.rows[2].ticks, 1);
    assert_int_equal(report.node_count, 6);
    assert_node(&report, 0, "e", &(unpeg_prof_node){.ticks = 5});
    assert_node(&report, 1, "a", &(unpeg_prof_node){.ticks = 5});
    assert_node(&report, 2, "b", &(unpeg_prof_node){.ticks = 3, .parent = 1, .depth = 1});
    assert_node(&report, 3, "c", &(unpeg_prof_node){.ticks = 3, .parent = 2, .depth = 2});
    assert_node(&report, 4, "d", &(unpeg_prof_node){.ticks = 2, .parent = 1, .depth = 1});
    assert_node(&report, 5, "d", &(unpeg_prof_node){.ticks = 1});
    prof_builder_deinit(&builder);
}

static void nothing_makes_an_empty_report(void **state)
{
    prof_builder builder;
    unpeg_prof_report report = {0};
    (void)state;
    assert_int_equal(prof_builder_init(&builder, 6), UNPEG_OK);
    assert_int_equal(prof_builder_finish(&builder, &report), UNPEG_OK);
    assert_int_equal(report.row_count + report.node_count, 0);
    prof_builder_deinit(&builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_is_that_of_the_reference),
        cmocka_unit_test(a_summary_is_only_that),
        cmocka_unit_test(the_first_line_may_be_all),
        cmocka_unit_test(a_failing_writer_ends_it),
        cmocka_unit_test(stacks_become_sorted_rows_and_nodes),
        cmocka_unit_test(nothing_makes_an_empty_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
