/* SPDX-License-Identifier: MIT
 *
 * Folding: which node of the profile's tree a node counts as.
 *
 *     uint32_t *effective;
 *     if (fold_nodes(profile, query->flags, &effective) != UNPEG_OK) return ...;
 *     self[effective[tick.node]]++;
 *     free(effective);
 *
 * effective[n] is n itself or an ancestor of n, and effective[effective[n]] == effective[n], so
 * the ticks under an effective node are the ticks under the same node of the profile.
 */
#ifndef UNPEG_VIEW_FOLD_H
#define UNPEG_VIEW_FOLD_H

#include "unpeg/view.h"

/* flags: UNPEG_QUERY_KEEP_HANDLERS, UNPEG_QUERY_KEEP_GC_FRAMES. The caller frees *ret. */
unpeg_status fold_nodes(const unpeg_profile *profile, uint32_t flags, uint32_t **ret);

/* True for interpreter and baseline glue: code that is how a JavaScript function runs. */
bool fold_is_glue(const unpeg_frame *frame);

#endif
