/* SPDX-License-Identifier: MIT */
#include "ptrace_stop.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "proc_file.h"
#include "sampler_clock.h"

enum {
    POLL_NS = 300000,         /* waiting in the kernel costs a wake-up, 20 to 30 us of the stop */
    PAUSE_NS = 50000,         /* between two looks after that */
    STOP_WAIT_NS = 100000000, /* in one call */
};

typedef enum wait_answer { WAIT_NOT_YET, WAIT_STOP, WAIT_ENDED, WAIT_LOST } wait_answer;

static unpeg_status fail(ptrace_stop *stop, int error)
{
    stop->os_errno = error;
    return proc_status_of_errno(error);
}

/* Whether the thread that was seized has changed its state. A stop is looked at and left as it is
 * (WNOWAIT): a signal on its way would be lost with this process if it was killed before it could
 * pass the signal on. */
static wait_answer look(ptrace_stop *stop, int *code)
{
    siginfo_t info = {.si_pid = 0};
    int options = WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL;
    int failed = waitid(P_PID, (id_t)stop->traced, &info, options);
    if ((!failed && info.si_pid == 0) || (failed && errno == EINTR))
        return WAIT_NOT_YET;
    if (!failed) {
        *code = info.si_status;
        bool stopped = info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
        return stopped ? WAIT_STOP : WAIT_ENDED;
    }
    /* A thread that calls exec takes over the id of its process. */
    if (stop->traced == stop->pid)
        return WAIT_LOST;
    stop->traced = stop->pid;
    return WAIT_NOT_YET;
}

static wait_answer wait_for(ptrace_stop *stop, int64_t until_ns, int *code)
{
    int64_t poll_until_ns = sampler_clock_ns() + POLL_NS;
    for (;;) {
        int64_t before = sampler_clock_ns();
        wait_answer answer = look(stop, code);
        int64_t now = sampler_clock_ns();
        if (answer == WAIT_NOT_YET)
            stop->running_ns = before;
        if (answer != WAIT_NOT_YET || now >= until_ns)
            return answer;
        if (now >= poll_until_ns)
            sampler_sleep_until(now + PAUSE_NS);
    }
}

/* code: the signal, and above it the ptrace event. A signal that the thread was about to get is
 * passed on, or it would be lost. */
static void detach(ptrace_stop *stop, int code)
{
    bool by_signal = code >> 8 == 0;
    long signal_number = by_signal ? code : 0;
    stop->signals += by_signal;
    /* It fails only if the thread was killed meanwhile. */
    (void)ptrace(PTRACE_DETACH, stop->traced, NULL, (void *)signal_number);
    stop->traced = 0;
}

static unpeg_status read_registers(ptrace_stop *stop, target_registers *ret)
{
    uint64_t words[SAMPLER_REGSET_MAX];
    struct iovec part = {words, sizeof words};
    if (ptrace(PTRACE_GETREGSET, stop->traced, (void *)(uintptr_t)NT_PRSTATUS, &part) != 0)
        return fail(stop, errno);
    if (part.iov_len < stop->arch->regset_count * sizeof *words)
        return UNPEG_UNSUPPORTED;
    sampler_arch_from_regset(stop->arch, words, part.iov_len / sizeof *words, ret);
    return UNPEG_OK;
}

/* All that is done while the thread is stopped. */
static unpeg_status read_stopped(ptrace_stop *stop, int code, stack_copy *copy,
                                 target_registers *ret)
{
    bool same = stop->traced == stop->tid;
    unpeg_status result = same ? read_registers(stop, ret) : UNPEG_NOT_FOUND;
    if (result == UNPEG_OK)
        stack_copy_take(copy, ret->value[stop->arch->sp]);
    detach(stop, code);
    stop->stopped_ns = sampler_clock_ns() - stop->running_ns;
    return result;
}

/* The parent hears of the end only when the tracer has. */
static unpeg_status end_of(ptrace_stop *stop, wait_answer answer)
{
    if (answer == WAIT_NOT_YET)
        return UNPEG_DEADLINE;
    if (answer == WAIT_ENDED)
        stop->ended = waitpid(stop->traced, &stop->wait_status, __WALL | WNOHANG) > 0;
    stop->traced = 0;
    return fail(stop, ESRCH);
}

/* After a sleep what a stop needs is out of the caches, and the stop takes two to three times as
 * long. So the most of it is done once before, at the stack pointer of last time. */
static void rehearse(stack_copy *copy)
{
    if (copy->start != 0)
        stack_copy_take(copy, copy->start);
}

static unpeg_status interrupt(ptrace_stop *stop, stack_copy *copy)
{
    rehearse(copy);
    if (ptrace(PTRACE_SEIZE, stop->tid, NULL, NULL) != 0)
        return fail(stop, errno);
    stop->traced = stop->tid;
    stop->interrupt_ns = stop->running_ns = sampler_clock_ns();
    /* If the thread is ending there is nothing to interrupt, and the wait will tell. */
    (void)ptrace(PTRACE_INTERRUPT, stop->tid, NULL, NULL);
    return UNPEG_OK;
}

unpeg_status ptrace_stop_take(ptrace_stop *stop, stack_copy *copy, target_registers *ret)
{
    int code = 0;
    unpeg_status result = stop->traced ? UNPEG_OK : interrupt(stop, copy);
    if (result != UNPEG_OK)
        return result;
    wait_answer answer = wait_for(stop, sampler_clock_ns() + STOP_WAIT_NS, &code);
    if (answer == WAIT_STOP)
        return read_stopped(stop, code, copy, ret);
    return end_of(stop, answer);
}

unpeg_status ptrace_stop_end(ptrace_stop *stop, int64_t timeout_ns)
{
    int code = 0;
    if (!stop->traced)
        return UNPEG_OK;
    wait_answer answer = wait_for(stop, sampler_clock_ns() + timeout_ns, &code);
    if (answer == WAIT_STOP) {
        detach(stop, code);
        return UNPEG_OK;
    }
    return end_of(stop, answer) == UNPEG_DEADLINE ? UNPEG_DEADLINE : UNPEG_OK;
}
