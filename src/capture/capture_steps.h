/* SPDX-License-Identifier: MIT
 *
 * The steps of a capture, each for a child process: what goes in is the wish, what comes out is
 * fixed in size and holds no pointers.
 *
 *     worker_job job = {step_pick, &wish, sizeof(pick_report)};
 *     status = worker_run(&job, &limit, &report, &error);
 */
#ifndef UNPEG_CAPTURE_CAPTURE_STEPS_H
#define UNPEG_CAPTURE_CAPTURE_STEPS_H

#include "settle.h"
#include "unpeg/capture.h"

enum { STEP_LINES = 5, STEP_NAME_BYTES = 256, STEP_REASON_BYTES = 256 };

typedef struct find_report {
    unpeg_status status; /* NOT_FOUND: no renderer is busy */
    char reason[STEP_REASON_BYTES];
    int pid;
} find_report;

typedef struct pick_report {
    unpeg_status status; /* OK also when there is none */
    char reason[STEP_REASON_BYTES];
    char path[SPOOL_PATH_BYTES]; /* "": none */
    unpeg_pick_reason why;
    int process; /* that writes it; 0: not known */
    uint32_t candidates;
    uint32_t seen;                   /* other files that end in .log */
    char runner_up[STEP_NAME_BYTES]; /* without one, the newest of the others */
    char excluded[64];               /* why that is no candidate */
    uint64_t runner_up_bytes;
} pick_report;

typedef struct spool_report {
    unpeg_status status; /* of the second name, or if it is there of the note and the store */
    char reason[STEP_REASON_BYTES];
    bool is_linked;
    spool_entry entry;
    char path[SPOOL_PATH_BYTES]; /* of the log, in the spool */
    char url[UNPEG_KEY_MAX + 256];
    char key[UNPEG_KEY_MAX + 1];
} spool_report;

typedef struct summary_report {
    unpeg_status status;
    char reason[STEP_REASON_BYTES];
    uint64_t ticks;
    unpeg_line lines[STEP_LINES]; /* the longest first */
} summary_report;

/* What a step needs of those before it. */
typedef struct capture_wish {
    const unpeg_capture_options *options;
    uint64_t begin_us;     /* of the capture */
    uint64_t observe_us;   /* find, pick */
    int pid;               /* pick, live; 0: not known */
    const char *log_path;  /* spool, summary */
    uint32_t candidates;   /* spool */
    const char *read_path; /* summary: the log in the spool, or log_path */
    uint64_t budget_us;    /* summary, live */
    size_t line_limits[STEP_LINES];
    spool_entry entry;    /* store, drop */
    uint64_t deadline_us; /* store, put */
} capture_wish;

void step_find(void *wish, void *report);    /* find_report */
void step_pick(void *wish, void *report);    /* pick_report */
void step_spool(void *wish, void *report);   /* spool_report */
void step_summary(void *wish, void *report); /* summary_report, of the log */
void step_live(void *wish, void *report);    /* summary_report, of the process */
void step_store(void *wish, void *report);   /* settle_result */
void step_put(void *wish, void *report);     /* settle_result: of a log that has no entry */
void step_drop(void *wish, void *report);    /* settle_result: takes the entry from the spool */

/* For the steps alone. */
void step_make_lines(const capture_wish *w, const unpeg_profile *profile, const char *log,
                     summary_report *r);
void step_copy_text(char *to, size_t size, const char *from);
const char *step_text_of(const unpeg_error *error, unpeg_status status);

#endif
