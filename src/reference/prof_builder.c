/* SPDX-License-Identifier: MIT */
#include "prof_builder.h"

#include <stdlib.h>

#include "grow.h"
#include "js_text.h"

unpeg_status prof_builder_init(prof_builder *builder, uint32_t levels)
{
    *builder = (prof_builder){.levels = levels};
    return call_tree_init(&builder->tree, 0);
}

void prof_builder_deinit(prof_builder *builder)
{
    intern_deinit(&builder->texts);
    free(builder->self);
    free(builder->category);
    call_tree_deinit(&builder->tree);
    free(builder->node_ticks);
    arena_deinit(&builder->changed);
    free(builder->rows);
    free(builder->nodes);
    *builder = (prof_builder){0};
}

unpeg_status prof_builder_label(prof_builder *builder, unpeg_slice text,
                                unpeg_prof_category category, uint32_t *ret)
{
    if (!intern_add(&builder->texts, text, ret))
        return UNPEG_NO_MEMORY;
    /* Label 0, the empty text, comes into being with the first other one. */
    while (builder->label_count <= *ret) {
        size_t needed = builder->label_count + 1;
        if (!grow_reserve((void **)&builder->self, &builder->self_capacity, needed,
                          sizeof *builder->self) ||
            !grow_reserve((void **)&builder->category, &builder->category_capacity, needed,
                          sizeof *builder->category))
            return UNPEG_NO_MEMORY;
        builder->self[builder->label_count] = 0;
        builder->category[builder->label_count++] = (uint8_t)category;
    }
    return UNPEG_OK;
}

void prof_builder_set_category(prof_builder *builder, uint32_t label, unpeg_prof_category category)
{
    builder->category[label] = (uint8_t)category;
}

static unpeg_status count_node(prof_builder *builder, unpeg_node_id node, uint64_t ticks)
{
    while (builder->node_count <= node) {
        if (!grow_reserve((void **)&builder->node_ticks, &builder->node_capacity,
                          builder->node_count + 1, sizeof *builder->node_ticks))
            return UNPEG_NO_MEMORY;
        builder->node_ticks[builder->node_count++] = 0;
    }
    builder->node_ticks[node] += ticks;
    return UNPEG_OK;
}

unpeg_status prof_builder_add(prof_builder *builder, const uint32_t *labels, size_t count,
                              uint64_t ticks)
{
    unpeg_node_id node = UNPEG_NODE_ROOT;
    unpeg_status status = UNPEG_OK;
    if (count != 0)
        builder->self[labels[0]] += ticks;
    for (size_t i = 0; i < count && i < builder->levels && status == UNPEG_OK; i++) {
        status = call_tree_child(&builder->tree, node, labels[i], &node);
        if (status == UNPEG_OK)
            status = count_node(builder, node, ticks);
    }
    return status;
}

/* ---- Finishing ---- */

typedef struct label_order {
    unpeg_slice text;
    uint32_t label;
} label_order;

static int by_text_descending(const void *a, const void *b)
{
    return js_text_compare(((const label_order *)b)->text, ((const label_order *)a)->text);
}

/* What a sort of rows or siblings looks at. */
typedef struct item {
    uint32_t parent;
    uint32_t rank; /* of the label, in descending order of text */
    uint64_t ticks;
    uint32_t id; /* label or node */
} item;

static int by_parent_ticks_rank(const void *a, const void *b)
{
    const item *x = a;
    const item *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    if (x->ticks != y->ticks)
        return x->ticks > y->ticks ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* Everything that finish needs and drops at its end. */
typedef struct finish_scratch {
    unpeg_slice *texts; /* by label, as printed */
    uint32_t *ranks;    /* by label */
    item *items;
    uint32_t *places; /* by node: where it is printed */
    uint32_t *sizes;  /* by node: of its subtree */
    label_order *order;
} finish_scratch;

static void free_scratch(finish_scratch *scratch)
{
    free(scratch->texts);
    free(scratch->ranks);
    free(scratch->items);
    free(scratch->places);
    free(scratch->sizes);
    free(scratch->order);
}

/* Never NULL for 0 items, unlike calloc. */
static void *new_array(size_t count, size_t size)
{
    return calloc(count != 0 ? count : 1, size);
}

static bool new_scratch(const prof_builder *builder, finish_scratch *scratch)
{
    size_t labels = builder->label_count;
    size_t nodes = builder->tree.count;
    size_t items = labels > nodes ? labels : nodes;
    scratch->texts = new_array(labels, sizeof *scratch->texts);
    scratch->ranks = new_array(labels, sizeof *scratch->ranks);
    scratch->items = new_array(items, sizeof *scratch->items);
    scratch->places = new_array(nodes, sizeof *scratch->places);
    scratch->sizes = new_array(nodes, sizeof *scratch->sizes);
    scratch->order = new_array(labels, sizeof *scratch->order);
    return scratch->texts && scratch->ranks && scratch->items && scratch->places &&
           scratch->sizes && scratch->order;
}

static void rank_labels(const prof_builder *builder, finish_scratch *scratch)
{
    for (uint32_t i = 0; i < builder->label_count; i++)
        scratch->order[i] = (label_order){intern_text(&builder->texts, i), i};
    qsort(scratch->order, builder->label_count, sizeof *scratch->order, by_text_descending);
    for (uint32_t i = 0; i < builder->label_count; i++)
        scratch->ranks[scratch->order[i].label] = i;
}

/* Lone surrogates are told apart in sorting, but all print as U+FFFD. */
static bool printable_texts(prof_builder *builder, finish_scratch *scratch)
{
    for (uint32_t i = 0; i < builder->label_count; i++) {
        unpeg_slice text = intern_text(&builder->texts, i);
        if (!js_text_is_utf8(text)) {
            char *copy = arena_copy(&builder->changed, text.data, text.len);
            if (copy == NULL)
                return false;
            js_text_make_well_formed(copy, text.len);
            text.data = copy;
        }
        scratch->texts[i] = text;
    }
    return true;
}

static bool make_rows(prof_builder *builder, finish_scratch *scratch, unpeg_prof_report *report)
{
    size_t count = 0;
    for (uint32_t i = 0; i < builder->label_count; i++)
        if (builder->self[i] != 0)
            scratch->items[count++] = (item){0, scratch->ranks[i], builder->self[i], i};
    qsort(scratch->items, count, sizeof *scratch->items, by_parent_ticks_rank);
    builder->rows = new_array(count, sizeof *builder->rows);
    if (builder->rows == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t label = scratch->items[i].id;
        builder->rows[i] = (unpeg_prof_row){scratch->texts[label], scratch->items[i].ticks,
                                            (unpeg_prof_category)builder->category[label]};
    }
    report->rows = builder->rows;
    report->row_count = count;
    return true;
}

/* Children have greater ids than their parents, so one pass from the end sums up. */
static void measure_subtrees(const prof_builder *builder, uint32_t *sizes)
{
    const unpeg_node *nodes = builder->tree.nodes;
    for (size_t i = builder->tree.count - 1; i > 0; i--) {
        sizes[i]++;
        sizes[nodes[i].parent] += sizes[i];
    }
}

/* Sorted by parent, every parent has its place before its children get theirs: the first one
 * directly behind it, each other one behind the subtree of the one before. */
static void place_nodes(prof_builder *builder, finish_scratch *scratch, size_t count)
{
    uint32_t place = 0;
    for (size_t i = 0; i < count; i++) {
        const item *at = &scratch->items[i];
        bool top = at->parent == UNPEG_NODE_ROOT;
        if (i > 0 && at->parent != at[-1].parent)
            place = scratch->places[at->parent] + 1;
        uint32_t parent = top ? 0 : scratch->places[at->parent];
        scratch->places[at->id] = place;
        builder->nodes[place] = (unpeg_prof_node){
            .label = scratch->texts[builder->tree.nodes[at->id].frame],
            .ticks = at->ticks,
            .parent = parent,
            .depth = top ? 0 : builder->nodes[parent].depth + 1,
        };
        place += scratch->sizes[at->id];
    }
}

static bool make_nodes(prof_builder *builder, finish_scratch *scratch, unpeg_prof_report *report)
{
    size_t count = builder->tree.count - 1;
    builder->nodes = new_array(count, sizeof *builder->nodes);
    if (builder->nodes == NULL)
        return false;
    for (uint32_t i = 1; i <= count; i++) {
        const unpeg_node *node = &builder->tree.nodes[i];
        scratch->items[i - 1] =
            (item){node->parent, scratch->ranks[node->frame], builder->node_ticks[i], i};
    }
    qsort(scratch->items, count, sizeof *scratch->items, by_parent_ticks_rank);
    measure_subtrees(builder, scratch->sizes);
    place_nodes(builder, scratch, count);
    report->nodes = builder->nodes;
    report->node_count = count;
    return true;
}

unpeg_status prof_builder_finish(prof_builder *builder, unpeg_prof_report *report)
{
    finish_scratch scratch = {0};
    bool done = new_scratch(builder, &scratch) && printable_texts(builder, &scratch);
    if (done) {
        rank_labels(builder, &scratch);
        done = make_rows(builder, &scratch, report) && make_nodes(builder, &scratch, report);
    }
    free_scratch(&scratch);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
}
