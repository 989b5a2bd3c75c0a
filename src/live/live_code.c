/* SPDX-License-Identifier: MIT */
#include "live_code.h"

#include <stdlib.h>

#include "grow.h"

static live_code *find(const live_codes *codes, unpeg_addr pc)
{
    for (size_t i = 0; i < codes->count; i++)
        if (pc - codes->items[i].start < codes->items[i].size)
            return &codes->items[i];
    return NULL;
}

/* Of the innermost machine frame the function that the others were inlined into. */
static const live_frame *owner_of(const live_stack *stack)
{
    size_t i = 0;
    while (i + 1 < stack->count && stack->frames[i].inlined)
        i++;
    return &stack->frames[i];
}

static unpeg_status add_code(live_codes *codes, process_view *view, const target_snapshot *snapshot,
                             const live_stack *stack)
{
    live_code code = {.frame = *owner_of(stack), .samples = 1, .registers = snapshot->registers};
    unpeg_status status = process_view_code(view, stack->frames[0].pc, &code.start, &code.size);
    if (status != UNPEG_OK)
        return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
    if (!grow_reserve((void **)&codes->items, &codes->capacity, codes->count + 1, sizeof code))
        return UNPEG_NO_MEMORY;
    codes->items[codes->count++] = code;
    return UNPEG_OK;
}

unpeg_status live_codes_add(live_codes *codes, process_view *view, const target_snapshot *snapshot,
                            const live_stack *stack)
{
    if (stack->count == 0)
        return UNPEG_OK;
    unpeg_addr pc = stack->frames[0].pc;
    if (!grow_reserve((void **)&codes->pcs, &codes->pc_capacity, codes->pc_count + 1, sizeof pc))
        return UNPEG_NO_MEMORY;
    codes->pcs[codes->pc_count++] = pc;
    live_code *known = find(codes, pc);
    if (!known)
        return add_code(codes, view, snapshot, stack);
    known->samples++;
    return UNPEG_OK;
}

const live_code *live_codes_hottest(const live_codes *codes)
{
    const live_code *hottest = NULL;
    for (size_t i = 0; i < codes->count; i++)
        if (!hottest || codes->items[i].samples > hottest->samples)
            hottest = &codes->items[i];
    return hottest;
}

void live_codes_deinit(live_codes *codes)
{
    free(codes->items);
    free(codes->pcs);
    *codes = (live_codes){0};
}
