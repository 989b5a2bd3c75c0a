/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <unistd.h>

#include "access.h"
#include "check.h"

enum { PLAIN_UID = 1000, OTHER_UID = 1001 };

/* Everything is as it should be, for a plain user. */
static access_facts good(void)
{
    return (access_facts){
        .pid = 42,
        .target_known = true,
        .self = {.tgid = 7, .uid = {PLAIN_UID, PLAIN_UID, PLAIN_UID, PLAIN_UID}},
        .target = {.tgid = 42, .uid = {PLAIN_UID, PLAIN_UID, PLAIN_UID, PLAIN_UID}},
        .memory_owner = PLAIN_UID,
        .yama = -1,
        .paranoid = 2,
    };
}

static unsigned allowed(const access_facts *facts)
{
    access_checks checks;
    access_judge(facts, &checks);
    return checks.allowed;
}

static void check_text(const access_facts *facts, int os_errno, unsigned right, const char *part)
{
    unpeg_error error = {0};
    access_explain_facts(facts, os_errno, right, &error);
    if (!strstr(error.text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, error.text);
}

static void test_all_is_well(void **state)
{
    (void)state;
    access_facts facts = good();
    access_checks checks;
    access_judge(&facts, &checks);
    assert_int_equal(checks.allowed, ACCESS_MEMORY | ACCESS_STOP | ACCESS_PERF);
    for (size_t i = 0; i < checks.count; i++) {
        assert_int_equal(checks.items[i].verdict, ACCESS_OK);
        assert_string_equal(checks.items[i].text, "");
        assert_string_equal(checks.items[i].remedy, "");
    }
}

static void test_a_process_that_does_not_run(void **state)
{
    (void)state;
    access_facts facts = good();
    access_checks checks;
    facts.state = 'T';
    access_judge(&facts, &checks);
    assert_int_equal(checks.allowed, ACCESS_MEMORY | ACCESS_STOP | ACCESS_PERF);
    assert_int_equal(checks.items[0].verdict, ACCESS_WARN);
    assert_string_equal(checks.items[0].remedy, "let it go on with kill -CONT");
    facts.state = 'Z';
    assert_int_equal(allowed(&facts), 0);
    check_text(&facts, ESRCH, ACCESS_MEMORY, "process 42 has ended, and its parent");
    check_text(&facts, EPERM, ACCESS_STOP, "the process has ended");
    facts.state = 'R';
    check_text(&facts, ESRCH, ACCESS_MEMORY, "there is no process 42");
}

static void test_other_user(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.target.uid[1] = OTHER_UID;
    facts.memory_owner = OTHER_UID;
    facts.memory_errno = EPERM;
    assert_int_equal(allowed(&facts), 0);
    check_text(&facts, EPERM, ACCESS_STOP, "belongs to user");
    check_text(&facts, EACCES, ACCESS_PERF, "CAP_SYS_PTRACE");
    facts.self.cap_eff = UINT64_C(1) << 19;
    facts.memory_errno = 0;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_STOP | ACCESS_PERF);
}

static void test_not_dumpable(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.memory_owner = 0;
    facts.memory_errno = EPERM;
    facts.perf_errno = EACCES;
    assert_int_equal(allowed(&facts), 0);
    check_text(&facts, EPERM, ACCESS_MEMORY, "non-dumpable");
    check_text(&facts, EACCES, ACCESS_PERF, "non-dumpable");
}

static void test_traced_already(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.target.tracer_pid = 99;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_PERF);
    check_text(&facts, EPERM, ACCESS_STOP, "process 99 traces it already");
}

static void test_yama(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.yama = 1;
    assert_int_equal(allowed(&facts), ACCESS_PERF);
    check_text(&facts, EPERM, ACCESS_STOP, "ptrace_scope is 1");
    facts.descendant = true;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_STOP | ACCESS_PERF);
    facts.yama = 2;
    assert_int_equal(allowed(&facts), ACCESS_PERF);
    facts.self.cap_eff = UINT64_C(1) << 19;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_STOP | ACCESS_PERF);
    facts.yama = 3;
    assert_int_equal(allowed(&facts), ACCESS_PERF);
    check_text(&facts, EPERM, ACCESS_STOP, "no process may be traced");
}

static void test_seccomp_and_paranoid(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.perf_errno = EPERM;
    facts.self.seccomp = 2;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_STOP);
    check_text(&facts, EPERM, ACCESS_PERF, "seccomp filter");
    facts.self.seccomp = 0;
    facts.perf_errno = EACCES;
    facts.paranoid = 4;
    assert_int_equal(allowed(&facts), ACCESS_MEMORY | ACCESS_STOP);
    check_text(&facts, EACCES, ACCESS_PERF, "perf_event_paranoid is 4");
    facts.paranoid = INT64_MIN;
    check_text(&facts, EACCES, ACCESS_PERF, "shows no perf events");
}

/* What is looked for first is what is said. */
static void test_order_of_causes(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.target.uid[0] = OTHER_UID;
    facts.memory_owner = 0;
    facts.yama = 1;
    facts.target.tracer_pid = 5;
    check_text(&facts, EPERM, ACCESS_STOP, "belongs to user 1001");
    facts.target.uid[0] = PLAIN_UID;
    check_text(&facts, EPERM, ACCESS_STOP, "non-dumpable");
    facts.memory_owner = PLAIN_UID;
    check_text(&facts, EPERM, ACCESS_STOP, "traces it already");
    check_text(&facts, EPERM, ACCESS_MEMORY, "ptrace_scope");
}

static void test_unexplained_refusal(void **state)
{
    (void)state;
    access_facts facts = good();
    facts.memory_errno = EPERM;
    assert_int_equal(allowed(&facts), ACCESS_PERF);
    check_text(&facts, EPERM, ACCESS_MEMORY, "security module");
}

static void test_statuses(void **state)
{
    (void)state;
    access_facts facts = good();
    unpeg_error error = {0};
    assert_int_equal(access_explain_facts(&facts, ESRCH, ACCESS_STOP, &error), UNPEG_NOT_FOUND);
    assert_string_equal(error.text, "there is no process 42");
    assert_int_equal(error.os_errno, ESRCH);
    assert_int_equal(access_explain_facts(&facts, ENOSYS, ACCESS_PERF, &error), UNPEG_UNSUPPORTED);
    assert_int_equal(access_explain_facts(&facts, EPERM, ACCESS_PERF, NULL), UNPEG_PERMISSION);
    assert_int_equal(access_explain_facts(&facts, EIO, ACCESS_PERF, &error), UNPEG_OS);
}

static void test_facts_of_this_process(void **state)
{
    (void)state;
    access_facts facts;
    access_facts_read((int32_t)getpid(), &facts);
    assert_true(facts.target_known && facts.descendant);
    assert_int_equal(facts.target.tgid, getpid());
    assert_int_equal(facts.target.uid[0], getuid());
    assert_int_equal(facts.memory_owner, geteuid());
    assert_int_equal(facts.memory_errno, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_well),
        cmocka_unit_test(test_a_process_that_does_not_run),
        cmocka_unit_test(test_other_user),
        cmocka_unit_test(test_not_dumpable),
        cmocka_unit_test(test_traced_already),
        cmocka_unit_test(test_yama),
        cmocka_unit_test(test_seccomp_and_paranoid),
        cmocka_unit_test(test_order_of_causes),
        cmocka_unit_test(test_unexplained_refusal),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_facts_of_this_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
