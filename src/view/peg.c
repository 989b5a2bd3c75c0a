/* SPDX-License-Identifier: MIT */
#include "unpeg/peg.h"

#include <stdlib.h>

#include "evidence.h"
#include "peg_rules.h"
#include "stuck.h"
#include "verdict.h"
#include "view_internal.h"

enum { DEFAULT_ROWS = 20 };

/* Everything that is found out on the way to a peg. */
typedef struct inquiry {
    const unpeg_profile *profile;
    unpeg_peg_options options;
    timeline timeline;
    bool log_was_cut;
    uint64_t work_ticks; /* of the window, not idle */
    uint64_t waited_us;  /* in the window */
    stretch_set stretches;
    stuck stuck;
    evidence evidence;
    unpeg_peg *peg;
} inquiry;

static void survey(inquiry *q)
{
    const timeline *t = &q->timeline;
    int64_t before_us = INT64_MAX;
    for (size_t i = 0; i < t->count; i++) {
        bool idle = timeline_event(t, i) == EVENT_IDLE;
        int64_t time_us = timeline_time(t, i);
        uint64_t since_us = time_between(before_us, time_us);
        before_us = time_us;
        q->work_ticks += !idle;
        bool lost = timeline_tick(t, i).flags & UNPEG_TICK_OVERFLOW;
        if (idle || (since_us > t->spacing.gap_us && !lost))
            q->waited_us += since_us;
    }
}

static double waiting_share(const inquiry *q)
{
    const timeline *t = &q->timeline;
    if (t->count == 0)
        return 0;
    uint64_t span_us = time_between(timeline_time(t, 0), timeline_time(t, t->count - 1));
    return span_us ? (double)q->waited_us / (double)span_us : q->work_ticks == 0;
}

/* Ticks at their typical spacing, and the gaps in which ticks were lost: the thread ran there, or
 * was kept from it. */
static double busy_us(const timeline *t, const stretch *s)
{
    double us = 0;
    for (size_t i = s->first; i <= s->last; i++) {
        uint64_t since_us = i ? time_between(timeline_time(t, i - 1), timeline_time(t, i)) : 0;
        bool lost = i > s->first && timeline_tick(t, i).flags & UNPEG_TICK_OVERFLOW;
        us += (double)(lost && since_us > t->spacing.typical_us ? since_us : t->spacing.typical_us);
    }
    return us;
}

static bool is_pegged(const inquiry *q)
{
    const stretch *s = &q->stretches.best;
    if (q->stretches.count == 0)
        return false;
    uint64_t ticks = s->last - s->first + 1;
    if (s->duration_us < (uint64_t)PEG_FLOOR_US || ticks < PEG_FLOOR_TICKS)
        return false;
    if (busy_us(&q->timeline, s) < PEG_BUSY_SHARE * (double)s->duration_us)
        return false;
    return s->duration_us >= (uint64_t)PEG_MIN_US ||
           (double)ticks >= PEG_MIN_SHARE * (double)q->work_ticks;
}

/* The cycle is what the stuck call does if the stuck frame is in it, or if nothing of the stacks
 * can be seen but the cycle. */
static bool is_recursive(const inquiry *q)
{
    const cycle *c = &q->stuck.cycle;
    if (c->count == 0 || c->share < PEG_MAJORITY)
        return false;
    uint64_t truncated = q->evidence.depth.truncated;
    return c->is_entered || (double)truncated >= PEG_MAJORITY * (double)q->evidence.stacks;
}

static unpeg_frame_kind stuck_kind(const inquiry *q)
{
    const unpeg_peg *peg = q->peg;
    if (peg->path_count == 0)
        return UNPEG_FRAME_ROOT;
    return unpeg_profile_frame(q->profile, peg->path[peg->path_count - 1].frame)->kind;
}

static bool copy_cycle(inquiry *q)
{
    q->peg->cycle = malloc(q->stuck.cycle.count * sizeof *q->peg->cycle);
    if (!q->peg->cycle)
        return false;
    for (size_t i = 0; i < q->stuck.cycle.count; i++)
        q->peg->cycle[i] = q->timeline.nodes[q->stuck.cycle.nodes[i]].frame;
    q->peg->cycle_count = q->stuck.cycle.count;
    q->peg->cycle_repeats = q->stuck.cycle.repeats;
    return true;
}

static void copy_numbers(inquiry *q)
{
    unpeg_peg *peg = q->peg;
    const stretch *part = &q->stuck.part;
    const timeline *t = &q->timeline;
    peg->start_us = timeline_time(t, part->first);
    peg->end_us = timeline_time(t, part->last);
    peg->stretch_start_us = timeline_time(t, q->stretches.best.first);
    peg->stretch_end_us = timeline_time(t, q->stretches.best.last);
    peg->trailing = part->trailing;
    peg->ticks = part->last - part->first + 1;
    peg->stack_ticks = q->stuck.voters;
    peg->hidden_ticks = q->stuck.hidden;
    peg->share = q->work_ticks ? (double)peg->ticks / (double)q->work_ticks : 0;
    peg->evidence = q->evidence.shares;
    peg->evidence.cyclic = q->stuck.cycle.share;
    peg->depth = q->evidence.depth;
    peg->path_count = q->stuck.path_count;
    if (peg->path_count)
        peg->evidence.stuck =
            (double)q->stuck.path[peg->path_count - 1].ticks / (double)q->stuck.voters;
    if (q->stuck.voters)
        peg->evidence.hidden = (double)q->stuck.hidden / (double)q->stuck.voters;
    peg->path = q->stuck.path;
    q->stuck.path = NULL;
}

/* The heaviest rows of a table, which is freed. NULL only without memory. */
static unpeg_row *top_rows(flat_table *table, size_t max, size_t *ret_count)
{
    flat_sort(table, UNPEG_ORDER_SELF);
    size_t count = table->count < max ? table->count : max;
    unpeg_row *rows = malloc((count + 1) * sizeof *rows);
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = table->rows[i].row;
    free(table->rows);
    *ret_count = rows ? count : 0;
    return rows;
}

static unpeg_status fill_rows(const inquiry *q, const weighed *tree)
{
    flat_input in = {q->profile, &q->timeline.functions, q->timeline.effective, tree};
    flat_table whole;
    flat_table inner = {0};
    unpeg_status status =
        q->stuck.place_count
            ? flat_rows_around(&in, q->stuck.places, q->stuck.place_count, &whole, &inner)
            : flat_rows(&in, &whole);
    if (status != UNPEG_OK)
        return status;
    q->peg->self_rows = top_rows(&whole, q->options.max_rows, &q->peg->self_count);
    q->peg->stuck_rows = top_rows(&inner, q->options.max_rows, &q->peg->stuck_count);
    return q->peg->self_rows && q->peg->stuck_rows ? UNPEG_OK : UNPEG_NO_MEMORY;
}

/* Weighs the tree once more, with all ticks of the peg. */
static unpeg_status count_rows(const inquiry *q)
{
    const timeline *t = &q->timeline;
    size_t nodes = unpeg_profile_node_count(q->profile);
    uint32_t *ticks = calloc(nodes, sizeof *ticks);
    weighed *tree = malloc(nodes * sizeof *tree);
    unpeg_status status = UNPEG_NO_MEMORY;
    if (ticks && tree) {
        for (size_t i = q->stuck.part.first; i <= q->stuck.part.last; i++)
            ticks[timeline_node(t, i)]++;
        weigh_tree(q->profile, t->effective, ticks, tree);
        status = fill_rows(q, tree);
    }
    free(ticks);
    free(tree);
    return status;
}

static void judge(const inquiry *q, bool pegged, bool recursive)
{
    verdict_case c = {.peg = q->peg,
                      .is_pegged = pegged,
                      .is_native = q->stretches.best.native,
                      .is_wait = q->evidence.waiting >= PEG_WAIT_SHARE,
                      .is_recursive = recursive,
                      .is_mixed_thread = unpeg_profile_info_const(q->profile)->isolates > 1,
                      .waiting = waiting_share(q),
                      .window_ticks = q->timeline.count,
                      .profile_ticks = unpeg_profile_tick_count(q->profile),
                      .stuck_kind = stuck_kind(q)};
    verdict_decide(&c);
}

static unpeg_status examine(inquiry *q, bool pegged)
{
    const timeline *t = &q->timeline;
    unpeg_status status = stuck_find(t, &q->stretches.best, q->log_was_cut, &q->stuck);
    const stretch *part = &q->stuck.part;
    if (status == UNPEG_OK)
        status = evidence_collect(t, part->first, part->last, &q->evidence);
    if (status != UNPEG_OK)
        return status;
    bool recursive = is_recursive(q);
    copy_numbers(q);
    status = count_rows(q);
    if (status != UNPEG_OK || (recursive && !copy_cycle(q)))
        return UNPEG_NO_MEMORY;
    judge(q, pegged, recursive);
    return UNPEG_OK;
}

static unpeg_status inquire(inquiry *q)
{
    unpeg_query query = {.struct_size = sizeof query};
    if (q->options.has_window)
        unpeg_query_set_range(&query, q->options.start_us, q->options.end_us);
    unpeg_status status = timeline_init(&q->timeline, q->profile, &query);
    if (status != UNPEG_OK)
        return status;
    q->log_was_cut = !unpeg_profile_info_const(q->profile)->ended;
    survey(q);
    stretches_find(&q->timeline, q->log_was_cut, &q->stretches);
    q->peg->stretches = q->stretches.count;
    if (q->stretches.count)
        return examine(q, is_pegged(q));
    judge(q, false, false);
    return UNPEG_OK;
}

unpeg_status unpeg_peg_find(const unpeg_profile *profile, const unpeg_peg_options *options,
                            unpeg_peg **ret, unpeg_error *error)
{
    if (unpeg_profile_tick_count(profile) > UINT32_MAX)
        return unpeg_error_set(error, UNPEG_LIMIT, "a view takes at most 2^32 - 1 ticks");
    inquiry *q = calloc(1, sizeof *q);
    unpeg_peg *peg = calloc(1, sizeof *peg);
    unpeg_status status = UNPEG_NO_MEMORY;
    if (q && peg) {
        q->profile = profile;
        q->peg = peg;
        options_copy(&q->options, sizeof q->options, options);
        if (q->options.max_rows == 0)
            q->options.max_rows = DEFAULT_ROWS;
        status = inquire(q);
        timeline_deinit(&q->timeline);
        stuck_deinit(&q->stuck);
    }
    free(q);
    if (status != UNPEG_OK) {
        unpeg_peg_destroy(peg);
        return unpeg_error_set(error, status, "looking for the peg");
    }
    *ret = peg;
    return UNPEG_OK;
}

void unpeg_peg_destroy(unpeg_peg *peg)
{
    if (!peg)
        return;
    free(peg->path);
    free(peg->self_rows);
    free(peg->stuck_rows);
    free(peg->cycle);
    free(peg);
}
