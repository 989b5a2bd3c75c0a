/* SPDX-License-Identifier: MIT */
#include "branches.h"

#include <stdlib.h>

#include "peg_rules.h"

/* Values of branches.branch that are no function. */
#define BRANCH_NONE UINT32_MAX        /* not under a place */
#define BRANCH_PLACE (UINT32_MAX - 1) /* a place */

static bool map_nodes(branches *b)
{
    size_t count = unpeg_profile_node_count(b->t->profile);
    b->branch = malloc(count * sizeof *b->branch);
    if (!b->branch)
        return false;
    memset(b->branch, 0xff, count * sizeof *b->branch);
    for (size_t i = 0; i < b->place_count; i++)
        b->branch[b->places[i]] = BRANCH_PLACE;
    for (uint32_t n = 1; n < count; n++) {
        if (b->branch[n] == BRANCH_PLACE)
            continue;
        uint32_t caller = timeline_caller(b->t, n);
        b->branch[n] =
            b->branch[caller] == BRANCH_PLACE ? timeline_function(b->t, n) : b->branch[caller];
    }
    return true;
}

static bool votes(const branches *b, size_t i)
{
    return event_votes(timeline_event(b->t, i), b->counts_truncated);
}

/* A builtin called from a place: the frame between may be missing (stuck.c, ballot). */
static bool is_hidden(const branches *b, uint32_t node)
{
    return timeline_frame(b->t, node)->kind == UNPEG_FRAME_BUILTIN && node != UNPEG_NODE_ROOT &&
           b->branch[timeline_caller(b->t, node)] == BRANCH_PLACE;
}

/* A run of ticks in which a function's ticks outweigh the others. */
typedef struct run {
    size_t first, last; /* ticks with the function */
    uint64_t ticks;     /* with the function */
    size_t after;       /* voters behind last */
    int64_t weight;
} run;

/* The run of the greatest weight, and in *ret_all the function's ticks in the whole part. */
static run heaviest_run(const branches *b, uint32_t function, uint64_t *ret_all)
{
    run best = {0};
    run open = {0};
    *ret_all = 0;
    for (size_t i = b->part.first; i <= b->part.last; i++) {
        if (!votes(b, i))
            continue;
        uint32_t node = timeline_node(b->t, i);
        best.after++;
        if (b->branch[node] == function) {
            if (open.weight <= 0)
                open = (run){.first = i};
            open.last = i;
            open.ticks++;
            open.weight++;
            ++*ret_all;
            if (open.weight > best.weight)
                best = open;
        } else if (!is_hidden(b, node)) {
            open.weight -= PEG_MISS_COST;
        }
    }
    return best;
}

/* The function that most of the last ticks go through. */
static uint32_t last_function(const branches *b)
{
    uint32_t seen[PEG_FLOOR_TICKS];
    size_t count = 0;
    for (size_t i = b->part.last + 1; i > b->part.first && count < PEG_FLOOR_TICKS; i--) {
        if (votes(b, i - 1))
            seen[count++] = b->branch[timeline_node(b->t, i - 1)];
    }
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        for (size_t k = 0; k < count; k++)
            same += seen[k] == seen[i];
        if (same * 2 > count && seen[i] < BRANCH_PLACE)
            return seen[i];
    }
    return BRANCH_NONE;
}

static size_t ticks_in(const stretch *s)
{
    return s->last - s->first + 1;
}

static bool take(branches *b, uint32_t function, bool at_end)
{
    uint64_t all;
    run found = heaviest_run(b, function, &all);
    if (found.ticks == 0 || (double)found.ticks < PEG_ONCE_SHARE * (double)all)
        return false;
    bool reaches_end = found.after < PEG_FLOOR_TICKS;
    stretch part = b->part;
    part.first = found.first;
    if (!reaches_end) {
        part.last = found.last;
        part.trailing = false;
    }
    part.duration_us =
        time_between(timeline_time(b->t, part.first), timeline_time(b->t, part.last));
    if (part.first == b->part.first && part.last == b->part.last)
        return false;
    bool enough = at_end ? reaches_end && part.duration_us >= (uint64_t)PEG_MIN_US
                         : (double)ticks_in(&part) >= PEG_PART_SHARE * (double)ticks_in(&b->part);
    if (!enough || found.ticks < PEG_FLOOR_TICKS)
        return false;
    b->part = part;
    return true;
}

unpeg_status branches_are_scattered(branches *b, uint32_t function, bool *ret)
{
    if (!map_nodes(b))
        return UNPEG_NO_MEMORY;
    size_t voters = 0;
    size_t row = 0;
    size_t longest = 0;
    for (size_t i = b->part.first; i <= b->part.last; i++) {
        if (!votes(b, i))
            continue;
        uint32_t node = timeline_node(b->t, i);
        row = b->branch[node] != function && is_hidden(b, node) ? row + 1 : 0;
        longest = row > longest ? row : longest;
        voters++;
    }
    *ret = longest <= PEG_HIDDEN_RUN || (double)longest <= PEG_HIDDEN_RUN_SHARE * (double)voters;
    free(b->branch);
    b->branch = NULL;
    return UNPEG_OK;
}

unpeg_status branches_find_part(branches *b, uint32_t heaviest, bool *ret)
{
    if (!map_nodes(b))
        return UNPEG_NO_MEMORY;
    uint32_t last = b->log_was_cut && b->part.trailing ? last_function(b) : BRANCH_NONE;
    *ret = (last != BRANCH_NONE && take(b, last, true)) || take(b, heaviest, false);
    free(b->branch);
    b->branch = NULL;
    return UNPEG_OK;
}
