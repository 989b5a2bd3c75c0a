/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "read_plan.h"

enum { MB = 1 << 20 };

/* 10 MB read in 10 ms: 1 MB takes 1 ms. */
static const struct {
    const char *name;
    uint64_t total_mb, budget_ms;
    read_mode mode;
    uint64_t tail_mb; /* at least, and less than twice that */
} rows[] = {
    {"fits", 100, 2000, READ_ALL, 0},
    {"fits just", 640, 1000, READ_ALL, 0},
    {"code everywhere, ticks of the tail", 1000, 1000, READ_CODE_THEN_TAIL, 520},
    {"head and tail", 100000, 1000, READ_TAIL, 639},
    {"no time at all", 100000, 0, READ_TAIL, 1},
};

static void the_end_of_a_log_is_worth_more_than_its_middle(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const read_progress progress = {.bytes_done = 10 * MB,
                                        .bytes_total = rows[i].total_mb * MB,
                                        .elapsed_us = 10000,
                                        .budget_us = rows[i].budget_ms * 1000,
                                        .bytes_per_us = (double)MB / 1000};
        read_plan plan = read_plan_make(&progress);
        print_message("%s\n", rows[i].name);
        assert_int_equal(plan.mode, rows[i].mode);
        if (plan.mode == READ_ALL)
            continue;
        uint64_t tail_mb = (progress.bytes_total - plan.tail_offset) / MB;
        assert_in_range(tail_mb, rows[i].tail_mb, 2 * rows[i].tail_mb);
    }
}

static void a_finished_log_needs_no_plan(void **state)
{
    (void)state;
    assert_int_equal(read_plan_make(&(read_progress){5, 5, 1, 1, 1, false}).mode, READ_ALL);
    assert_int_equal(read_plan_make(&(read_progress){9, 5, 1, 1, 1, false}).mode, READ_ALL);
    assert_int_equal(read_plan_make(&(read_progress){5, 5, 9, 1, 1, true}).mode, READ_ALL);
    read_plan plan = read_plan_make(&(read_progress){10, 20, 1000, 1, 1, false});
    assert_int_equal(plan.mode, READ_TAIL);
    assert_int_equal(plan.tail_offset, 10);
}

/* A tail that is read is started over only if it is far too long. */
static void a_tail_is_kept(void **state)
{
    (void)state;
    read_progress now = {100 * MB, 800 * (uint64_t)MB, 50000, 1000000, (double)MB / 1000, true};
    assert_int_equal(read_plan_make(&now).mode, READ_ALL);
    now.in_tail = false;
    assert_int_equal(read_plan_make(&now).mode, READ_CODE_THEN_TAIL);
}

/* A budget of one second, 650 ms of it usable; 1 MB takes 1 ms. */
static void code_gets_half_of_the_time(void **state)
{
    (void)state;
    uint64_t tail = 0;
    read_progress now = {100 * MB, 2000 * (uint64_t)MB, 320000, 1000000, (double)MB / 1000, false};
    assert_false(read_plan_is_late(&now, &tail));
    now.elapsed_us = 330000;
    assert_true(read_plan_is_late(&now, &tail));
    assert_in_range((now.bytes_total - tail) / MB, 319, 321);
    now.elapsed_us = 900000;
    assert_true(read_plan_is_late(&now, &tail));
    assert_int_equal(now.bytes_total - tail, READ_MIN_TAIL_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_a_log_is_worth_more_than_its_middle),
        cmocka_unit_test(a_finished_log_needs_no_plan),
        cmocka_unit_test(a_tail_is_kept),
        cmocka_unit_test(code_gets_half_of_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
