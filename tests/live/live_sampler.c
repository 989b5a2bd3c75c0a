/* SPDX-License-Identifier: MIT
 *
 * Both back ends on real programs: what comes back is true, and the program notices nothing.
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

enum { SECOND_US = 1000000 };

static sampler *open_on(const live_target *target, sampler_backend backend, uint32_t rate_hz)
{
    sampler *s = NULL;
    unpeg_error error = {0};
    const sampler_options options = {
        .backend = backend, .rate_hz = rate_hz, .stopped_ppm = 1000000};
    if (sampler_open((int32_t)target->pid, 0, &options, &s, &error) != UNPEG_OK)
        fail_msg("open: %s", error.text);
    return s;
}

/* Takes samples until the target ends or enough were taken. */
static uint64_t take(sampler *s, uint64_t wanted, int64_t limit_us)
{
    target_snapshot snapshot;
    unpeg_error error = {0};
    int64_t deadline = sampler_clock_us() + limit_us;
    uint64_t count = 0;
    while (count < wanted && sampler_next(s, deadline, &snapshot, &error) == UNPEG_OK)
        count++;
    return count;
}

/* The program counter lies in the spinner's own code in nearly all samples, and the stack copy
 * begins at the stack pointer and goes up to the stack's end. */
static void check_snapshots(sampler_backend backend)
{
    live_target target;
    target_snapshot snapshot;
    unpeg_error error;
    unsigned inside = 0, samples = 0;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "loop", "400", NULL});
    sampler *s = open_on(&target, backend, 499);
    int64_t deadline = sampler_clock_us() + 10 * SECOND_US;
    for (; samples < 50 && sampler_next(s, deadline, &snapshot, &error) == UNPEG_OK; samples++) {
        uint64_t pc = snapshot.registers.value[REG_X86_RIP], word, live;
        const mapping *at = mapping_find(&sampler_maps(s)->list, pc);
        inside += at && (at->prot & MAPPING_EXEC) && at->path.len > 7 &&
                  memcmp(at->path.data + at->path.len - 7, "spinner", 7) == 0;
        assert_int_equal(snapshot.stack_start, snapshot.registers.value[REG_X86_RSP]);
        assert_true(snapshot.stack_size >= 256);
        const mapping *stack = mapping_find(&sampler_maps(s)->list, snapshot.stack_start);
        assert_int_equal(snapshot.stack_start + snapshot.stack_size, stack->end);
        /* The very end of a main thread's stack, the name of the program, never changes. */
        target_memory memory = sampler_memory(s);
        memcpy(&word, snapshot.stack + snapshot.stack_size - 16, 8);
        assert_int_equal(memory_read_u64(&memory, stack->end - 16, &live), UNPEG_OK);
        assert_int_equal(word, live);
    }
    sampler_close(s);
    assert_string_equal(live_finish(&target), live_spin_result);
    assert_true(samples >= 20);
    assert_true(inside * 10 >= samples * 5);
}

static void test_snapshots_ptrace(void **state)
{
    (void)state;
    check_snapshots(SAMPLER_PTRACE);
}

static void test_snapshots_perf(void **state)
{
    (void)state;
    live_need(true);
    check_snapshots(SAMPLER_PERF);
}

/* Stacks deeper than the kernel's copy are completed. */
static void check_deep(sampler_backend backend)
{
    live_target target;
    target_snapshot snapshot;
    unpeg_error error;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "deep", "60000", NULL});
    sampler *s = open_on(&target, backend, 200);
    int64_t deadline = sampler_clock_us() + 10 * SECOND_US;
    assert_int_equal(sampler_next(s, deadline, &snapshot, &error), UNPEG_OK);
    assert_int_equal(sampler_next(s, deadline, &snapshot, &error), UNPEG_OK);
    assert_true(snapshot.stack_size > 100000);
    sampler_counts counts = sampler_count(s);
    assert_int_equal(counts.cut, 0);
    if (backend == SAMPLER_PERF)
        assert_int_equal(counts.stitched, 2);
    sampler_close(s);
    kill(target.pid, SIGTERM);
    assert_string_equal(live_finish(&target), live_spin_result);
}

static void test_deep_stacks(void **state)
{
    (void)state;
    check_deep(SAMPLER_PTRACE);
    check_deep(SAMPLER_PERF);
}

/* No signal is lost or doubled by a stop that met it. */
static void test_signals_arrive(void **state)
{
    (void)state;
    live_target target;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "signals", "20000", NULL});
    sampler *s = open_on(&target, SAMPLER_PTRACE, 2000);
    assert_true(take(s, UINT64_MAX, 60 * (int64_t)SECOND_US) > 100);
    sampler_close(s);
    assert_string_equal(live_finish(&target), "done 0");
}

/* A sleeping thread is left alone: no system call ends early. */
static void test_sleeping_thread_is_not_touched(void **state)
{
    (void)state;
    live_target target;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "sleep", "300", NULL});
    while (live_state(target.pid) != 'S')
        usleep(1000);
    sampler *s = open_on(&target, SAMPLER_PTRACE, 499);
    take(s, UINT64_MAX, 200000);
    sampler_counts counts = sampler_count(s);
    assert_true(counts.idle > 10);
    assert_int_equal(counts.samples, 0);
    sampler_close(s);
    assert_string_equal(live_finish(&target), "done 0");
}

/* The thread's end is an end, not a failure, and exec in mid-sample leaves nobody stopped. */
static void check_end(const char *mode, sampler_backend backend)
{
    live_target target;
    unpeg_error error = {0};
    target_snapshot snapshot;
    live_start(&target, (const char *[]){UNPEG_SPINNER, mode, "300", NULL});
    sampler *s = open_on(&target, backend, 2000);
    int64_t deadline = sampler_clock_us() + 20 * (int64_t)SECOND_US;
    unpeg_status status;
    do
        status = sampler_next(s, deadline, &snapshot, &error);
    while (status == UNPEG_OK);
    assert_int_equal(status, UNPEG_NOT_FOUND);
    sampler_close(s);
    assert_string_equal(live_finish(&target), live_spin_result);
}

static void test_end_of_process(void **state)
{
    (void)state;
    check_end("loop", SAMPLER_PTRACE);
    check_end("threads", SAMPLER_PTRACE);
    check_end("loop", SAMPLER_PERF);
}

static void test_exec_in_mid_sample(void **state)
{
    (void)state;
    check_end("exec", SAMPLER_PTRACE);
    check_end("exec", SAMPLER_PERF);
}

static void test_two_profilers(void **state)
{
    (void)state;
    live_target target;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "loop", "600", NULL});
    pid_t other = fork();
    if (other == 0) {
        sampler *s = open_on(&target, SAMPLER_PTRACE, 1000);
        _exit(take(s, 100, 5 * SECOND_US) > 10 ? 0 : 1);
    }
    sampler *s = open_on(&target, SAMPLER_PTRACE, 1000);
    assert_true(take(s, 100, 5 * SECOND_US) > 10);
    sampler_close(s);
    int status;
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    assert_string_equal(live_finish(&target), live_spin_result);
}

/* The share of the time that the target is stopped is bounded by sampling less. */
static void test_stopped_share_is_bounded(void **state)
{
    (void)state;
    live_target target;
    sampler *s;
    unpeg_error error;
    const sampler_options options = {
        .backend = SAMPLER_PTRACE, .rate_hz = 10000, .stopped_ppm = 5000};
    live_start(&target, (const char *[]){UNPEG_SPINNER, "loop", "700", NULL});
    assert_int_equal(sampler_open((int32_t)target.pid, 0, &options, &s, &error), UNPEG_OK);
    take(s, UINT64_MAX, 500000);
    sampler_counts counts = sampler_count(s);
    assert_true(counts.samples > 0 && counts.skipped > 0);
    /* One more stop than allowed: that after which the waiting begins. */
    assert_true(counts.stop_total_ns - counts.stop_max_ns <= counts.elapsed_ns / 200);
    sampler_close(s);
    assert_string_equal(live_finish(&target), live_spin_result);
}

/* Prints what a stop takes, for people; what is checked does not depend on the machine. */
static void test_stop_figures(void **state)
{
    (void)state;
    live_target target;
    live_start(&target, (const char *[]){UNPEG_SPINNER, "loop", "1200", NULL});
    sampler *s = open_on(&target, SAMPLER_PTRACE, 1000);
    take(s, UINT64_MAX, SECOND_US);
    sampler_counts c = sampler_count(s);
    sampler_close(s);
    printf("ptrace: %llu samples, stop p50 %.1f us, p99 %.1f us, max %.1f us\n",
           (unsigned long long)c.samples, (double)c.stop_p50_ns / 1e3, (double)c.stop_p99_ns / 1e3,
           (double)c.stop_max_ns / 1e3);
    assert_true(c.stop_p50_ns <= c.stop_p99_ns && c.stop_p99_ns <= c.stop_max_ns);
    assert_string_equal(live_finish(&target), live_spin_result);
}

int main(void)
{
    live_need(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snapshots_ptrace),
        cmocka_unit_test(test_snapshots_perf),
        cmocka_unit_test(test_deep_stacks),
        cmocka_unit_test(test_signals_arrive),
        cmocka_unit_test(test_sleeping_thread_is_not_touched),
        cmocka_unit_test(test_end_of_process),
        cmocka_unit_test(test_exec_in_mid_sample),
        cmocka_unit_test(test_two_profilers),
        cmocka_unit_test(test_stopped_share_is_bounded),
        cmocka_unit_test(test_stop_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
