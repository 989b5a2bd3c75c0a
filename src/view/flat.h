/* SPDX-License-Identifier: MIT
 *
 * Flat rows: self and total of each function in a part of the tree.
 *
 *     flat_input in = {profile, &functions, effective, self, total, &kids};
 *     if (flat_rows(&in, &(uint32_t){UNPEG_NODE_ROOT}, 1, &rows, &count) != UNPEG_OK) return ...;
 *     flat_sort(rows, count, UNPEG_ORDER_SELF);
 *     free(rows);
 */
#ifndef UNPEG_VIEW_FLAT_H
#define UNPEG_VIEW_FLAT_H

#include "children.h"
#include "functions.h"
#include "unpeg/view.h"

/* The weighted tree. */
typedef struct flat_input {
    const unpeg_profile *profile;
    const functions *functions;
    const uint32_t *effective;
    const uint32_t *self, *total; /* weigh_nodes */
    const children *kids;         /* of the nodes with a total */
} flat_input;

typedef struct flat_row {
    unpeg_row row;
    const unpeg_frame *shown; /* row.frame */
    uint32_t function;
} flat_row;

/* A row for each function at or below the given nodes, none of which is an ancestor of another;
 * in no particular order. The caller frees *ret. */
unpeg_status flat_rows(const flat_input *in, const uint32_t *tops, size_t top_count, flat_row **ret,
                       size_t *ret_count);

void flat_sort(flat_row *rows, size_t count, unpeg_order order);

#endif
