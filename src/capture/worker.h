/* SPDX-License-Identifier: MIT
 *
 * A step that may never come back, done by a child process that can be left behind.
 *
 *     worker_job job = {.run = read_log, .user = &wish, .result_bytes = sizeof report};
 *     worker_limit limit = {.deadline_us = worker_clock_us() + 500000};
 *     status = worker_run(&job, &limit, &report, &error);
 *
 * A read from a server that does not answer ends neither at a deadline nor, sometimes, at a signal.
 * The child has none of the parent's files open, so that nobody waits for it who waits for the
 * parent's output, and dies with the parent.
 */
#ifndef UNPEG_CAPTURE_WORKER_H
#define UNPEG_CAPTURE_WORKER_H

#include "unpeg/status.h"

typedef struct worker_job {
    /* In the child; result is zeroed. */
    void (*run)(void *user, void *result);
    void *user;
    size_t result_bytes;
} worker_job;

typedef struct worker_limit {
    uint64_t deadline_us;     /* on worker_clock_us */
    bool (*stop)(void *user); /* asked every 20 ms; NULL: never */
    void *stop_user;
} worker_limit;

/* Fails with DEADLINE, STOPPED, OS (no child, or it died: error says of what), NO_MEMORY; result is
 * changed only on success. */
unpeg_status worker_run(const worker_job *job, const worker_limit *limit, void *result,
                        unpeg_error *error);

/* Monotonic. */
uint64_t worker_clock_us(void);

#endif
