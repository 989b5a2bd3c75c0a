/* SPDX-License-Identifier: MIT
 *
 * Threads with the time they spent on a processor, and processes with their parents.
 *
 *     thread_list before = {0}, after = {0};
 *     thread_list_add(&before, pid);
 *     ... an interval ...
 *     thread_list_add(&after, pid);
 *     thread_list_measure(&before, &after);
 *     const thread_entry *hot = thread_list_hottest(&after);
 *     thread_list_deinit(&before); ...
 */
#ifndef UNPEG_SAMPLER_THREAD_LIST_H
#define UNPEG_SAMPLER_THREAD_LIST_H

#include "proc_text.h"
#include "unpeg/status.h"

typedef struct thread_entry {
    int32_t pid, tid;
    uint64_t run_ns;   /* since the thread began */
    int64_t time_ns;   /* of the reading, CLOCK_MONOTONIC */
    uint32_t load_ppm; /* of one processor, between two readings; see thread_list_measure */
} thread_entry;

typedef struct thread_list {
    thread_entry *items;
    size_t count, capacity;
} thread_list;

enum { THREAD_LIST_MAX = 1 << 20, PROCESS_LIST_MAX = 1 << 20 };

/* Adds the threads of a process. NOT_FOUND if there is none; NO_MEMORY, LIMIT. */
UNPEG_MUST_CHECK unpeg_status thread_list_add(thread_list *list, int32_t pid);
void thread_list_deinit(thread_list *list);

/* Fills load_ppm of after; a thread that was not there before has what it ran since. Sorts after by
 * load, the highest first, then by tid. */
void thread_list_measure(thread_list *before, thread_list *after);

/* The busiest thread, or a main thread that ran half as long: the threads that collect garbage for
 * it are often busier than the one that waits for them. NULL in an empty list; the list must be
 * measured. */
const thread_entry *thread_list_hottest(const thread_list *list);

/* State and name of a thread. NOT_FOUND if it is gone. */
UNPEG_MUST_CHECK unpeg_status thread_stat(int32_t pid, int32_t tid, proc_stat *ret);
UNPEG_MUST_CHECK unpeg_status thread_run_ns(int32_t pid, int32_t tid, uint64_t *ret);

/* How long the thread ran or was ready to: what is left of the time it slept. */
UNPEG_MUST_CHECK unpeg_status thread_awake_ns(int32_t pid, int32_t tid, uint64_t *ret);

/* How often the thread gave its processor up by itself: to wait, or to stand in a tracer's stop. */
UNPEG_MUST_CHECK unpeg_status thread_waits(int32_t pid, int32_t tid, uint64_t *ret);

typedef struct process_list {
    int32_t *pids;
    size_t count, capacity;
} process_list;

/* All processes (root 0), or root and all that descend from it. NOT_FOUND if there is no root. */
UNPEG_MUST_CHECK unpeg_status process_list_read(process_list *list, int32_t root);
void process_list_deinit(process_list *list);

#endif
