/* SPDX-License-Identifier: MIT
 *
 * What a view holds. Only for the files of this module.
 *
 *     uint32_t ticks = view->tree[UNPEG_NODE_ROOT].total;
 *     uint32_t function = view->functions.of_frame[frame];
 *     const unpeg_row *row = unpeg_view_row_of(view, frame);
 */
#ifndef UNPEG_VIEW_INTERNAL_H
#define UNPEG_VIEW_INTERNAL_H

#include "flat.h"
#include "functions.h"
#include "selection.h"
#include "unpeg/view.h"
#include "weighed.h"

/* A node, not folded away, that is the innermost of some ticks. */
typedef struct view_leaf {
    uint32_t node, ticks;
    uint32_t frame; /* the node's */
} view_leaf;

/* A view that only a bottom-up tree is made of (that of prof-process) has no ticks, tree or rows.
 */
struct unpeg_view {
    const unpeg_profile *profile;
    selection selection;
    functions functions;
    uint32_t *effective; /* fold.h */
    uint32_t *ticks;     /* by node, unfolded */
    weighed *tree;       /* by node */
    view_leaf *leaves;   /* each node once */
    size_t leaf_count;
    uint32_t *self_of_function; /* by function: the sum of its leaves */
    uint32_t *marks;            /* by node; all zero, for whoever needs them for a while */
    uint32_t total;             /* ticks selected */
    unpeg_row *rows[2];         /* by unpeg_order */
    uint32_t *row_of_function;  /* index into rows[UNPEG_ORDER_SELF], or UINT32_MAX */
    size_t row_count;
    unpeg_totals totals;
};

/* The tree of options, without nodes that have less than a share of their parent's total. */
unpeg_status view_tree(const unpeg_view *view, const unpeg_tree_options *options,
                       double parent_share, unpeg_tree **ret);

/* Frees what it holds, not the view itself. */
void view_deinit(unpeg_view *view);

/* Copies the options a caller passed, which may be older (shorter) than ours, over zeros. */
void options_copy(void *to, size_t size, const void *from);

#endif
