/* SPDX-License-Identifier: MIT
 *
 * Profiles whose peg is known because they were made with one.
 */
#include <stdio.h>

#include "check.h"
#include "stacks.h"
#include "unpeg/peg.h"

static const unpeg_vm_state JS = UNPEG_VM_STATE_JS;
static const unpeg_vm_state GC = UNPEG_VM_STATE_GC;
static const unpeg_vm_state OTHER = UNPEG_VM_STATE_OTHER;
static const unpeg_vm_state EXTERNAL = UNPEG_VM_STATE_EXTERNAL;

enum { MS = 1000 };

/* A profile being written: a tick each ms. */
typedef struct script {
    stacks s;
    int64_t now_us;
} script;

static script begin(void)
{
    return (script){.s = stacks_open(), .now_us = 5 * MS};
}

static void tick(script *p, unpeg_vm_state state, const char *stack)
{
    stacks_tick(&p->s, p->now_us, state, stack);
    p->now_us += MS;
}

static void ticks(script *p, int count, const char *stack)
{
    for (int i = 0; i < count; i++)
        tick(p, JS, stack);
}

static void loop_ticks(script *p, int count)
{
    for (int i = 0; i < count; i++)
        tick(p, OTHER, "l:chromium");
}

static unpeg_peg *find(script *p)
{
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(p->s.profile, NULL, &peg, NULL), UNPEG_OK);
    for (const char *c = peg->sentence; *c; c++)
        assert_true(*c >= ' ' && *c <= '~');
    assert_true(peg->confidence >= 0 && peg->confidence <= 1);
    const unpeg_peg_evidence *e = &peg->evidence;
    if (peg->ticks) {
        double sum =
            e->js + e->builtin + e->regexp + e->native + e->gc + e->compile + e->idle + e->unknown;
        assert_true(sum > 0.999 && sum < 1.001);
    }
    return peg;
}

static void end(script *p, unpeg_peg *peg)
{
    unpeg_peg_destroy(peg);
    stacks_close(&p->s);
}

static void end_log(script *p)
{
    unpeg_profile_info_of(p->s.profile)->ended = true;
}

/* The path's names, joined with ';'. Frames without a name by their kind. */
static const char *path_text(const script *p, const unpeg_peg *peg)
{
    static _Thread_local char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < peg->path_count; i++) {
        const unpeg_frame *f = unpeg_profile_frame(p->s.profile, peg->path[i].frame);
        const char *kind = unpeg_frame_kind_text(f->kind);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.*s", i ? ";" : "",
                 f->name.len ? (int)f->name.len : (int)strlen(kind),
                 f->name.len ? f->name.data : kind);
    }
    return text;
}

static void check(const script *p, const unpeg_peg *peg, unpeg_verdict verdict, const char *path)
{
    assert_string_equal(unpeg_verdict_text(peg->verdict), unpeg_verdict_text(verdict));
    if (path)
        assert_string_equal(path_text(p, peg), path);
}

static void check_window(const unpeg_peg *peg, int64_t start_ms, int64_t end_ms, bool trailing)
{
    assert_int_equal(peg->start_us, start_ms * MS);
    assert_int_equal(peg->end_us, end_ms * MS);
    assert_int_equal(peg->trailing, trailing);
}

static const char *name_of(const script *p, unpeg_frame_id frame)
{
    static _Thread_local char text[256];
    const unpeg_frame *f = unpeg_profile_frame(p->s.profile, frame);
    snprintf(text, sizeof text, "%.*s", (int)f->name.len, f->name.data);
    return text;
}

static void test_no_ticks(void **state)
{
    (void)state;
    script p = begin();
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "");
    assert_true(peg->confidence == 0);
    assert_int_equal(peg->ticks, 0);
    assert_int_equal(peg->self_count, 0);
    assert_string_equal(peg->sentence, "no ticks");
    end(&p, peg);
}

static void test_one_tick(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 1, "main;f");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->ticks, 1);
    assert_true(peg->confidence < 0.5);
    end(&p, peg);
}

static void test_js_loop(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 500; i++) {
        ticks(&p, 3, "main;spin;work");
        ticks(&p, 1, "main;spin");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    check_window(peg, 5, 2004, true);
    assert_int_equal(peg->ticks, 2000);
    assert_int_equal(peg->path[1].ticks, 2000);
    assert_true(peg->share == 1);
    assert_true(peg->evidence.stuck == 1);
    assert_true(peg->confidence > 0.95);
    assert_string_equal(unpeg_confidence_text(peg->confidence), "high");
    assert_string_equal(name_of(&p, peg->self_rows[0].frame), "work");
    assert_int_equal(peg->self_rows[0].self, 1500);
    assert_int_equal(peg->stuck_count, 2);
    assert_int_equal(peg->stuck_rows[1].self, 500);
    assert_int_equal(peg->stuck_rows[1].total, 2000);
    assert_int_equal(peg->depth.min, 2);
    assert_int_equal(peg->depth.median, 3);
    assert_string_equal(peg->sentence, "no return for 1.9 s, to the end (2000 ticks), one call on "
                                       "100.0 % of stacks, js 100.0 %");
    end(&p, peg);
}

static void test_one_function_alone(void **state)
{
    (void)state;
    script p = begin();
    loop_ticks(&p, 3);
    ticks(&p, 1500, "handler");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "handler");
    check_window(peg, 8, 1507, true);
    end(&p, peg);
}

/* Chromium: every task under the same root, native code of the message loop between them. */
static void test_peg_after_tasks_with_the_same_root(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 100; i++) {
        ticks(&p, 40, i % 2 ? "b:Await;task;render;draw" : "b:Await;task;render;layout");
        loop_ticks(&p, 1 + i % 3);
    }
    int64_t peg_ms = p.now_us / MS;
    for (int i = 0; i < 1000; i++) {
        ticks(&p, 2, "b:Await;task;forever;walk");
        ticks(&p, 1, "b:Await;task;forever");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;forever");
    check_window(peg, peg_ms, peg_ms + 2999, true);
    assert_int_equal(peg->stretches, 101);
    end(&p, peg);
}

/* The same without a tick of the message loop before the peg: only the call itself tells. */
static void test_stuck_call_narrows_a_cut_log(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 5000, "b:Await;task;render;draw");
    int64_t peg_ms = p.now_us / MS;
    ticks(&p, 1200, "b:Await;task;forever;walk");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;forever;walk");
    check_window(peg, peg_ms, peg_ms + 1199, true);
    assert_int_equal(peg->stretch_start_us, 5 * MS);
    unpeg_peg_destroy(peg);
    /* A log that ended by itself has no call that was stuck at its end. */
    end_log(&p);
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "Await;task;render;draw");
    check_window(peg, 5, 5004, false);
    end(&p, peg);
}

static void test_phases_that_come_back_do_return(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 4; i++) {
        ticks(&p, 1500, "main;loop;phase_a");
        ticks(&p, 1500, "main;loop;phase_b");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;loop");
    check_window(peg, 5, 12004, true);
    end(&p, peg);
}

static void test_peg_that_ended(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 50, "start");
    loop_ticks(&p, 2);
    int64_t peg_ms = p.now_us / MS;
    ticks(&p, 3000, "handler;spin");
    for (int i = 0; i < 20; i++) {
        loop_ticks(&p, 2);
        ticks(&p, 30, "handler;quick");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "handler;spin");
    check_window(peg, peg_ms, peg_ms + 2999, false);
    end(&p, peg);
}

static void test_trailing_peg_beats_a_longer_one(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 4000, "load;parse");
    loop_ticks(&p, 2);
    ticks(&p, 1500, "click;spin");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "click;spin");
    unpeg_peg_destroy(peg);
    end_log(&p);
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "load;parse");
    end(&p, peg);
}

static void test_short_tasks_are_no_peg(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 200; i++) {
        ticks(&p, 25, "b:Await;task;work");
        loop_ticks(&p, 1);
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->stretches, 200);
    assert_true(peg->confidence > 0.8);
    end(&p, peg);
}

static void test_different_roots_are_different_tasks(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 100; i++)
        ticks(&p, 25, i % 2 ? "timer;work" : "message;work");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    assert_int_equal(peg->stretches, 100);
    end(&p, peg);
}

/* Node: no ticks while it waits, and timers have the same outermost frames. */
static void test_timers_with_waits_between(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 100; i++) {
        ticks(&p, 10, "processTimers;listOnTimeout;work");
        p.now_us += 90 * MS;
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    assert_int_equal(peg->stretches, 100);
    assert_non_null(strstr(peg->sentence, ", waiting 9"));
    end(&p, peg);
}

static void test_gaps_of_a_loaded_machine(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 3; i++) {
        ticks(&p, 1500, "main;spin");
        p.now_us += 300 * MS;
        ticks(&p, 2, "main;spin");
        p.now_us += 90 * MS;
    }
    ticks(&p, 1500, "main;spin");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->ticks, 4 * 1500 + 6);
    end(&p, peg);
}

static void test_lost_samples_are_no_wait(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 300, "main;spin");
    p.now_us += 2000 * MS;
    unpeg_tick lost = {
        .time_us = p.now_us, .node = stacks_node(&p.s, "main;spin"), .flags = UNPEG_TICK_OVERFLOW};
    assert_int_equal(unpeg_profile_add_tick(p.s.profile, &lost), UNPEG_OK);
    p.now_us += MS;
    ticks(&p, 300, "main;spin");
    unpeg_peg *peg = find(&p);
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->ticks, 601);
    end(&p, peg);
}

static void test_idle_ticks_end_a_stretch(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 500; i++) {
        ticks(&p, 1, "timer;work");
        tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
        tick(&p, UNPEG_VM_STATE_IDLE_EXTERNAL, "c:epoll_wait");
        tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
        tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    assert_int_equal(peg->stretches, 500);
    end(&p, peg);
}

static void test_only_idle_ticks(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 300; i++)
        tick(&p, UNPEG_VM_STATE_IDLE, "i:;c:epoll_wait");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_IDLE, "");
    assert_int_equal(peg->ticks, 0);
    end(&p, peg);
}

static void test_gc_between_does_not_end_a_stretch(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 300; i++) {
        ticks(&p, 5, "main;spin");
        tick(&p, GC, "g:;c:Scavenge");
        tick(&p, GC, "g:;c:Scavenge");
        tick(&p, JS, "n:0");
        tick(&p, JS, "l:libc.so");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->ticks, 2700);
    assert_int_equal(peg->stack_ticks, 1500);
    assert_true(peg->evidence.gc > 0.22 && peg->evidence.gc < 0.23);
    end(&p, peg);
}

static void test_gc(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 300; i++) {
        ticks(&p, 1, "main;allocate");
        for (int k = 0; k < 4; k++)
            tick(&p, GC, "g:;c:MarkCompact");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_GC, "main;allocate");
    assert_true(peg->evidence.gc == 0.8);
    end(&p, peg);
}

static void test_regexp(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 20, "main");
    ticks(&p, 1500, "main;check;b:RegExpPrototypeTest;r:(x+x+)+y");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_REGEXP, "main;check;RegExpPrototypeTest;(x+x+)+y");
    end(&p, peg);
    /* Before it is compiled, an expression is matched by native code. */
    p = begin();
    ticks(&p, 1500, "main;check;b:RegExpExecInternal;l:node");
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_REGEXP, NULL);
    end(&p, peg);
    /* But not what a replacer function does. */
    p = begin();
    ticks(&p, 1500, "main;b:RegExpReplace;replacer;c:hash");
    peg = find(&p);
    assert_true(peg->evidence.regexp == 0);
    check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;RegExpReplace;replacer;hash");
    end(&p, peg);
}

static void test_native_call(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 1500; i++)
        tick(&p, EXTERNAL, i % 2 ? "main;sync;c:pbkdf2;c:sha512" : "main;sync;c:pbkdf2");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;sync;pbkdf2");
    assert_true(peg->evidence.callback == 1);
    end(&p, peg);
    /* Each call returns, but they are nearly all that the loop does. */
    p = begin();
    for (int i = 0; i < 150; i++) {
        ticks(&p, 4, "main;loop;c:parse");
        ticks(&p, 4, "main;loop;c:print");
        ticks(&p, 2, "main;loop");
    }
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;loop");
    end(&p, peg);
    /* One builtin that does not return. */
    p = begin();
    ticks(&p, 1500, "main;find;b:ArrayIndexOf");
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "main;find;ArrayIndexOf");
    end(&p, peg);
}

static void test_native_code_without_javascript(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 50, "start");
    loop_ticks(&p, 1500);
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NATIVE_CALL, "");
    check_window(peg, 55, 1554, true);
    end(&p, peg);
    /* The same in a system call that waits. */
    p = begin();
    for (int i = 0; i < 1500; i++)
        tick(&p, EXTERNAL, "c:epoll_pwait@@GLIBC_2.6");
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_IDLE, "");
    end(&p, peg);
    /* A message loop has many short ones: they are not stretches. */
    p = begin();
    loop_ticks(&p, 400);
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "");
    assert_int_equal(peg->stretches, 0);
    end(&p, peg);
}

static void test_compile(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 1500; i++)
        tick(&p, i % 3 ? UNPEG_VM_STATE_PARSER : UNPEG_VM_STATE_BYTECODE_COMPILER,
             "main;require;l:node");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_COMPILE, NULL);
    assert_true(peg->evidence.compile == 1);
    end(&p, peg);
}

static void test_all_unknown(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 1500, "u:1000");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_MIXED, "");
    assert_true(peg->evidence.unknown == 1);
    assert_string_equal(unpeg_confidence_text(peg->confidence), "low");
    end(&p, peg);
    p = begin();
    ticks(&p, 1500, "u:1000;u:2000;u:3000");
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_MIXED, "unknown;unknown;unknown");
    assert_string_equal(unpeg_confidence_text(peg->confidence), "low");
    end(&p, peg);
}

static void test_mixed(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 400; i++) {
        ticks(&p, 1, "main;a");
        ticks(&p, 1, "main;u:99");
        tick(&p, UNPEG_VM_STATE_PARSER, "main;l:node");
        ticks(&p, 1, "main;r:a+");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_MIXED, "main");
    end(&p, peg);
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
    script p = begin();
    char text[4096];
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "main", fib, 1, 14 + i % 20);
        ticks(&p, 1, text);
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_RECURSION, "main;fib");
    assert_int_equal(peg->cycle_count, 1);
    assert_string_equal(name_of(&p, peg->cycle[0]), "fib");
    assert_in_range(peg->cycle_repeats, 22, 25);
    assert_true(peg->evidence.cyclic == 1);
    assert_int_equal(peg->path[1].ticks, 1500);
    assert_int_equal(peg->stuck_rows[0].total, 1500);
    end(&p, peg);
}

static void test_truncated_recursion(void **state)
{
    (void)state;
    static const char *const cycle[][3] = {{"a", "b", "c"}, {"b", "c", "a"}, {"c", "a", "b"}};
    script p = begin();
    char text[4096];
    ticks(&p, 100, "main;a;b");
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "t:", cycle[i % 3], 3, 255);
        ticks(&p, 1, text);
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_RECURSION, "main;a");
    check_window(peg, 5, 1604, true);
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->depth.truncated, 1500);
    assert_int_equal(peg->cycle_count, 3);
    assert_int_equal(peg->cycle_repeats, 85);
    char order[4] = "";
    for (size_t i = 0; i < 3; i++)
        strcat(order, name_of(&p, peg->cycle[i]));
    assert_non_null(strstr("abcab", order));
    end(&p, peg);
}

static void test_small_recursion_in_a_loop(void **state)
{
    (void)state;
    static const char *const walk[] = {"walk"};
    script p = begin();
    char text[4096];
    for (int i = 0; i < 1500; i++) {
        deep_stack(text, "main;forever", walk, 1, i % 30);
        ticks(&p, 1, text);
        ticks(&p, 1, "main;forever;other");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;forever");
    assert_int_equal(peg->cycle_count, 0);
    end(&p, peg);
}

static void test_tier_changes_do_not_split_the_stuck_frame(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 100, "main~;spin~;h:Star");
    ticks(&p, 100, "main~;spin^");
    for (int i = 0; i < 950; i++) {
        ticks(&p, 1, "main~;spin*;leaf*");
        ticks(&p, 1, i < 900 ? "main~;spin*" : "main*;spin*");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->path[1].ticks, 2100);
    assert_int_equal(peg->path[1].tiers, 1u << UNPEG_TIER_IGNITION | 1u << UNPEG_TIER_SPARKPLUG |
                                             1u << UNPEG_TIER_TURBOFAN);
    assert_int_equal(unpeg_profile_frame(p.s.profile, peg->path[1].frame)->tier,
                     UNPEG_TIER_TURBOFAN);
    assert_int_equal(peg->stuck_count, 2);
    assert_int_equal(peg->stuck_rows[0].self, 1150);
    assert_int_equal(peg->stuck_rows[0].total, 2100);
    assert_int_equal(peg->stuck_rows[1].self, 950);
    end(&p, peg);
}

/* V8 misses the caller of a frameless builtin. */
static void test_builtins_that_hide_the_stuck_frame(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 500; i++) {
        ticks(&p, 2, "main;spin");
        ticks(&p, 1, "main;b:LoadIC");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    assert_int_equal(peg->hidden_ticks, 500);
    assert_int_equal(peg->stack_ticks, 1500);
    end(&p, peg);
    /* In one piece it was a call of its own. */
    p = begin();
    for (int i = 0; i < 5; i++) {
        ticks(&p, 200, "main;spin");
        ticks(&p, 100, "main;b:JsonParse");
    }
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main");
    assert_int_equal(peg->hidden_ticks, 0);
    end(&p, peg);
}

/* V8 14 cannot walk the stack from WebAssembly in one of 15 ticks. */
static void test_functions_that_lost_their_callers(void **state)
{
    (void)state;
    script p = begin();
    for (int i = 0; i < 150; i++) {
        ticks(&p, 13, "main;call;w:fibonacci");
        ticks(&p, 2, "w:fibonacci");
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;call;fibonacci");
    assert_int_equal(peg->stretches, 1);
    assert_int_equal(peg->stack_ticks, 150 * 13);
    end(&p, peg);
}

static void test_deep_chain(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    script p = begin();
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
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, NULL);
    assert_int_equal(peg->path_count, DEPTH);
    assert_int_equal(peg->depth.max, DEPTH);
    end(&p, peg);
}

static void test_unsorted_times(void **state)
{
    (void)state;
    script p = begin();
    p.now_us = 3000 * MS;
    for (int i = 0; i < 1500; i++) {
        tick(&p, JS, "main;spin");
        p.now_us -= 2 * MS;
    }
    p.now_us = 100 * MS;
    loop_ticks(&p, 2);
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    check_window(peg, 1501, 3000, true);
    end(&p, peg);
}

static void test_extreme_times(void **state)
{
    (void)state;
    script p = begin();
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_MAX, INT64_MAX - 1, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        stacks_tick(&p.s, times[i], JS, "main;f");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_IDLE, NULL);
    end(&p, peg);
}

static void test_window(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 2000, "early;spin");
    loop_ticks(&p, 3);
    ticks(&p, 1500, "late;spin");
    unpeg_peg_options options = {.struct_size = sizeof options,
                                 .has_window = true,
                                 .start_us = 100 * MS,
                                 .end_us = 1900 * MS,
                                 .max_rows = 1};
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(p.s.profile, &options, &peg, NULL), UNPEG_OK);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "early;spin");
    check_window(peg, 100, 1900, true);
    assert_int_equal(peg->self_count, 1);
    unpeg_peg_destroy(peg);
    options.start_us = options.end_us = INT64_MAX;
    assert_int_equal(unpeg_peg_find(p.s.profile, &options, &peg, NULL), UNPEG_OK);
    check(&p, peg, UNPEG_VERDICT_IDLE, "");
    assert_string_equal(peg->sentence, "no ticks in the window");
    end(&p, peg);
}

static void test_length_decides(void **state)
{
    (void)state;
    /* Half of the work and a tenth of a second: a short log of one loop. */
    script p = begin();
    ticks(&p, 300, "main;spin");
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
    end(&p, peg);
    p = begin();
    ticks(&p, 60, "main;start");
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, "main;start");
    end(&p, peg);
    /* A third of the work is a peg only from a second on. */
    for (int length = 900; length <= 1100; length += 200) {
        p = begin();
        ticks(&p, length, "main;spin");
        for (int i = 0; i < 100; i++)
            ticks(&p, 30, i % 2 ? "x;y" : "z;y");
        peg = find(&p);
        check(&p, peg, length < 1000 ? UNPEG_VERDICT_NOT_PEGGED : UNPEG_VERDICT_JS_LOOP,
              "main;spin");
        end(&p, peg);
    }
}

static void test_sparse_ticks_are_no_peg(void **state)
{
    (void)state;
    script p = begin();
    unpeg_profile_info_of(p.s.profile)->interval_us = 1000;
    for (int i = 0; i < 300; i++) {
        ticks(&p, 1, "processTimers;work");
        p.now_us += 39 * MS;
    }
    unpeg_peg *peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_NOT_PEGGED, NULL);
    unpeg_peg_destroy(peg);
    /* The same times from a sampler that was asked for no more. */
    unpeg_profile_info_of(p.s.profile)->interval_us = 40000;
    peg = find(&p);
    check(&p, peg, UNPEG_VERDICT_JS_LOOP, NULL);
    end(&p, peg);
}

static void test_several_isolates_lower_confidence(void **state)
{
    (void)state;
    script p = begin();
    ticks(&p, 1500, "main;spin");
    unpeg_peg *peg = find(&p);
    double alone = peg->confidence;
    unpeg_peg_destroy(peg);
    unpeg_profile_info_of(p.s.profile)->isolates = 2;
    peg = find(&p);
    assert_true(peg->confidence < 0.7 * alone);
    end(&p, peg);
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
        cmocka_unit_test(test_no_ticks),
        cmocka_unit_test(test_one_tick),
        cmocka_unit_test(test_js_loop),
        cmocka_unit_test(test_one_function_alone),
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
        cmocka_unit_test(test_idle_ticks_end_a_stretch),
        cmocka_unit_test(test_only_idle_ticks),
        cmocka_unit_test(test_gc_between_does_not_end_a_stretch),
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
        cmocka_unit_test(test_tier_changes_do_not_split_the_stuck_frame),
        cmocka_unit_test(test_builtins_that_hide_the_stuck_frame),
        cmocka_unit_test(test_functions_that_lost_their_callers),
        cmocka_unit_test(test_deep_chain),
        cmocka_unit_test(test_unsorted_times),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_length_decides),
        cmocka_unit_test(test_sparse_ticks_are_no_peg),
        cmocka_unit_test(test_several_isolates_lower_confidence),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
