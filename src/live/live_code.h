/* SPDX-License-Identifier: MIT
 *
 * Which code object or native function samples fell into, and the hottest of them into a profile.
 *
 *     live_codes codes = {0};
 *     live_codes_add(&codes, view, &snapshot, &stack);       for each sample
 *     live_codes_keep(&codes, view, profile);                at the end
 *     live_codes_deinit(&codes);
 */
#ifndef UNPEG_LIVE_LIVE_CODE_H
#define UNPEG_LIVE_LIVE_CODE_H

#include "process_view.h"
#include "unpeg/hot_code.h"

enum { LIVE_CODE_FRAME_BELOW = 96, LIVE_CODE_FRAME_BYTES = 128 };

typedef struct live_code {
    unpeg_addr start;
    uint64_t size;
    unpeg_frame frame; /* of the function whose code it is */
    unpeg_slice module;
    uint64_t samples;
    target_registers registers; /* of the last of them */
    unpeg_addr frame_start;     /* of its innermost frame, or what lies near the frame pointer */
    size_t frame_size;
    unsigned char frame_bytes[LIVE_CODE_FRAME_BYTES];
} live_code;

typedef struct live_codes {
    live_code *items;
    size_t count, capacity;
    unpeg_addr *pcs; /* of samples in one of the items */
    size_t pc_count, pc_capacity;
} live_codes;

/* NO_MEMORY. A sample in code without known bounds is left out. */
UNPEG_MUST_CHECK unpeg_status live_codes_add(live_codes *codes, process_view *view,
                                             const target_snapshot *snapshot,
                                             const live_stack *stack);

/* Adds the hottest few to the profile, as they are in memory now: code that is not there any more,
 * or is other code by now, is left out. NO_MEMORY, LIMIT. */
UNPEG_MUST_CHECK unpeg_status live_codes_keep(live_codes *codes, process_view *view,
                                              unpeg_profile *profile);

void live_codes_deinit(live_codes *codes);

#endif
