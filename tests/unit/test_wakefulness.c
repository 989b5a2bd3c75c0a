/* SPDX-License-Identifier: MIT */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "sampler_clock.h"
#include "wakefulness.h"

enum { GAP_US = 60000 };

static wakefulness begin(int64_t *now_us)
{
    *now_us = sampler_clock_us();
    return wakefulness_begin(getpid(), (int32_t)syscall(SYS_gettid), *now_us);
}

static void test_a_busy_thread_was_kept(void **state)
{
    (void)state;
    int64_t start;
    wakefulness thread = begin(&start);
    assert_true(thread.known);
    int64_t now = start;
    while (now < start + GAP_US)
        now = sampler_clock_us();
    assert_true(wakefulness_was_kept(&thread, start, now));
}

/* Told of after the last of them: three gaps of a thread that never slept. */
static void test_samples_come_late(void **state)
{
    (void)state;
    int64_t start;
    wakefulness thread = begin(&start);
    while (sampler_clock_us() < start + 3 * GAP_US)
        continue;
    for (int64_t i = 0; i < 3; i++)
        assert_true(wakefulness_was_kept(&thread, start + i * GAP_US, start + (i + 1) * GAP_US));
}

static void test_a_sleeping_thread_was_not(void **state)
{
    (void)state;
    int64_t start;
    wakefulness thread = begin(&start);
    int64_t now = start;
    while (now < start + GAP_US) {
        const struct timespec rest = {0, 1000L * (start + GAP_US - now)};
        nanosleep(&rest, NULL);
        now = sampler_clock_us();
    }
    /* On a machine that lets it wait for its turn longer than it slept, both are true. */
    assert_true(!wakefulness_was_kept(&thread, start, now) || now > start + 2 * GAP_US);
}

static void test_no_gap_no_look(void **state)
{
    (void)state;
    int64_t start;
    wakefulness thread = begin(&start);
    assert_false(wakefulness_was_kept(&thread, start, start + 1000));
    assert_int_equal(thread.time_us, start);
}

static void test_no_such_thread(void **state)
{
    (void)state;
    wakefulness thread = wakefulness_begin(getpid(), INT32_MAX, 0);
    assert_false(thread.known);
    assert_false(wakefulness_was_kept(&thread, 0, GAP_US));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_busy_thread_was_kept),
        cmocka_unit_test(test_samples_come_late),
        cmocka_unit_test(test_a_sleeping_thread_was_not),
        cmocka_unit_test(test_no_gap_no_look),
        cmocka_unit_test(test_no_such_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
