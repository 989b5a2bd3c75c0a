/* SPDX-License-Identifier: MIT
 *
 * One thread of another process stopped for as long as its registers and one copy of its stack
 * take: SEIZE, INTERRUPT, wait, read, DETACH, for every sample.
 *
 *     ptrace_stop stop = {.pid = pid, .tid = tid, .arch = sampler_arch_here()};
 *     while (ptrace_stop_take(&stop, &copy, &registers) == UNPEG_OK)
 *         use(&registers, &copy, stop.stopped_ns);
 *     ptrace_stop_end(&stop, 1000000000);
 *
 * SEIZE because a profiler that is killed between ATTACH and the stop leaves the target stopped
 * for good. DETACH because a traced target stops at every signal until its tracer looks. All calls
 * come from one thread; the kernel lets go of the target when that thread ends.
 */
#ifndef UNPEG_SAMPLER_PTRACE_STOP_H
#define UNPEG_SAMPLER_PTRACE_STOP_H

#include "sampler_arch.h"
#include "stack_copy.h"

typedef struct ptrace_stop {
    int32_t pid, tid;
    const sampler_arch *arch;
    int32_t traced;       /* a thread that is seized and has not stopped yet; 0: none */
    int64_t interrupt_ns; /* when it was asked to stop */
    int64_t running_ns;   /* when it was last seen not to have stopped */
    int64_t stopped_ns;   /* of the last sample, at most: since running_ns, up to the detaching */
    uint64_t signals;     /* stops by a signal on its way, which was passed on */
    int os_errno;         /* of the last failure */
    bool ended;           /* the thread ended while it was traced, with wait_status */
    int wait_status;
} ptrace_stop;

/* Fails with NOT_FOUND (the thread is gone), PERMISSION (also: traced by somebody else), DEADLINE
 * (it did not stop in time: it is waited for by the next call), UNSUPPORTED (not a program of this
 * machine's own width) or OS. Whatever is returned but DEADLINE, the thread runs. */
UNPEG_MUST_CHECK unpeg_status ptrace_stop_take(ptrace_stop *stop, stack_copy *copy,
                                               target_registers *ret);

/* Lets go of a thread that was waited for in vain. DEADLINE: it still has not stopped; it runs on
 * by itself when the calling thread ends. */
UNPEG_MUST_CHECK unpeg_status ptrace_stop_end(ptrace_stop *stop, int64_t timeout_ns);

#endif
