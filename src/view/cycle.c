/* SPDX-License-Identifier: MIT */
#include "cycle.h"

#include <stdlib.h>

/* A stack, innermost frame first. */
typedef struct sequence {
    uint32_t functions[PEG_CYCLE_DEPTH];
    uint32_t nodes[PEG_CYCLE_DEPTH];
    size_t count;
} sequence;

/* What one stack repeats. */
typedef struct finding {
    cycle cycle; /* share is not used */
    uint64_t votes;
    bool is_whole; /* the stack had its outermost frames: functions[0] is the entry */
} finding;

typedef struct detector {
    const timeline *t;
    sequence stack;
    finding findings[PEG_CYCLE_SAMPLES];
    size_t finding_count;
    uint32_t repeats[PEG_CYCLE_SAMPLES]; /* of each sample that repeats something, with ... */
    size_t owner[PEG_CYCLE_SAMPLES];     /* ... its finding */
    size_t repeat_count;
    uint64_t samples;
} detector;

static void read_stack(detector *d, uint32_t node)
{
    sequence *s = &d->stack;
    s->count = 0;
    while (node != UNPEG_NODE_ROOT && s->count < PEG_CYCLE_DEPTH &&
           timeline_frame(d->t, node)->kind != UNPEG_FRAME_TRUNCATED) {
        s->functions[s->count] = timeline_function(d->t, node);
        s->nodes[s->count++] = node;
        node = timeline_caller(d->t, node);
    }
}

/* The longest run in which frames are equal to the frame a period further out; its length counts
 * the frames of all its repeats. *ret_end is one past its outermost frame. */
static size_t longest_run(const sequence *s, size_t period, size_t *ret_end)
{
    size_t best = 0;
    size_t run = 0;
    for (size_t i = 0; i + period < s->count; i++) {
        run = s->functions[i] == s->functions[i + period] ? run + 1 : 0;
        if (run > best) {
            best = run;
            *ret_end = i + period + 1;
        }
    }
    return best ? best + period : 0;
}

/* The cycle of the shortest period; count is 0 if there is none. */
static cycle find_in_stack(const sequence *s)
{
    cycle found = {0};
    for (size_t period = 1; period <= PEG_CYCLE_PERIOD; period++) {
        size_t end = 0;
        size_t run = longest_run(s, period, &end);
        if (run < PEG_CYCLE_FRAMES || run < period * PEG_CYCLE_REPEATS)
            continue;
        found.count = period;
        found.repeats = (uint32_t)(run / period);
        for (size_t i = 0; i < period; i++) {
            found.functions[i] = s->functions[end - 1 - i];
            found.nodes[i] = s->nodes[end - 1 - i];
        }
        break;
    }
    return found;
}

static bool equal_at(const cycle *a, const cycle *b, size_t shift)
{
    for (size_t i = 0; i < a->count; i++) {
        if (a->functions[i] != b->functions[(i + shift) % b->count])
            return false;
    }
    return true;
}

/* Equal up to where one begins to read. */
static bool same_cycle(const cycle *a, const cycle *b)
{
    if (a->count != b->count)
        return false;
    for (size_t shift = 0; shift < a->count; shift++) {
        if (equal_at(a, b, shift))
            return true;
    }
    return false;
}

static void vote(detector *d, const cycle *found, bool is_whole)
{
    size_t i = 0;
    while (i < d->finding_count && !same_cycle(&d->findings[i].cycle, found))
        i++;
    if (i == d->finding_count)
        d->findings[d->finding_count++] = (finding){.cycle = *found, .is_whole = is_whole};
    finding *f = &d->findings[i];
    if (is_whole && !f->is_whole) {
        f->cycle = *found;
        f->is_whole = true;
    }
    f->votes++;
    d->repeats[d->repeat_count] = found->repeats;
    d->owner[d->repeat_count++] = i;
}

static void look_at(detector *d, size_t i)
{
    timeline_kind event = timeline_event(d->t, i);
    if (event != EVENT_STACK && event != EVENT_TRUNCATED)
        return;
    d->samples++;
    read_stack(d, timeline_node(d->t, i));
    cycle found = find_in_stack(&d->stack);
    if (found.count)
        vote(d, &found, event == EVENT_STACK);
}

static int by_value(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x;
    uint32_t b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static uint32_t median_repeats(detector *d, size_t finding_index)
{
    uint32_t own[PEG_CYCLE_SAMPLES];
    size_t count = 0;
    for (size_t i = 0; i < d->repeat_count; i++) {
        if (d->owner[i] == finding_index)
            own[count++] = d->repeats[i];
    }
    qsort(own, count, sizeof *own, by_value);
    return own[count / 2];
}

unpeg_status cycle_find(const timeline *t, const stretch *in, cycle *ret)
{
    detector *d = calloc(1, sizeof *d);
    if (!d)
        return UNPEG_NO_MEMORY;
    d->t = t;
    size_t ticks = in->last - in->first + 1;
    size_t step = (ticks + PEG_CYCLE_SAMPLES - 1) / PEG_CYCLE_SAMPLES;
    for (size_t i = in->first; i <= in->last; i += step)
        look_at(d, i);
    *ret = (cycle){0};
    size_t best = 0;
    for (size_t i = 1; i < d->finding_count; i++) {
        if (d->findings[i].votes > d->findings[best].votes)
            best = i;
    }
    if (d->finding_count) {
        *ret = d->findings[best].cycle;
        ret->share = (double)d->repeat_count / (double)d->samples;
        ret->repeats = median_repeats(d, best);
    }
    free(d);
    return UNPEG_OK;
}
