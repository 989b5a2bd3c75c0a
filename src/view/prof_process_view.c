/* SPDX-License-Identifier: MIT */
#include "unpeg/prof_view.h"

#include <stdlib.h>

#include "prof_labels.h"
#include "view_internal.h"

/* Below this part of its parent a node is not printed (the reference's cut-off). */
#define SHOWN_SHARE 0.01

struct unpeg_prof_view {
    prof_labels labels;
    unpeg_prof_report report;
    unpeg_prof_row *rows, *c_entries;
    unpeg_prof_node *nodes;
};

/* The making of one. The view below it groups by label and folds by role. */
typedef struct builder {
    const unpeg_profile *profile;
    const unpeg_prof_options *options;
    unpeg_prof_view *out;
    unpeg_view view;
} builder;

static bool is_idle(unpeg_vm_state state)
{
    return state == UNPEG_VM_STATE_IDLE || state == UNPEG_VM_STATE_IDLE_EXTERNAL;
}

/* The profile's state for a number of the options, which is that of the log. */
static unpeg_vm_state state_of(const unpeg_profile *profile, double number)
{
    uint32_t v8_major = unpeg_profile_info_const(profile)->v8[0];
    if (!(number >= 0 && number < UNPEG_VM_STATE_UNKNOWN) || number != (double)(int)number)
        return UNPEG_VM_STATE_COUNT;
    /* V8 7 has no state for Atomics.wait. */
    return v8_major == 7 && number == 7 ? UNPEG_VM_STATE_IDLE : (unpeg_vm_state)(int)number;
}

static bool is_excluded(const builder *b, unpeg_vm_state state)
{
    const unpeg_prof_options *o = b->options;
    if (o->has_hidden_state) {
        unpeg_vm_state hidden = state_of(b->profile, o->hidden_state);
        return is_idle(hidden) ? is_idle(state) : state == hidden;
    }
    return o->has_state && state != state_of(b->profile, o->state);
}

static bool shows_gc(const builder *b)
{
    return !b->options->has_hidden_state && b->options->has_state &&
           state_of(b->profile, b->options->state) == UNPEG_VM_STATE_GC;
}

/* --distortion is in picoseconds; distortion_us is what the reference takes for microseconds. */
static bool in_range(const unpeg_prof_options *o, const unpeg_tick *tick, size_t index)
{
    double time_us = (double)tick->time_us - o->distortion_us / 1000 * (double)(index + 1);
    return !(time_us < o->range_start_us) && !(time_us > o->range_end_us);
}

static void count_ticks(builder *b)
{
    unpeg_prof_report *report = &b->out->report;
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    size_t count = unpeg_profile_tick_count(b->profile);
    for (size_t i = 0; i < count; i++) {
        unpeg_tick tick = unpeg_profile_tick(b->profile, i);
        if (!in_range(b->options, &tick, i))
            continue;
        report->ticks++;
        if (is_excluded(b, (unpeg_vm_state)tick.vm_state)) {
            report->excluded++;
            continue;
        }
        uint32_t frame = nodes[b->view.effective[tick.node]].frame;
        unpeg_frame_kind kind = unpeg_profile_frame(b->profile, frame)->kind;
        report->gc += tick.vm_state == UNPEG_VM_STATE_GC;
        report->unaccounted += kind == UNPEG_FRAME_UNKNOWN || kind == UNPEG_FRAME_ROOT;
        b->view.ticks[tick.node]++;
    }
}

/* True if a frame that is folded counts as this caller. */
static bool is_code(const builder *b, uint32_t node)
{
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    unpeg_frame_kind kind = unpeg_profile_frame(b->profile, nodes[node].frame)->kind;
    return kind != UNPEG_FRAME_ROOT && kind != UNPEG_FRAME_TRUNCATED && kind != UNPEG_FRAME_GC;
}

static bool folds(const builder *b, uint32_t node, uint32_t caller)
{
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    const uint8_t *roles = b->out->labels.roles;
    if (roles[nodes[caller].frame] == PROF_HOLDER)
        return true;
    uint8_t role = roles[nodes[node].frame];
    return role == PROF_TRANSPARENT || (role == PROF_FOLDED && is_code(b, caller));
}

static bool fold(builder *b)
{
    size_t count = unpeg_profile_node_count(b->profile);
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    uint32_t *effective = calloc(count, sizeof *effective);
    for (uint32_t n = 1; effective && n < count; n++) {
        uint32_t caller = effective[nodes[n].parent];
        effective[n] = folds(b, n, caller) ? caller : n;
    }
    b->view.effective = effective;
    b->view.ticks = calloc(count, sizeof *b->view.ticks);
    return effective && b->view.ticks;
}

static unpeg_prof_row row_of(const builder *b, uint32_t label, uint64_t ticks)
{
    const prof_labels *labels = &b->out->labels;
    return (unpeg_prof_row){prof_label_text(labels, label), ticks,
                            (unpeg_prof_category)labels->categories[label]};
}

static bool make_rows(builder *b)
{
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(&b->view, UNPEG_ORDER_SELF, &count);
    b->out->rows = malloc((count + 1) * sizeof *b->out->rows);
    if (!b->out->rows)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < count && rows[i].self > 0; i++)
        b->out->rows[used++] = row_of(b, b->view.functions.of_frame[rows[i].frame], rows[i].self);
    b->out->report.rows = b->out->rows;
    b->out->report.row_count = used;
    return true;
}

static void copy_nodes(builder *b, const unpeg_tree *tree, uint32_t *places)
{
    size_t used = 0;
    for (uint32_t n = unpeg_tree_next(tree, 0); n; n = unpeg_tree_next(tree, n)) {
        const unpeg_tree_node *node = &tree->nodes[n];
        places[n] = (uint32_t)used;
        b->out->nodes[used++] = (unpeg_prof_node){
            .label = prof_label_text(&b->out->labels, b->view.functions.of_frame[node->frame]),
            .ticks = node->total,
            .parent = places[node->parent],
            .depth = node->depth - 1};
    }
    b->out->report.nodes = b->out->nodes;
    b->out->report.node_count = used;
}

static unpeg_status make_nodes(builder *b)
{
    uint32_t levels = b->options->caller_levels;
    unpeg_tree_options options = {.struct_size = sizeof options,
                                  .bottom_up = true,
                                  .max_depth = levels == UINT32_MAX ? 0 : levels + 1};
    unpeg_tree *tree;
    unpeg_status status = view_tree(&b->view, &options, SHOWN_SHARE, &tree);
    if (status != UNPEG_OK)
        return status;
    uint32_t *places = calloc(tree->count, sizeof *places);
    b->out->nodes = malloc(tree->count * sizeof *b->out->nodes);
    if (places && b->out->nodes)
        copy_nodes(b, tree, places);
    else
        status = UNPEG_NO_MEMORY;
    free(places);
    unpeg_tree_destroy(tree);
    return status;
}

/* Values for nodes in a run of native frames: the label of its outermost C++ function, or these. */
#define ENTRY_NONE UINT32_MAX        /* none yet, or no native frame */
#define ENTRY_NEVER (UINT32_MAX - 1) /* nothing called the run: it was not entered from code */

static bool is_native(const builder *b, uint32_t node)
{
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    unpeg_frame_kind kind = unpeg_profile_frame(b->profile, nodes[node].frame)->kind;
    return kind == UNPEG_FRAME_CPP || kind == UNPEG_FRAME_LIBRARY || kind == UNPEG_FRAME_KERNEL;
}

/* Where generated code entered native code, for a node whose caller has its own answer. */
static uint32_t entry_of(const builder *b, const uint32_t *entries, uint32_t node)
{
    const unpeg_node *nodes = unpeg_profile_nodes(b->profile);
    uint32_t caller = b->view.effective[nodes[node].parent];
    if (!is_native(b, node))
        return ENTRY_NONE;
    if (is_native(b, caller) && entries[caller] != ENTRY_NONE)
        return entries[caller];
    if (!is_native(b, caller) && !is_code(b, caller))
        return ENTRY_NEVER;
    uint32_t label = b->view.functions.of_frame[nodes[node].frame];
    return b->out->labels.categories[label] == UNPEG_PROF_CPP ? label : ENTRY_NONE;
}

/* By label: ticks in native code that was entered through it. */
static bool count_entries(builder *b, uint64_t *ticks_by_label)
{
    size_t count = unpeg_profile_node_count(b->profile);
    uint32_t *entries = malloc(count * sizeof *entries);
    if (!entries)
        return false;
    entries[UNPEG_NODE_ROOT] = ENTRY_NONE;
    for (uint32_t n = 1; n < count; n++) {
        if (b->view.effective[n] != n)
            continue;
        entries[n] = entry_of(b, entries, n);
        if (entries[n] < ENTRY_NEVER)
            ticks_by_label[entries[n]] += b->view.tree[n].self;
    }
    free(entries);
    return true;
}

/* Rows by ticks, then as the report sorts its labels. */
static int by_ticks(const void *x, const void *y)
{
    const unpeg_prof_row *a = x;
    const unpeg_prof_row *b = y;
    if (a->ticks != b->ticks)
        return a->ticks > b->ticks ? -1 : 1;
    return prof_label_compare(b->label, a->label);
}

static bool make_entries(builder *b)
{
    uint32_t labels = b->view.functions.count;
    unpeg_prof_report *report = &b->out->report;
    uint64_t *ticks = calloc(labels, sizeof *ticks);
    b->out->c_entries = malloc(labels * sizeof *b->out->c_entries);
    bool done = ticks && b->out->c_entries && count_entries(b, ticks);
    for (uint32_t i = 0; done && i < labels; i++) {
        if (ticks[i] == 0)
            continue;
        b->out->c_entries[report->c_entry_count++] = row_of(b, i, ticks[i]);
        report->c_entry_ticks += ticks[i];
    }
    if (done && report->c_entry_count > 1)
        qsort(b->out->c_entries, report->c_entry_count, sizeof *b->out->c_entries, by_ticks);
    report->c_entries = b->out->c_entries;
    free(ticks);
    return done;
}

/* The labels' functions are lent to the view for the time of building. */
static unpeg_status build(builder *b)
{
    unpeg_status status = prof_labels_init(&b->out->labels, b->profile, b->options, shows_gc(b));
    if (status != UNPEG_OK)
        return status;
    b->view.functions = b->out->labels.functions;
    if (!fold(b))
        return UNPEG_NO_MEMORY;
    count_ticks(b);
    status = view_count(&b->view);
    if (status == UNPEG_OK && (!make_rows(b) || !make_entries(b)))
        status = UNPEG_NO_MEMORY;
    return status == UNPEG_OK ? make_nodes(b) : status;
}

static unpeg_status refuse(const unpeg_profile *profile, const unpeg_prof_options *options,
                           unpeg_error *error)
{
    if (options->runtime_timer || options->timed_range || options->pairwise_timed_range)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "options on timer and current-time rows need --strict");
    if (unpeg_profile_tick_count(profile) > UINT32_MAX)
        return unpeg_error_set(error, UNPEG_LIMIT, "a view takes at most 2^32 - 1 ticks");
    return UNPEG_OK;
}

unpeg_status unpeg_prof_view_create(const unpeg_profile *profile, const unpeg_prof_options *options,
                                    unpeg_prof_view **ret, unpeg_error *error)
{
    unpeg_status status = refuse(profile, options, error);
    if (status != UNPEG_OK)
        return status;
    unpeg_prof_view *view = calloc(1, sizeof *view);
    if (!view)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "making the report");
    view->report = (unpeg_prof_report){.struct_size = sizeof view->report,
                                       .log_name = unpeg_slice_of(options->log_name),
                                       .ignore_unknown = options->ignore_unknown,
                                       .only_summary = options->only_summary};
    builder b = {.profile = profile, .options = options, .out = view};
    b.view.profile = profile;
    status = build(&b);
    b.view.functions = (functions){0};
    view_deinit(&b.view);
    if (status != UNPEG_OK) {
        unpeg_prof_view_destroy(view);
        return unpeg_error_set(error, status, "making the report");
    }
    *ret = view;
    return UNPEG_OK;
}

void unpeg_prof_view_destroy(unpeg_prof_view *view)
{
    if (!view)
        return;
    prof_labels_deinit(&view->labels);
    free(view->rows);
    free(view->c_entries);
    free(view->nodes);
    free(view);
}

const unpeg_prof_report *unpeg_prof_view_report(const unpeg_prof_view *view)
{
    return &view->report;
}
