/* SPDX-License-Identifier: MIT */
#include "flat.h"

#include <stdlib.h>

/* By function: its row so far, and how often it is on the stack of the node being visited.
 * By frame: the sum of the totals of its nodes, for choosing the frame to show. */
typedef struct flat_walk {
    const flat_input *in;
    const unpeg_node *nodes;
    unpeg_row *rows;
    uint32_t *on_stack;
    uint64_t *frame_weight;
} flat_walk;

static void enter(const flat_walk *w, uint32_t n)
{
    uint32_t frame = w->nodes[n].frame;
    uint32_t function = w->in->functions->of_frame[frame];
    unpeg_row *row = &w->rows[function];
    row->self += w->in->self[n];
    if (w->on_stack[function]++ == 0)
        row->total += w->in->total[n];
    w->frame_weight[frame] += w->in->total[n];
}

static void leave(const flat_walk *w, uint32_t n)
{
    w->on_stack[w->in->functions->of_frame[w->nodes[n].frame]]--;
}

/* Depth first, without a stack: the way back is in the nodes' parents. */
static void walk_subtree(const flat_walk *w, uint32_t top)
{
    const children *kids = w->in->kids;
    uint32_t n = top;
    for (;;) {
        enter(w, n);
        uint32_t next = kids->first[n];
        while (next == 0) {
            leave(w, n);
            if (n == top)
                return;
            next = kids->next[n];
            if (next == 0)
                n = w->in->effective[w->nodes[n].parent];
        }
        n = next;
    }
}

/* Gathers what the frames of a function have in common; shown is the heaviest frame. */
static void add_frames(const flat_walk *w, flat_row *rows, const uint32_t *row_of)
{
    size_t count = unpeg_profile_frame_count(w->in->profile);
    for (uint32_t f = 0; f < count; f++) {
        uint32_t at = row_of[w->in->functions->of_frame[f]];
        if (w->frame_weight[f] == 0 || at == UINT32_MAX)
            continue;
        const unpeg_frame *frame = unpeg_profile_frame(w->in->profile, f);
        flat_row *row = &rows[at];
        row->row.tiers |= UINT32_C(1) << frame->tier;
        row->row.frame_flags |= frame->flags;
        uint64_t best = row->shown ? w->frame_weight[row->row.frame] : 0;
        if (w->frame_weight[f] > best ||
            (w->frame_weight[f] == best && frame_compare(frame, row->shown) < 0)) {
            row->row.frame = f;
            row->shown = frame;
        }
    }
}

static unpeg_status collect(const flat_walk *w, flat_row **ret, size_t *ret_count)
{
    uint32_t function_count = w->in->functions->count;
    uint32_t root = w->in->functions->of_frame[w->nodes[UNPEG_NODE_ROOT].frame];
    uint32_t *row_of = malloc(function_count * sizeof *row_of);
    flat_row *rows = calloc(function_count, sizeof *rows);
    if (!row_of || !rows) {
        free(row_of);
        free(rows);
        return UNPEG_NO_MEMORY;
    }
    uint32_t count = 0;
    for (uint32_t f = 0; f < function_count; f++) {
        bool listed = f != root && w->rows[f].total > 0;
        row_of[f] = listed ? count : UINT32_MAX;
        if (listed)
            rows[count++] = (flat_row){.row = w->rows[f], .function = f};
    }
    add_frames(w, rows, row_of);
    free(row_of);
    *ret = rows;
    *ret_count = count;
    return UNPEG_OK;
}

unpeg_status flat_rows(const flat_input *in, const uint32_t *tops, size_t top_count, flat_row **ret,
                       size_t *ret_count)
{
    flat_walk w = {.in = in,
                   .nodes = unpeg_profile_nodes(in->profile),
                   .rows = calloc(in->functions->count, sizeof *w.rows),
                   .on_stack = calloc(in->functions->count, sizeof *w.on_stack),
                   .frame_weight =
                       calloc(unpeg_profile_frame_count(in->profile), sizeof *w.frame_weight)};
    unpeg_status status = UNPEG_NO_MEMORY;
    if (w.rows && w.on_stack && w.frame_weight) {
        for (size_t i = 0; i < top_count; i++)
            walk_subtree(&w, tops[i]);
        status = collect(&w, ret, ret_count);
    }
    free(w.rows);
    free(w.on_stack);
    free(w.frame_weight);
    return status;
}

static int by_counts(uint64_t a1, uint64_t b1, uint64_t a2, uint64_t b2)
{
    if (a1 != b1)
        return a1 > b1 ? -1 : 1;
    return (a2 < b2) - (a2 > b2);
}

static int by_self(const void *x, const void *y)
{
    const flat_row *a = x;
    const flat_row *b = y;
    int order = by_counts(a->row.self, b->row.self, a->row.total, b->row.total);
    return order ? order : frame_compare(a->shown, b->shown);
}

static int by_total(const void *x, const void *y)
{
    const flat_row *a = x;
    const flat_row *b = y;
    int order = by_counts(a->row.total, b->row.total, a->row.self, b->row.self);
    return order ? order : frame_compare(a->shown, b->shown);
}

void flat_sort(flat_row *rows, size_t count, unpeg_order order)
{
    if (count > 1)
        qsort(rows, count, sizeof *rows, order == UNPEG_ORDER_SELF ? by_self : by_total);
}
