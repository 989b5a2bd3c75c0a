/* SPDX-License-Identifier: MIT */
#include "call_tree.h"

#include <stdlib.h>

#include "grow.h"

enum { MAX_LISTED = 12 }; /* children of a node before they go into the table */

static const unpeg_node_id CALL_TREE_WIDE = UINT32_MAX;

static uint64_t node_hash(unpeg_node_id parent, unpeg_frame_id frame)
{
    uint64_t key = ((uint64_t)parent << 32 | frame) * UINT64_C(0x9E3779B97F4A7C15);
    return key ^ key >> 32;
}

static unpeg_status append(call_tree *tree, unpeg_node node, unpeg_node_id *ret)
{
    if (tree->count >= UINT32_MAX - 1)
        return UNPEG_LIMIT;
    if (tree->count == tree->capacity &&
        !grow_reserve((void **)&tree->nodes, &tree->capacity, tree->count + 1, sizeof *tree->nodes))
        return UNPEG_NO_MEMORY;
    *ret = (unpeg_node_id)tree->count++;
    tree->nodes[*ret] = node;
    return UNPEG_OK;
}

unpeg_status call_tree_init(call_tree *tree, unpeg_frame_id root)
{
    unpeg_node_id id;
    *tree = (call_tree){0};
    return append(tree, (unpeg_node){UNPEG_NODE_ROOT, root, {0, 0}}, &id);
}

void call_tree_deinit(call_tree *tree)
{
    free(tree->nodes);
    free(tree->slots);
    *tree = (call_tree){0};
}

/* The slot of the node, or the free one where it belongs. */
static size_t find_slot(const call_tree *tree, unpeg_node_id parent, unpeg_frame_id frame)
{
    size_t mask = tree->slot_count - 1;
    size_t at = node_hash(parent, frame) & mask;
    for (unpeg_node_id id; (id = tree->slots[at]) != 0; at = (at + 1) & mask)
        if (tree->nodes[id].parent == parent && tree->nodes[id].frame == frame)
            break;
    return at;
}

static void put(call_tree *tree, unpeg_node_id id)
{
    tree->slots[find_slot(tree, tree->nodes[id].parent, tree->nodes[id].frame)] = id;
    tree->slots_used++;
}

/* Makes room for more entries in the table, which stays at most half full. */
static bool reserve_slots(call_tree *tree, size_t more)
{
    if ((tree->slots_used + more) * 2 <= tree->slot_count)
        return true;
    size_t old_count = tree->slot_count;
    unpeg_node_id *old = tree->slots;
    size_t wanted = old_count ? old_count * 2 : 4096;
    unpeg_node_id *slots = calloc(wanted, sizeof *slots);
    if (!slots)
        return false;
    tree->slots = slots;
    tree->slot_count = wanted;
    tree->slots_used = 0;
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            put(tree, old[i]);
    free(old);
    return true;
}

static unpeg_status make_wide(call_tree *tree, unpeg_node_id parent)
{
    if (!reserve_slots(tree, MAX_LISTED + 1))
        return UNPEG_NO_MEMORY;
    for (unpeg_node_id c = tree->nodes[parent].links[CALL_TREE_CHILD]; c;
         c = tree->nodes[c].links[CALL_TREE_SIBLING])
        put(tree, c);
    tree->nodes[parent].links[CALL_TREE_CHILD] = CALL_TREE_WIDE;
    return UNPEG_OK;
}

static unpeg_status child_of_wide(call_tree *tree, unpeg_node node, unpeg_node_id *ret)
{
    if (!reserve_slots(tree, 1))
        return UNPEG_NO_MEMORY;
    size_t slot = find_slot(tree, node.parent, node.frame);
    if (tree->slots[slot]) {
        *ret = tree->slots[slot];
        return UNPEG_OK;
    }
    unpeg_status status = append(tree, node, ret);
    if (status == UNPEG_OK) {
        tree->slots[slot] = *ret;
        tree->slots_used++;
    }
    return status;
}

static unpeg_status add_to_list(call_tree *tree, unpeg_node node, unpeg_node_id *ret)
{
    unpeg_status status = append(tree, node, ret);
    if (status == UNPEG_OK) {
        tree->nodes[*ret].links[CALL_TREE_SIBLING] =
            tree->nodes[node.parent].links[CALL_TREE_CHILD];
        tree->nodes[node.parent].links[CALL_TREE_CHILD] = *ret;
    }
    return status;
}

/* Of the children in the list of parent the one with the frame, moved to the front; 0 if there is
 * none. *ret_count: how many were looked at. */
static unpeg_node_id find_listed(unpeg_node *nodes, unpeg_node_id parent, unpeg_frame_id frame,
                                 unsigned *ret_count)
{
    unpeg_node_id first = nodes[parent].links[CALL_TREE_CHILD];
    unpeg_node_id before = 0;
    *ret_count = 0;
    for (unpeg_node_id id = first; id; before = id, id = nodes[id].links[CALL_TREE_SIBLING]) {
        ++*ret_count;
        if (nodes[id].frame != frame)
            continue;
        if (before) {
            nodes[before].links[CALL_TREE_SIBLING] = nodes[id].links[CALL_TREE_SIBLING];
            nodes[id].links[CALL_TREE_SIBLING] = first;
            nodes[parent].links[CALL_TREE_CHILD] = id;
        }
        return id;
    }
    return 0;
}

unpeg_status call_tree_child(call_tree *tree, unpeg_node_id parent, unpeg_frame_id frame,
                             unpeg_node_id *ret)
{
    unpeg_node node = {parent, frame, {0, 0}};
    unsigned listed;
    if (tree->nodes[parent].links[CALL_TREE_CHILD] == CALL_TREE_WIDE)
        return child_of_wide(tree, node, ret);
    *ret = find_listed(tree->nodes, parent, frame, &listed);
    if (*ret)
        return UNPEG_OK;
    if (listed < MAX_LISTED)
        return add_to_list(tree, node, ret);
    unpeg_status status = make_wide(tree, parent);
    return status == UNPEG_OK ? child_of_wide(tree, node, ret) : status;
}

/* Adds a path below a node that has no children: nothing has to be looked for. */
static unpeg_status add_chain(call_tree *tree, unpeg_node_id parent, const unpeg_frame_id *frames,
                              size_t count, unpeg_node_id *ret)
{
    if (count == 0)
        return UNPEG_OK;
    if (count > UINT32_MAX - 1 - tree->count)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&tree->nodes, &tree->capacity, tree->count + count,
                      sizeof *tree->nodes))
        return UNPEG_NO_MEMORY;
    unpeg_node *nodes = tree->nodes;
    unpeg_node_id id = (unpeg_node_id)tree->count;
    nodes[parent].links[CALL_TREE_CHILD] = id;
    for (size_t i = 0; i < count; i++, parent = id++) {
        nodes[id] = (unpeg_node){parent, frames[i], {id + 1, 0}};
        ret[i] = id;
    }
    nodes[parent].links[CALL_TREE_CHILD] = 0;
    tree->count += count;
    return UNPEG_OK;
}

unpeg_status call_tree_path(call_tree *tree, unpeg_node_id parent, const unpeg_frame_id *frames,
                            size_t count, unpeg_node_id *ret)
{
    size_t known = tree->count;
    size_t i = 0;
    unpeg_status status = UNPEG_OK;
    for (; i < count && parent < known && status == UNPEG_OK; i++) {
        unpeg_node_id first = tree->nodes[parent].links[CALL_TREE_CHILD];
        if (first != CALL_TREE_WIDE && first != 0 && tree->nodes[first].frame == frames[i])
            parent = first;
        else
            status = call_tree_child(tree, parent, frames[i], &parent);
        ret[i] = parent;
    }
    return status == UNPEG_OK ? add_chain(tree, parent, frames + i, count - i, ret + i) : status;
}
