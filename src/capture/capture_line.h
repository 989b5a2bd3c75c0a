/* SPDX-License-Identifier: MIT
 *
 * The line of a capture: that of its log, and behind it what was done with the log.
 *
 *     capture_facts facts = {.picked = &pick_report, ...};
 *     capture_line_make(&facts, &line);
 *
 * Keys behind those of the log's line (src/render/line.h), in this order, each only if it says
 * something: picked candidates runner_up runner_up_mb dir prefix seen newest newest_is upload
 * verified store key credentials file kept failed total_ms. failed is "step: reason (N ms)" for
 * each step that did not do what it should, with "; " in between.
 */
#ifndef UNPEG_CAPTURE_CAPTURE_LINE_H
#define UNPEG_CAPTURE_CAPTURE_LINE_H

#include "capture_steps.h"

enum { CAPTURE_FAILURES_MAX = 5 };

typedef struct capture_failure {
    const char *step;
    uint64_t elapsed_us;
    char reason[STEP_REASON_BYTES];
} capture_failure;

typedef struct capture_facts {
    const unpeg_capture_options *options;
    size_t max_line;
    const pick_report *pick;
    const summary_report *summary; /* NULL: there is none */
    unpeg_status status;           /* without a summary: why */
    const char *reason;
    const char *log;          /* what the line calls it; NULL: none */
    const char *upload;       /* "stored", "pending"...; NULL: not said */
    const settle_result *put; /* NULL: nothing was stored */
    const char *url, *key;    /* "": not said */
    const char *file;         /* where the log is; NULL: not said */
    const char *kept;         /* why it is still there; NULL: not said */
    capture_failure failures[CAPTURE_FAILURES_MAX];
    size_t failure_count;
    uint64_t elapsed_us;
} capture_facts;

/* Lengths to make a summary's lines in, so that what is behind them has a place. */
void capture_line_limits(size_t max_line, size_t limits[static STEP_LINES]);

void capture_line_make(const capture_facts *facts, unpeg_line *ret);

#endif
