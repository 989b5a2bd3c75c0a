/* SPDX-License-Identifier: MIT
 *
 * Programs started to be profiled, and what became of them.
 *
 *     live_target target;
 *     live_start(&target, (const char *[]){UNPEG_SPINNER, "loop", "500", NULL});
 *     ... sample target.pid ...
 *     assert_string_equal(live_finish(&target), "done 123\n");
 */
#ifndef UNPEG_TESTS_LIVE_TARGET_H
#define UNPEG_TESTS_LIVE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct live_target {
    pid_t pid;
    int out; /* what it prints */
    char text[4096];
    size_t used;
    int wait_status;
} live_target;

/* Starts words and waits for its first line; ends the test if that is impossible. */
void live_start(live_target *target, const char *const *words);

/* Waits for its end; its last line, without the line end. */
const char *live_finish(live_target *target);

/* The last line of all modes of the spinner that compute: spin_leaf(42), however often. */
extern const char live_spin_result[];

/* State letter of /proc/PID/stat; 0 if it is gone. */
char live_state(pid_t pid);

/* Prints why and ends the program with 77 when ptrace (and, with perf, perf_event_open) is not
 * possible on a child here. */
void live_need(bool perf);

#endif
