/* SPDX-License-Identifier: MIT
 *
 * How to spend a time budget on a log that is too large for it.
 *
 *     read_plan plan = read_plan_make(&(read_progress){...});
 *     if (plan.mode == READ_TAIL) ... seek to plan.tail_offset
 *
 * Names come from code rows anywhere before the ticks that need them, the answer from the last
 * ticks. So, in this order: read everything; read everything but take only the ticks of the tail
 * (rows of ticks that are not taken cost a third); read head and tail only.
 */
#ifndef UNPEG_LOG_READ_PLAN_H
#define UNPEG_LOG_READ_PLAN_H

#include "unpeg/base.h"

enum {
    READ_MIN_HEAD_BYTES = 1 << 20, /* libraries and builtins: never skipped */
    READ_MIN_TAIL_BYTES = 1 << 20,
    READ_PLAN_BYTES = 4 << 20, /* how much is read before a rate is believed */
};

typedef enum read_mode {
    READ_ALL,
    READ_CODE_THEN_TAIL, /* ticks only from tail_offset on */
    READ_TAIL,           /* nothing between here and tail_offset */
} read_mode;

typedef struct read_progress {
    uint64_t bytes_done, bytes_total;
    uint64_t elapsed_us, budget_us;
} read_progress;

typedef struct read_plan {
    read_mode mode;
    uint64_t tail_offset;
} read_plan;

/* Pure arithmetic: the same progress gives the same plan. */
read_plan read_plan_make(const read_progress *progress);

#endif
