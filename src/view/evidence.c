/* SPDX-License-Identifier: MIT */
#include "evidence.h"

#include <stdlib.h>

/* Ticks by what they were spent in. */
typedef struct counts {
    uint64_t js, builtin, regexp, native, gc, compile, idle, unknown;
    uint64_t callback, waiting;
} counts;

/* System calls in which a native event loop sleeps, by their names in libc. */
static bool is_wait(unpeg_slice name)
{
    static const char *const names[] = {"epoll_wait", "epoll_pwait",    "epoll_pwait2", "poll",
                                        "ppoll",      "select",         "pselect",      "kevent",
                                        "futex_wait", "nanosleep",      "sem_wait",     "sigwait",
                                        "pause",      "clock_nanosleep"};
    while (name.len && name.data[0] == '_')
        name = (unpeg_slice){name.data + 1, name.len - 1};
    const char *version = name.len ? memchr(name.data, '@', name.len) : NULL;
    if (version)
        name.len = (size_t)(version - name.data);
    if (name.len >= 16 && memcmp(name.data, "pthread_cond_wai", 16) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (unpeg_slice_equal(name, unpeg_slice_of(names[i])))
            return true;
    }
    return false;
}

static void count_frame(counts *c, const unpeg_frame *frame, uint8_t traits)
{
    bool matching = traits & TRAIT_REGEXP;
    switch (unpeg_category_of(frame->kind)) {
    case UNPEG_CATEGORY_JS:
    case UNPEG_CATEGORY_WASM:
    case UNPEG_CATEGORY_STUB:
        c->js++;
        break;
    case UNPEG_CATEGORY_BUILTIN:
        *(matching ? &c->regexp : &c->builtin) += 1;
        break;
    case UNPEG_CATEGORY_REGEXP:
        c->regexp++;
        break;
    case UNPEG_CATEGORY_CPP:
    case UNPEG_CATEGORY_LIBRARY:
    case UNPEG_CATEGORY_KERNEL:
        *(matching ? &c->regexp : &c->native) += 1;
        break;
    default:
        c->unknown++;
        break;
    }
}

static void count_tick(counts *c, const timeline *t, size_t i)
{
    unpeg_tick tick = timeline_tick(t, i);
    uint32_t node = t->effective[tick.node];
    uint8_t traits = t->traits[node];
    c->callback +=
        tick.vm_state == UNPEG_VM_STATE_EXTERNAL || tick.vm_state == UNPEG_VM_STATE_ATOMICS_WAIT;
    if (tick.vm_state == UNPEG_VM_STATE_GC || (traits & TRAIT_GC)) {
        c->gc++;
    } else if (timeline_event(t, i) == EVENT_IDLE) {
        c->idle++;
    } else if (tick.vm_state >= UNPEG_VM_STATE_PARSER && tick.vm_state <= UNPEG_VM_STATE_COMPILER) {
        c->compile++;
    } else {
        const unpeg_frame *frame = timeline_frame(t, node);
        count_frame(c, frame, traits);
        c->waiting += frame->kind == UNPEG_FRAME_CPP && is_wait(frame->name);
    }
}

static unpeg_peg_evidence shares_of(const counts *c, uint64_t ticks)
{
    double n = ticks ? (double)ticks : 1;
    return (unpeg_peg_evidence){.js = (double)c->js / n,
                                .builtin = (double)c->builtin / n,
                                .regexp = (double)c->regexp / n,
                                .native = (double)c->native / n,
                                .gc = (double)c->gc / n,
                                .compile = (double)c->compile / n,
                                .idle = (double)c->idle / n,
                                .unknown = (double)c->unknown / n,
                                .callback = (double)c->callback / n};
}

/* Depths by effective node; *ret_max is the greatest of all nodes. */
static uint32_t *node_depths(const timeline *t, uint32_t *ret_max)
{
    size_t count = unpeg_profile_node_count(t->profile);
    uint32_t *depths = calloc(count, sizeof *depths);
    *ret_max = 0;
    for (uint32_t n = 1; depths && n < count; n++) {
        depths[n] = depths[timeline_caller(t, n)] + 1;
        if (depths[n] > *ret_max)
            *ret_max = depths[n];
    }
    return depths;
}

static void summarize_depths(const uint64_t *ticks_at, uint32_t max, uint64_t ticks,
                             unpeg_peg_depth *ret)
{
    uint64_t seen = 0;
    for (uint32_t depth = 0; depth <= max; depth++) {
        if (ticks_at[depth] == 0)
            continue;
        if (seen == 0)
            ret->min = depth;
        if (seen <= ticks / 2)
            ret->median = depth;
        ret->max = depth;
        seen += ticks_at[depth];
    }
}

static unpeg_status measure_depths(const timeline *t, size_t first, size_t last, evidence *ret)
{
    ret->depth = (unpeg_peg_depth){0};
    ret->stacks = 0;
    uint32_t max;
    uint32_t *depths = node_depths(t, &max);
    uint64_t *ticks_at = calloc((size_t)max + 1, sizeof *ticks_at);
    for (size_t i = first; depths && ticks_at && i <= last; i++) {
        timeline_kind event = timeline_event(t, i);
        if (event != EVENT_STACK && event != EVENT_TRUNCATED)
            continue;
        ticks_at[depths[timeline_node(t, i)]]++;
        ret->stacks++;
        ret->depth.truncated += event == EVENT_TRUNCATED;
    }
    if (depths && ticks_at)
        summarize_depths(ticks_at, max, ret->stacks, &ret->depth);
    bool done = depths && ticks_at;
    free(depths);
    free(ticks_at);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
}

unpeg_status evidence_collect(const timeline *t, size_t first, size_t last, evidence *ret)
{
    counts c = {0};
    for (size_t i = first; i <= last; i++)
        count_tick(&c, t, i);
    uint64_t ticks = last - first + 1;
    ret->shares = shares_of(&c, ticks);
    ret->waiting = (double)c.waiting / (double)ticks;
    return measure_depths(t, first, last, ret);
}
