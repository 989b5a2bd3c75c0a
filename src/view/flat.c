/* SPDX-License-Identifier: MIT */
#include "flat.h"

#include <stdlib.h>

#include "grow.h"

/* A function's total so far, and how often it is on the path to the node being visited. */
typedef struct count {
    uint64_t total;
    uint32_t on_path;
} count;

/* A frame's ticks; weight is the sum of its nodes' totals. */
typedef struct frame_count {
    uint64_t self, weight;
    uint32_t function;
} frame_count;

/* An entered node: where to go on when its subtree is done. */
typedef struct step {
    uint32_t next, function;
} step;

typedef struct tally {
    const flat_input *in;
    const unpeg_node *nodes;
    const uint32_t *skipped; /* nodes not to enter, sorted */
    size_t skipped_count;
    count *counts;       /* by function */
    frame_count *frames; /* by frame */
    size_t frame_count;
    step *path;
    size_t depth, path_capacity;
} tally;

static bool tally_init(tally *t, const flat_input *in)
{
    *t = (tally){.in = in,
                 .nodes = unpeg_profile_nodes(in->profile),
                 .frame_count = unpeg_profile_frame_count(in->profile)};
    t->counts = calloc(in->functions->count, sizeof *t->counts);
    t->frames = malloc(t->frame_count * sizeof *t->frames);
    for (size_t f = 0; t->frames && f < t->frame_count; f++)
        t->frames[f] = (frame_count){.function = in->functions->of_frame[f]};
    return t->counts && t->frames;
}

static void tally_deinit(tally *t)
{
    free(t->counts);
    free(t->frames);
    free(t->path);
}

/* Counts a node; the path is for the nodes below it, and for coming back to next. */
static bool enter(tally *t, uint32_t node, uint32_t next)
{
    const weighed *w = &t->in->tree[node];
    frame_count *frame = &t->frames[t->nodes[node].frame];
    frame->self += w->self;
    frame->weight += w->total;
    count *c = &t->counts[frame->function];
    if (c->on_path == 0)
        c->total += w->total;
    if (w->first == 0)
        return true;
    if (t->depth == t->path_capacity &&
        !grow_reserve((void **)&t->path, &t->path_capacity, t->depth + 1, sizeof *t->path))
        return false;
    c->on_path++;
    t->path[t->depth++] = (step){next, frame->function};
    return true;
}

/* Leaves what is done; 0 at the end. */
static uint32_t leave(tally *t, uint32_t next)
{
    while (next == 0 && t->depth > 0) {
        step done = t->path[--t->depth];
        t->counts[done.function].on_path--;
        next = done.next;
    }
    return next;
}

static int by_id(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x;
    uint32_t b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static bool is_skipped(const tally *t, uint32_t node)
{
    return t->skipped_count > 0 &&
           bsearch(&node, t->skipped, t->skipped_count, sizeof node, by_id) != NULL;
}

/* Depth first. */
static bool walk(tally *t, uint32_t top)
{
    const weighed *tree = t->in->tree;
    uint32_t n = top;
    do {
        uint32_t next = n == top ? 0 : tree[n].next;
        if (!is_skipped(t, n)) {
            if (!enter(t, n, next))
                return false;
            next = tree[n].first ? tree[n].first : next;
        }
        n = leave(t, next);
    } while (n);
    return true;
}

/* Shown is the heaviest frame of a function. */
static void add_frame(const tally *t, flat_row *row, uint32_t id)
{
    const unpeg_frame *frame = unpeg_profile_frame(t->in->profile, id);
    uint64_t weight = t->frames[id].weight;
    uint64_t best = row->shown ? t->frames[row->row.frame].weight : 0;
    row->row.self += t->frames[id].self;
    row->row.tiers |= UINT32_C(1) << frame->tier;
    row->row.frame_flags |= frame->flags;
    if (weight > best || (weight == best && frame_compare(frame, row->shown) < 0)) {
        row->row.frame = id;
        row->shown = frame;
    }
}

static void add_frames(const tally *t, flat_row *rows, const uint32_t *row_of)
{
    for (uint32_t f = 0; f < t->frame_count; f++) {
        uint32_t at = row_of[t->frames[f].function];
        if (t->frames[f].weight > 0 && at != UINT32_MAX)
            add_frame(t, &rows[at], f);
    }
}

static bool collect(const tally *t, flat_table *ret)
{
    uint32_t function_count = t->in->functions->count;
    uint32_t root = t->in->functions->of_frame[t->nodes[UNPEG_NODE_ROOT].frame];
    uint32_t *row_of = malloc(function_count * sizeof *row_of);
    flat_row *rows = calloc(function_count, sizeof *rows);
    if (!row_of || !rows) {
        free(row_of);
        free(rows);
        return false;
    }
    uint32_t used = 0;
    for (uint32_t f = 0; f < function_count; f++) {
        bool listed = f != root && t->counts[f].total > 0;
        row_of[f] = listed ? used : UINT32_MAX;
        if (listed)
            rows[used++] = (flat_row){.row = {.total = t->counts[f].total}, .function = f};
    }
    add_frames(t, rows, row_of);
    free(row_of);
    *ret = (flat_table){rows, used};
    return true;
}

unpeg_status flat_rows(const flat_input *in, flat_table *ret)
{
    tally t;
    bool done = tally_init(&t, in) && walk(&t, UNPEG_NODE_ROOT) && collect(&t, ret);
    tally_deinit(&t);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
}

/* Adds to an outer tally the tally of the places that it skipped. The functions that call the
 * places have been counted for all that is below them. */
static void add_inner(tally *outer, const tally *inner, uint32_t place)
{
    const flat_input *in = outer->in;
    for (uint32_t n = place; n != UNPEG_NODE_ROOT;) {
        n = in->effective[outer->nodes[n].parent];
        outer->counts[in->functions->of_frame[outer->nodes[n].frame]].on_path = 1;
    }
    for (uint32_t f = 0; f < in->functions->count; f++) {
        if (outer->counts[f].on_path == 0)
            outer->counts[f].total += inner->counts[f].total;
    }
    for (size_t f = 0; f < outer->frame_count; f++) {
        outer->frames[f].self += inner->frames[f].self;
        outer->frames[f].weight += inner->frames[f].weight;
    }
}

unpeg_status flat_rows_around(const flat_input *in, const uint32_t *places, size_t place_count,
                              flat_table *ret, flat_table *ret_inner)
{
    tally outer;
    tally inner;
    bool outer_ready = tally_init(&outer, in);
    bool done = tally_init(&inner, in) && outer_ready;
    outer.skipped = places;
    outer.skipped_count = place_count;
    done = done && walk(&outer, UNPEG_NODE_ROOT);
    for (size_t i = 0; i < place_count && done; i++)
        done = walk(&inner, places[i]);
    *ret_inner = (flat_table){0};
    if (done) {
        add_inner(&outer, &inner, places[0]);
        done = collect(&inner, ret_inner) && collect(&outer, ret);
    }
    if (!done)
        free(ret_inner->rows);
    tally_deinit(&outer);
    tally_deinit(&inner);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
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

void flat_sort(flat_table *table, unpeg_order order)
{
    if (table->count > 1)
        qsort(table->rows, table->count, sizeof *table->rows,
              order == UNPEG_ORDER_SELF ? by_self : by_total);
}
