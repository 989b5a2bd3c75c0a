/* SPDX-License-Identifier: MIT
 *
 * Views and the peg of profiles that bytes describe. Each byte is a step: two bits of what (push a
 * frame, push it several times, pop, tick) and six of how.
 */
#include <stdlib.h>

#include "unpeg/peg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_DEPTH = 4096, NAMES = 4 };

typedef struct maker {
    unpeg_profile *profile;
    unpeg_node_id stack[MAX_DEPTH + 1];
    int depth;
    int64_t time_us;
} maker;

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void push(maker *m, uint8_t how)
{
    static const char *const names[NAMES] = {"a", "RegExpTest", "InterpreterEntry", "epoll_wait"};
    unpeg_frame frame = {.kind = (unpeg_frame_kind)(how % UNPEG_FRAME_KIND_COUNT),
                         .tier = (unpeg_tier)(how / 16 % UNPEG_TIER_COUNT),
                         .name = unpeg_slice_of(names[how / 4 % NAMES])};
    unpeg_frame_id id;
    if (m->depth == MAX_DEPTH)
        return;
    must(unpeg_profile_add_frame(m->profile, &frame, &id) == UNPEG_OK);
    must(unpeg_profile_add_node(m->profile, m->stack[m->depth], id, &m->stack[m->depth + 1]) ==
         UNPEG_OK);
    m->depth++;
}

/* The step of the time grows with how, and for the last values is extreme. */
static void add_ticks(maker *m, uint8_t how)
{
    static const int64_t steps[4] = {1000, 60000, -5000, INT64_MAX / 2};
    for (int i = 0; i <= how % 16 * 4; i++) {
        m->time_us = (int64_t)((uint64_t)m->time_us + (uint64_t)(i ? 1000 : steps[how / 16]));
        unpeg_tick tick = {.time_us = m->time_us,
                           .node = m->stack[m->depth],
                           .vm_state = (uint8_t)(m->depth % (UNPEG_VM_STATE_COUNT + 1)),
                           .flags = how & 7};
        must(unpeg_profile_add_tick(m->profile, &tick) == UNPEG_OK);
    }
}

static void step(maker *m, uint8_t byte)
{
    uint8_t how = byte & 0x3f;
    switch (byte >> 6) {
    case 0:
        push(m, how);
        break;
    case 1:
        for (int i = 0; i < 20; i++)
            push(m, how);
        break;
    case 2:
        m->depth = how < m->depth ? m->depth - how : 0;
        break;
    default:
        add_ticks(m, how);
        break;
    }
}

static void check_tree(const unpeg_view *view, bool bottom_up)
{
    unpeg_tree_options options = {
        .struct_size = sizeof options, .bottom_up = bottom_up, .max_nodes = 50};
    unpeg_tree *tree;
    must(unpeg_tree_create(view, &options, &tree) == UNPEG_OK);
    size_t visited = 1;
    for (uint32_t n = unpeg_tree_next(tree, 0); n; n = unpeg_tree_next(tree, n)) {
        must(tree->nodes[n].total <= tree->nodes[tree->nodes[n].parent].total);
        visited++;
    }
    must(visited == tree->count);
    unpeg_tree_destroy(tree);
}

static void check_view(const unpeg_profile *profile)
{
    unpeg_view *view;
    must(unpeg_view_create(profile, NULL, &view, NULL) == UNPEG_OK);
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_TOTAL, &count);
    uint64_t self = unpeg_view_node_ticks(view)[UNPEG_NODE_ROOT];
    for (size_t i = 0; i < count; i++) {
        must(rows[i].self <= rows[i].total);
        must(rows[i].total <= unpeg_view_totals(view)->ticks);
        self += rows[i].self;
    }
    must(self == unpeg_view_totals(view)->ticks);
    check_tree(view, false);
    check_tree(view, true);
    unpeg_view_destroy(view);
}

static void check_peg(const unpeg_profile *profile)
{
    unpeg_peg *peg;
    must(unpeg_peg_find(profile, NULL, &peg, NULL) == UNPEG_OK);
    must(peg->ticks <= unpeg_profile_tick_count(profile));
    must(peg->stack_ticks <= peg->ticks && peg->depth.truncated <= peg->ticks);
    must(peg->hidden_ticks <= peg->stack_ticks);
    must(peg->start_us <= peg->end_us);
    must(peg->confidence >= 0 && peg->confidence <= 1);
    for (size_t i = 1; i < peg->path_count; i++)
        must(peg->path[i].ticks <= peg->path[i - 1].ticks);
    if (peg->path_count)
        must(peg->path[peg->path_count - 1].ticks > 0);
    unpeg_peg_destroy(peg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    maker *m = calloc(1, sizeof *m);
    must(m && unpeg_profile_create(&m->profile) == UNPEG_OK);
    for (size_t i = 0; i < size && i < 4096; i++)
        step(m, data[i]);
    check_view(m->profile);
    check_peg(m->profile);
    unpeg_profile_destroy(m->profile);
    free(m);
    return 0;
}
