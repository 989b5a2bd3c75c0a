/* SPDX-License-Identifier: MIT
 *
 * How to spend a time budget on a log that is too large for it.
 *
 *     read_plan plan = read_plan_make(&(read_progress){...});
 *     if (plan.mode == READ_TAIL) ... seek to plan.tail_offset
 *
 * Names come from code rows anywhere before the ticks that need them, the answer from the last
 * ticks. So, in this order: read everything; read everything but take only the ticks of the tail
 * (rows of ticks that are not taken cost a fifth); read head and tail only.
 */
#ifndef UNPEG_LOG_READ_PLAN_H
#define UNPEG_LOG_READ_PLAN_H

#include "unpeg/base.h"

enum {
    READ_MIN_HEAD_BYTES = 1 << 20, /* libraries and builtins: never skipped */
    READ_MIN_TAIL_BYTES = 1 << 20,
    READ_PLAN_BYTES = 16 << 20, /* how much is read before a rate is believed: heads are code */
};

typedef enum read_mode {
    READ_ALL,
    READ_CODE_THEN_TAIL, /* ticks only from tail_offset on */
    READ_TAIL,           /* nothing between here and tail_offset */
} read_mode;

typedef struct read_progress {
    uint64_t bytes_done, bytes_total;
    uint64_t elapsed_us, budget_us;
    double bytes_per_us; /* with ticks, as measured; above 0 */
    bool in_tail;        /* a late start over costs the ticks of this tail: not for a little */
} read_progress;

typedef struct read_plan {
    read_mode mode;
    uint64_t tail_offset;
} read_plan;

/* Pure arithmetic: the same progress gives the same plan. Asked again and again while everything is
 * read, so that a machine that gets slower costs the middle of the log, never its end. */
read_plan read_plan_make(const read_progress *progress);

/* While only code is read: true when there is no time for that, and what is left is for the tail at
 * *ret. */
bool read_plan_is_late(const read_progress *progress, uint64_t *ret);

#endif
