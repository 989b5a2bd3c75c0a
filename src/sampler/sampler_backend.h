/* SPDX-License-Identifier: MIT
 *
 * What the two back ends share, and what each has to do.
 *
 *     const sampler_backend_ops *ops = &ptrace_backend;
 *     ops->open(&common, &state, &error);
 *     ops->next(state, deadline_ns, &registers, &error);      the stack is in common.copy
 *     ops->close(state);
 */
#ifndef UNPEG_SAMPLER_SAMPLER_BACKEND_H
#define UNPEG_SAMPLER_SAMPLER_BACKEND_H

#include "sampler.h"
#include "sampler_arch.h"
#include "stack_copy.h"
#include "stop_histogram.h"

typedef struct sampler_common {
    int32_t pid, tid;
    uint32_t rate_hz, stopped_ppm;
    uint32_t perf_hz; /* perf: rate_hz, or what stopped_ppm allows of it */
    const sampler_arch *arch;
    stack_copy copy;
    stop_histogram stops;
    sampler_counts counts;
    int64_t begin_ns; /* CLOCK_MONOTONIC */
    uint64_t begin_run_ns;
    int64_t time_ns; /* of the sample that next returned */
    bool ended;
    int wait_status;
} sampler_common;

typedef struct sampler_backend_ops {
    /* common outlives the state. */
    unpeg_status (*open)(sampler_common *common, void **ret, unpeg_error *error);
    /* One sample: registers, and a stack that is not stitched yet. As sampler_next. */
    unpeg_status (*next)(void *state, int64_t deadline_ns, target_registers *ret,
                         unpeg_error *error);
    void (*close)(void *state);
} sampler_backend_ops;

extern const sampler_backend_ops ptrace_backend, perf_backend;

#endif
