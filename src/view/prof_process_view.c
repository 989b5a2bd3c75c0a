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
    const unpeg_node *nodes;
    uint8_t *kinds; /* by frame: unpeg_frame_kind */
    unpeg_prof_view *out;
    unpeg_view view;
} builder;

/* Frames are large, and each tick asks. */
static bool list_kinds(builder *b)
{
    size_t count = unpeg_profile_frame_count(b->profile);
    b->kinds = malloc(count);
    for (uint32_t f = 0; b->kinds && f < count; f++)
        b->kinds[f] = (uint8_t)unpeg_profile_frame(b->profile, f)->kind;
    return b->kinds != NULL;
}

static unpeg_frame_kind kind_of(const builder *b, uint32_t node)
{
    return (unpeg_frame_kind)b->kinds[b->nodes[node].frame];
}

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

/* True if the tick is one of those that are listed. */
static bool count_tick(builder *b, const unpeg_tick *tick)
{
    unpeg_prof_report *report = &b->out->report;
    report->ticks++;
    if (is_excluded(b, (unpeg_vm_state)tick->vm_state)) {
        report->excluded++;
        return false;
    }
    report->gc += tick->vm_state == UNPEG_VM_STATE_GC;
    b->view.total++;
    return true;
}

static bool is_unaccounted(unpeg_frame_kind kind)
{
    return kind == UNPEG_FRAME_UNKNOWN || kind == UNPEG_FRAME_ROOT;
}

/* Ticks by innermost shown node: those that have any are the view's leaves. */
static bool count_ticks(builder *b)
{
    size_t count = unpeg_profile_tick_count(b->profile);
    size_t node_count = unpeg_profile_node_count(b->profile);
    size_t most = count < node_count ? count : node_count;
    uint32_t *place = calloc(node_count, sizeof *place); /* of each node among the leaves, + 1 */
    view_leaf *leaves = b->view.leaves = malloc((most + 1) * sizeof *leaves);
    for (size_t i = 0; place && leaves && i < count; i++) {
        unpeg_tick tick = unpeg_profile_tick(b->profile, i);
        uint32_t node = b->view.effective[tick.node];
        if (!in_range(b->options, &tick, i) || !count_tick(b, &tick))
            continue;
        if (place[node] == 0) {
            leaves[b->view.leaf_count++] = (view_leaf){node, 0, b->nodes[node].frame};
            place[node] = (uint32_t)b->view.leaf_count;
        }
        leaves[place[node] - 1].ticks++;
    }
    for (size_t i = 0; place && i < b->view.leaf_count; i++) {
        place[leaves[i].node] = 0;
        if (is_unaccounted((unpeg_frame_kind)b->kinds[leaves[i].frame]))
            b->out->report.unaccounted += leaves[i].ticks;
    }
    b->view.marks = place;
    return place && leaves;
}

/* True if a frame that is folded counts as this caller. */
static bool is_code(const builder *b, uint32_t node)
{
    unpeg_frame_kind kind = kind_of(b, node);
    return kind != UNPEG_FRAME_ROOT && kind != UNPEG_FRAME_TRUNCATED && kind != UNPEG_FRAME_GC;
}

static bool folds(const builder *b, uint32_t node, uint32_t caller)
{
    const uint8_t *roles = b->out->labels.roles;
    if (roles[b->nodes[caller].frame] == PROF_HOLDER)
        return true;
    uint8_t role = roles[b->nodes[node].frame];
    return role == PROF_TRANSPARENT || (role == PROF_FOLDED && is_code(b, caller));
}

static bool fold(builder *b)
{
    size_t count = unpeg_profile_node_count(b->profile);
    const unpeg_node *nodes = b->nodes;
    uint32_t *effective = calloc(count, sizeof *effective);
    for (uint32_t n = 1; effective && n < count; n++) {
        uint32_t caller = effective[nodes[n].parent];
        effective[n] = folds(b, n, caller) ? caller : n;
    }
    b->view.effective = effective;
    return effective != NULL;
}

static unpeg_prof_row row_of(const builder *b, uint32_t label, uint64_t ticks)
{
    const prof_labels *labels = &b->out->labels;
    return (unpeg_prof_row){prof_label_text(labels, label), ticks,
                            (unpeg_prof_category)labels->categories[label]};
}

/* A row while it is sorted. */
typedef struct ranked_row {
    uint32_t ticks, label;
    uint64_t beginning; /* prof_label_beginning */
    unpeg_slice text;
} ranked_row;

/* Rows by ticks, then as the report sorts its labels: descending. */
static int by_ticks(const void *x, const void *y)
{
    const ranked_row *a = x;
    const ranked_row *b = y;
    if (a->ticks != b->ticks)
        return a->ticks > b->ticks ? -1 : 1;
    if (a->beginning != b->beginning)
        return a->beginning > b->beginning ? -1 : 1;
    return prof_label_compare(b->text, a->text);
}

static size_t rank_labels(const builder *b, const uint32_t *ticks_by_label, ranked_row *ret)
{
    size_t count = 0;
    for (uint32_t i = 1; i < b->view.functions.count; i++) {
        unpeg_slice text = prof_label_text(&b->out->labels, i);
        if (ticks_by_label[i] > 0)
            ret[count++] = (ranked_row){ticks_by_label[i], i, prof_label_beginning(text), text};
    }
    if (count > 1)
        qsort(ret, count, sizeof *ret, by_ticks);
    return count;
}

/* The rows of the labels that have ticks, in the order of printing. The root's label has none. */
static bool list_labels(const builder *b, const uint32_t *ticks_by_label, unpeg_prof_row **ret_rows,
                        size_t *ret_count)
{
    ranked_row *ranked = malloc(b->view.functions.count * sizeof *ranked);
    if (!ranked)
        return false;
    size_t count = *ret_count = rank_labels(b, ticks_by_label, ranked);
    unpeg_prof_row *rows = *ret_rows = malloc((count + 1) * sizeof *rows);
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = row_of(b, ranked[i].label, ranked[i].ticks);
    free(ranked);
    return rows != NULL;
}

static bool make_rows(builder *b)
{
    unpeg_prof_report *report = &b->out->report;
    const uint32_t *label_of = b->view.functions.of_frame;
    uint32_t *ticks = calloc(b->view.functions.count, sizeof *ticks);
    b->view.self_of_function = ticks;
    if (!ticks)
        return false;
    for (size_t i = 0; i < b->view.leaf_count; i++)
        ticks[label_of[b->view.leaves[i].frame]] += b->view.leaves[i].ticks;
    bool done = list_labels(b, ticks, &b->out->rows, &report->row_count);
    report->rows = b->out->rows;
    return done;
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

static bool is_native(const builder *b, uint32_t frame)
{
    unpeg_frame_kind kind = (unpeg_frame_kind)b->kinds[frame];
    return kind == UNPEG_FRAME_CPP || kind == UNPEG_FRAME_LIBRARY || kind == UNPEG_FRAME_KERNEL;
}

/* The label of the outermost C++ function of the run of native frames that a leaf is the innermost
 * of: where generated code entered native code. 0 when there is none, or nothing called the run. */
static uint32_t entry_of(const builder *b, const view_leaf *leaf)
{
    uint32_t entry = 0;
    uint32_t node = leaf->node;
    uint32_t frame = leaf->frame;
    if (!is_native(b, frame))
        return 0;
    while (is_native(b, frame)) {
        uint32_t label = b->view.functions.of_frame[frame];
        if (b->out->labels.categories[label] == UNPEG_PROF_CPP)
            entry = label;
        node = b->view.effective[b->nodes[node].parent];
        frame = b->nodes[node].frame;
    }
    return is_code(b, node) ? entry : 0;
}

static bool make_entries(builder *b)
{
    unpeg_prof_report *report = &b->out->report;
    uint32_t *ticks = calloc(b->view.functions.count, sizeof *ticks);
    if (!ticks)
        return false;
    for (size_t i = 0; i < b->view.leaf_count; i++)
        ticks[entry_of(b, &b->view.leaves[i])] += b->view.leaves[i].ticks;
    bool done = list_labels(b, ticks, &b->out->c_entries, &report->c_entry_count);
    for (size_t i = 0; done && i < report->c_entry_count; i++)
        report->c_entry_ticks += b->out->c_entries[i].ticks;
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
    if (!list_kinds(b) || !fold(b) || !count_ticks(b) || !make_rows(b) || !make_entries(b))
        return UNPEG_NO_MEMORY;
    return make_nodes(b);
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
    b.nodes = unpeg_profile_nodes(profile);
    b.view.profile = profile;
    status = build(&b);
    b.view.functions = (functions){0};
    view_deinit(&b.view);
    free(b.kinds);
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
