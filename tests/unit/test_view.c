/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "check.h"
#include "stacks.h"
#include "unpeg/view.h"

static const unpeg_vm_state JS = UNPEG_VM_STATE_JS;
static const unpeg_vm_state GC = UNPEG_VM_STATE_GC;

static unpeg_view *view_of(const unpeg_profile *profile, uint32_t flags, const char *focus,
                           const char *ignore)
{
    unpeg_query query = {
        .struct_size = sizeof query, .flags = flags, .focus = focus, .ignore = ignore};
    unpeg_view *view;
    assert_int_equal(unpeg_view_create(profile, &query, &view, NULL), UNPEG_OK);
    return view;
}

/* One row as text: "name tiers self/total", tiers as V8's marks. */
static const char *row_text(const unpeg_view *view, const unpeg_row *row, char *buffer)
{
    const unpeg_frame *f = unpeg_profile_frame(unpeg_view_profile(view), row->frame);
    char tiers[8] = "";
    for (int t = 1; t < UNPEG_TIER_COUNT; t++) {
        if (row->tiers & 1u << t)
            strcat(tiers, unpeg_tier_mark((unpeg_tier)t));
    }
    const char *name = f->name.len ? f->name.data : unpeg_frame_kind_text(f->kind);
    int len = f->name.len ? (int)f->name.len : (int)strlen(name);
    snprintf(buffer, 128, "%.*s%s %u/%u", len, name, tiers, (unsigned)row->self,
             (unsigned)row->total);
    return buffer;
}

static void check_rows(const unpeg_view *view, unpeg_order order, const char *expected)
{
    char text[4096] = "";
    char one[128];
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(view, order, &count);
    for (size_t i = 0; i < count; i++) {
        strcat(text, i ? "; " : "");
        strcat(text, row_text(view, &rows[i], one));
    }
    assert_string_equal(text, expected);
}

/* A tree as text: each node "depth:name self/total(+hidden)". */
static void check_tree(const unpeg_view *view, unpeg_tree_options options, const char *expected)
{
    options.struct_size = sizeof options;
    unpeg_tree *tree;
    assert_int_equal(unpeg_tree_create(view, &options, &tree), UNPEG_OK);
    char text[4096] = "";
    for (uint32_t n = unpeg_tree_next(tree, 0); n; n = unpeg_tree_next(tree, n)) {
        const unpeg_tree_node *node = &tree->nodes[n];
        const unpeg_frame *f = unpeg_profile_frame(unpeg_view_profile(view), node->frame);
        char one[128];
        snprintf(one, sizeof one, "%s%u:%.*s %u/%u", *text ? "; " : "", node->depth,
                 f->name.len ? (int)f->name.len : 2,
                 f->name.len ? f->name.data : unpeg_frame_kind_text(f->kind), (unsigned)node->self,
                 (unsigned)node->total);
        strcat(text, one);
        if (node->hidden) {
            snprintf(one, sizeof one, "+%u", (unsigned)node->hidden);
            strcat(text, one);
        }
    }
    assert_string_equal(text, expected);
    unpeg_tree_destroy(tree);
}

static void test_empty(void **state)
{
    (void)state;
    stacks s = stacks_open();
    unpeg_view *view;
    assert_int_equal(unpeg_view_create(s.profile, NULL, &view, NULL), UNPEG_OK);
    const unpeg_totals *t = unpeg_view_totals(view);
    assert_int_equal(t->ticks, 0);
    assert_int_equal(t->start_us, 0);
    assert_int_equal(t->end_us, 0);
    check_rows(view, UNPEG_ORDER_SELF, "");
    check_tree(view, (unpeg_tree_options){0}, "");
    check_tree(view, (unpeg_tree_options){.bottom_up = true}, "");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_self_and_total(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "main;a;b");
    stacks_tick(&s, 2000, JS, "main;a;b");
    stacks_tick(&s, 3000, JS, "main;a");
    stacks_tick(&s, 4000, JS, "main;c;b;c");
    stacks_tick(&s, 5000, JS, "");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "b~ 2/3; a~ 1/3; c~ 1/1; main~ 0/4");
    check_rows(view, UNPEG_ORDER_TOTAL, "main~ 0/4; b~ 2/3; a~ 1/3; c~ 1/1");
    check_tree(view, (unpeg_tree_options){0},
               "1:main 0/4; 2:a 1/3; 3:b 2/2; 2:c 0/1; 3:b 0/1; 4:c 1/1");
    check_tree(view, (unpeg_tree_options){.bottom_up = true},
               "1:b 0/2; 2:a 0/2; 3:main 2/2; 1:a 0/1; 2:main 1/1; "
               "1:c 0/1; 2:b 0/1; 3:c 0/1; 4:main 1/1");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_recursion_counts_once(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "f;g;f;g;f");
    stacks_tick(&s, 2000, JS, "f;f;f;f");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "f~ 2/2; g~ 0/1");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_tiers_merge_and_split(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "main~;hot~");
    stacks_tick(&s, 2000, JS, "main~;hot*");
    stacks_tick(&s, 3000, JS, "main*;hot*");
    stacks_tick(&s, 4000, JS, "main*;hot^;leaf");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "hot~^* 3/4; leaf~ 1/1; main~* 0/4");
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_SELF, &count);
    assert_int_equal(unpeg_profile_frame(s.profile, rows[0].frame)->tier, UNPEG_TIER_TURBOFAN);
    check_tree(view, (unpeg_tree_options){0}, "1:main 0/4; 2:hot 3/4; 3:leaf 1/1");
    unpeg_view_destroy(view);
    view = view_of(s.profile, UNPEG_QUERY_SPLIT_TIERS, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF,
               "hot* 2/2; hot~ 1/1; leaf~ 1/1; main~ 0/2; main* 0/2; hot^ 0/1");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_glue_folds_into_its_caller(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "main;f;h:Star");
    stacks_tick(&s, 2000, JS, "main;f;b:InterpreterEntryTrampoline");
    stacks_tick(&s, 3000, JS, "main;f;b:BaselineOutOfLinePrologue;c:helper");
    stacks_tick(&s, 4000, JS, "main;f;b:ArrayMap");
    stacks_tick(&s, 5000, JS, "h:Star");
    stacks_tick(&s, 6000, JS, "b:ArrayMap;h:Star");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "f~ 2/4; Star 2/2; ArrayMap 1/2; helper 1/1; main~ 0/4");
    check_tree(view, (unpeg_tree_options){.max_depth = 3},
               "1:main 0/4; 2:f 2/4; 3:ArrayMap 1/1; 3:helper 1/1; "
               "1:ArrayMap 0/1; 2:Star 1/1; 1:Star 1/1");
    const unpeg_totals *t = unpeg_view_totals(view);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_JS], 4);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_BUILTIN], 1);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_CPP], 1);
    unpeg_view_destroy(view);
    view = view_of(s.profile, UNPEG_QUERY_KEEP_HANDLERS, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF,
               "Star 3/3; ArrayMap 1/2; InterpreterEntryTrampoline 1/1; helper 1/1; "
               "f~ 0/4; main~ 0/4; BaselineOutOfLinePrologue 0/1");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_gc_is_one_category_and_one_row(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, GC, "g:;c:Scavenge");
    stacks_tick(&s, 2000, GC, "g:;l:libc.so");
    stacks_tick(&s, 3000, JS, "main;l:libc.so");
    stacks_tick(&s, 4000, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "gc 2/2; idle 1/1; libc.so 1/1; main~ 0/1");
    const unpeg_totals *t = unpeg_view_totals(view);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_GC], 2);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_IDLE], 1);
    assert_int_equal(t->by_category[UNPEG_CATEGORY_LIBRARY], 1);
    assert_int_equal(t->by_state[GC], 2);
    assert_int_equal(t->by_reason[UNPEG_UNKNOWN_STRIPPED], 1);
    assert_int_equal(t->by_reason[UNPEG_UNKNOWN_NONE], 3);
    unpeg_view_destroy(view);
    view = view_of(s.profile, UNPEG_QUERY_KEEP_GC_FRAMES, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF,
               "libc.so 2/2; Scavenge 1/1; epoll_wait 1/1; gc 0/2; idle 0/1; main~ 0/1");
    assert_int_equal(unpeg_view_totals(view)->by_category[UNPEG_CATEGORY_GC], 2);
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_focus_and_ignore(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "main;render;draw");
    stacks_tick(&s, 2000, JS, "main;render;save");
    stacks_tick(&s, 3000, JS, "main;idle");
    stacks_tick(&s, 4000, JS, "");
    unpeg_view *view = view_of(s.profile, 0, "^render /app", NULL);
    check_rows(view, UNPEG_ORDER_SELF, "draw~ 1/1; save~ 1/1; main~ 0/2; render~ 0/2");
    assert_int_equal(unpeg_view_totals(view)->excluded, 2);
    assert_true(unpeg_view_has_tick(view, 0));
    assert_false(unpeg_view_has_tick(view, 2));
    unpeg_view_destroy(view);
    view = view_of(s.profile, 0, "render", "sa(v|f)e");
    check_rows(view, UNPEG_ORDER_SELF, "draw~ 1/1; main~ 0/1; render~ 0/1");
    unpeg_view_destroy(view);
    view = view_of(s.profile, 0, NULL, "app.js:1:1$");
    assert_int_equal(unpeg_view_totals(view)->ticks, 1);
    check_rows(view, UNPEG_ORDER_SELF, "");
    unpeg_view_destroy(view);
    unpeg_query query = {.struct_size = sizeof query, .focus = "("};
    unpeg_error error = {0};
    assert_int_equal(unpeg_view_create(s.profile, &query, &view, &error), UNPEG_ARGUMENT);
    assert_non_null(strstr(error.text, "regular expression: "));
    stacks_close(&s);
}

static void test_windows(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int i = 1; i <= 10; i++)
        stacks_tick(&s, i * 1000, JS, i <= 6 ? "early" : "late");
    stacks_tick(&s, 900000, JS, "late");
    unpeg_query query = {.struct_size = sizeof query};
    unpeg_query_set_range(&query, 6000, 7000);
    unpeg_view *view;
    assert_int_equal(unpeg_view_create(s.profile, &query, &view, NULL), UNPEG_OK);
    check_rows(view, UNPEG_ORDER_SELF, "early~ 1/1; late~ 1/1");
    assert_int_equal(unpeg_view_totals(view)->start_us, 6000);
    assert_int_equal(unpeg_view_totals(view)->end_us, 7000);
    assert_int_equal(unpeg_view_totals(view)->gap_us, 0);
    unpeg_view_destroy(view);
    unpeg_query_set_last(&query, s.profile, 892000);
    assert_int_equal(query.start_us, 8000);
    assert_int_equal(unpeg_view_create(s.profile, &query, &view, NULL), UNPEG_OK);
    check_rows(view, UNPEG_ORDER_SELF, "late~ 4/4");
    assert_int_equal(unpeg_view_totals(view)->gap_us, 890000);
    unpeg_view_destroy(view);
    unpeg_query_set_last(&query, s.profile, UINT64_MAX);
    assert_true(query.start_us == INT64_MIN);
    stacks_close(&s);
}

static void test_older_query_struct(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1000, JS, "a");
    unpeg_query query = {.struct_size = offsetof(unpeg_query, focus), .focus = "nothing"};
    unpeg_view *view;
    assert_int_equal(unpeg_view_create(s.profile, &query, &view, NULL), UNPEG_OK);
    assert_int_equal(unpeg_view_totals(view)->ticks, 1);
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_pruning(void **state)
{
    (void)state;
    stacks s = stacks_open();
    for (int i = 0; i < 6; i++)
        stacks_tick(&s, i, JS, "m;a;x");
    for (int i = 0; i < 3; i++)
        stacks_tick(&s, i, JS, "m;b;y");
    stacks_tick(&s, 10, JS, "m;c");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_tree(view, (unpeg_tree_options){.min_share = 0.2},
               "1:m 0/10+1; 2:a 0/6; 3:x 6/6; 2:b 0/3; 3:y 3/3");
    check_tree(view, (unpeg_tree_options){.max_depth = 2},
               "1:m 0/10; 2:a 0/6+6; 2:b 0/3+3; 2:c 1/1");
    check_tree(view, (unpeg_tree_options){.max_nodes = 3}, "1:m 0/10+1; 2:a 0/6+6; 2:b 0/3+3");
    check_tree(view, (unpeg_tree_options){.max_nodes = 5},
               "1:m 0/10; 2:a 0/6; 3:x 6/6; 2:b 0/3+3; 2:c 1/1");
    check_tree(view, (unpeg_tree_options){.bottom_up = true, .min_share = 0.3, .max_depth = 1},
               "1:x 0/6+6; 1:y 0/3+3");
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_deep_chain(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    stacks s = stacks_open();
    unpeg_frame_id frames[2] = {stacks_frame(&s, "even", 4), stacks_frame(&s, "odd", 3)};
    unpeg_node_id node = UNPEG_NODE_ROOT;
    for (int i = 0; i < DEPTH; i++)
        assert_int_equal(unpeg_profile_add_node(s.profile, node, frames[i % 2], &node), UNPEG_OK);
    assert_int_equal(unpeg_profile_add_tick(s.profile, &(unpeg_tick){.node = node}), UNPEG_OK);
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    check_rows(view, UNPEG_ORDER_SELF, "odd~ 1/1; even~ 0/1");
    for (int bottom_up = 0; bottom_up < 2; bottom_up++) {
        unpeg_tree_options options = {.struct_size = sizeof options, .bottom_up = bottom_up};
        unpeg_tree *tree;
        assert_int_equal(unpeg_tree_create(view, &options, &tree), UNPEG_OK);
        assert_int_equal(tree->count, DEPTH + 1);
        assert_int_equal(tree->nodes[DEPTH].depth, DEPTH);
        unpeg_tree_destroy(tree);
    }
    unpeg_view_destroy(view);
    stacks_close(&s);
}

static void test_node_ticks(void **state)
{
    (void)state;
    stacks s = stacks_open();
    stacks_tick(&s, 1, JS, "a;h:Ldar");
    stacks_tick(&s, 2, JS, "a;h:Ldar");
    unpeg_view *view = view_of(s.profile, 0, NULL, NULL);
    const uint32_t *ticks = unpeg_view_node_ticks(view);
    assert_int_equal(ticks[stacks_node(&s, "a")], 0);
    assert_int_equal(ticks[stacks_node(&s, "a;h:Ldar")], 2);
    assert_null(unpeg_view_row_of(view, stacks_frame(&s, "h:Ldar", 6)));
    assert_int_equal(unpeg_view_row_of(view, stacks_frame(&s, "a", 1))->self, 2);
    unpeg_view_destroy(view);
    stacks_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_self_and_total),
        cmocka_unit_test(test_recursion_counts_once),
        cmocka_unit_test(test_tiers_merge_and_split),
        cmocka_unit_test(test_glue_folds_into_its_caller),
        cmocka_unit_test(test_gc_is_one_category_and_one_row),
        cmocka_unit_test(test_focus_and_ignore),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_older_query_struct),
        cmocka_unit_test(test_pruning),
        cmocka_unit_test(test_deep_chain),
        cmocka_unit_test(test_node_ticks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
