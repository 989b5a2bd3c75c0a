/* SPDX-License-Identifier: MIT
 *
 * Profiles from stacks written as text, outermost frame first.
 *
 *     stacks s = stacks_open();
 *     stacks_tick(&s, 1000, UNPEG_VM_STATE_JS, "main~;loop*;b:ArrayMap;loop*");
 *     stacks_close(&s);
 *
 * A frame is [kind:]name[tier mark]; kinds: b builtin, h bytecode handler, c C++, l library,
 * r regexp, w wasm, s stub, k kernel, g GC, i idle, t truncated, u unknown (name is the address in
 * hex), n unknown with a null pc; without a kind it is JavaScript in /app.js at line 1. An empty
 * text is the root. Any failure fails the test.
 */
#ifndef UNPEG_TESTS_STACKS_H
#define UNPEG_TESTS_STACKS_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "unpeg/profile.h"

typedef struct stacks {
    unpeg_profile *profile;
} stacks;

static inline stacks stacks_open(void)
{
    stacks s;
    assert_int_equal(unpeg_profile_create(&s.profile), UNPEG_OK);
    return s;
}

static inline void stacks_close(stacks *s)
{
    unpeg_profile_destroy(s->profile);
    s->profile = NULL;
}

static inline unpeg_frame_kind stacks_kind(char letter)
{
    static const struct {
        char letter;
        unpeg_frame_kind kind;
    } kinds[] = {
        {'b', UNPEG_FRAME_BUILTIN}, {'h', UNPEG_FRAME_BYTECODE_HANDLER}, {'c', UNPEG_FRAME_CPP},
        {'l', UNPEG_FRAME_LIBRARY}, {'r', UNPEG_FRAME_REGEXP},           {'w', UNPEG_FRAME_WASM},
        {'s', UNPEG_FRAME_STUB},    {'k', UNPEG_FRAME_KERNEL},           {'g', UNPEG_FRAME_GC},
        {'i', UNPEG_FRAME_IDLE},    {'t', UNPEG_FRAME_TRUNCATED},        {'u', UNPEG_FRAME_UNKNOWN},
        {'n', UNPEG_FRAME_UNKNOWN}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].letter == letter)
            return kinds[i].kind;
    }
    fail_msg("no frame kind '%c'", letter);
    return UNPEG_FRAME_UNKNOWN;
}

static inline void stacks_mark(unpeg_frame *f)
{
    static const char marks[] = "~^+*";
    const char *mark = f->name.len ? strchr(marks, f->name.data[f->name.len - 1]) : NULL;
    f->tier = UNPEG_TIER_IGNITION;
    if (mark) {
        f->tier = (unpeg_tier)(UNPEG_TIER_IGNITION + (mark - marks));
        f->name.len--;
    }
    f->tag = unpeg_slice_of("LazyCompile");
    f->file = unpeg_slice_of("/app.js");
    f->line = f->column = 1;
}

/* The frame that a piece of text names. */
static inline unpeg_frame_id stacks_frame(stacks *s, const char *text, size_t len)
{
    unpeg_frame f = {.kind = UNPEG_FRAME_JS, .name = {text, len}};
    if (len >= 2 && text[1] == ':') {
        f.kind = stacks_kind(text[0]);
        f.name = (unpeg_slice){text + 2, len - 2};
    }
    if (f.kind == UNPEG_FRAME_JS)
        stacks_mark(&f);
    if (f.kind == UNPEG_FRAME_LIBRARY)
        f.reason = UNPEG_UNKNOWN_STRIPPED;
    if (f.kind == UNPEG_FRAME_UNKNOWN) {
        f.reason = text[0] == 'n' ? UNPEG_UNKNOWN_NULL_PC : UNPEG_UNKNOWN_NO_CODE_ROW;
        f.address = strtoull(f.name.data, NULL, 16);
        f.name.len = 0;
    }
    unpeg_frame_id id;
    assert_int_equal(unpeg_profile_add_frame(s->profile, &f, &id), UNPEG_OK);
    return id;
}

/* The node of a stack. */
static inline unpeg_node_id stacks_node(stacks *s, const char *stack)
{
    unpeg_node_id node = UNPEG_NODE_ROOT;
    while (*stack) {
        size_t len = strcspn(stack, ";");
        unpeg_frame_id frame = stacks_frame(s, stack, len);
        assert_int_equal(unpeg_profile_add_node(s->profile, node, frame, &node), UNPEG_OK);
        stack += len + (stack[len] == ';');
    }
    return node;
}

static inline void stacks_tick(stacks *s, int64_t time_us, unpeg_vm_state state, const char *stack)
{
    unpeg_tick tick = {
        .time_us = time_us, .node = stacks_node(s, stack), .vm_state = (uint8_t)state};
    if (strncmp(stack, "t:", 2) == 0)
        tick.flags = UNPEG_TICK_TRUNCATED;
    if (!strchr(stack, ';'))
        tick.flags = UNPEG_TICK_NO_STACK;
    assert_int_equal(unpeg_profile_add_tick(s->profile, &tick), UNPEG_OK);
}

#endif
