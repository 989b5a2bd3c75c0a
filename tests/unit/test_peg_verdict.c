/* SPDX-License-Identifier: MIT
 *
 * What the peg is called: in profiles made with a known one.
 */
#include "check.h"
#include "peg_script.h"

static const unpeg_vm_state GC = UNPEG_VM_STATE_GC;
static const unpeg_vm_state EXTERNAL = UNPEG_VM_STATE_EXTERNAL;

static void test_js_loop(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 500; i++) {
        script_ticks(&p, 3, "main;spin;work");
        script_ticks(&p, 1, "main;spin");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    script_check_window(peg, 5, 2004, true);
    assert_int_equal(peg->ticks, 2000);
    assert_int_equal(peg->path[1].ticks, 2000);
    assert_true(peg->share == 1);
    assert_true(peg->evidence.stuck == 1);
    assert_true(peg->confidence > 0.95);
    assert_string_equal(unpeg_confidence_text(peg->confidence), "high");
    assert_string_equal(script_name(&p, peg->self_rows[0].frame), "work");
    assert_int_equal(peg->self_rows[0].self, 1500);
    assert_int_equal(peg->stuck_count, 2);
    assert_int_equal(peg->stuck_rows[1].self, 500);
    assert_int_equal(peg->stuck_rows[1].total, 2000);
    assert_int_equal(peg->depth.min, 2);
    assert_int_equal(peg->depth.median, 3);
    assert_string_equal(peg->sentence, "no return for 2.0 s, to the end (2000 ticks), one call on "
                                       "100.0 % of stacks, js 100.0 %");
    script_end(&p, peg);
}

static void test_one_function_alone(void **state)
{
    (void)state;
    script p = script_begin();
    script_loop_ticks(&p, 3);
    script_ticks(&p, 1500, "handler");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "handler");
    script_check_window(peg, 8, 1507, true);
    script_end(&p, peg);
}

static void test_gc(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 300; i++) {
        script_ticks(&p, 1, "main;allocate");
        for (int k = 0; k < 4; k++)
            script_tick(&p, GC, "g:;c:MarkCompact");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_GC, "main;allocate");
    assert_true(peg->evidence.gc == 0.8);
    script_end(&p, peg);
}

static void test_regexp(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 20, "main");
    script_ticks(&p, 1500, "main;check;b:RegExpPrototypeTest;r:(x+x+)+y");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_REGEXP, "main;check;RegExpPrototypeTest;(x+x+)+y");
    script_end(&p, peg);
    /* Before it is compiled, an expression is matched by native code. */
    p = script_begin();
    script_ticks(&p, 1500, "main;check;b:RegExpExecInternal;l:node");
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_REGEXP, NULL);
    script_end(&p, peg);
    /* But not what a replacer function does. */
    p = script_begin();
    script_ticks(&p, 1500, "main;b:RegExpReplace;replacer;c:hash");
    peg = script_find(&p);
    assert_true(peg->evidence.regexp == 0);
    script_check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;RegExpReplace;replacer;hash");
    script_end(&p, peg);
}

static void test_native_call(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 1500; i++)
        script_tick(&p, EXTERNAL, i % 2 ? "main;sync;c:pbkdf2;c:sha512" : "main;sync;c:pbkdf2");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;sync;pbkdf2");
    assert_true(peg->evidence.callback == 1);
    script_end(&p, peg);
    /* Each call returns, but they are nearly all that the loop does. */
    p = script_begin();
    for (int i = 0; i < 150; i++) {
        script_ticks(&p, 4, "main;loop;c:parse");
        script_ticks(&p, 4, "main;loop;c:print");
        script_ticks(&p, 2, "main;loop");
    }
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;loop");
    script_end(&p, peg);
    /* One builtin that does not return. */
    p = script_begin();
    script_ticks(&p, 1500, "main;find;b:ArrayIndexOf");
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;find;ArrayIndexOf");
    script_end(&p, peg);
}

static void test_native_code_without_javascript(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 50, "start");
    script_loop_ticks(&p, 1500);
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "");
    script_check_window(peg, 55, 1554, true);
    script_end(&p, peg);
    /* The same in a system call that waits. */
    p = script_begin();
    for (int i = 0; i < 1500; i++)
        script_tick(&p, EXTERNAL, "c:epoll_pwait@@GLIBC_2.6");
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_IDLE, "");
    script_end(&p, peg);
    /* A message loop has many short ones: they are not stretches. */
    p = script_begin();
    script_loop_ticks(&p, 400);
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "");
    assert_int_equal(peg->stretches, 0);
    script_end(&p, peg);
}

static void test_compile(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 1500; i++)
        script_tick(&p, i % 3 ? UNPEG_VM_STATE_PARSER : UNPEG_VM_STATE_BYTECODE_COMPILER,
                    "main;require;l:node");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_COMPILE, NULL);
    assert_true(peg->evidence.compile == 1);
    script_end(&p, peg);
}

static void test_all_unknown(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 1500, "u:1000");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_MIXED, "");
    assert_true(peg->evidence.unknown == 1);
    assert_string_equal(unpeg_confidence_text(peg->confidence), "low");
    script_end(&p, peg);
    p = script_begin();
    script_ticks(&p, 1500, "u:1000;u:2000;u:3000");
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_MIXED, "unknown;unknown;unknown");
    assert_string_equal(unpeg_confidence_text(peg->confidence), "low");
    script_end(&p, peg);
}

static void test_mixed(void **state)
{
    (void)state;
    script p = script_begin();
    for (int i = 0; i < 400; i++) {
        script_ticks(&p, 1, "main;a");
        script_ticks(&p, 1, "main;u:99");
        script_tick(&p, UNPEG_VM_STATE_PARSER, "main;l:node");
        script_ticks(&p, 1, "main;r:a+");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_MIXED, "main");
    script_end(&p, peg);
}

/* Writes "head;" and the cycle's frames, repeated, beginning at an offset. */
static void deep_stack(char *text, const char *head, const char *const *cycle, int period,
                       int depth)
{
    strcpy(text, head);
    for (int i = 0; i < depth; i++) {
        strcat(text, *text ? ";" : "");
        strcat(text, cycle[i % period]);
    }
}

static void test_recursion(void **state)
{
    (void)state;
    static const char *const fib[] = {"fib"};
    script p = script_begin();
    char text[4096];
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "main", fib, 1, 14 + i % 20);
        script_ticks(&p, 1, text);
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_RECURSION, "main;fib");
    assert_int_equal(peg->cycle_count, 1);
    assert_string_equal(script_name(&p, peg->cycle[0]), "fib");
    assert_in_range(peg->cycle_repeats, 22, 25);
    assert_true(peg->evidence.cyclic == 1);
    assert_int_equal(peg->path[1].ticks, 1500);
    assert_int_equal(peg->stuck_rows[0].total, 1500);
    script_end(&p, peg);
}

static void test_truncated_recursion(void **state)
{
    (void)state;
    static const char *const cycle[][3] = {{"a", "b", "c"}, {"b", "c", "a"}, {"c", "a", "b"}};
    script p = script_begin();
    char text[4096];
    script_ticks(&p, 100, "main;a;b");
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "t:", cycle[i % 3], 3, 255);
        script_ticks(&p, 1, text);
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_RECURSION, "main;a");
    script_check_window(peg, 5, 1604, true);
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->depth.truncated, 1500);
    assert_int_equal(peg->cycle_count, 3);
    assert_int_equal(peg->cycle_repeats, 85);
    char order[4] = "";
    for (size_t i = 0; i < 3; i++)
        strcat(order, script_name(&p, peg->cycle[i]));
    assert_non_null(strstr("abcab", order));
    script_end(&p, peg);
}

static void test_small_recursion_in_a_loop(void **state)
{
    (void)state;
    static const char *const walk[] = {"walk"};
    script p = script_begin();
    char text[4096];
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "main;forever", walk, 1, i % 30);
        script_ticks(&p, 1, text);
        script_ticks(&p, 1, "main;forever;other");
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;forever");
    assert_int_equal(peg->cycle_count, 0);
    script_end(&p, peg);
}

static void test_deep_chain(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    script p = script_begin();
    unpeg_node_id node = UNPEG_NODE_ROOT;
    for (int i = 0; i < DEPTH; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        unpeg_frame_id frame = stacks_frame(&p.s, name, strlen(name));
        assert_int_equal(unpeg_profile_add_node(p.s.profile, node, frame, &node), UNPEG_OK);
    }
    for (int i = 0; i < 1200; i++)
        assert_int_equal(
            unpeg_profile_add_tick(p.s.profile, &(unpeg_tick){.time_us = i * MS, .node = node}),
            UNPEG_OK);
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, NULL);
    assert_int_equal(peg->path_count, DEPTH);
    assert_int_equal(peg->depth.max, DEPTH);
    script_end(&p, peg);
}

static void test_length_decides(void **state)
{
    (void)state;
    /* Half of the work and a tenth of a second: a short log of one loop. */
    script p = script_begin();
    script_ticks(&p, 300, "main;spin");
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    script_end(&p, peg);
    p = script_begin();
    script_ticks(&p, 60, "main;start");
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "main;start");
    script_end(&p, peg);
    /* A third of the work is a peg only from a second on. */
    for (int length = 900; length <= 1100; length += 200) {
        p = script_begin();
        script_ticks(&p, length, "main;spin");
        for (int i = 0; i < 100; i++)
            script_ticks(&p, 30, i % 2 ? "x;y" : "z;y");
        peg = script_find(&p);
        script_check(&p, peg, length < 1000 ? UNPEG_VERDICT_NOT_PEGGED : UNPEG_VERDICT_JS_LOOP,
                     "main;spin");
        script_end(&p, peg);
    }
}

static void test_sparse_ticks_are_no_peg(void **state)
{
    (void)state;
    script p = script_begin();
    unpeg_profile_info_of(p.s.profile)->interval_us = 1000;
    for (int i = 0; i < 300; i++) {
        script_ticks(&p, 1, "processTimers;work");
        p.now_us += 39 * MS;
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    unpeg_peg_destroy(peg);
    /* The same times from a sampler that was asked for no more. */
    unpeg_profile_info_of(p.s.profile)->interval_us = 40000;
    peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, NULL);
    script_end(&p, peg);
}

/* Bursts of short tasks, with waits too short to be told from a loaded machine one by one. */
static void test_bursts_are_no_peg(void **state)
{
    (void)state;
    script p = script_begin();
    unpeg_profile_info_of(p.s.profile)->interval_us = 1000;
    for (int i = 0; i < 100; i++) {
        script_ticks(&p, 6, "b:Await;main;work");
        p.now_us += 40 * MS;
    }
    unpeg_peg *peg = script_find(&p);
    script_check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    script_end(&p, peg);
}

static void test_several_isolates_lower_confidence(void **state)
{
    (void)state;
    script p = script_begin();
    script_ticks(&p, 1500, "main;spin");
    unpeg_peg *peg = script_find(&p);
    double alone = peg->confidence;
    unpeg_peg_destroy(peg);
    unpeg_profile_info_of(p.s.profile)->isolates = 2;
    peg = script_find(&p);
    assert_true(peg->confidence < 0.7 * alone);
    script_end(&p, peg);
}

static void test_texts(void **state)
{
    (void)state;
    assert_string_equal(unpeg_verdict_text(UNPEG_VERDICT_NATIVE_CALL), "native-call");
    assert_string_equal(unpeg_verdict_meaning(UNPEG_VERDICT_IDLE), "the thread was waiting");
    assert_string_equal(unpeg_verdict_text(UNPEG_VERDICT_COUNT), "?");
    assert_string_equal(unpeg_confidence_text(0.5), "medium");
    assert_string_equal(unpeg_confidence_text(0.1), "low");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_loop),
        cmocka_unit_test(test_one_function_alone),
        cmocka_unit_test(test_gc),
        cmocka_unit_test(test_regexp),
        cmocka_unit_test(test_native_call),
        cmocka_unit_test(test_native_code_without_javascript),
        cmocka_unit_test(test_compile),
        cmocka_unit_test(test_all_unknown),
        cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_recursion),
        cmocka_unit_test(test_truncated_recursion),
        cmocka_unit_test(test_small_recursion_in_a_loop),
        cmocka_unit_test(test_deep_chain),
        cmocka_unit_test(test_length_decides),
        cmocka_unit_test(test_sparse_ticks_are_no_peg),
        cmocka_unit_test(test_bursts_are_no_peg),
        cmocka_unit_test(test_several_isolates_lower_confidence),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
