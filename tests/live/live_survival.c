/* SPDX-License-Identifier: MIT
 *
 * The profiler is killed at every point of a sample, again and again: the target runs on, and at
 * its end its output is right. UNPEG_KILLS says how often for each target; tools/test-live a
 * thousand.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "live_target.h"
#include "sampler.h"
#include "sampler_clock.h"
#include "thread_list.h"

enum { KILLS_DEFAULT = 200, KILL_WITHIN_NS = 600000, MILLISECOND_NS = 1000000 };

/* Samples as fast as it can, and says when it has begun. */
static void profile(const live_target *target, sampler_backend backend, int ready)
{
    sampler *s;
    target_snapshot snapshot;
    unpeg_error error;
    const sampler_options options = {
        .backend = backend, .rate_hz = SAMPLER_RATE_MAX, .stopped_ppm = 1000000};
    if (sampler_open((int32_t)target->pid, 0, &options, &s, &error) != UNPEG_OK)
        _exit(1);
    for (bool told = false;; told = true) {
        if (sampler_next(s, INT64_MAX, &snapshot, &error) != UNPEG_OK)
            _exit(1);
        if (!told && write(ready, "", 1) != 1)
            _exit(1);
    }
}

/* One life of a profiler, ended after a while that differs each time. */
static void live_and_die(const live_target *target, sampler_backend backend, uint64_t random)
{
    int ends[2], status;
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t profiler = fork();
    assert_true(profiler >= 0);
    if (profiler == 0) {
        close(ends[0]);
        profile(target, backend, ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    sampler_sleep_until(sampler_clock_ns() + (int64_t)(random % KILL_WITHIN_NS));
    kill(profiler, SIGKILL);
    assert_int_equal(waitpid(profiler, &status, 0), profiler);
    assert_true(WIFSIGNALED(status));
}

/* Neither stopped nor traced. */
static void assert_runs(pid_t pid)
{
    char state = live_state(pid);
    if (state == 'T' || state == 't' || state == '\0')
        fail_msg("the target is in state %c", state);
}

static unsigned long kills_wanted(void)
{
    const char *text = getenv("UNPEG_KILLS");
    unsigned long count = text ? strtoul(text, NULL, 10) : 0;
    return count > 0 ? count : KILLS_DEFAULT;
}

static void check_kills(const char *const *words, sampler_backend backend, const char *result)
{
    live_target target;
    uint64_t random = 1, before, after;
    unsigned long kills = kills_wanted();
    live_start(&target, words);
    for (unsigned long i = 0; i < kills; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        live_and_die(&target, backend, random >> 33);
        assert_runs(target.pid);
    }
    assert_int_equal(thread_run_ns((int32_t)target.pid, 0, &before), UNPEG_OK);
    do {
        sampler_sleep_until(sampler_clock_ns() + MILLISECOND_NS);
        assert_runs(target.pid);
        assert_int_equal(thread_run_ns((int32_t)target.pid, 0, &after), UNPEG_OK);
    } while (after == before);
    kill(target.pid, SIGTERM);
    assert_string_equal(live_finish(&target), result);
}

static void check_spinner(const char *mode, sampler_backend backend, const char *result)
{
    check_kills((const char *[]){UNPEG_SPINNER, mode, "1000000000", NULL}, backend, result);
}

static void test_killed_ptrace(void **state)
{
    (void)state;
    check_spinner("loop", SAMPLER_PTRACE, live_spin_result);
}

/* A signal that met the stop is not lost with the profiler. */
static void test_killed_while_signals_arrive(void **state)
{
    (void)state;
    check_spinner("signals", SAMPLER_PTRACE, "done 0");
}

static void test_killed_perf(void **state)
{
    (void)state;
    live_need(true);
    check_spinner("loop", SAMPLER_PERF, live_spin_result);
}

/* Loops, timers and garbage collection: every round has the same result, every timer comes. */
static const char node_program[] =
    "let bad = 0, over = false, timers = 0;"
    "process.on('SIGTERM', () => { over = true; });"
    "function round() {"
    "  let sum = 0;"
    "  for (const part of Array.from({length: 3000}, (_, i) => ({i}))) sum += part.i;"
    "  bad += sum !== 4498500;"
    "  timers++;"
    "  setTimeout(() => { timers--; if (over) console.log('done', bad, timers); else round(); }, "
    "0);"
    "}"
    "console.log('ready');"
    "round();";

static void need_node(void)
{
    if (system("command -v node >/dev/null 2>&1") == 0)
        return;
    print_message("skipped: no node in PATH\n");
    skip();
}

static void test_killed_on_node(void **state)
{
    (void)state;
    need_node();
    check_kills((const char *[]){"node", "-e", node_program, NULL}, SAMPLER_PTRACE, "done 0 0");
}

/* Signals and children, one after the other: each has to come before the next one is sent. One that
 * is lost leaves the program waiting for good. */
static const char node_family[] =
    "const {spawn} = require('child_process');"
    "let bad = 0, over = false, waiting = 0, seen = 0;"
    "process.on('SIGTERM', () => { over = true; });"
    "process.on('SIGUSR2', () => { waiting--; seen++; if (!over) setTimeout(signal, 1); });"
    "function signal() { waiting++; process.kill(process.pid, 'SIGUSR2'); }"
    "function child() {"
    "  waiting++;"
    "  spawn('/bin/true').on('exit', (code) => {"
    "    waiting--; seen++; bad += code !== 0; if (!over) setTimeout(child, 5); });"
    "}"
    "function round() {"
    "  let sum = 0;"
    "  for (let i = 0; i < 20000; i++) sum += i;"
    "  bad += sum !== 199990000;"
    "  setTimeout(() => {"
    "    if (!over || waiting > 0 || seen < 2) round(); else console.log('done', bad); }, 0);"
    "}"
    "console.log('ready');"
    "signal(); child(); round();";

static void check_family(sampler_backend backend)
{
    need_node();
    check_kills((const char *[]){"node", "-e", node_family, NULL}, backend, "done 0");
}

static void test_killed_beside_children_by_ptrace(void **state)
{
    (void)state;
    check_family(SAMPLER_PTRACE);
}

static void test_killed_beside_children_by_perf(void **state)
{
    (void)state;
    live_need(true);
    check_family(SAMPLER_PERF);
}

int main(void)
{
    live_need(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_ptrace),
        cmocka_unit_test(test_killed_while_signals_arrive),
        cmocka_unit_test(test_killed_perf),
        cmocka_unit_test(test_killed_on_node),
        cmocka_unit_test(test_killed_beside_children_by_ptrace),
        cmocka_unit_test(test_killed_beside_children_by_perf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
