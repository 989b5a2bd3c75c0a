/* SPDX-License-Identifier: MIT
 *
 * What forbids to look at a process, made real: other users, processes that hide, filters of
 * containers, debuggers, namespaces. Each gives the documented result and names its cause.
 */
#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "live_target.h"
#include "proc_file.h"
#include "sampler.h"
#include "sampler_clock.h"
#include "thread_list.h"
#include "unpeg/live.h"

enum { PLAIN_USER = 65534, OTHER_USER = 65533, SKIPPED = 77 };

/* For a child process: an assertion there would only confuse the parent's. */
static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "in the child: %s\n", what);
    _exit(1);
}

static void become(uid_t user)
{
    if (geteuid() != 0)
        return;
    require(setgroups(0, NULL) == 0 && setgid(user) == 0 && setuid(user) == 0, "setuid");
}

/* Runs check on a spinner, both as users of their own; skips where a plain user cannot run it. */
static void check_as(uid_t spinner_user, uid_t profiler_user, const char *mode,
                     void (*check)(int32_t pid))
{
    int ends[2], status = 0;
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t target = fork();
    if (target == 0) {
        become(spinner_user);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execl(UNPEG_SPINNER, UNPEG_SPINNER, mode, "60000", NULL);
        _exit(127);
    }
    close(ends[1]);
    bool runs = read(ends[0], &byte, 1) == 1;
    /* "ready" comes before the program hides. */
    access_facts facts;
    do {
        usleep(1000);
        access_facts_read((int32_t)target, &facts);
    } while (runs && strcmp(mode, "hidden") == 0 && geteuid() == 0 && facts.memory_owner != 0);
    pid_t profiler = runs ? fork() : 0;
    if (runs && profiler == 0) {
        become(profiler_user);
        check((int32_t)target);
        _exit(0);
    }
    if (runs)
        waitpid(profiler, &status, 0);
    kill(target, SIGKILL);
    waitpid(target, NULL, 0);
    close(ends[0]);
    if (!runs)
        skip();
    assert_int_equal(status, 0);
}

static void require_refused(int32_t pid, sampler_backend backend, const char *part)
{
    sampler *s;
    unpeg_error error = {0};
    const sampler_options options = {.backend = backend};
    unpeg_status status = sampler_open(pid, 0, &options, &s, &error);
    if (status != UNPEG_PERMISSION || !strstr(error.text, part))
        fprintf(stderr, "status %d, \"%s\" instead of \"%s\"\n", (int)status, error.text, part);
    require(status == UNPEG_PERMISSION && strstr(error.text, part), "refused with its cause");
}

static void require_samples(int32_t pid, sampler_backend wanted, sampler_backend got)
{
    sampler *s;
    unpeg_error error = {0};
    target_snapshot snapshot;
    const sampler_options options = {.backend = wanted};
    unpeg_status status = sampler_open(pid, 0, &options, &s, &error);
    require(status == UNPEG_OK, error.text);
    require(sampler_count(s).backend == got, "the expected back end");
    status = sampler_next(s, sampler_clock_us() + 10000000, &snapshot, &error);
    require(status == UNPEG_OK && snapshot.stack_size > 0, error.text);
    sampler_close(s);
}

static void check_same_user(int32_t pid)
{
    require_samples(pid, SAMPLER_PTRACE, SAMPLER_PTRACE);
}

static void check_hidden(int32_t pid)
{
    require_refused(pid, SAMPLER_AUTO, "non-dumpable");
    require_refused(pid, SAMPLER_PTRACE, "CAP_SYS_PTRACE");
}

static void check_other_user(int32_t pid)
{
    require_refused(pid, SAMPLER_AUTO, "belongs to user 65534, and this is user 65533");
}

static void test_plain_user(void **state)
{
    (void)state;
    check_as(PLAIN_USER, PLAIN_USER, "loop", check_same_user);
}

static void test_not_dumpable(void **state)
{
    (void)state;
    check_as(PLAIN_USER, PLAIN_USER, "hidden", check_hidden);
}

static void test_other_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    check_as(PLAIN_USER, OTHER_USER, "loop", check_other_user);
}

/* What Docker's default filter does to perf_event_open and bpf. */
static void refuse_perf_events(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0,
            "seccomp");
}

static void check_filtered(int32_t pid)
{
    refuse_perf_events();
    require_samples(pid, SAMPLER_AUTO, SAMPLER_PTRACE);
    require_refused(pid, SAMPLER_PERF, "seccomp filter");
}

static void test_filter_of_containers(void **state)
{
    (void)state;
    check_as(PLAIN_USER, PLAIN_USER, "loop", check_filtered);
}

/* A recording that is over before the sampler gives up says why it has nothing. */
static void require_told(int32_t pid, const char *expected)
{
    unpeg_profile *profile;
    unpeg_live_dump *dump;
    unpeg_error error = {0};
    unpeg_live_options options = {.struct_size = sizeof options,
                                  .pid = pid,
                                  .backend = UNPEG_BACKEND_PTRACE,
                                  .duration_us = 200000,
                                  .native_off = true};
    unpeg_status status = unpeg_live_record(&options, &profile, &error);
    require(status == UNPEG_PERMISSION && strstr(error.text, expected), "a recording tells");
    options.duration_us = 0;
    options.tid = pid;
    require(unpeg_live_dump_create(&options, false, &dump, &error) == UNPEG_OK, error.text);
    require(strstr(dump->stacks[0].problem, expected) != NULL, dump->stacks[0].problem);
    unpeg_live_dump_destroy(dump);
}

/* The second of the ways to stop a thread goes around it. */
static void require_dumped(int32_t pid)
{
    unpeg_live_dump *dump;
    unpeg_error error = {0};
    const unpeg_live_options options = {
        .struct_size = sizeof options, .pid = pid, .tid = pid, .native_off = true};
    access_facts facts;
    access_facts_read(pid, &facts);
    for (int tries = 0; tries < 20; tries++) {
        if (facts.perf_errno != 0)
            return;
        require(unpeg_live_dump_create(&options, false, &dump, &error) == UNPEG_OK, error.text);
        size_t frames = dump->stacks[0].frame_count;
        unpeg_live_dump_destroy(dump);
        if (frames != 0)
            return;
    }
    require(false, "a dump of a traced process");
}

/* A debugger keeps the thread: ptrace says who it is, perf events work on. */
static void check_traced(int32_t pid)
{
    sampler *s;
    unpeg_error error = {0};
    target_snapshot snapshot;
    const sampler_options options = {.backend = SAMPLER_PTRACE};
    char expected[64];
    int ends[2];
    char byte;
    require(pipe(ends) == 0, "pipe");
    pid_t debugger = fork();
    if (debugger == 0) {
        require(ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0, "seize");
        require(write(ends[1], "", 1) == 1, "write");
        for (;;)
            pause();
    }
    require(read(ends[0], &byte, 1) == 1, "read");
    snprintf(expected, sizeof expected, "process %d traces it already", (int)debugger);
    require(sampler_open(pid, 0, &options, &s, &error) == UNPEG_OK, error.text);
    unpeg_status status = sampler_next(s, INT64_MAX, &snapshot, &error);
    require(status == UNPEG_PERMISSION && strstr(error.text, expected), error.text);
    require(sampler_count(s).refused > 1, "it was tried again");
    sampler_close(s);
    require_told(pid, expected);
    require_dumped(pid);
    kill(debugger, SIGKILL);
    waitpid(debugger, NULL, 0);
    require_samples(pid, SAMPLER_PTRACE, SAMPLER_PTRACE);
}

static void test_traced_already(void **state)
{
    (void)state;
    check_as(PLAIN_USER, PLAIN_USER, "loop", check_traced);
}

/* The first process of a pid namespace, inside a user namespace of its own. */
static pid_t start_in_namespaces(int out)
{
    pid_t outer = fork();
    if (outer != 0)
        return outer;
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
        _exit(SKIPPED);
    pid_t inner = fork();
    if (inner == 0) {
        dup2(out, STDOUT_FILENO);
        close(out);
        execl(UNPEG_SPINNER, UNPEG_SPINNER, "loop", "1500", NULL);
        _exit(127);
    }
    close(out);
    if (dprintf(STDOUT_FILENO, "%s", "") < 0)
        _exit(1);
    waitpid(inner, NULL, 0);
    _exit(0);
}

static int32_t child_of(pid_t parent)
{
    process_list tree = {0};
    int32_t child = 0;
    assert_int_equal(process_list_read(&tree, (int32_t)parent), UNPEG_OK);
    if (tree.count > 1)
        child = tree.pids[1];
    process_list_deinit(&tree);
    return child;
}

static void test_namespaces(void **state)
{
    (void)state;
    int ends[2], status;
    char byte;
    proc_bytes file;
    proc_status inner;
    assert_int_equal(pipe(ends), 0);
    pid_t outer = start_in_namespaces(ends[1]);
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1) {
        waitpid(outer, &status, 0);
        skip();
    }
    int32_t pid = child_of(outer);
    assert_true(pid > 0);
    assert_int_equal(proc_read(pid, 0, "status", &file), UNPEG_OK);
    assert_true(proc_status_parse(file.text, file.size, &inner));
    assert_true(inner.nspid_count >= 2);
    assert_int_equal(inner.nspid[inner.nspid_count - 1], 1);
    require_samples(pid, SAMPLER_PTRACE, SAMPLER_PTRACE);
    close(ends[0]);
    kill(pid, SIGKILL);
    waitpid(outer, &status, 0);
}

int main(void)
{
    live_need(false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_user),     cmocka_unit_test(test_not_dumpable),
        cmocka_unit_test(test_other_user),     cmocka_unit_test(test_filter_of_containers),
        cmocka_unit_test(test_traced_already), cmocka_unit_test(test_namespaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
