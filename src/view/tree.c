/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "grow.h"
#include "prof_labels.h"
#include "view_internal.h"

/* A place in the profile's tree that a tree node stands for: top-down the node and its total,
 * bottom-up a node that so many of the ticks have at this distance from their innermost frame.
 * Items of one tree node are chained; index 0 is not used and ends a chain. */
typedef struct item {
    uint32_t place; /* the node; bottom-up its caller, where the items of the next level are */
    uint32_t frame; /* the node's */
    uint32_t weight;
    uint32_t next;
} item;

/* A tree node in the making: the items of one function among the pending ones. */
typedef struct group {
    unpeg_tree_node out;
    const unpeg_frame *shown;
    uint32_t shown_weight;
    uint32_t items;    /* head of the chain */
    unpeg_slice label; /* of a function that is a label; else empty */
} group;

typedef struct grower {
    const unpeg_view *view;
    const unpeg_node *nodes;
    unpeg_tree_options options;
    double min_total;    /* of the view */
    double parent_share; /* of the parent's total */
    uint32_t *item_at;   /* bottom-up only: by profile node, the pending item there, or 0 (lent) */
    uint32_t *group_at;  /* by function: index into groups + 1, or 0 */
    item *items;
    size_t item_count, item_capacity;
    group *groups;
    size_t group_count, group_capacity;
    unpeg_tree_node *out;
    uint32_t *chains; /* by tree node: head of its items */
    size_t out_count, out_capacity, chain_capacity;
    uint32_t *heap; /* tree nodes to expand, heaviest first */
    size_t heap_count, heap_capacity;
} grower;

/* Looks at the node once, as each look may miss the cache. */
static bool add_item(grower *g, uint32_t node, uint32_t weight)
{
    const unpeg_node *n = &g->nodes[node];
    uint32_t place = g->options.bottom_up ? g->view->effective[n->parent] : node;
    if (g->item_count >= UINT32_MAX ||
        !grow_reserve((void **)&g->items, &g->item_capacity, g->item_count + 1, sizeof(item)))
        return false;
    g->items[g->item_count++] = (item){place, n->frame, weight, 0};
    return true;
}

/* Bottom-up, ticks that come from several places to one caller become one item there. */
static bool merge_item(grower *g, uint32_t node, uint32_t weight)
{
    uint32_t at = g->item_at[node];
    if (at) {
        g->items[at].weight += weight;
        return true;
    }
    g->item_at[node] = (uint32_t)g->item_count;
    return add_item(g, node, weight);
}

static bool add_callees(grower *g, uint32_t node)
{
    for (uint32_t c = g->view->tree[node].first; c; c = g->view->tree[c].next) {
        if (!add_item(g, c, g->view->tree[c].total))
            return false;
    }
    return true;
}

/* Whether a child of a tree node is shown. */
static bool is_heavy(const grower *g, uint32_t tree_node, uint64_t total)
{
    return (double)total >= g->min_total &&
           (double)total >= g->parent_share * (double)g->out[tree_node].total;
}

/* Most functions are too light to be shown: what is known of them saves the work. */
static bool add_innermost(grower *g)
{
    const unpeg_view *view = g->view;
    for (size_t i = 0; i < view->leaf_count; i++) {
        view_leaf leaf = view->leaves[i];
        uint32_t function = view->functions.of_frame[leaf.frame];
        if (leaf.node != UNPEG_NODE_ROOT && is_heavy(g, 0, view->self_of_function[function]) &&
            !add_item(g, leaf.node, leaf.ticks))
            return false;
    }
    return true;
}

/* Appends the items one level further than those of a tree node. */
static bool add_pending(grower *g, uint32_t tree_node)
{
    if (tree_node == 0)
        return g->options.bottom_up ? add_innermost(g) : add_callees(g, UNPEG_NODE_ROOT);
    for (uint32_t i = g->chains[tree_node]; i; i = g->items[i].next) {
        if (!g->options.bottom_up) {
            if (!add_callees(g, g->items[i].place))
                return false;
            continue;
        }
        uint32_t caller = g->items[i].place;
        if (caller != UNPEG_NODE_ROOT && !merge_item(g, caller, g->items[i].weight))
            return false;
    }
    return true;
}

/* Of the callers of a tree node's items. */
static void forget_items_at(grower *g, uint32_t tree_node)
{
    for (uint32_t i = g->chains[tree_node]; i; i = g->items[i].next)
        g->item_at[g->items[i].place] = 0;
}

static void show_heaviest(group *to, unpeg_frame_id id, const unpeg_frame *frame, uint32_t weight)
{
    if (!to->shown || weight > to->shown_weight ||
        (weight == to->shown_weight && frame_compare(frame, to->shown) < 0)) {
        to->shown = frame;
        to->shown_weight = weight;
        to->out.frame = id;
    }
}

static void join(grower *g, group *to, uint32_t index)
{
    item *joining = &g->items[index];
    joining->next = to->items;
    to->items = index;
    to->out.total += joining->weight;
    if (!g->options.bottom_up)
        to->out.self += g->view->tree[joining->place].self;
    else if (joining->place == UNPEG_NODE_ROOT)
        to->out.self += joining->weight;
    if (to->shown && to->out.frame == joining->frame) {
        if (joining->weight > to->shown_weight)
            to->shown_weight = joining->weight;
        return;
    }
    const unpeg_frame *frame = unpeg_profile_frame(g->view->profile, joining->frame);
    to->out.tiers |= UINT32_C(1) << frame->tier;
    show_heaviest(to, joining->frame, frame, joining->weight);
}

static bool group_items(grower *g, size_t first_item)
{
    g->group_count = 0;
    for (size_t i = first_item; i < g->item_count; i++) {
        uint32_t function = g->view->functions.of_frame[g->items[i].frame];
        uint32_t at = g->group_at[function];
        if (!at) {
            if (!grow_reserve((void **)&g->groups, &g->group_capacity, g->group_count + 1,
                              sizeof(group)))
                return false;
            const intern *labels = g->view->functions.labels;
            g->groups[g->group_count++] =
                (group){.label = labels ? intern_text(labels, function) : (unpeg_slice){"", 0}};
            at = g->group_at[function] = (uint32_t)g->group_count;
        }
        join(g, &g->groups[at - 1], (uint32_t)i);
    }
    for (size_t i = 0; i < g->group_count; i++)
        g->group_at[g->view->functions.of_frame[g->groups[i].out.frame]] = 0;
    return true;
}

static int compare_groups(const void *x, const void *y)
{
    const group *a = x;
    const group *b = y;
    if (a->out.total != b->out.total)
        return a->out.total > b->out.total ? -1 : 1;
    int order = prof_label_compare(b->label, a->label);
    return order ? order : frame_compare(a->shown, b->shown);
}

/* Heaviest first; of equal ones the one added first, which is the one nearer to the root. */
static bool comes_before(const grower *g, uint32_t a, uint32_t b)
{
    if (g->out[a].total != g->out[b].total)
        return g->out[a].total > g->out[b].total;
    return a < b;
}

static void sift_up(grower *g)
{
    size_t at = g->heap_count - 1;
    while (at > 0 && comes_before(g, g->heap[at], g->heap[(at - 1) / 2])) {
        uint32_t other = g->heap[(at - 1) / 2];
        g->heap[(at - 1) / 2] = g->heap[at];
        g->heap[at] = other;
        at = (at - 1) / 2;
    }
}

static uint32_t pop(grower *g)
{
    uint32_t top = g->heap[0];
    uint32_t last = g->heap[--g->heap_count];
    size_t at = 0;
    for (size_t child = 1; child < g->heap_count; child = 2 * at + 1) {
        if (child + 1 < g->heap_count && comes_before(g, g->heap[child + 1], g->heap[child]))
            child++;
        if (!comes_before(g, g->heap[child], last))
            break;
        g->heap[at] = g->heap[child];
        at = child;
    }
    g->heap[at] = last;
    return top;
}

static bool add_out(grower *g, const unpeg_tree_node *node, uint32_t chain)
{
    size_t needed = g->out_count + 1;
    if (needed > UINT32_MAX ||
        !grow_reserve((void **)&g->out, &g->out_capacity, needed, sizeof *g->out) ||
        !grow_reserve((void **)&g->chains, &g->chain_capacity, needed, sizeof *g->chains) ||
        !grow_reserve((void **)&g->heap, &g->heap_capacity, g->heap_count + 1, sizeof *g->heap))
        return false;
    g->out[g->out_count] = *node;
    g->chains[g->out_count] = chain;
    if (g->options.max_depth == 0 || node->depth < g->options.max_depth) {
        g->heap[g->heap_count++] = (uint32_t)g->out_count;
        g->out_count++;
        sift_up(g);
    } else {
        g->out_count++;
    }
    return true;
}

/* Sorts the groups that are heavy enough to the front; returns how many are kept. */
static size_t keep_groups(grower *g, uint32_t tree_node)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->group_count; i++) {
        if (is_heavy(g, tree_node, g->groups[i].out.total))
            g->groups[kept++] = g->groups[i];
    }
    if (kept > 1)
        qsort(g->groups, kept, sizeof(group), compare_groups);
    if (g->options.max_nodes && kept > g->options.max_nodes - (g->out_count - 1))
        kept = g->options.max_nodes - (g->out_count - 1);
    return kept;
}

static bool expand(grower *g, uint32_t tree_node)
{
    size_t first_item = g->item_count;
    bool done = add_pending(g, tree_node);
    if (g->options.bottom_up)
        forget_items_at(g, tree_node);
    if (!done || !group_items(g, first_item))
        return false;
    size_t kept = keep_groups(g, tree_node);
    g->out[tree_node].first_child = (uint32_t)g->out_count;
    g->out[tree_node].child_count = (uint32_t)kept;
    for (size_t i = 0; i < kept; i++) {
        unpeg_tree_node node = g->groups[i].out;
        node.parent = tree_node;
        node.depth = g->out[tree_node].depth + 1;
        if (!add_out(g, &node, g->groups[i].items))
            return false;
    }
    return true;
}

static bool grow_tree(grower *g)
{
    unpeg_tree_node root = {.frame = g->nodes[UNPEG_NODE_ROOT].frame,
                            .tiers = UINT32_C(1) << UNPEG_TIER_NONE,
                            .total = g->view->total};
    if (g->view->tree)
        root.self = g->view->tree[UNPEG_NODE_ROOT].self;
    /* Item 0 ends chains. */
    if (!add_item(g, UNPEG_NODE_ROOT, 0) || !add_out(g, &root, 0))
        return false;
    while (g->heap_count > 0 &&
           (g->options.max_nodes == 0 || g->out_count - 1 < g->options.max_nodes)) {
        if (!expand(g, pop(g)))
            return false;
    }
    for (size_t i = 0; i < g->out_count; i++)
        g->out[i].hidden = g->out[i].total - g->out[i].self;
    for (size_t i = 1; i < g->out_count; i++)
        g->out[g->out[i].parent].hidden -= g->out[i].total;
    return true;
}

static bool grower_init(grower *g, const unpeg_view *view, const unpeg_tree_options *options)
{
    *g = (grower){.view = view, .nodes = unpeg_profile_nodes(view->profile)};
    options_copy(&g->options, sizeof g->options, options);
    g->min_total = g->options.min_share * (double)view->total;
    g->group_at = calloc(view->functions.count, sizeof *g->group_at);
    g->item_at = view->marks;
    /* Room that is not used costs no memory; growing would copy. */
    return g->group_at && grow_reserve((void **)&g->items, &g->item_capacity,
                                       4 * view->leaf_count + 1, sizeof(item));
}

static void grower_deinit(grower *g)
{
    free(g->group_at);
    free(g->items);
    free(g->groups);
    free(g->out);
    free(g->chains);
    free(g->heap);
}

unpeg_status view_tree(const unpeg_view *view, const unpeg_tree_options *options,
                       double parent_share, unpeg_tree **ret)
{
    grower g;
    unpeg_status status = UNPEG_NO_MEMORY;
    unpeg_tree *tree = malloc(sizeof *tree);
    bool ready = grower_init(&g, view, options);
    g.parent_share = parent_share;
    if (ready && tree && grow_tree(&g)) {
        *tree = (unpeg_tree){g.out, g.out_count};
        g.out = NULL;
        *ret = tree;
        tree = NULL;
        status = UNPEG_OK;
    }
    free(tree);
    grower_deinit(&g);
    return status;
}

unpeg_status unpeg_tree_create(const unpeg_view *view, const unpeg_tree_options *options,
                               unpeg_tree **ret)
{
    return view_tree(view, options, 0, ret);
}

void unpeg_tree_destroy(unpeg_tree *tree)
{
    if (!tree)
        return;
    free(tree->nodes);
    free(tree);
}

uint32_t unpeg_tree_next(const unpeg_tree *tree, uint32_t node)
{
    const unpeg_tree_node *nodes = tree->nodes;
    if (nodes[node].child_count)
        return nodes[node].first_child;
    while (node) {
        const unpeg_tree_node *parent = &nodes[nodes[node].parent];
        if (node + 1 < parent->first_child + parent->child_count)
            return node + 1;
        node = nodes[node].parent;
    }
    return 0;
}
