/* SPDX-License-Identifier: MIT
 *
 * What a view holds. Only for the files of this module.
 *
 *     const flat_input in = view_flat_input(view, &kids);
 *     const uint32_t function = view->functions.of_frame[frame];
 *     const unpeg_row *row = unpeg_view_row_of(view, frame);
 */
#ifndef UNPEG_VIEW_INTERNAL_H
#define UNPEG_VIEW_INTERNAL_H

#include "children.h"
#include "flat.h"
#include "functions.h"
#include "selection.h"
#include "unpeg/view.h"

struct unpeg_view {
    const unpeg_profile *profile;
    selection selection;
    functions functions;
    uint32_t *effective;       /* fold.h */
    uint32_t *ticks;           /* by node, unfolded */
    uint32_t *self, *total;    /* by effective node */
    unpeg_row *rows[2];        /* by unpeg_order */
    uint32_t *row_of_function; /* index into rows[UNPEG_ORDER_SELF], or UINT32_MAX */
    size_t row_count;
    unpeg_totals totals;
};

flat_input view_flat_input(const unpeg_view *view, const children *kids);

/* Copies the options a caller passed, which may be older (shorter) than ours, over zeros. */
void options_copy(void *to, size_t size, const void *from);

#endif
