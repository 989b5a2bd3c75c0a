/* SPDX-License-Identifier: MIT
 *
 * Runs a command and kills it with SIGKILL before its Nth call that changes files, its children's
 * calls counted too: 9 is returned then, else what the command returned.
 *
 *     kill_at 12 unpeg capture --dir logs
 *
 * Only the command itself is killed, as from outside. 77: tracing is not allowed here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLED = 9, SKIPPED = 77, STOP_OF_CALL = SIGTRAP | 0x80 };

typedef struct run {
    pid_t main;
    unsigned long left; /* calls until the kill */
    int code;           /* -1: it runs */
} run;

static bool changes_files(const struct __ptrace_syscall_info *call)
{
    static const unsigned long numbers[] = {
        SYS_write,     SYS_pwrite64,  SYS_sendfile, SYS_copy_file_range, SYS_linkat, SYS_renameat2,
        SYS_renameat,  SYS_unlinkat,  SYS_mkdirat,  SYS_symlinkat,       SYS_fsync,  SYS_fdatasync,
        SYS_ftruncate, SYS_fallocate, SYS_flock,    SYS_fchmod,
#ifdef SYS_rename
        SYS_rename,    SYS_link,      SYS_unlink,   SYS_mkdir,
#endif
    };
    if (call->entry.nr == SYS_openat)
        return (call->entry.args[2] & O_CREAT) != 0;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (call->entry.nr == numbers[i])
            return true;
    return false;
}

static void on_call(run *r, pid_t pid)
{
    struct __ptrace_syscall_info call = {0};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof call, &call) <= 0 ||
        call.op != PTRACE_SYSCALL_INFO_ENTRY || !changes_files(&call) || r->left == 0)
        return;
    if (--r->left == 0)
        kill(r->main, SIGKILL);
}

/* A signal that is none of the tracer's is the process's own. */
static void go_on(run *r, pid_t pid, int state)
{
    int number = WSTOPSIG(state);
    if (number == STOP_OF_CALL)
        on_call(r, pid);
    bool is_own = number != STOP_OF_CALL && number != SIGTRAP && number != SIGSTOP;
    ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)(is_own ? number : 0));
}

static void follow(run *r)
{
    int state;
    for (;;) {
        pid_t pid = waitpid(-1, &state, __WALL);
        if (pid < 0 && errno != EINTR)
            return;
        if (pid == r->main && (WIFEXITED(state) || WIFSIGNALED(state)))
            r->code = WIFSIGNALED(state) ? KILLED : WEXITSTATUS(state);
        if (pid > 0 && WIFSTOPPED(state))
            go_on(r, pid, state);
    }
}

static void be_command(char **words)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(SKIPPED);
    raise(SIGSTOP);
    execvp(words[0], words);
    _exit(127);
}

int main(int argc, char **argv)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    int state;
    if (argc < 3)
        return 2;
    run r = {.left = strtoul(argv[1], NULL, 10), .code = -1};
    r.main = fork();
    if (r.main == 0)
        be_command(argv + 2);
    if (r.main < 0 || waitpid(r.main, &state, 0) != r.main || !WIFSTOPPED(state))
        return SKIPPED;
    if (ptrace(PTRACE_SETOPTIONS, r.main, NULL, (void *)options) != 0)
        return SKIPPED;
    ptrace(PTRACE_SYSCALL, r.main, NULL, NULL);
    follow(&r);
    return r.code;
}
