/* SPDX-License-Identifier: MIT */
#include "read_plan.h"

/* A row of a tick that is not taken costs a fifth of one that is (2 GB in 2.4 s, or in 0.45 s
 * without the ticks); the margin is for logs with more code. */
static const double CODE_ONLY_SPEEDUP = 4.0;

/* The rest of the budget is for the views, which take a quarter as long as reading, and for a
 * machine that gets slower. */
static const double USABLE_SHARE = 0.65;
static const double USABLE_SHARE_IN_TAIL = 0.8;

static uint64_t tail_from(const read_progress *p, double tail_bytes)
{
    uint64_t left = p->bytes_total - p->bytes_done;
    uint64_t tail = tail_bytes > (double)left ? left : (uint64_t)tail_bytes;
    if (tail < READ_MIN_TAIL_BYTES)
        tail = left < READ_MIN_TAIL_BYTES ? left : READ_MIN_TAIL_BYTES;
    return p->bytes_total - tail;
}

read_plan read_plan_make(const read_progress *p)
{
    read_plan plan = {READ_ALL, 0};
    if (p->bytes_done >= p->bytes_total)
        return plan;
    double left = (double)(p->bytes_total - p->bytes_done);
    double rate = p->bytes_per_us;
    double share = p->in_tail ? USABLE_SHARE_IN_TAIL : USABLE_SHARE;
    double time = (double)p->budget_us * share - (double)p->elapsed_us;
    if (left <= rate * time)
        return plan;
    double code_time = left / (rate * CODE_ONLY_SPEEDUP);
    double tail = (time - code_time) / (1 / rate - 1 / (rate * CODE_ONLY_SPEEDUP));
    plan.mode = tail >= READ_MIN_TAIL_BYTES ? READ_CODE_THEN_TAIL : READ_TAIL;
    if (plan.mode == READ_TAIL)
        tail = time > 0 ? rate * time : 0;
    plan.tail_offset = tail_from(p, tail);
    return plan;
}

/* Half of the usable time is the code's. */
bool read_plan_is_late(const read_progress *p, uint64_t *ret)
{
    double usable_us = (double)p->budget_us * USABLE_SHARE;
    double left_us = usable_us - (double)p->elapsed_us;
    if (left_us > usable_us / 2)
        return false;
    *ret = tail_from(p, left_us > 0 ? p->bytes_per_us * left_us : 0);
    return true;
}
