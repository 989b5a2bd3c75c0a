/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <stdlib.h>

unpeg_status children_init(children *c, const unpeg_profile *profile, const uint32_t *effective,
                           const uint32_t *weight)
{
    size_t count = unpeg_profile_node_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    c->first = calloc(count, sizeof *c->first);
    c->next = calloc(count, sizeof *c->next);
    if (!c->first || !c->next) {
        children_deinit(c);
        return UNPEG_NO_MEMORY;
    }
    for (size_t i = count; i-- > 1;) {
        uint32_t n = (uint32_t)i;
        if (effective[n] != n || weight[n] == 0)
            continue;
        uint32_t parent = effective[nodes[n].parent];
        c->next[n] = c->first[parent];
        c->first[parent] = n;
    }
    return UNPEG_OK;
}

void children_deinit(children *c)
{
    free(c->first);
    free(c->next);
    *c = (children){0};
}

/* A parent's id is smaller than its children's, so one pass backwards adds whole subtrees. */
void weigh_nodes(const unpeg_profile *profile, const uint32_t *effective, const uint32_t *ticks,
                 uint32_t *self, uint32_t *total)
{
    size_t count = unpeg_profile_node_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    memset(self, 0, count * sizeof *self);
    memcpy(total, ticks, count * sizeof *total);
    for (size_t n = count; n-- > 1;) {
        self[effective[n]] += ticks[n];
        total[nodes[n].parent] += total[n];
    }
    self[UNPEG_NODE_ROOT] += ticks[UNPEG_NODE_ROOT];
}
