/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "capture_world.h"
#include "check.h"
#include "pick_order.h"
#include "text_sink.h"

enum { LOGS_MAX = 4 };

typedef struct order_case {
    const char *what;
    unpeg_pick_log logs[LOGS_MAX];
    size_t count;
    unpeg_pick_reason want;
    const char *first;
    const char *second;
} order_case;

/* .cpu_us .grown_bytes .modified_ns .size_bytes, by name */
#define LOG(name, cpu, grown, modified, size)                                                      \
    {                                                                                              \
        name, 0, 0, 0, size, grown, cpu, modified, true, NULL                                      \
    }

static const order_case orders[] = {
    {"nothing", {LOG("a", 0, 0, 0, 0)}, 0, UNPEG_PICK_NONE, "a", NULL},
    {"one", {LOG("a", 0, 0, 0, 0)}, 1, UNPEG_PICK_ONLY, "a", NULL},
    {"processor time beats all else",
     {LOG("big", 10000, 900, 9, 9000), LOG("hot", 200000, 10, 1, 10), LOG("c", 0, 0, 0, 1)},
     3,
     UNPEG_PICK_CPU,
     "hot",
     "big"},
    {"two that are busy: the one that grows",
     {LOG("a", 200000, 10, 9, 9000), LOG("b", 110000, 20, 1, 10)},
     2,
     UNPEG_PICK_GROWTH,
     "b",
     "a"},
    {"one tick of the clock is no use of the processor",
     {LOG("a", 10000, 0, 1, 1), LOG("b", 0, 5, 0, 1)},
     2,
     UNPEG_PICK_GROWTH,
     "b",
     "a"},
    {"several isolates of the hot process",
     {LOG("main", 200000, 0, 1, 5000), LOG("worker", 200000, 300, 2, 50), LOG("c", 0, 0, 3, 9)},
     3,
     UNPEG_PICK_GROWTH,
     "worker",
     "main"},
    {"nothing moves: the time",
     {LOG("big", 0, 0, 1, 9000), LOG("new", 0, 0, 2, 1)},
     2,
     UNPEG_PICK_TIME,
     "new",
     "big"},
    {"nor the time: the size",
     {LOG("small", 0, 0, 1, 1), LOG("big", 0, 0, 1, 2)},
     2,
     UNPEG_PICK_SIZE,
     "big",
     "small"},
    {"nothing at all: the name, so that it is the same every time",
     {LOG("b", 0, 0, 1, 1), LOG("a", 0, 0, 1, 1)},
     2,
     UNPEG_PICK_SIZE,
     "a",
     "b"},
};

static void order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const order_case *c = &orders[i];
        unpeg_pick_log logs[LOGS_MAX];
        memcpy(logs, c->logs, sizeof logs);
        unpeg_pick_reason got = pick_order(logs, c->count);
        if (got != c->want || strcmp(logs[0].name, c->first) != 0 ||
            (c->second && strcmp(logs[1].name, c->second) != 0))
            fail_msg("%s: %s by %s", c->what, logs[0].name, unpeg_pick_reason_text(got));
    }
}

/* What happens while it is looked. */
typedef struct happening {
    const capture_world *w;
    void (*happen)(const capture_world *w);
    uint64_t waited_us;
} happening;

static void let_happen(void *user, uint64_t us)
{
    happening *h = user;
    h->waited_us += us;
    if (h->happen)
        h->happen(h->w);
}

static unpeg_pick *pick(const capture_world *w, unpeg_pick_options options, happening *h)
{
    unpeg_pick *result = NULL;
    unpeg_error error;
    const pick_world world = {.proc_root = w->proc, .wait = let_happen, .user = h};
    options.struct_size = sizeof options;
    options.dir = w->logs;
    if (!options.prefix)
        options.prefix = "p-";
    h->w = w;
    assert_int_equal(pick_run_at(&world, &options, &result, &error), UNPEG_OK);
    return result;
}

static void assert_picked(const capture_world *w, const unpeg_pick *p, const char *name,
                          unpeg_pick_reason reason)
{
    char want[256];
    snprintf(want, sizeof want, "%s/%s", w->logs, name);
    assert_non_null(p->path);
    assert_string_equal(p->path, want);
    assert_string_equal(unpeg_pick_reason_text(p->reason), unpeg_pick_reason_text(reason));
}

/* A browser: its own page has written the most, 30 hangs and writes from a container in which it
 * calls itself 3, 40 idles. */
static void make_browser(capture_world *w)
{
    world_open(w);
    world_launch(w, "p-", 100);
    world_log(w, "isolate-0xa-2-p-2.log", 3000000, 50);
    world_log(w, "isolate-0xb-3-p-3.log", 280000, 1);
    world_log(w, "isolate-0xc-3-p-3.log", 900000, 30);
    world_log(w, "isolate-0xd-4-p-4.log", 500000, 0);
    world_process(w, (world_proc){.pid = 20, .inner_pid = 2, .ticks = 500});
    world_process(w, (world_proc){.pid = 30, .inner_pid = 3, .ticks = 100});
    world_process(w, (world_proc){.pid = 40, .inner_pid = 4, .ticks = 90});
    world_hold(w, 20, "isolate-0xa-2-p-2.log", true);
    world_hold(w, 30, "isolate-0xb-3-p-3.log", true);
    world_hold(w, 30, "isolate-0xc-3-p-3.log", true);
    world_hold(w, 40, "isolate-0xd-4-p-4.log", true);
}

static void three_spins(const capture_world *w)
{
    world_process(w, (world_proc){.pid = 30, .inner_pid = 3, .ticks = 125});
    world_process(w, (world_proc){.pid = 20, .inner_pid = 2, .ticks = 502});
    world_log(w, "isolate-0xb-3-p-3.log", 300000, 0);
    world_log(w, "isolate-0xd-4-p-4.log", 500100, 0);
}

static void the_one_that_spins(void **state)
{
    (void)state;
    capture_world w;
    happening h = {.happen = three_spins};
    make_browser(&w);
    unpeg_pick *p = pick(&w, (unpeg_pick_options){0}, &h);
    assert_picked(&w, p, "isolate-0xb-3-p-3.log", UNPEG_PICK_GROWTH);
    assert_int_equal(h.waited_us, 250000);
    assert_int_equal(p->candidate_count, 4);
    assert_int_equal(p->logs[0].grown_bytes, 20000);
    assert_int_equal(p->logs[0].cpu_us, 250000);
    assert_int_equal(p->logs[0].isolate, 0xb);
    assert_int_equal(p->logs[0].pid, 3);
    assert_int_equal(p->logs[0].process, 30);
    /* the runner-up is the other isolate of the busy process, then the one that grew a little */
    assert_string_equal(p->logs[1].name, "isolate-0xc-3-p-3.log");
    assert_string_equal(p->logs[2].name, "isolate-0xd-4-p-4.log");
    unpeg_pick_destroy(p);
    world_close(&w);
}

static void by_pid_of_either_side(void **state)
{
    (void)state;
    static const int pids[] = {40, 4};
    for (size_t i = 0; i < 2; i++) {
        capture_world w;
        happening h = {.happen = NULL};
        make_browser(&w);
        unpeg_pick *p = pick(&w, (unpeg_pick_options){.pid = pids[i]}, &h);
        assert_picked(&w, p, "isolate-0xd-4-p-4.log", UNPEG_PICK_PID);
        assert_int_equal(h.waited_us, 0);
        assert_int_equal(p->candidate_count, 1);
        assert_int_equal(p->count, 4);
        assert_string_equal(p->logs[1].excluded, "of another process");
        unpeg_pick_destroy(p);
        world_close(&w);
    }
}

static void isolates_of_a_pid_are_told_apart(void **state)
{
    (void)state;
    capture_world w;
    happening h = {.happen = three_spins};
    make_browser(&w);
    unpeg_pick *p = pick(&w, (unpeg_pick_options){.pid = 30, .observe_us = 1000}, &h);
    assert_picked(&w, p, "isolate-0xb-3-p-3.log", UNPEG_PICK_GROWTH);
    assert_int_equal(h.waited_us, 1000);
    assert_int_equal(p->candidate_count, 2);
    unpeg_pick_destroy(p);
    world_close(&w);
}

static void logs_of_earlier_runs_are_none(void **state)
{
    (void)state;
    capture_world w;
    happening h = {.happen = NULL};
    world_open(&w);
    world_launch(&w, "p-", 10);
    world_log(&w, "isolate-0xa-2-p-2.log", 9000, 50);
    world_log(&w, "isolate-0xb-3-p-3.log", 10, 5);
    world_log(&w, "isolate-0xc-4-p-4.log", 10, 60); /* idle since before, but its process lives */
    world_process(&w, (world_proc){.pid = 4, .inner_pid = 4, .age_s = 90});
    world_hold(&w, 4, "isolate-0xc-4-p-4.log", true);
    unpeg_pick *p = pick(&w, (unpeg_pick_options){0}, &h);
    assert_picked(&w, p, "isolate-0xb-3-p-3.log", UNPEG_PICK_TIME);
    assert_int_equal(p->candidate_count, 2);
    assert_true(p->launch_known);
    assert_string_equal(p->logs[2].excluded, "of an earlier run");
    unpeg_pick_destroy(p);
    world_close(&w);
}

static void a_miss_says_what_is_there(void **state)
{
    (void)state;
    capture_world w;
    happening h = {.happen = NULL};
    world_open(&w);
    world_log(&w, "isolate-0xa-2-q-2.log", 9000, 50);
    world_log(&w, "npm-debug.log", 10, 5);
    unpeg_pick *p = pick(&w, (unpeg_pick_options){0}, &h);
    assert_null(p->path);
    assert_int_equal(p->reason, UNPEG_PICK_NONE);
    assert_int_equal(p->candidate_count, 0);
    assert_int_equal(p->count, 2);
    assert_string_equal(p->logs[0].name, "npm-debug.log"); /* the newest first */
    assert_string_equal(p->logs[1].excluded, "another name");
    text_sink sink = {0};
    const unpeg_writer writer = text_sink_writer(&sink);
    assert_int_equal(unpeg_pick_json(p, &writer), UNPEG_OK);
    assert_non_null(strstr(sink.text, "\"path\": null"));
    assert_non_null(strstr(sink.text, "\"excluded\":\"another name\""));
    text_sink_free(&sink);
    unpeg_pick_destroy(p);
    p = pick(&w, (unpeg_pick_options){.prefix = ""}, &h);
    assert_picked(&w, p, "isolate-0xa-2-q-2.log", UNPEG_PICK_ONLY);
    assert_false(p->launch_known);
    unpeg_pick_destroy(p);
    world_close(&w);
}

static void log_goes_away(const capture_world *w)
{
    char path[256];
    snprintf(path, sizeof path, "%s/isolate-0xa-2-p-2.log", w->logs);
    assert_int_equal(remove(path), 0);
}

static void one_that_goes_meanwhile(void **state)
{
    (void)state;
    capture_world w;
    happening h = {.happen = log_goes_away};
    world_open(&w);
    world_log(&w, "isolate-0xa-2-p-2.log", 9000, 5);
    world_log(&w, "isolate-0xb-3-p-3.log", 10, 50);
    unpeg_pick *p = pick(&w, (unpeg_pick_options){0}, &h);
    assert_picked(&w, p, "isolate-0xb-3-p-3.log", UNPEG_PICK_ONLY);
    unpeg_pick_destroy(p);
    world_close(&w);
}

static void failures_are_told(void **state)
{
    (void)state;
    unpeg_pick *p = NULL;
    unpeg_error error;
    unpeg_pick_options options = {.struct_size = sizeof options, .dir = "/nonexistent"};
    assert_int_equal(unpeg_pick_run(&options, &p, &error), UNPEG_NOT_FOUND);
    options = (unpeg_pick_options){.struct_size = sizeof options};
    assert_int_equal(unpeg_pick_run(&options, &p, &error), UNPEG_ARGUMENT);
    unpeg_pick_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),
        cmocka_unit_test(the_one_that_spins),
        cmocka_unit_test(by_pid_of_either_side),
        cmocka_unit_test(isolates_of_a_pid_are_told_apart),
        cmocka_unit_test(logs_of_earlier_runs_are_none),
        cmocka_unit_test(a_miss_says_what_is_there),
        cmocka_unit_test(one_that_goes_meanwhile),
        cmocka_unit_test(failures_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
