/* SPDX-License-Identifier: MIT
 *
 * Sums over the selected ticks.
 *
 *     totals_count(&view->totals, profile, &selection, effective, ticks_by_node);
 */
#ifndef UNPEG_VIEW_TOTALS_H
#define UNPEG_VIEW_TOTALS_H

#include "selection.h"
#include "unpeg/view.h"

/* Fills totals and, for each node, the selected ticks (ticks_by_node must be zeros). */
void totals_count(unpeg_totals *totals, const unpeg_profile *profile, const selection *s,
                  const uint32_t *effective, uint32_t *ticks_by_node);

/* The category of a tick with this state whose innermost frame, after folding, is of this kind. */
unpeg_category category_of_tick(uint8_t vm_state, unpeg_frame_kind kind);

#endif
