/* SPDX-License-Identifier: MIT
 *
 * The profile's tree with ticks on it, read from the root outwards, over effective nodes (fold.h).
 *
 *     weighed *tree = malloc(node_count * sizeof *tree);
 *     weigh_tree(profile, effective, ticks, tree);
 *     for (uint32_t c = tree[node].first; c; c = tree[c].next)
 *         visit(c);
 */
#ifndef UNPEG_VIEW_WEIGHED_H
#define UNPEG_VIEW_WEIGHED_H

#include "unpeg/profile.h"

/* One node. 0 ends a list, as the root is nobody's child. Nodes that are folded away have only a
 * total, and nodes without a total are in no list. */
typedef struct weighed {
    uint32_t self, total; /* ticks of the node; and of all below it */
    uint32_t first, next; /* first child; next child of the same parent, ascending by id */
} weighed;

/* ticks: by node of the profile. Writes all of tree, which has an entry for each node. */
void weigh_tree(const unpeg_profile *profile, const uint32_t *effective, const uint32_t *ticks,
                weighed *tree);

#endif
