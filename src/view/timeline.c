/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#include <stdlib.h>

#include "fold.h"

static bool contains(unpeg_slice text, const char *part)
{
    return memmem(text.data, text.len, part, strlen(part)) != NULL;
}

/* What a frame adds to the traits of its node and of the nodes further in. */
enum {
    ROLE_OWN = 0x1f,       /* the TRAIT_ bits it sets */
    ROLE_CALLS = 32,       /* generated code: whoever it calls has a stack */
    ROLE_JAVASCRIPT = 128, /* ends the matching of a regular expression */
};

static uint8_t role_of(const unpeg_frame *frame)
{
    switch (frame->kind) {
    case UNPEG_FRAME_JS:
    case UNPEG_FRAME_WASM:
        return TRAIT_STACK | ROLE_CALLS | ROLE_JAVASCRIPT;
    case UNPEG_FRAME_REGEXP:
        return TRAIT_REGEXP | ROLE_CALLS;
    case UNPEG_FRAME_BUILTIN:
        return contains(frame->name, "RegExp") ? TRAIT_REGEXP | ROLE_CALLS : ROLE_CALLS;
    case UNPEG_FRAME_STUB:
    case UNPEG_FRAME_BYTECODE_HANDLER:
    case UNPEG_FRAME_UNKNOWN:
        return ROLE_CALLS;
    case UNPEG_FRAME_CPP:
        return contains(frame->name, "RegExp") || contains(frame->name, "Irregexp") ? TRAIT_REGEXP
                                                                                    : 0;
    case UNPEG_FRAME_GC:
        return TRAIT_GC;
    case UNPEG_FRAME_IDLE:
        return TRAIT_IDLE;
    case UNPEG_FRAME_TRUNCATED:
        return TRAIT_STACK | TRAIT_TRUNCATED;
    case UNPEG_FRAME_ROOT:
    case UNPEG_FRAME_LIBRARY:
    case UNPEG_FRAME_KERNEL:
    case UNPEG_FRAME_KIND_COUNT:
        break;
    }
    return 0;
}

static void fill_nodes(timeline *t, const uint8_t *roles)
{
    size_t count = unpeg_profile_node_count(t->profile);
    t->top[UNPEG_NODE_ROOT] = UINT32_MAX;
    for (uint32_t n = 1; n < count; n++) {
        uint32_t caller = timeline_caller(t, n);
        uint8_t role = roles[t->nodes[n].frame];
        uint8_t caller_role = roles[t->nodes[caller].frame];
        uint8_t inherited = t->traits[caller];
        if (role & ROLE_JAVASCRIPT)
            inherited &= (uint8_t)~TRAIT_REGEXP;
        if (caller_role & ROLE_CALLS)
            inherited |= TRAIT_STACK;
        t->traits[n] = inherited | (role & ROLE_OWN);
        t->top[n] = caller == UNPEG_NODE_ROOT ? timeline_function(t, n) : t->top[caller];
    }
}

static bool describe_nodes(timeline *t)
{
    size_t frame_count = unpeg_profile_frame_count(t->profile);
    size_t node_count = unpeg_profile_node_count(t->profile);
    uint8_t *roles = calloc(frame_count, 1);
    t->top = calloc(node_count, sizeof *t->top);
    t->traits = calloc(node_count, 1);
    if (roles && t->top && t->traits) {
        for (uint32_t f = 0; f < frame_count; f++)
            roles[f] = role_of(unpeg_profile_frame(t->profile, f));
        fill_nodes(t, roles);
    }
    free(roles);
    return roles && t->top && t->traits;
}

/* A tick in generated code without callers is either in an outermost function, or V8 could not walk
 * the stack (one in 15 is so in WebAssembly of V8 14). A function that mostly has callers was not
 * outermost: such ticks say nothing. */
static bool doubt_lone_functions(timeline *t)
{
    uint32_t *lone = calloc(t->functions.count, sizeof *lone);
    uint32_t *called = calloc(t->functions.count, sizeof *called);
    size_t ticks = unpeg_profile_tick_count(t->profile);
    size_t nodes = unpeg_profile_node_count(t->profile);
    for (size_t i = 0; lone && called && i < ticks; i++) {
        uint32_t node = t->effective[unpeg_profile_tick(t->profile, i).node];
        uint32_t *counts = timeline_caller(t, node) == UNPEG_NODE_ROOT ? lone : called;
        counts[timeline_function(t, node)]++;
    }
    for (uint32_t n = 1; lone && called && n < nodes; n++) {
        uint32_t function = timeline_function(t, n);
        if (timeline_caller(t, n) == UNPEG_NODE_ROOT && called[function] > lone[function] &&
            t->traits[n] == TRAIT_STACK)
            t->traits[n] |= TRAIT_LONE;
    }
    bool done = lone && called;
    free(lone);
    free(called);
    return done;
}

typedef struct timed {
    int64_t time_us;
    uint32_t index;
} timed;

static int by_time(const void *x, const void *y)
{
    const timed *a = x;
    const timed *b = y;
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

/* Ticks that are out of order or from several threads are rare: only they cost a sort. */
static bool sort_ticks(timeline *t, const selection *window)
{
    size_t all = unpeg_profile_tick_count(t->profile);
    timed *ticks = malloc((all + 1) * sizeof *ticks);
    t->order = malloc((all + 1) * sizeof *t->order);
    if (ticks && t->order) {
        for (uint32_t i = 0; i < all; i++) {
            int64_t time_us = unpeg_profile_tick(t->profile, i).time_us;
            if (selection_in_window(window, time_us))
                ticks[t->count++] = (timed){time_us, i};
        }
        qsort(ticks, t->count, sizeof *ticks, by_time);
        for (size_t i = 0; i < t->count; i++)
            t->order[i] = ticks[i].index;
    }
    free(ticks);
    return ticks && t->order;
}

static bool is_sorted(const unpeg_profile *profile)
{
    size_t count = unpeg_profile_tick_count(profile);
    int64_t before_us = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        int64_t time_us = unpeg_profile_tick(profile, i).time_us;
        if (time_us < before_us)
            return false;
        before_us = time_us;
    }
    return true;
}

static void take_window(timeline *t, const selection *window)
{
    size_t end = unpeg_profile_tick_count(t->profile);
    while (t->first < end &&
           !selection_in_window(window, unpeg_profile_tick(t->profile, t->first).time_us))
        t->first++;
    while (end > t->first &&
           !selection_in_window(window, unpeg_profile_tick(t->profile, end - 1).time_us))
        end--;
    t->count = end - t->first;
}

static timeline_kind classify(const timeline *t, unpeg_tick tick)
{
    uint32_t node = t->effective[tick.node];
    uint8_t traits = t->traits[node];
    if (tick.vm_state == UNPEG_VM_STATE_IDLE || tick.vm_state == UNPEG_VM_STATE_IDLE_EXTERNAL ||
        (traits & TRAIT_IDLE))
        return EVENT_IDLE;
    if (tick.vm_state == UNPEG_VM_STATE_GC || (traits & (TRAIT_GC | TRAIT_LONE)))
        return EVENT_NEUTRAL;
    if (traits & TRAIT_STACK)
        return (traits & TRAIT_TRUNCATED) || (tick.flags & UNPEG_TICK_TRUNCATED) ? EVENT_TRUNCATED
                                                                                 : EVENT_STACK;
    if (node == UNPEG_NODE_ROOT || timeline_frame(t, node)->reason == UNPEG_UNKNOWN_NULL_PC)
        return EVENT_NEUTRAL;
    if (tick.vm_state == UNPEG_VM_STATE_EXTERNAL || tick.vm_state == UNPEG_VM_STATE_OTHER)
        return EVENT_LOOP;
    return EVENT_NEUTRAL;
}

static bool classify_all(timeline *t)
{
    t->events = malloc(t->count + 1);
    t->at = malloc((t->count + 1) * sizeof *t->at);
    if (!t->events || !t->at)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        unpeg_tick tick = timeline_tick(t, i);
        t->at[i] = t->effective[tick.node];
        t->events[i] = (uint8_t)classify(t, tick);
    }
    return true;
}

unpeg_status timeline_init(timeline *t, const unpeg_profile *profile, const unpeg_query *query)
{
    *t = (timeline){.profile = profile,
                    .nodes = unpeg_profile_nodes(profile),
                    .spacing = spacing_measure(profile)};
    selection window = {.has_window = query->flags & UNPEG_QUERY_WINDOW,
                        .start_us = query->start_us,
                        .end_us = query->end_us};
    unpeg_status status = functions_init(&t->functions, profile, false);
    if (status == UNPEG_OK)
        status = fold_nodes(profile, 0, &t->effective);
    if (status == UNPEG_OK && (!describe_nodes(t) || !doubt_lone_functions(t)))
        status = UNPEG_NO_MEMORY;
    if (status == UNPEG_OK && is_sorted(profile))
        take_window(t, &window);
    else if (status == UNPEG_OK && !sort_ticks(t, &window))
        status = UNPEG_NO_MEMORY;
    if (status == UNPEG_OK && !classify_all(t))
        status = UNPEG_NO_MEMORY;
    if (status != UNPEG_OK)
        timeline_deinit(t);
    return status;
}

void timeline_deinit(timeline *t)
{
    functions_deinit(&t->functions);
    free(t->effective);
    free(t->top);
    free(t->traits);
    free(t->order);
    free(t->events);
    free(t->at);
    *t = (timeline){0};
}
