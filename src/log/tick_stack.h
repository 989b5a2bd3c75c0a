/* SPDX-License-Identifier: MIT
 *
 * The stack of a tick row, decoded into a node of the profile's tree.
 *
 *     tick_stack *stack;
 *     tick_stack_create(profile, space, &stack);
 *     tick_stack_node(stack, &row, base, &result);
 *     tick_stack_destroy(stack);
 *
 * Three quarters of the bytes of a tick row repeat the end of the row before it: the callers that
 * did not return. Their text, frames and nodes are remembered, so a row costs a comparison from
 * its end and the decoding of the frames that are new. What is remembered is dropped when the code
 * space's generation changes.
 */
#ifndef UNPEG_LOG_TICK_STACK_H
#define UNPEG_LOG_TICK_STACK_H

#include "code_space.h"

typedef struct tick_stack tick_stack;

enum {
    TICK_V8_MAX_FRAMES = 255, /* V8's TickSample::kMaxFramesCount: deeper stacks are cut */
    TICK_MAX_FRAMES = 4096,   /* of a row; V8 never writes so many */
    TICK_BYTES_BEFORE = 14,   /* of a row, before its frames, at least */
};

/* Where stacks hang: their outermost frame's parent. */
typedef struct tick_bases {
    unpeg_node_id normal, truncated;
} tick_bases;

typedef struct tick_stack_result {
    unpeg_node_id node;  /* of the innermost frame of the list (without the pc) */
    uint32_t bad_frames; /* words in the list that are no address */
    bool truncated;
    bool has_frame;
} tick_stack_result;

/* Both must outlive the stack. */
UNPEG_MUST_CHECK unpeg_status tick_stack_create(unpeg_profile *profile, code_space *space,
                                                tick_stack **ret);
void tick_stack_destroy(tick_stack *stack); /* NULL is allowed */

/* What precedes the frames in a row, "tick,0,0,0,0,0" or longer, must be readable before
 * row->frames, if that is not empty. Fails with NO_MEMORY or LIMIT. */
UNPEG_MUST_CHECK unpeg_status tick_stack_node(tick_stack *stack, const unpeg_tick_row *row,
                                              const tick_bases *bases, tick_stack_result *ret);

/* True when the row's outermost frame is, to the letter, that of the row before it. */
bool tick_stack_same_root(const tick_stack *stack, const unpeg_tick_row *row);

#endif
