/* SPDX-License-Identifier: MIT
 *
 * Whatever allocation fails while views are made, each call ends with NO_MEMORY and leaks nothing.
 */
#include "check.h"
#include "failing_alloc.h"
#include "stacks.h"
#include "unpeg/peg.h"
#include "unpeg/prof_view.h"

/* Every path of the code: tiers, glue, recursion, a peg in a part of a stretch, hidden frames,
 * times out of order. */
static void write_profile(stacks *s)
{
    static const char *const work[] = {"main~;task;render;h:Star", "main~;task;render^;draw",
                                       "main~;task;b:Sort",        "main*;task;render;c:paint",
                                       "b:InterpreterEntry;lone",  "lone"};
    int64_t now_us = 0;
    for (int i = 0; i < 300; i++)
        stacks_tick(s, now_us += 1000, UNPEG_VM_STATE_JS, work[i % 6]);
    stacks_tick(s, now_us += 90000, UNPEG_VM_STATE_OTHER, "l:lib");
    for (int i = 0; i < 1200; i++) {
        stacks_tick(s, now_us += 1000, UNPEG_VM_STATE_JS, i % 3 ? "main;task;f;g" : "main;task;f");
        if (i % 9 == 0)
            stacks_tick(s, now_us += 1000, UNPEG_VM_STATE_JS, "main;task;b:LoadIC");
    }
    stacks_tick(s, 5, UNPEG_VM_STATE_GC, "g:;c:Scavenge");
    for (int i = 0; i < 1200; i++)
        stacks_tick(s, now_us += 1000, UNPEG_VM_STATE_JS, "main;task;r;r;r;r;r;r;r;r;r;r;r;r;r;r");
}

static unpeg_status make_trees(const unpeg_view *view)
{
    unpeg_tree_options options = {.struct_size = sizeof options};
    unpeg_tree *tree = NULL;
    unpeg_status status = unpeg_tree_create(view, &options, &tree);
    unpeg_tree_destroy(tree);
    if (status != UNPEG_OK)
        return status;
    tree = NULL;
    options.bottom_up = true;
    status = unpeg_tree_create(view, &options, &tree);
    unpeg_tree_destroy(tree);
    return status;
}

static unpeg_status make_all(const unpeg_profile *profile)
{
    unpeg_query query = {.struct_size = sizeof query, .focus = "main", .ignore = "draw"};
    unpeg_view *view = NULL;
    unpeg_peg *peg = NULL;
    unpeg_prof_view *prof = NULL;
    unpeg_prof_options prof_options;
    unpeg_error error = {0};
    unpeg_prof_options_init(&prof_options);
    unpeg_status status = unpeg_view_create(profile, &query, &view, &error);
    if (status == UNPEG_OK)
        status = make_trees(view);
    if (status == UNPEG_OK)
        status = unpeg_peg_find(profile, NULL, &peg, &error);
    if (status == UNPEG_OK)
        status = unpeg_prof_view_create(profile, &prof_options, &prof, &error);
    if (peg)
        assert_int_equal(peg->verdict, UNPEG_VERDICT_RECURSION);
    unpeg_prof_view_destroy(prof);
    unpeg_peg_destroy(peg);
    unpeg_view_destroy(view);
    return status;
}

static void a_failed_allocation_is_a_status(void **state)
{
    (void)state;
    stacks s = stacks_open();
    write_profile(&s);
    assert_int_equal(make_all(s.profile), UNPEG_OK);
    size_t calls = 0;
    for (bool failed = true; failed; calls++) {
        failing_alloc_arm(calls);
        unpeg_status status = make_all(s.profile);
        failed = failing_alloc_disarm();
        assert_int_equal(status, failed ? UNPEG_NO_MEMORY : UNPEG_OK);
    }
    print_message("%zu allocations\n", calls - 1);
    assert_true(calls > 40);
    stacks_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failed_allocation_is_a_status)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
