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

/* Whether the thread that was seized has changed its state. */
static wait_answer look(ptrace_stop *stop, int *status)
{
    int32_t got = waitpid(stop->traced, status, __WALL | WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return WAIT_NOT_YET;
    if (got > 0)
        return WIFSTOPPED(*status) ? WAIT_STOP : WAIT_ENDED;
    /* A thread that calls exec takes over the id of its process. */
    if (stop->traced == stop->pid)
        return WAIT_LOST;
    stop->traced = stop->pid;
    return WAIT_NOT_YET;
}

static wait_answer wait_for(ptrace_stop *stop, int64_t until_ns, int *status)
{
    int64_t poll_until_ns = sampler_clock_ns() + POLL_NS;
    for (;;) {
        wait_answer answer = look(stop, status);
        int64_t now = sampler_clock_ns();
        if (answer != WAIT_NOT_YET || now >= until_ns)
            return answer;
        if (now >= poll_until_ns)
            sampler_sleep_until(now + PAUSE_NS);
    }
}

/* The signal that a thread was about to get is passed on, or it would be lost. */
static void detach(ptrace_stop *stop, int status)
{
    bool by_signal = status >> 16 == 0;
    long signal_number = by_signal ? WSTOPSIG(status) : 0;
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
static unpeg_status read_stopped(ptrace_stop *stop, int status, stack_copy *copy,
                                 target_registers *ret)
{
    bool same = stop->traced == stop->tid;
    unpeg_status result = same ? read_registers(stop, ret) : UNPEG_NOT_FOUND;
    if (result == UNPEG_OK)
        stack_copy_take(copy, ret->value[stop->arch->sp]);
    detach(stop, status);
    stop->stopped_ns = sampler_clock_ns() - stop->interrupt_ns;
    return result;
}

static unpeg_status end_of(ptrace_stop *stop, wait_answer answer, int status)
{
    if (answer == WAIT_NOT_YET)
        return UNPEG_DEADLINE;
    stop->traced = 0;
    stop->ended = answer == WAIT_ENDED;
    stop->wait_status = status;
    return fail(stop, ESRCH);
}

static unpeg_status interrupt(ptrace_stop *stop)
{
    if (ptrace(PTRACE_SEIZE, stop->tid, NULL, NULL) != 0)
        return fail(stop, errno);
    stop->traced = stop->tid;
    stop->interrupt_ns = sampler_clock_ns();
    /* If the thread is ending there is nothing to interrupt, and the wait will tell. */
    (void)ptrace(PTRACE_INTERRUPT, stop->tid, NULL, NULL);
    return UNPEG_OK;
}

unpeg_status ptrace_stop_take(ptrace_stop *stop, stack_copy *copy, target_registers *ret)
{
    int status = 0;
    unpeg_status result = stop->traced ? UNPEG_OK : interrupt(stop);
    if (result != UNPEG_OK)
        return result;
    wait_answer answer = wait_for(stop, sampler_clock_ns() + STOP_WAIT_NS, &status);
    if (answer == WAIT_STOP)
        return read_stopped(stop, status, copy, ret);
    return end_of(stop, answer, status);
}

unpeg_status ptrace_stop_end(ptrace_stop *stop, int64_t timeout_ns)
{
    int status = 0;
    if (!stop->traced)
        return UNPEG_OK;
    wait_answer answer = wait_for(stop, sampler_clock_ns() + timeout_ns, &status);
    if (answer == WAIT_STOP)
        detach(stop, status);
    if (answer == WAIT_STOP || answer == WAIT_LOST)
        return UNPEG_OK;
    return answer == WAIT_ENDED ? end_of(stop, answer, status) : UNPEG_DEADLINE;
}
