/* SPDX-License-Identifier: MIT
 *
 * Snapshots of one thread of a live process, by perf_event or by ptrace.
 *
 *     const sampler_options options = {.rate_hz = 499};
 *     sampler_open(pid, tid, &options, &sampler, &error);
 *     while (sampler_next(sampler, deadline_us, &snapshot, &error) == UNPEG_OK)
 *         unwind(&snapshot, sampler_memory(sampler), sampler_maps(sampler));
 *     sampler_counts counts = sampler_count(sampler);
 *     sampler_close(sampler);
 *
 * The target is stopped for registers and one copy of the stack only, and never for more than a
 * stated share of the time: when stops last longer, there are fewer. A thread that sleeps is not
 * touched. One thread uses a sampler from open to close.
 */
#ifndef UNPEG_SAMPLER_SAMPLER_H
#define UNPEG_SAMPLER_SAMPLER_H

#include "process_maps.h"
#include "snapshot.h"

typedef enum sampler_backend { SAMPLER_AUTO, SAMPLER_PERF, SAMPLER_PTRACE } sampler_backend;

enum {
    SAMPLER_RATE_DEFAULT = 499,
    SAMPLER_RATE_MAX = 20000,
    SAMPLER_STOPPED_DEFAULT_PPM = 10000, /* 1 % */
};

typedef struct sampler_options {
    sampler_backend backend;
    uint32_t rate_hz;     /* 0: the default */
    uint32_t stopped_ppm; /* of the time, at most; 0: the default; 1000000: no limit */
    size_t stack_bytes;   /* most that is copied of a stack; 0: STACK_COPY_DEFAULT */
} sampler_options;

typedef struct sampler_counts {
    sampler_backend backend;
    uint64_t samples;
    uint64_t idle;               /* times at which the thread slept, and was let sleep */
    uint64_t lost;               /* samples that the kernel or a busy machine dropped */
    uint64_t refused;            /* times at which somebody else traced the thread */
    uint64_t skipped;            /* samples not taken so that the target runs; see stopped_ppm */
    uint64_t stitched;           /* stacks whose upper part was read later */
    uint64_t cut;                /* stacks that go on beyond what was copied */
    uint64_t signals;            /* signals that met a stop and were passed on */
    uint64_t elapsed_ns, run_ns; /* since open, and what the thread ran of it */
    /* At most: from when the thread was last seen not to have stopped up to the detaching. A thread
     * that was asked to stop while it waited for a processor does not lose that time to it. With
     * perf an estimate: see SAMPLER_PERF_STOP_NS. */
    uint64_t stop_total_ns, stop_p50_ns, stop_p99_ns, stop_max_ns;
    bool kernel_excluded; /* perf: samples inside system calls were not allowed */
} sampler_counts;

/* What a perf sample with 16 KB of stack was seen to cost the target, timer tick included. */
enum { SAMPLER_PERF_STOP_NS = 20000 };

typedef struct sampler sampler;

/* tid 0: the main thread. Fails with NOT_FOUND, PERMISSION (error names the cause and the remedy),
 * UNSUPPORTED, OS or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status sampler_open(int32_t pid, int32_t tid, const sampler_options *options,
                                           sampler **ret, unpeg_error *error);

/* Waits for the next snapshot, until deadline_us (CLOCK_MONOTONIC). The snapshot's stack is the
 * sampler's and lives until the next call. Fails with DEADLINE, with NOT_FOUND when the thread has
 * ended, with PERMISSION, OS or NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status sampler_next(sampler *s, int64_t deadline_us, target_snapshot *ret,
                                           unpeg_error *error);

/* Memory of the running process; sampler_next makes it fresh. */
target_memory sampler_memory(sampler *s);

/* The process' mappings; process_maps_refresh reads them anew. */
process_maps *sampler_maps(sampler *s);

/* Why there is no sample, where somebody else traces the thread: PERMISSION, and who. OK: there are
 * samples, or it is not for that. */
UNPEG_MUST_CHECK unpeg_status sampler_explain(const sampler *s, unpeg_error *error);

sampler_counts sampler_count(const sampler *s);

/* How the thread ended, as waitpid says it, where its end came to the sampler instead of to the
 * parent's own wait; false if it did not. */
bool sampler_wait_status(const sampler *s, int *ret);

void sampler_close(sampler *s); /* NULL is allowed */

#endif
