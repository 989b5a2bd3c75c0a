/* SPDX-License-Identifier: MIT
 *
 * A recording that keeps its raw samples too, so that it can be replayed.
 *
 *     live_raw raw = {0};
 *     live_raw_open(&raw, options->raw, pid, rate_hz);            out NULL: all calls do nothing
 *     live_process_open_noted(pid, false, raw.writer, &process, &error);
 *     live_raw_begin(&raw, &snapshot, kept);  ... process_view_stack ...
 *     live_raw_commit(&raw, process);
 *     live_raw_finish(&raw, profile);
 *     live_raw_close(&raw);                                       after the process
 */
#ifndef UNPEG_LIVE_LIVE_RAW_H
#define UNPEG_LIVE_LIVE_RAW_H

#include "live_process.h"

typedef struct live_raw {
    raw_writer *writer; /* NULL: nothing is kept */
    bool v8_noted;
} live_raw;

UNPEG_MUST_CHECK unpeg_status live_raw_open(live_raw *raw, const unpeg_writer *out, int32_t pid,
                                            uint32_t rate_hz);

/* The time from which the ticks of the profile count. */
void live_raw_note_begin(live_raw *raw, int64_t begin_us);

/* snapshot lives until the commit. kept: the thread was kept from running before it. */
void live_raw_begin(live_raw *raw, const target_snapshot *snapshot, bool kept);
UNPEG_MUST_CHECK unpeg_status live_raw_commit(live_raw *raw, live_process *process);

/* The process became another program, whose memory has not been read yet. */
void live_raw_program(live_raw *raw);

/* profile is finished. */
UNPEG_MUST_CHECK unpeg_status live_raw_finish(live_raw *raw, const unpeg_profile *profile);
void live_raw_close(live_raw *raw);

#endif
