/* SPDX-License-Identifier: MIT */
#include "live_recorder.h"

#include "vm_state.h"

unpeg_status live_recorder_begin(live_recorder *r)
{
    unpeg_frame_id id;
    const unpeg_frame frame = {.kind = UNPEG_FRAME_GC};
    unpeg_status status = unpeg_profile_add_frame(r->profile, &frame, &id);
    if (status != UNPEG_OK)
        return status;
    return unpeg_profile_add_node(r->profile, UNPEG_NODE_ROOT, id, &r->gc);
}

static bool is_outer(const live_frame *frame)
{
    unpeg_frame_kind kind = frame->frame.kind;
    return kind != UNPEG_FRAME_JS && kind != UNPEG_FRAME_WASM;
}

/* How many frames are kept: up to the outermost JavaScript function, or all where there is none. */
static size_t kept(const live_recorder *r, const live_stack *stack)
{
    size_t count = stack->count;
    if (r->keep_outer)
        return count;
    while (count > 0 && is_outer(&stack->frames[count - 1]))
        count--;
    return count ? count : stack->count;
}

/* Machine code that nothing explains is one frame for each page, or a profile would never end. */
unpeg_frame live_recorder_frame(const unpeg_frame *frame)
{
    unpeg_frame ret = *frame;
    if (ret.kind == UNPEG_FRAME_UNKNOWN)
        ret.address &= ~UINT64_C(0xfff);
    return ret;
}

unpeg_status live_recorder_add(live_recorder *r, const live_stack *stack, int64_t time_us)
{
    unpeg_vm_state state = vm_state_of(stack);
    unpeg_tick tick = {.time_us = time_us, .vm_state = (uint8_t)state};
    tick.node = state == UNPEG_VM_STATE_GC ? r->gc : UNPEG_NODE_ROOT;
    if (stack->end != STACK_END_COMPLETE)
        tick.flags = UNPEG_TICK_TRUNCATED;
    if (r->kept)
        tick.flags |= UNPEG_TICK_OVERFLOW;
    if (stack->count == 0)
        tick.flags |= UNPEG_TICK_NO_STACK;
    unpeg_status status = UNPEG_OK;
    for (size_t i = kept(r, stack); i-- > 0 && status == UNPEG_OK;) {
        unpeg_frame frame = live_recorder_frame(&stack->frames[i].frame);
        unpeg_frame_id id;
        status = unpeg_profile_add_frame(r->profile, &frame, &id);
        if (status == UNPEG_OK)
            status = unpeg_profile_add_node(r->profile, tick.node, id, &tick.node);
    }
    return status == UNPEG_OK ? unpeg_profile_add_tick(r->profile, &tick) : status;
}
