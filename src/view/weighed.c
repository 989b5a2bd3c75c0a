/* SPDX-License-Identifier: MIT */
#include "weighed.h"

/* A parent's id is smaller than its children's, so one pass backwards meets each node when all of
 * its ticks are known. */
void weigh_tree(const unpeg_profile *profile, const uint32_t *effective, const uint32_t *ticks,
                weighed *tree)
{
    size_t count = unpeg_profile_node_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    memset(tree, 0, count * sizeof *tree);
    for (size_t i = count; i-- > 1;) {
        uint32_t n = (uint32_t)i;
        uint32_t total = tree[n].total += ticks[n];
        if (total == 0)
            continue;
        uint32_t parent = nodes[n].parent;
        tree[parent].total += total;
        tree[effective[n]].self += ticks[n];
        if (effective[n] != n)
            continue;
        uint32_t caller = effective[parent];
        tree[n].next = tree[caller].first;
        tree[caller].first = n;
    }
    tree[UNPEG_NODE_ROOT].total += ticks[UNPEG_NODE_ROOT];
    tree[UNPEG_NODE_ROOT].self += ticks[UNPEG_NODE_ROOT];
}
