/* SPDX-License-Identifier: MIT
 *
 * Stacks of a live process on their way into a profile.
 *
 *     live_recorder recorder = {.profile = profile, .keep_outer = false};
 *     live_recorder_begin(&recorder);
 *     live_recorder_add(&recorder, &stack, time_us);
 *
 * As in a log, a stack begins with the outermost JavaScript function: what lies outside of it is
 * the same event loop in every sample. Samples in garbage collection lie below its frame.
 */
#ifndef UNPEG_LIVE_RECORDER_H
#define UNPEG_LIVE_RECORDER_H

#include "process_view.h"

typedef struct live_recorder {
    unpeg_profile *profile;
    bool keep_outer;
    bool kept;        /* before the next sample the thread was kept from running, or sampling */
    unpeg_node_id gc; /* of the frame that holds samples in garbage collection */
} live_recorder;

UNPEG_MUST_CHECK unpeg_status live_recorder_begin(live_recorder *recorder);

/* NO_MEMORY, LIMIT. */
UNPEG_MUST_CHECK unpeg_status live_recorder_add(live_recorder *recorder, const live_stack *stack,
                                                int64_t time_us);

/* The frame as it is in a profile. */
unpeg_frame live_recorder_frame(const unpeg_frame *frame);

#endif
