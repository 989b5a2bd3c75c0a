/* SPDX-License-Identifier: MIT
 *
 * Running processes: which threads use the processors, and what may be done to a process here.
 *
 *     unpeg_find_options options = {.struct_size = sizeof options, .tree = browser_pid};
 *     unpeg_hot_threads hot;
 *     unpeg_hot_threads_find(&options, &hot, &error);
 *     for (size_t i = 0; i < hot.count; i++) use(&hot.items[i]);
 *     unpeg_hot_threads_deinit(&hot);
 *
 * Nothing is stopped or traced. What processes call themselves is theirs to choose.
 */
#ifndef UNPEG_PROCESS_H
#define UNPEG_PROCESS_H

#include "unpeg/status.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_find_options {
    size_t struct_size;
    int32_t tree;         /* only this process and all that descend from it; 0: all processes */
    uint64_t interval_us; /* over which the load is measured; 0: 100 ms; at most 60 s */
    uint32_t least_ppm;   /* of one processor; 0: 50000 (5 %) */
    size_t most;          /* threads that are told of; 0: 20; at most 1000 */
    bool v8_only;
} unpeg_find_options;

/* A thread that was on a processor for a part of the interval. Texts are cut to fit. */
typedef struct unpeg_hot_thread {
    int32_t pid, tid;
    int32_t inner_pid; /* of the process in its innermost pid namespace */
    uint32_t load_ppm; /* of one processor */
    char state;        /* 'R' runs, 'S' sleeps, ...: at the end of the interval */
    const char *v8;    /* how V8 was seen: "symbols", "mapping", "name"; "" if it was not; static */
    char name[64];     /* of the thread */
    char type[32];     /* --type of a Chromium process: "renderer"; "" without one */
    char exe[256];     /* "" where it may not be known */
    char command[256]; /* the command line, its words separated by blanks */
} unpeg_hot_thread;

typedef struct unpeg_hot_threads {
    unpeg_hot_thread *items; /* the busiest first */
    size_t count;
    uint64_t processes, threads; /* looked at */
    uint64_t interval_us;        /* really */
} unpeg_hot_threads;

/* Takes the interval and some milliseconds. Fails with NOT_FOUND (no process options.tree),
 * UNSUPPORTED (a kernel without schedstat), OS, NO_MEMORY or LIMIT. options may be NULL. ret is
 * empty on failure. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_hot_threads_find(const unpeg_find_options *options,
                                                               unpeg_hot_threads *ret,
                                                               unpeg_error *error);
UNPEG_API void unpeg_hot_threads_deinit(unpeg_hot_threads *hot);

/* A table for people; JSON, schema unpeg.find/1. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_hot_threads_text(const unpeg_hot_threads *hot,
                                                               const unpeg_writer *writer);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_hot_threads_json(const unpeg_hot_threads *hot,
                                                               const unpeg_writer *writer);

typedef enum unpeg_verdict_mark {
    UNPEG_MARK_OK,
    UNPEG_MARK_WARN,
    UNPEG_MARK_BAD
} unpeg_verdict_mark;

typedef struct unpeg_doctor_check {
    const char *name; /* "uid", "dumpable", "yama", ...; static */
    unpeg_verdict_mark mark;
    char value[96];
    char text[128];     /* what is wrong, in one sentence; "" if nothing is */
    const char *remedy; /* static; "" if there is none, or need */
} unpeg_doctor_check;

enum { UNPEG_DOCTOR_CHECKS = 13 };

/* What the live verbs can do to a process, or with pid 0 what can be told without one. */
typedef struct unpeg_doctor {
    int32_t pid;
    unpeg_doctor_check
        checks[UNPEG_DOCTOR_CHECKS]; /* in the order in which causes are looked for */
    size_t count;
    bool can_read, can_stop, can_perf; /* memory, ptrace, perf events */
    bool has_v8;                       /* its layout was found; only with can_read */
} unpeg_doctor;

/* Fails with NOT_FOUND: there is no such process. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_doctor_look(int32_t pid, unpeg_doctor *ret,
                                                          unpeg_error *error);

/* Lines for people; JSON, schema unpeg.doctor/1. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_doctor_text(const unpeg_doctor *doctor,
                                                          const unpeg_writer *writer);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_doctor_json(const unpeg_doctor *doctor,
                                                          const unpeg_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
