/* SPDX-License-Identifier: MIT
 *
 * Which code object or native function samples fell into.
 *
 *     live_codes codes = {0};
 *     live_codes_add(&codes, view, &snapshot, &stack);       for each sample
 *     const live_code *hot = live_codes_hottest(&codes);
 *     live_codes_deinit(&codes);
 */
#ifndef UNPEG_LIVE_CODE_H
#define UNPEG_LIVE_CODE_H

#include "process_view.h"

typedef struct live_code {
    unpeg_addr start;
    uint64_t size;
    live_frame frame; /* of the function whose code it is */
    uint64_t samples;
    target_registers registers; /* of one of them */
} live_code;

typedef struct live_codes {
    live_code *items;
    size_t count, capacity;
    unpeg_addr *pcs; /* of all samples */
    size_t pc_count, pc_capacity;
} live_codes;

/* NO_MEMORY. A sample in code without known bounds counts only for the sum. */
UNPEG_MUST_CHECK unpeg_status live_codes_add(live_codes *codes, process_view *view,
                                             const target_snapshot *snapshot,
                                             const live_stack *stack);

/* NULL: no sample was in code that has bounds. */
const live_code *live_codes_hottest(const live_codes *codes);
void live_codes_deinit(live_codes *codes);

#endif
