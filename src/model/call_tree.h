/* SPDX-License-Identifier: MIT
 *
 * The calling-context tree: nodes found by (parent, frame).
 *
 *     call_tree tree;
 *     call_tree_init(&tree, root_frame);
 *     call_tree_child(&tree, UNPEG_NODE_ROOT, frame, &node);
 *     call_tree_deinit(&tree);
 *
 * Most calls make a node, and most nodes have one or two children. So children hang in lists, the
 * last used in front, and making a node writes memory that is at hand; only a node with many
 * children has them in a hash table. (Measured on a log of 42 k ticks: one hash table for all
 * nodes took 52 ns a call.)
 */
#ifndef UNPEG_MODEL_CALL_TREE_H
#define UNPEG_MODEL_CALL_TREE_H

#include "unpeg/profile.h"

/* Indexes of unpeg_node.links; 0 is none. */
enum {
    CALL_TREE_CHILD,   /* the first child; CALL_TREE_WIDE when they are in the table */
    CALL_TREE_SIBLING, /* the next child of the same parent */
};

typedef struct call_tree {
    unpeg_node *nodes;
    size_t count, capacity;
    unpeg_node_id *slots; /* children of wide nodes; open addressing, 0 is free */
    size_t slot_count, slots_used;
} call_tree;

/* A tree of its root alone. Fails with NO_MEMORY; then it is empty and may be deinited. */
UNPEG_MUST_CHECK unpeg_status call_tree_init(call_tree *tree, unpeg_frame_id root);
void call_tree_deinit(call_tree *tree);

/* The child of parent with this frame, made if need be. Fails with NO_MEMORY or LIMIT. */
UNPEG_MUST_CHECK unpeg_status call_tree_child(call_tree *tree, unpeg_node_id parent,
                                              unpeg_frame_id frame, unpeg_node_id *ret);

/* The nodes of a path of count frames below parent, outermost first. Fails as call_tree_child. */
UNPEG_MUST_CHECK unpeg_status call_tree_path(call_tree *tree, unpeg_node_id parent,
                                             const unpeg_frame_id *frames, size_t count,
                                             unpeg_node_id *ret);

#endif
