/* SPDX-License-Identifier: MIT
 *
 * Where the peg begins and ends, and which call is stuck: in profiles made with a known one.
 */
#include "check.h"
#include "peg_script.h"

static const unpeg_vm_state JS = UNPEG_VM_STATE_JS;
static const unpeg_vm_state GC = UNPEG_VM_STATE_GC;

static void test_no_ticks(void **state)
{
    (void)state;
    script p = script_begin();
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "");
    assert_true(peg->confidence == 0);
    assert_int_equal(peg->ticks, 0);
    assert_int_equal(peg->self_count, 0);
    assert_string_equal(peg->sentence, "no ticks");
    script_end(&p, peg);
}

static void test_one_tick(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 1, "main;f");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->ticks, 1);
    assert_true(peg->confidence < 0.5);
    script_end(&p, peg);
}

/* Chromium: every task under the same root, native code of the message loop between them. */
static void test_peg_after_tasks_with_the_same_root(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 100; i++) {
        script_ticks(&p, 40, i % 2 ? "b:Await;task;render;draw" : "b:Await;task;render;layout");
        script_loop_ticks(&p, 1 + i % 3);
    }
    int64_t peg_ms = p.now_us / MS;
    for (int i = 0; i < 1000; i++) {
        script_ticks(&p, 2, "b:Await;task;forever;walk");
        script_ticks(&p, 1, "b:Await;task;forever");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;forever");
    script_check_window(peg, peg_ms, peg_ms + 2999, true);
    assert_int_equal(peg->stretches, 101);
    script_end(&p, peg);
}

/* The same without a tick of the message loop before the peg: only the call itself tells. */
static void test_stuck_call_narrows_a_cut_log(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 5000, "b:Await;task;render;draw");
    int64_t peg_ms = p.now_us / MS;
    script_ticks(&p, 1200, "b:Await;task;forever;walk");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;forever;walk");
    script_check_window(peg, peg_ms, peg_ms + 1199, true);
    assert_int_equal(peg->stretch_start_us, 5 * MS);
    unpeg_peg_destroy(peg);
    /* A log that ended by itself has no call that was stuck at its end. */
    script_end_log(&p);
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;render;draw");
    script_check_window(peg, 5, 5004, false);
    script_end(&p, peg);
}

static void test_phases_that_come_back_do_return(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 4; i++) {
        script_ticks(&p, 1500, "main;loop;phase_a");
        script_ticks(&p, 1500, "main;loop;phase_b");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;loop");
    script_check_window(peg, 5, 12004, true);
    script_end(&p, peg);
}

static void test_peg_that_ended(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 50, "start");
    script_loop_ticks(&p, 2);
    int64_t peg_ms = p.now_us / MS;
    script_ticks(&p, 3000, "handler;spin");
    for (int i = 0; i < 20; i++) {
        script_loop_ticks(&p, 2);
        script_ticks(&p, 30, "handler;quick");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "handler;spin");
    script_check_window(peg, peg_ms, peg_ms + 2999, false);
    script_end(&p, peg);
}

static void test_trailing_peg_beats_a_longer_one(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 4000, "load;parse");
    script_loop_ticks(&p, 2);
    script_ticks(&p, 1500, "click;spin");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "click;spin");
    unpeg_peg_destroy(peg);
    script_end_log(&p);
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "load;parse");
    script_end(&p, peg);
}

static void test_short_tasks_are_no_peg(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 200; i++) {
        script_ticks(&p, 25, "b:Await;task;work");
        script_loop_ticks(&p, 1);
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->stretches, 200);
    assert_true(peg->confidence > 0.8);
    script_end(&p, peg);
}

static void test_different_roots_are_different_tasks(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 100; i++)
        script_ticks(&p, 25, i % 2 ? "timer;work" : "message;work");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->stretches, 100);
    script_end(&p, peg);
}

/* Node: no ticks while it waits, and timers have the same outermost frames. */
static void test_timers_with_waits_between(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 100; i++) {
        script_ticks(&p, 10, "processTimers;listOnTimeout;work");
        p.now_us += 90 * MS;
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    assert_int_equal(peg->stretches, 100);
    assert_non_null(strstr(peg->sentence, ", waiting 9"));
    script_end(&p, peg);
}

static void test_gaps_of_a_loaded_machine(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 3; i++) {
        script_ticks(&p, 1500, "main;spin");
        p.now_us += 300 * MS;
        script_ticks(&p, 2, "main;spin");
        p.now_us += 90 * MS;
    }
    script_ticks(&p, 1500, "main;spin");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->ticks, 4 * 1500 + 6);
    script_end(&p, peg);
}

static void test_lost_samples_are_no_wait(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 300, "main;spin");
    p.now_us += 2000 * MS;
    unpeg_tick lost = {
        .time_us = p.now_us, .node = stacks_node(&p.s, "main;spin"), .flags = UNPEG_TICK_OVERFLOW};
    assert_int_equal(unpeg_profile_add_tick(p.s.profile, &lost), UNPEG_OK);
    p.now_us += MS;
    script_ticks(&p, 300, "main;spin");
    unpeg_peg *peg = script_find(&p);
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->ticks, 601);
    script_end(&p, peg);
}

/* Two ticks at a time, and kept from the processor for twenty times as long. */
static void test_starved_thread_is_pegged(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 200; i++) {
        script_ticks(&p, 1, "main;spin");
        p.now_us += 40 * MS;
        unpeg_tick kept = {.time_us = p.now_us,
                           .node = stacks_node(&p.s, "main;spin"),
                           .flags = UNPEG_TICK_OVERFLOW};
        assert_int_equal(unpeg_profile_add_tick(p.s.profile, &kept), UNPEG_OK);
        p.now_us += MS;
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->stretches, 1);
    script_end(&p, peg);
}

static void test_idle_ticks_end_a_stretch(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 500; i++) {
        script_ticks(&p, 1, "timer;work");
        script_tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
        script_tick(&p, UNPEG_VM_STATE_IDLE_EXTERNAL, "c:epoll_wait");
        script_tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
        script_tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    assert_int_equal(peg->stretches, 500);
    script_end(&p, peg);
}

static void test_only_idle_ticks(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 300; i++)
        script_tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, "");
    assert_int_equal(peg->ticks, 0);
    script_end(&p, peg);
}

static void test_gc_between_does_not_end_a_stretch(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 300; i++) {
        script_ticks(&p, 5, "main;spin");
        script_tick(&p, GC, "g:;c:Scavenge");
        script_tick(&p, GC, "g:;c:Scavenge");
        script_tick(&p, JS, "n:0");
        script_tick(&p, JS, "l:libc.so");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->ticks, 2700);
    assert_int_equal(peg->stack_ticks, 1500);
    assert_true(peg->evidence.gc > 0.22 && peg->evidence.gc < 0.23);
    script_end(&p, peg);
}

static void test_tier_changes_do_not_split_the_stuck_frame(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 100, "main~;spin~;h:Star");
    script_ticks(&p, 100, "main~;spin^");
    for (int i = 0; i < 950; i++) {
        script_ticks(&p, 1, "main~;spin*;leaf*");
        script_ticks(&p, 1, i < 900 ? "main~;spin*" : "main*;spin*");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->path[1].ticks, 2100);
    assert_int_equal(peg->path[1].tiers, 1u << UNPEG_TIER_IGNITION | 1u << UNPEG_TIER_SPARKPLUG |
                                             1u << UNPEG_TIER_TURBOFAN);
    assert_int_equal(unpeg_profile_frame(p.s.profile, peg->path[1].frame)->tier,
                     UNPEG_TIER_TURBOFAN);
    assert_int_equal(peg->stuck_count, 2);
    assert_int_equal(peg->stuck_rows[0].self, 1150);
    assert_int_equal(peg->stuck_rows[0].total, 2100);
    assert_int_equal(peg->stuck_rows[1].self, 950);
    script_end(&p, peg);
}

/* V8 misses the caller of a frameless builtin. */
static void test_builtins_that_hide_the_stuck_frame(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 500; i++) {
        script_ticks(&p, 2, "main;spin");
        script_ticks(&p, 1, "main;b:LoadIC");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->hidden_ticks, 500);
    assert_int_equal(peg->stack_ticks, 1500);
    script_end(&p, peg);
    /* In one piece it was a call of its own. */
    p = script_begin();
    for (int i = 0; i < 5; i++) {
        script_ticks(&p, 200, "main;spin");
        script_ticks(&p, 100, "main;b:JsonParse");
    }
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main");
    assert_int_equal(peg->hidden_ticks, 0);
    script_end(&p, peg);
}

/* V8 14 cannot walk the stack from WebAssembly in one of 15 ticks. */
static void test_functions_that_lost_their_callers(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 150; i++) {
        script_ticks(&p, 13, "main;call;w:fibonacci");
        script_ticks(&p, 2, "w:fibonacci");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;call;fibonacci");
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->stack_ticks, 150 * 13);
    script_end(&p, peg);
}

static void test_unsorted_times(void **state)
{
    (void)state;
    script p = script_begin();
    p.now_us = 3000 * MS;
    for (int i = 0; i < 1500; i++) {
        script_tick(&p, JS, "main;spin");
        p.now_us -= 2 * MS;
    }
    p.now_us = 100 * MS;
    script_loop_ticks(&p, 2);
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    script_check_window(peg, 1501, 3000, true);
    script_end(&p, peg);
}

static void test_extreme_times(void **state)
{
    (void)state;
    script p = script_begin();
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_MAX, INT64_MAX - 1, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        stacks_tick(&p.s, times[i], JS, "main;f");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    script_end(&p, peg);
}

static void test_window(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 2000, "early;spin");
    script_loop_ticks(&p, 3);
    script_ticks(&p, 1500, "late;spin");
    unpeg_peg_options options = {.struct_size = sizeof options,
                                 .has_window = true,
                                 .start_us = 100 * MS,
                                 .end_us = 1900 * MS,
                                 .max_rows = 1};
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(p.s.profile, &options, &peg, NULL), UNPEG_OK);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "early;spin");
    script_check_window(peg, 100, 1900, true);
    assert_int_equal(peg->self_count, 1);
    unpeg_peg_destroy(peg);
    options.start_us = options.end_us = INT64_MAX;
    assert_int_equal(unpeg_peg_find(p.s.profile, &options, &peg, NULL), UNPEG_OK);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, "");
    assert_string_equal(peg->sentence, "no ticks in the window");
    script_end(&p, peg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_ticks),
        cmocka_unit_test(test_one_tick),
        cmocka_unit_test(test_peg_after_tasks_with_the_same_root),
        cmocka_unit_test(test_stuck_call_narrows_a_cut_log),
        cmocka_unit_test(test_phases_that_come_back_do_return),
        cmocka_unit_test(test_peg_that_ended),
        cmocka_unit_test(test_trailing_peg_beats_a_longer_one),
        cmocka_unit_test(test_short_tasks_are_no_peg),
        cmocka_unit_test(test_different_roots_are_different_tasks),
        cmocka_unit_test(test_timers_with_waits_between),
        cmocka_unit_test(test_gaps_of_a_loaded_machine),
        cmocka_unit_test(test_lost_samples_are_no_wait),
        cmocka_unit_test(test_starved_thread_is_pegged),
        cmocka_unit_test(test_idle_ticks_end_a_stretch),
        cmocka_unit_test(test_only_idle_ticks),
        cmocka_unit_test(test_gc_between_does_not_end_a_stretch),
        cmocka_unit_test(test_tier_changes_do_not_split_the_stuck_frame),
        cmocka_unit_test(test_builtins_that_hide_the_stuck_frame),
        cmocka_unit_test(test_functions_that_lost_their_callers),
        cmocka_unit_test(test_unsorted_times),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
