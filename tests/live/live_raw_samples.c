/* SPDX-License-Identifier: MIT
 *
 * A recording of a real process, kept raw and replayed when the process is gone: the second profile
 * is the first, frame by frame.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "live_target.h"
#include "text_sink.h"
#include "unpeg/hot_code.h"
#include "unpeg/live.h"
#include "unpeg/replay.h"

enum { SAMPLES = 300, RATE_HZ = 997 };

/* Optimized and interpreted code, builtins with callbacks, garbage collection, recursion, a regular
 * expression, JSON and C++ below them. */
static const char script[] = "class Point { constructor(x) { this.x = x; this.next = null; } get "
                             "twice() { return this.x * 2; } }\n"
                             "function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }\n"
                             "function sortAll(a) { return a.map((x) => x * 7 % 1000).sort((a, b) "
                             "=> a - b).filter((x) => x & 1); }\n"
                             "function churn(n) { let p = null; for (let i = 0; i < n; i++) { "
                             "const q = new Point(i); q.next = p; p = q;"
                             " if (i % 50 === 0) p = null; } return p ? p.twice : 0; }\n"
                             "const text = JSON.stringify(Array.from({length: 300}, (_, i) => ({i, "
                             "s: 'x'.repeat(i % 40)})));\n"
                             "function step(k) { let t = 0; t += fib(12); t += "
                             "sortAll(Array.from({length: 200}, (_, i) => i)).length;\n"
                             "  t += churn(2000); t += JSON.parse(text).length; t += "
                             "/^(a+)+$/.test('aaaaaaaaaaaab') ? 1 : 0;\n"
                             "  t += eval('(function () { let z = 0; for (let i = 0; i < 300; i++) "
                             "z += i; return z; })()'); return t + k; }\n"
                             "console.log('ready');\n"
                             "for (let k = 0;; k++) step(k);\n";

static void assert_same_frame(const unpeg_frame *a, const unpeg_frame *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->tier, b->tier);
    assert_int_equal(a->reason, b->reason);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->column, b->column);
    assert_int_equal(a->address, b->address);
    assert_true(unpeg_slice_equal(a->name, b->name));
    assert_true(unpeg_slice_equal(a->file, b->file));
}

/* From the innermost frame to the root. */
static void assert_same_stack(const unpeg_profile *a, const unpeg_profile *b, size_t tick)
{
    unpeg_node_id x = unpeg_profile_tick(a, tick).node, y = unpeg_profile_tick(b, tick).node;
    while (x != UNPEG_NODE_ROOT && y != UNPEG_NODE_ROOT) {
        assert_same_frame(unpeg_profile_frame(a, unpeg_profile_nodes(a)[x].frame),
                          unpeg_profile_frame(b, unpeg_profile_nodes(b)[y].frame));
        x = unpeg_profile_nodes(a)[x].parent;
        y = unpeg_profile_nodes(b)[y].parent;
    }
    assert_int_equal(x, UNPEG_NODE_ROOT);
    assert_int_equal(y, UNPEG_NODE_ROOT);
}

static void assert_same_code(const unpeg_profile *a, const unpeg_profile *b)
{
    assert_int_equal(unpeg_profile_hot_code_count(a), unpeg_profile_hot_code_count(b));
    for (size_t i = 0; i < unpeg_profile_hot_code_count(a); i++) {
        const unpeg_hot_code *x = unpeg_profile_hot_code(a, i), *y = unpeg_profile_hot_code(b, i);
        assert_int_equal(x->start, y->start);
        assert_true(unpeg_slice_equal(x->bytes, y->bytes));
        assert_int_equal(x->hit_count, y->hit_count);
        assert_int_equal(x->place_count, y->place_count);
        for (size_t k = 0; k < x->hit_count; k++)
            assert_int_equal(x->hits[k].offset, y->hits[k].offset);
        for (size_t k = 0; k < x->place_count; k++)
            assert_int_equal(x->places[k].line, y->places[k].line);
    }
}

static void assert_same_profile(const unpeg_profile *a, const unpeg_profile *b)
{
    const unpeg_profile_info *x = unpeg_profile_info_const(a), *y = unpeg_profile_info_const(b);
    assert_int_equal(unpeg_profile_tick_count(a), unpeg_profile_tick_count(b));
    for (size_t i = 0; i < unpeg_profile_tick_count(a); i++) {
        unpeg_tick t = unpeg_profile_tick(a, i), u = unpeg_profile_tick(b, i);
        assert_int_equal(t.time_us, u.time_us);
        assert_int_equal(t.vm_state, u.vm_state);
        assert_int_equal(t.flags, u.flags);
        assert_same_stack(a, b, i);
    }
    assert_memory_equal(x->v8, y->v8, sizeof x->v8);
    assert_int_equal(x->interval_us, y->interval_us);
    assert_int_equal(x->recording.pid, y->recording.pid);
    assert_int_equal(x->recording.tid, y->recording.tid);
    assert_int_equal(x->recording.samples, y->recording.samples);
    assert_int_equal(x->recording.incomplete, y->recording.incomplete);
    assert_int_equal(x->recording.unnamed, y->recording.unnamed);
    assert_int_equal(x->recording.stop_p99_us, y->recording.stop_p99_us);
    assert_true(unpeg_slice_equal(x->recording.program, y->recording.program));
    assert_true(unpeg_slice_equal(x->recording.backend, y->recording.backend));
    assert_same_code(a, b);
}

static unpeg_profile *replay_of(const text_sink *raw, size_t size, unpeg_status expected)
{
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error = {0};
    assert_int_equal(unpeg_source_open_memory(raw->text, size, &source, &error), UNPEG_OK);
    unpeg_status status = unpeg_replay(source, NULL, &profile, &error);
    if (status != expected)
        fail_msg("replay: %s", error.text);
    unpeg_source_close(source);
    return profile;
}

static void check_replay(const char *const *words, unpeg_backend backend)
{
    live_target target;
    unpeg_profile *live, *replayed;
    unpeg_error error = {0};
    text_sink raw = {0};
    const unpeg_writer out = text_sink_writer(&raw);
    live_start(&target, words);
    const unpeg_live_options options = {.struct_size = sizeof options,
                                        .pid = (int32_t)target.pid,
                                        .tid = (int32_t)target.pid,
                                        .backend = backend,
                                        .rate_hz = RATE_HZ,
                                        .max_samples = SAMPLES,
                                        .stopped_ppm = 1000000,
                                        .keep_outer = false,
                                        .raw = &out};
    unpeg_status status = unpeg_live_record(&options, &live, &error);
    kill(target.pid, SIGKILL);
    live_finish(&target);
    if (status != UNPEG_OK)
        fail_msg("record: %s", error.text);
    print_message("%s: raw %zu bytes for %d samples\n", words[0], raw.len, SAMPLES);
    replayed = replay_of(&raw, raw.len, UNPEG_OK);
    assert_same_profile(live, replayed);
    unpeg_profile_destroy(replayed);
    replayed = replay_of(&raw, raw.len - raw.len / 8, UNPEG_OK);
    assert_true(unpeg_profile_info_const(replayed)->partial);
    unpeg_profile_destroy(replayed);
    unpeg_profile_destroy(live);
    text_sink_free(&raw);
}

static void check_node(unpeg_backend backend)
{
    if (system("command -v node >/dev/null 2>&1") != 0) {
        print_message("skipped: no node in PATH\n");
        skip();
    }
    check_replay((const char *[]){"node", "-e", script, NULL}, backend);
}

static void test_node_by_ptrace(void **state)
{
    (void)state;
    check_node(UNPEG_BACKEND_PTRACE);
}

static void test_node_by_perf(void **state)
{
    (void)state;
    live_need(true);
    check_node(UNPEG_BACKEND_PERF);
}

static void test_native_program(void **state)
{
    (void)state;
    check_replay((const char *[]){UNPEG_SPINNER, "deep", "60000", NULL}, UNPEG_BACKEND_PTRACE);
}

int main(void)
{
    live_need(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_by_ptrace),
        cmocka_unit_test(test_node_by_perf),
        cmocka_unit_test(test_native_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
