/* SPDX-License-Identifier: MIT */
#include "live_target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"
#include "check.h"
#include "thread_list.h"

const char live_spin_result[] = "done 17813439188743392202";

static bool read_more(live_target *t)
{
    ssize_t len = read(t->out, t->text + t->used, sizeof t->text - 1 - t->used);
    if (len <= 0)
        return false;
    t->used += (size_t)len;
    t->text[t->used] = '\0';
    return true;
}

void live_start(live_target *target, const char *const *words)
{
    int ends[2];
    *target = (live_target){.pid = 0};
    assert_int_equal(pipe(ends), 0);
    target->pid = fork();
    assert_true(target->pid >= 0);
    if (target->pid == 0) {
        /* A test that fails leaves nothing behind that spins. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    close(ends[1]);
    target->out = ends[0];
    while (!strchr(target->text, '\n'))
        assert_true(read_more(target));
}

const char *live_finish(live_target *target)
{
    while (read_more(target))
        continue;
    close(target->out);
    /* A tracer that is also the parent may have been told of the end already. */
    pid_t ended = waitpid(target->pid, &target->wait_status, 0);
    assert_true(ended == target->pid || errno == ECHILD);
    if (target->used > 0 && target->text[target->used - 1] == '\n')
        target->text[--target->used] = '\0';
    const char *last = strrchr(target->text, '\n');
    return last ? last + 1 : target->text;
}

char live_state(pid_t pid)
{
    proc_stat stat;
    return thread_stat((int32_t)pid, 0, &stat) == UNPEG_OK ? stat.state : '\0';
}

void live_need(bool perf)
{
    access_facts facts;
    access_checks checks;
    unpeg_error error = {0};
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    access_facts_read((int32_t)child, &facts);
    access_judge(&facts, &checks);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unsigned needed = ACCESS_MEMORY | ACCESS_STOP | (perf ? ACCESS_PERF : 0u);
    unsigned missing = needed & ~checks.allowed;
    if (missing == 0)
        return;
    access_explain_facts(&facts, 1, missing & -missing, &error);
    printf("skipped: %s\n", error.text);
    exit(77);
}
