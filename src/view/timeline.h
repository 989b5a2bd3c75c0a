/* SPDX-License-Identifier: MIT
 *
 * The timeline: the ticks of a window in the order of their time, and what each says about the
 * thread.
 *
 *     timeline t;
 *     if (timeline_init(&t, profile, &query) != UNPEG_OK) return ...;
 *     for (size_t i = 0; i < t.count; i++)
 *         if (timeline_event(&t, i) == EVENT_STACK) use(t.top[timeline_node(&t, i)]);
 *     timeline_deinit(&t);
 */
#ifndef UNPEG_VIEW_TIMELINE_H
#define UNPEG_VIEW_TIMELINE_H

#include "functions.h"
#include "selection.h"
#include "spacing.h"

typedef enum timeline_kind {
    EVENT_STACK,     /* JavaScript is on the stack */
    EVENT_TRUNCATED, /* the same, but the outermost frames are missing */
    EVENT_NEUTRAL,   /* GC, or a stack that V8 could not walk: says nothing */
    EVENT_LOOP,      /* native code without JavaScript on the stack: the message loop */
    EVENT_IDLE       /* the thread said it was idle */
} timeline_kind;

/* Bits of timeline.traits. */
enum {
    TRAIT_STACK = 1,
    TRAIT_TRUNCATED = 2,
    TRAIT_GC = 4,
    TRAIT_IDLE = 8,
    TRAIT_REGEXP = 16, /* matching a regular expression: no JavaScript frame further in */
    TRAIT_LONE = 32,   /* JavaScript without a caller that mostly has one: this node only */
};

typedef struct timeline {
    const unpeg_profile *profile;
    const unpeg_node *nodes;
    functions functions;
    uint32_t *effective; /* fold.h */
    uint32_t *top;       /* by node: function of the outermost frame of its path */
    uint8_t *traits;     /* by node */
    uint32_t *order;     /* index of the i-th tick; NULL: first + i */
    size_t first, count;
    uint8_t *events; /* by position: timeline_kind */
    uint32_t *at;    /* by position: effective node */
    spacing spacing;
} timeline;

/* Takes the query's window; its other members are not used. */
unpeg_status timeline_init(timeline *t, const unpeg_profile *profile, const unpeg_query *query);
void timeline_deinit(timeline *t);

static inline unpeg_tick timeline_tick(const timeline *t, size_t i)
{
    return unpeg_profile_tick(t->profile, t->order ? t->order[i] : t->first + i);
}

static inline int64_t timeline_time(const timeline *t, size_t i)
{
    return timeline_tick(t, i).time_us;
}

/* The effective node of a tick. */
static inline uint32_t timeline_node(const timeline *t, size_t i)
{
    return t->at[i];
}

/* The effective caller of an effective node. */
static inline uint32_t timeline_caller(const timeline *t, uint32_t node)
{
    return t->effective[t->nodes[node].parent];
}

static inline const unpeg_frame *timeline_frame(const timeline *t, uint32_t node)
{
    return unpeg_profile_frame(t->profile, t->nodes[node].frame);
}

static inline uint32_t timeline_function(const timeline *t, uint32_t node)
{
    return t->functions.of_frame[t->nodes[node].frame];
}

static inline timeline_kind timeline_event(const timeline *t, size_t i)
{
    return (timeline_kind)t->events[i];
}

#endif
