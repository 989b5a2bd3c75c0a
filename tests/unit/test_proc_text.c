/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "check.h"
#include "proc_text.h"

static bool stat_of(const char *text, proc_stat *ret)
{
    return proc_stat_parse(text, strlen(text), ret);
}

static const char rest[] = "4242 4242 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 7 0 987654 1 2 "
                           "18446744073709551615 4 5 140723000000512 7";

static void test_stat(void **state)
{
    (void)state;
    proc_stat stat;
    char text[256];
    snprintf(text, sizeof text, "4242 (node) R 77 %s\n", rest);
    assert_true(stat_of(text, &stat));
    assert_string_equal(stat.comm, "node");
    assert_int_equal(stat.state, 'R');
    assert_int_equal(stat.ppid, 77);
    assert_int_equal(stat.start_ticks, 987654);
    assert_int_equal(stat.stack_start, 140723000000512);
}

/* A process may call itself what it likes: the name ends at the last parenthesis. */
static void test_stat_of_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        ") R 1 1 1 (", "", ")", "a b) S 9 (", "\n\x1b[2J", "((((", "0123456789012345"};
    proc_stat stat;
    char text[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(text, sizeof text, "1 (%s) D 5 %s", names[i], rest);
        assert_true(stat_of(text, &stat));
        assert_string_equal(stat.comm, names[i]);
        assert_int_equal(stat.state, 'D');
        assert_int_equal(stat.ppid, 5);
    }
}

static void test_long_name_is_cut(void **state)
{
    (void)state;
    proc_stat stat;
    char text[512];
    snprintf(text, sizeof text, "1 (%0200d) S 5 %s", 7, rest);
    assert_true(stat_of(text, &stat));
    assert_int_equal(strlen(stat.comm), PROC_COMM_MAX - 1);
}

static void test_damaged_stat(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "1",
                                        "1 (",
                                        "1 (a",
                                        "1 (a)",
                                        "1 (a) ",
                                        "1 (a) R",
                                        "1 (a) R x",
                                        "1 (a) R 99999999999 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9",
                                        "1 (a) R 5 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6",
                                        ")(",
                                        "1 )a( R 5"};
    proc_stat stat = {.state = '!'};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(stat_of(texts[i], &stat));
    assert_int_equal(stat.state, '!');
}

/* Every beginning of a good text is refused or gives the same members. */
static void test_stat_cut_anywhere(void **state)
{
    (void)state;
    proc_stat stat;
    char text[256];
    int size = snprintf(text, sizeof text, "4242 (no) de) R 77 %s\n", rest);
    for (size_t len = 0; len < (size_t)size; len++)
        if (proc_stat_parse(text, len, &stat))
            assert_int_equal(stat.ppid, 77);
}

static void test_status(void **state)
{
    (void)state;
    static const char text[] = "Name:\tnode\nUmask:\t0022\nState:\tR (running)\nTgid:\t4242\n"
                               "NSpid:\t4242\t17\t3\nTracerPid:\t99\nUid:\t1000\t1001\t1002\t1003\n"
                               "CapEff:\t000001ffffffffff\nSeccomp:\t2\nSeccomp_filters:\t1\n";
    proc_status status;
    assert_true(proc_status_parse(text, sizeof text - 1, &status));
    assert_int_equal(status.tgid, 4242);
    assert_int_equal(status.tracer_pid, 99);
    assert_int_equal(status.uid[0], 1000);
    assert_int_equal(status.uid[3], 1003);
    assert_int_equal(status.nspid_count, 3);
    assert_int_equal(status.nspid[2], 3);
    assert_int_equal(status.cap_eff, 0x1ffffffffff);
    assert_int_equal(status.seccomp, 2);
}

static void test_damaged_status(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "Tgid:\t0\n",
                                        "Tgid:\tx\n",
                                        "Tgid\t5\n",
                                        "Tgid:\t5\nUid:\t1\t2\n",
                                        "Tgid:\t5\nCapEff:\tffffffffffffffffff\n",
                                        "Tgid:\t5\nNSpid:\t\n",
                                        "Tgid:\t-5\n",
                                        "Tgid:\t5\nTracerPid:\t4294967296\n"};
    proc_status status;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(proc_status_parse(texts[i], strlen(texts[i]), &status));
}

static void test_many_namespaces(void **state)
{
    (void)state;
    static const char text[] = "Tgid:\t5\nNSpid:\t1 2 3 4 5 6 7 8 9 10 11 12\n";
    proc_status status;
    assert_true(proc_status_parse(text, sizeof text - 1, &status));
    assert_int_equal(status.nspid_count, PROC_NAMESPACE_MAX);
}

static void test_numbers(void **state)
{
    (void)state;
    uint64_t run = 0;
    int64_t number = 0;
    assert_true(proc_schedstat_parse("1234567890123 5 6\n", 18, &run));
    assert_int_equal(run, 1234567890123);
    assert_false(proc_schedstat_parse("", 0, &run));
    assert_false(proc_schedstat_parse("18446744073709551616 1 1", 24, &run));
    assert_true(proc_number_parse("-1\n", 3, &number));
    assert_int_equal(number, -1);
    assert_false(proc_number_parse("2x\n", 3, &number));
    assert_false(proc_number_parse("", 0, &number));
}

static void check_option(const char *text, size_t size, const char *expected)
{
    unpeg_slice value = proc_cmdline_option(text, size, "--type=");
    assert_int_equal(value.len, strlen(expected));
    assert_memory_equal(value.data, expected, value.len);
}

static void test_cmdline_option(void **state)
{
    (void)state;
    static const char words[] = "/usr/lib/chromium\0--type=renderer\0--lang=en";
    static const char blanks[] = "/usr/lib/chromium --type=gpu-process --lang=en";
    static const char none[] = "/bin/x\0--types=1\0-type=2";
    check_option(words, sizeof words, "renderer");
    check_option(blanks, sizeof blanks - 1, "gpu-process");
    assert_int_equal(proc_cmdline_option(none, sizeof none, "--type=").len, 0);
    check_option("--type=", 7, "");
    assert_int_equal(proc_cmdline_option("--typ", 5, "--type=").len, 0);
}

static void test_schedstat(void **state)
{
    (void)state;
    static const char text[] = "7000 500 12\n";
    uint64_t ns = 0;
    assert_true(proc_schedstat_parse(text, strlen(text), &ns));
    assert_int_equal(ns, 7000);
    assert_true(proc_schedstat_awake(text, strlen(text), &ns));
    assert_int_equal(ns, 7500);
    static const char *const damaged[] = {"",       "7000",   "7000 ",
                                          "7000 x", "-1 5 1", "18446744073709551615 1 1"};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
        assert_false(proc_schedstat_awake(damaged[i], strlen(damaged[i]), &ns));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat),
        cmocka_unit_test(test_stat_of_hostile_names),
        cmocka_unit_test(test_long_name_is_cut),
        cmocka_unit_test(test_damaged_stat),
        cmocka_unit_test(test_stat_cut_anywhere),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_damaged_status),
        cmocka_unit_test(test_many_namespaces),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cmdline_option),
        cmocka_unit_test(test_schedstat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
