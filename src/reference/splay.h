/* SPDX-License-Identifier: MIT
 *
 * A splay tree from numbers to indexes, as the reference has it.
 *
 *     splay tree = {0};
 *     splay_insert(&tree, start, entry);
 *     uint32_t node = splay_floor(&tree, address);
 *     if (node != SPLAY_NONE) use(tree.nodes[node].key, tree.nodes[node].value);
 *     splay_deinit(&tree);
 *
 * As long as no key is NaN this is an ordered map like any other. A NaN (a row without an address)
 * compares with nothing and cuts the tree in two where it happens to stand; what is found from then
 * on depends on the shape, and so on every earlier call. Therefore every operation splays exactly
 * when and how the reference does. The shape never changes the order of nodes from left to right,
 * which is kept as a list beside it: that makes the ends and neighbours cost nothing.
 */
#ifndef UNPEG_REFERENCE_SPLAY_H
#define UNPEG_REFERENCE_SPLAY_H

#include "unpeg/status.h"

enum { SPLAY_NONE = 0 };

typedef struct splay_node {
    double key;
    uint32_t value;
    uint32_t left, right; /* subtrees */
    uint32_t prev, next;  /* neighbours from left to right */
} splay_node;

typedef struct splay {
    splay_node *nodes; /* the first one is no node */
    size_t count, capacity;
    uint32_t root, first, last;
    uint32_t unused; /* removed nodes, linked by next */
} splay;

void splay_deinit(splay *tree);

/* Fails with NO_MEMORY or LIMIT (2^32 nodes). An equal key that is there stays as it is. */
UNPEG_MUST_CHECK unpeg_status splay_insert(splay *tree, double key, uint32_t value);

/* The node with this key, or SPLAY_NONE. A node is valid until the next insert. */
uint32_t splay_find(splay *tree, double key);

/* The node with the greatest key that is not greater, or SPLAY_NONE. */
uint32_t splay_floor(splay *tree, double key);

/* False if there is no such key. */
bool splay_remove(splay *tree, double key, uint32_t *ret_value);

#endif
