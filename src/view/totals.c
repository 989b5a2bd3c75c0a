/* SPDX-License-Identifier: MIT */
#include "totals.h"

#include "spacing.h"

unpeg_category unpeg_category_of(unpeg_frame_kind kind)
{
    switch (kind) {
    case UNPEG_FRAME_JS:
    case UNPEG_FRAME_BYTECODE_HANDLER:
        return UNPEG_CATEGORY_JS;
    case UNPEG_FRAME_WASM:
        return UNPEG_CATEGORY_WASM;
    case UNPEG_FRAME_BUILTIN:
        return UNPEG_CATEGORY_BUILTIN;
    case UNPEG_FRAME_REGEXP:
        return UNPEG_CATEGORY_REGEXP;
    case UNPEG_FRAME_STUB:
        return UNPEG_CATEGORY_STUB;
    case UNPEG_FRAME_CPP:
        return UNPEG_CATEGORY_CPP;
    case UNPEG_FRAME_LIBRARY:
        return UNPEG_CATEGORY_LIBRARY;
    case UNPEG_FRAME_KERNEL:
        return UNPEG_CATEGORY_KERNEL;
    case UNPEG_FRAME_GC:
        return UNPEG_CATEGORY_GC;
    case UNPEG_FRAME_IDLE:
        return UNPEG_CATEGORY_IDLE;
    case UNPEG_FRAME_ROOT:
    case UNPEG_FRAME_TRUNCATED:
    case UNPEG_FRAME_UNKNOWN:
    case UNPEG_FRAME_KIND_COUNT:
        break;
    }
    return UNPEG_CATEGORY_UNKNOWN;
}

const char *unpeg_category_text(unpeg_category category)
{
#define CATEGORY_TEXT(name, text) text,
    static const char *const texts[] = {UNPEG_CATEGORY_LIST(CATEGORY_TEXT)};
#undef CATEGORY_TEXT
    return (unsigned)category < UNPEG_CATEGORY_COUNT ? texts[category] : "?";
}

unpeg_category category_of_tick(uint8_t vm_state, unpeg_frame_kind kind)
{
    if (vm_state == UNPEG_VM_STATE_GC)
        return UNPEG_CATEGORY_GC;
    if (vm_state == UNPEG_VM_STATE_IDLE || vm_state == UNPEG_VM_STATE_IDLE_EXTERNAL)
        return UNPEG_CATEGORY_IDLE;
    return unpeg_category_of(kind);
}

static void add_time(unpeg_totals *t, int64_t time_us)
{
    if (t->ticks == 1 || time_us < t->start_us)
        t->start_us = time_us;
    if (t->ticks == 1 || time_us > t->end_us)
        t->end_us = time_us;
}

static void add_tick(unpeg_totals *t, const unpeg_tick *tick, const unpeg_frame *innermost)
{
    uint8_t state = tick->vm_state < UNPEG_VM_STATE_COUNT ? tick->vm_state : UNPEG_VM_STATE_UNKNOWN;
    t->ticks++;
    t->truncated += (tick->flags & UNPEG_TICK_TRUNCATED) != 0;
    t->no_stack += (tick->flags & UNPEG_TICK_NO_STACK) != 0;
    t->overflow += (tick->flags & UNPEG_TICK_OVERFLOW) != 0;
    t->by_state[state]++;
    t->by_category[category_of_tick(state, innermost->kind)]++;
    t->by_reason[innermost->reason]++;
    add_time(t, tick->time_us);
}

void totals_count(unpeg_totals *totals, const unpeg_profile *profile, const selection *s,
                  const uint32_t *effective, uint32_t *ticks_by_node)
{
    size_t count = unpeg_profile_tick_count(profile);
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    uint64_t gap_limit_us = spacing_measure(profile).gap_us;
    int64_t before_us = INT64_MAX;
    *totals = (unpeg_totals){0};
    for (size_t i = 0; i < count; i++) {
        unpeg_tick tick = unpeg_profile_tick(profile, i);
        if (selection_in_window(s, tick.time_us)) {
            uint64_t between = time_between(before_us, tick.time_us);
            if (between > gap_limit_us)
                totals->gap_us += between;
            before_us = tick.time_us;
        }
        if (!selection_keeps(s, &tick)) {
            totals->excluded++;
            continue;
        }
        add_tick(totals, &tick, unpeg_profile_frame(profile, nodes[effective[tick.node]].frame));
        ticks_by_node[tick.node]++;
    }
}
