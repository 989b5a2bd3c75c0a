/* SPDX-License-Identifier: MIT
 *
 * Functions: what rows and tree nodes stand for. Frames that differ only in tier, optimization
 * flags or V8's tag are one function (with split_tiers, only in flags and tag).
 *
 *     functions f;
 *     if (functions_init(&f, profile, false) != UNPEG_OK) return ...;
 *     uint32_t function = f.of_frame[node->frame];
 *     functions_deinit(&f);
 */
#ifndef UNPEG_VIEW_FUNCTIONS_H
#define UNPEG_VIEW_FUNCTIONS_H

#include "unpeg/profile.h"

typedef struct functions {
    uint32_t *of_frame; /* frame id -> function, 0 to count - 1 */
    uint32_t count;
    const struct intern *labels; /* texts of functions that are labels; else NULL */
} functions;

unpeg_status functions_init(functions *f, const unpeg_profile *profile, bool split_tiers);
void functions_deinit(functions *f);

/* An order of frames by what they are, not by their numbers: name, file, position, the rest.
 * Equal only for equal frames. */
int frame_compare(const unpeg_frame *a, const unpeg_frame *b);

#endif
