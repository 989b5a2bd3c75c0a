/* SPDX-License-Identifier: MIT */
#include "stuck.h"

#include <stdlib.h>

#include "branches.h"
#include "grow.h"
#include "peg_rules.h"
#include "weighed.h"

/* A part that was given up for a smaller one, when the path had so many steps. */
typedef struct narrowing {
    size_t path_count;
    stretch before;
} narrowing;

/* The search goes from the root inwards. places are the effective nodes that have the path so far:
 * several, as a function on it may have run in several tiers. */
typedef struct search {
    const timeline *t;
    stretch part;
    bool log_was_cut;
    bool must_count_truncated;
    bool counts_truncated, mostly_truncated;
    uint64_t voters;
    uint64_t hidden; /* of the voters, those hidden_votes() of all steps made */
    uint32_t *ticks; /* of the voters, by node */
    weighed *tree;
    uint32_t *places, *inner; /* one node each at most: as many as nodes */
    size_t place_count;
    uint64_t *votes; /* by function, zeros but while a step is made */
    int passes;      /* over the whole tree, at most PEG_NARROWINGS */
    narrowing narrowings[PEG_NARROWINGS];
    size_t narrowing_count;
    uint32_t *path; /* functions */
    size_t path_count, path_capacity;
} search;

/* Stacks without their outermost frames cannot say what is on the stack; if there is little else,
 * what they hold under the placeholder is all that is known. */
static void choose_voters(search *s)
{
    uint64_t whole = 0;
    uint64_t cut = 0;
    for (size_t i = s->part.first; i <= s->part.last; i++) {
        timeline_kind event = timeline_event(s->t, i);
        whole += event == EVENT_STACK;
        cut += event == EVENT_TRUNCATED;
    }
    s->counts_truncated =
        s->must_count_truncated || (double)whole < PEG_WHOLE_SHARE * (double)(whole + cut);
    s->mostly_truncated = cut > whole;
}

static void weigh_part(search *s)
{
    memset(s->ticks, 0, unpeg_profile_node_count(s->t->profile) * sizeof *s->ticks);
    s->voters = 0;
    s->hidden = 0;
    for (size_t i = s->part.first; i <= s->part.last; i++) {
        if (event_votes(timeline_event(s->t, i), s->counts_truncated)) {
            s->ticks[timeline_node(s->t, i)]++;
            s->voters++;
        }
    }
    weigh_tree(s->t->profile, s->t->effective, s->ticks, s->tree);
}

static unpeg_status search_init(search *s)
{
    size_t nodes = unpeg_profile_node_count(s->t->profile);
    s->ticks = malloc(nodes * sizeof *s->ticks);
    s->tree = malloc(nodes * sizeof *s->tree);
    s->places = malloc(nodes * sizeof *s->places);
    s->inner = malloc(nodes * sizeof *s->inner);
    s->votes = calloc(s->t->functions.count, sizeof *s->votes);
    if (!s->ticks || !s->tree || !s->places || !s->inner || !s->votes)
        return UNPEG_NO_MEMORY;
    choose_voters(s);
    weigh_part(s);
    return UNPEG_OK;
}

static void search_deinit(search *s)
{
    free(s->ticks);
    free(s->tree);
    free(s->places);
    free(s->inner);
    free(s->votes);
    free(s->path);
}

static void start_at_root(search *s)
{
    s->places[0] = UNPEG_NODE_ROOT;
    s->place_count = 1;
}

/* Moves the places to their callees of one function. */
static void step_into(search *s, uint32_t function)
{
    size_t count = 0;
    for (size_t i = 0; i < s->place_count; i++) {
        for (uint32_t c = s->tree[s->places[i]].first; c; c = s->tree[c].next) {
            if (timeline_function(s->t, c) == function)
                s->inner[count++] = c;
        }
    }
    uint32_t *old = s->places;
    s->places = s->inner;
    s->inner = old;
    s->place_count = count;
}

/* Votes of builtins that are called from the places: while a frameless builtin runs, V8 takes the
 * caller of the function that called it for its caller, so these ticks may lack a frame. */
static uint64_t hidden_votes(const search *s, uint32_t function)
{
    uint64_t hidden = 0;
    for (size_t i = 0; i < s->place_count; i++) {
        for (uint32_t c = s->tree[s->places[i]].first; c; c = s->tree[c].next) {
            if (timeline_frame(s->t, c)->kind == UNPEG_FRAME_BUILTIN &&
                timeline_function(s->t, c) != function)
                hidden += s->tree[c].self;
        }
    }
    return hidden;
}

/* The callee with most votes at the places. */
typedef struct ballot {
    uint32_t function; /* UINT32_MAX if there is no callee */
    const unpeg_frame *frame;
    uint64_t votes;
} ballot;

static void consider(const search *s, ballot *b, uint32_t node)
{
    uint32_t function = timeline_function(s->t, node);
    const unpeg_frame *frame = timeline_frame(s->t, node);
    uint64_t votes = s->votes[function];
    if (b->function == UINT32_MAX || votes > b->votes ||
        (votes == b->votes && frame_compare(frame, b->frame) < 0))
        *b = (ballot){function, frame, votes};
}

static ballot hold_ballot(search *s)
{
    ballot b = {.function = UINT32_MAX};
    for (size_t i = 0; i < s->place_count; i++) {
        for (uint32_t c = s->tree[s->places[i]].first; c; c = s->tree[c].next)
            s->votes[timeline_function(s->t, c)] += s->tree[c].total;
    }
    for (size_t i = 0; i < s->place_count; i++) {
        for (uint32_t c = s->tree[s->places[i]].first; c; c = s->tree[c].next)
            consider(s, &b, c);
    }
    for (size_t i = 0; i < s->place_count; i++) {
        for (uint32_t c = s->tree[s->places[i]].first; c; c = s->tree[c].next)
            s->votes[timeline_function(s->t, c)] = 0;
    }
    return b;
}

static branches branches_here(const search *s)
{
    return (branches){.t = s->t,
                      .part = s->part,
                      .counts_truncated = s->counts_truncated,
                      .log_was_cut = s->log_was_cut,
                      .places = s->places,
                      .place_count = s->place_count};
}

/* *ret: nearly all ticks have the callee on the stack, or could have it unseen. */
static unpeg_status elect(search *s, const ballot *b, bool *ret)
{
    double votes = (double)b->votes;
    double others = (double)(s->voters - s->hidden);
    *ret = votes >= PEG_STUCK_SHARE * others;
    if (*ret || votes < PEG_MAJORITY * (double)s->voters)
        return UNPEG_OK;
    double hidden = (double)hidden_votes(s, b->function);
    if (votes < PEG_STUCK_SHARE * (others - hidden) || ++s->passes > PEG_NARROWINGS)
        return UNPEG_OK;
    branches here = branches_here(s);
    return branches_are_scattered(&here, b->function, ret);
}

static bool remember_step(search *s, uint32_t function)
{
    if (!grow_reserve((void **)&s->path, &s->path_capacity, s->path_count + 1, sizeof *s->path))
        return false;
    s->path[s->path_count++] = function;
    return true;
}

static void take_step(search *s, uint32_t function)
{
    s->hidden += hidden_votes(s, function);
    step_into(s, function);
}

/* Counts the path anew in another part. */
static void retake_path(search *s, const stretch *part)
{
    s->part = *part;
    weigh_part(s);
    start_at_root(s);
    for (size_t i = 0; i < s->path_count; i++)
        take_step(s, s->path[i]);
}

/* Takes only a part of the stretch if one callee has nearly all of it. */
static unpeg_status narrow(search *s, uint32_t heaviest, bool *ret)
{
    if (++s->passes > PEG_NARROWINGS)
        return UNPEG_OK;
    branches here = branches_here(s);
    unpeg_status status = branches_find_part(&here, heaviest, ret);
    if (status == UNPEG_OK && *ret) {
        s->narrowings[s->narrowing_count++] = (narrowing){s->path_count, s->part};
        retake_path(s, &here.part);
    }
    return status;
}

static unpeg_status search_path(search *s)
{
    start_at_root(s);
    for (;;) {
        ballot b = hold_ballot(s);
        if (b.function == UINT32_MAX)
            return UNPEG_OK;
        bool goes_on;
        unpeg_status status = elect(s, &b, &goes_on);
        if (status == UNPEG_OK && goes_on) {
            if (!remember_step(s, b.function))
                return UNPEG_NO_MEMORY;
            take_step(s, b.function);
            continue;
        }
        if (status == UNPEG_OK)
            status = narrow(s, b.function, &goes_on);
        if (status != UNPEG_OK || !goes_on)
            return status;
    }
}

static unpeg_peg_step describe_step(const search *s)
{
    unpeg_peg_step step = {0};
    const unpeg_frame *shown = NULL;
    uint32_t best = 0;
    for (size_t i = 0; i < s->place_count; i++) {
        uint32_t node = s->places[i];
        const unpeg_frame *frame = timeline_frame(s->t, node);
        step.ticks += s->tree[node].total;
        step.tiers |= UINT32_C(1) << frame->tier;
        if (!shown || s->tree[node].total > best ||
            (s->tree[node].total == best && frame_compare(frame, shown) < 0)) {
            shown = frame;
            best = s->tree[node].total;
            step.frame = s->t->nodes[node].frame;
        }
    }
    return step;
}

/* Lets the part begin where the stuck frame was called: the answer to "since when". */
static void begin_with_stuck(search *s)
{
    /* The nodes of the stuck frame and below it, marked from the outside in. */
    size_t count = unpeg_profile_node_count(s->t->profile);
    uint32_t *marks = s->ticks;
    memset(marks, 0, count * sizeof *marks);
    for (size_t i = 0; i < s->place_count; i++)
        marks[s->places[i]] = 1;
    for (uint32_t n = 1; n < count; n++)
        marks[n] |= marks[timeline_caller(s->t, n)];
    size_t first = s->part.first;
    while (first < s->part.last &&
           !(event_votes(timeline_event(s->t, first), s->counts_truncated) &&
             marks[timeline_node(s->t, first)]))
        first++;
    stretch part = s->part;
    part.first = first;
    part.duration_us = time_between(timeline_time(s->t, first), timeline_time(s->t, s->part.last));
    retake_path(s, &part);
}

static int by_id(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x;
    uint32_t b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static void sort_places(stuck *s)
{
    if (s->place_count > 1)
        qsort(s->places, s->place_count, sizeof *s->places, by_id);
}

static unpeg_status describe_path(search *s, stuck *ret)
{
    if (s->path_count)
        begin_with_stuck(s);
    ret->part = s->part;
    ret->voters = s->voters;
    ret->hidden = s->hidden;
    if (s->path_count == 0)
        return UNPEG_OK;
    ret->path = calloc(s->path_count, sizeof *ret->path);
    if (!ret->path)
        return UNPEG_NO_MEMORY;
    start_at_root(s);
    for (size_t i = 0; i < s->path_count; i++) {
        step_into(s, s->path[i]);
        ret->path[i] = describe_step(s);
    }
    ret->path_count = s->path_count;
    ret->places = s->places;
    ret->place_count = s->place_count;
    s->places = NULL;
    sort_places(ret);
    return UNPEG_OK;
}

static bool is_on_cycle(const cycle *c, uint32_t function)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->functions[i] == function)
            return true;
    }
    return false;
}

/* Takes back what was narrowed for the sake of the steps that are given up. */
static void shorten_path(search *s, size_t path_count)
{
    s->path_count = path_count;
    while (s->narrowing_count && s->narrowings[s->narrowing_count - 1].path_count >= path_count)
        s->part = s->narrowings[--s->narrowing_count].before;
    stretch part = s->part;
    retake_path(s, &part);
}

/* Inside a recursion the depth that nearly all ticks reach is chance: the call that does not return
 * is the first one of the cycle. */
static unpeg_status end_at_cycle(search *s, cycle *ret)
{
    unpeg_status status = cycle_find(s->t, &s->part, ret);
    if (status != UNPEG_OK || ret->count == 0 || ret->share < PEG_MAJORITY)
        return status;
    for (size_t i = 0; i < s->path_count && !ret->is_entered; i++) {
        if (is_on_cycle(ret, s->path[i])) {
            ret->is_entered = true;
            shorten_path(s, i + 1);
        }
    }
    return UNPEG_OK;
}

static unpeg_status find_once(search *s, stuck *ret)
{
    *ret = (stuck){.part = s->part};
    unpeg_status status = search_init(s);
    if (status == UNPEG_OK)
        status = search_path(s);
    if (status == UNPEG_OK)
        status = end_at_cycle(s, &ret->cycle);
    if (status == UNPEG_OK)
        status = describe_path(s, ret);
    search_deinit(s);
    return status;
}

/* Where a runaway recursion has cut nearly all stacks, the few whole ones may be from before it.
 * Then the path to it is lost, but not what it is. */
static unpeg_status find_in_recursion(const search *whole, const stretch *in, stuck *ret)
{
    search s = {.t = whole->t,
                .part = *in,
                .log_was_cut = whole->log_was_cut,
                .must_count_truncated = true};
    stuck inside;
    unpeg_status status = find_once(&s, &inside);
    bool better = status == UNPEG_OK && inside.cycle.is_entered;
    stuck_deinit(better ? ret : &inside);
    if (better)
        *ret = inside;
    return status;
}

unpeg_status stuck_find(const timeline *t, const stretch *in, bool log_was_cut, stuck *ret)
{
    search s = {.t = t, .part = *in, .log_was_cut = log_was_cut};
    unpeg_status status = find_once(&s, ret);
    if (status == UNPEG_OK && s.mostly_truncated && !s.counts_truncated && ret->cycle.count &&
        !ret->cycle.is_entered)
        status = find_in_recursion(&s, in, ret);
    return status;
}

void stuck_deinit(stuck *s)
{
    free(s->path);
    free(s->places);
    *s = (stuck){0};
}
