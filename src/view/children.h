/* SPDX-License-Identifier: MIT
 *
 * The profile's tree read from the root outwards, over effective nodes (fold.h).
 *
 *     children kids;
 *     if (children_init(&kids, profile, effective, total) != UNPEG_OK) return ...;
 *     for (uint32_t c = kids.first[node]; c; c = kids.next[c])
 *         visit(c);
 *     children_deinit(&kids);
 */
#ifndef UNPEG_VIEW_CHILDREN_H
#define UNPEG_VIEW_CHILDREN_H

#include "unpeg/profile.h"

/* By node id; 0 ends a list, as the root is nobody's child. Ascending by id. */
typedef struct children {
    uint32_t *first;
    uint32_t *next;
} children;

/* Only nodes with a weight are listed. */
unpeg_status children_init(children *c, const unpeg_profile *profile, const uint32_t *effective,
                           const uint32_t *weight);
void children_deinit(children *c);

/* Adds each node's ticks to its effective node (self), and to it and its ancestors (total).
 * Both arrays are written whole. */
void weigh_nodes(const unpeg_profile *profile, const uint32_t *effective, const uint32_t *ticks,
                 uint32_t *self, uint32_t *total);

#endif
