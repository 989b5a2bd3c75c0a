/* SPDX-License-Identifier: MIT
 *
 * A profile of everything that writers of formats get wrong: names with separators, quotes,
 * markup, escapes, bidi and invalid bytes, an empty name, a place with blanks, each kind of frame,
 * a recursion 10000 deep, ticks in each VM state.
 *
 *     unpeg_profile *profile = odd_profile_make();
 *     unpeg_profile_destroy(profile);
 *
 * Self ticks by name are in the tables below.
 */
#ifndef UNPEG_TESTS_ODD_PROFILE_H
#define UNPEG_TESTS_ODD_PROFILE_H

#include "check.h"
#include "unpeg/profile.h"

enum { ODD_RECURSION = 10000 };

typedef struct odd_frame {
    unpeg_frame frame;
    uint32_t self; /* ticks */
} odd_frame;

#define ODD_SLICE(text)                                                                            \
    {                                                                                              \
        (text), sizeof(text) - 1                                                                   \
    }
#define ODD_JS(text, path, row, col, t, bits)                                                      \
    {                                                                                              \
        .kind = UNPEG_FRAME_JS, .tier = (t), .flags = (bits), .name = ODD_SLICE(text),             \
        .file = ODD_SLICE(path), .tag = ODD_SLICE("LazyCompile"), .line = (row), .column = (col)   \
    }

static const odd_frame odd_frames[] = {
    {ODD_JS("main", "/srv/my app/main.js", 1, 1, UNPEG_TIER_IGNITION, 0), 1},
    {ODD_JS("a;b", "/srv/my app/semi;colon.js", 2, 3, UNPEG_TIER_SPARKPLUG, 0), 7},
    {ODD_JS("say \"hi\" \\ there", "https://host.example/a/b.js?token=1#x", 3, 4, UNPEG_TIER_MAGLEV,
            UNPEG_FRAME_OSR),
     6},
    {ODD_JS("größer<日本語>", "/srv/ü/x.js", 4, 5, UNPEG_TIER_TURBOFAN, UNPEG_FRAME_SPECIALIZED),
     5},
    {ODD_JS("</script><b>", "file:///c%20d/e f.html", 5, 6, UNPEG_TIER_TURBOFAN,
            UNPEG_FRAME_OSR | UNPEG_FRAME_SPECIALIZED),
     5},
    {ODD_JS("", "/srv/my app/main.js", 6, 7, UNPEG_TIER_IGNITION, 0), 4},
    {ODD_JS("esc\x1b[31m\nnext\ttab\r\x7f\xc2\x9b", "/srv/\x1b]0;x\x07.js", 7, 8,
            UNPEG_TIER_IGNITION, 0),
     4},
    {ODD_JS("bidi\xe2\x80\xae"
            "evil\xe2\x80\xa8line\xf3\xa0\x81\x81",
            "/srv/b.js", 8, 9, UNPEG_TIER_IGNITION, 0),
     3},
    {ODD_JS("bad\xff\xc0\xaf\xed\xa0\x80\xe2\x82", "/srv/bad\xfe.js", 9, 10, UNPEG_TIER_IGNITION,
            0),
     3},
    {{.kind = UNPEG_FRAME_REGEXP, .name = ODD_SLICE("^(a+)+;\"\\d$")}, 3},
    {{.kind = UNPEG_FRAME_BUILTIN, .name = ODD_SLICE("ArrayMap"), .tag = ODD_SLICE("Builtin")}, 2},
    {{.kind = UNPEG_FRAME_BYTECODE_HANDLER, .name = ODD_SLICE("LdaNamedProperty")}, 2},
    {{.kind = UNPEG_FRAME_STUB, .name = ODD_SLICE("js-to-wasm")}, 2},
    {{.kind = UNPEG_FRAME_WASM, .name = ODD_SLICE("wasm-function[3]")}, 2},
    {{.kind = UNPEG_FRAME_CPP,
      .name = ODD_SLICE("std::vector<int, std::allocator<int> >::push_back(int const&)"),
      .file = ODD_SLICE("/usr/lib/libstdc++.so.6")},
     2},
    {{.kind = UNPEG_FRAME_LIBRARY,
      .name = ODD_SLICE("/opt/no symbols/libx.so.1"),
      .reason = UNPEG_UNKNOWN_STRIPPED},
     2},
    {{.kind = UNPEG_FRAME_KERNEL, .name = ODD_SLICE("[vsyscall]")}, 1},
    {{.kind = UNPEG_FRAME_UNKNOWN,
      .reason = UNPEG_UNKNOWN_NO_CODE_ROW,
      .address = UINT64_C(0xfffffffffffff000)},
     1},
    {{.kind = UNPEG_FRAME_UNKNOWN, .reason = UNPEG_UNKNOWN_NULL_PC}, 1},
};

enum { ODD_FRAMES = sizeof odd_frames / sizeof *odd_frames };

typedef struct odd_builder {
    unpeg_profile *profile;
    int64_t time_us;
} odd_builder;

static inline unpeg_node_id odd_node(odd_builder *b, unpeg_node_id parent, const unpeg_frame *frame)
{
    unpeg_frame_id id;
    unpeg_node_id node;
    assert_int_equal(unpeg_profile_add_frame(b->profile, frame, &id), UNPEG_OK);
    assert_int_equal(unpeg_profile_add_node(b->profile, parent, id, &node), UNPEG_OK);
    return node;
}

static inline void odd_ticks(odd_builder *b, unpeg_node_id node, unpeg_vm_state state,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        unpeg_tick tick = {.time_us = b->time_us, .node = node, .vm_state = (uint8_t)state};
        assert_int_equal(unpeg_profile_add_tick(b->profile, &tick), UNPEG_OK);
        b->time_us += 1000;
    }
}

static inline void odd_info(unpeg_profile *profile)
{
    unpeg_profile_info *info = unpeg_profile_info_of(profile);
    static const uint32_t v8[4] = {12, 4, 254, 21};
    memcpy(info->v8, v8, sizeof v8);
    info->embedder = unpeg_slice_of("-node.33");
    info->interval_us = 1000;
    info->bytes_read = 18400000;
    info->bytes_total = 96000000;
    info->lines = 123456;
    info->deopts = 214;
    info->isolates = 2;
    info->partial = info->tail_only = true;
    unpeg_damage_add(unpeg_profile_damage(profile), UNPEG_DAMAGE_BAD_ROW, 17, 900);
    for (uint64_t line = 20; line < 26; line++)
        unpeg_damage_add(unpeg_profile_damage(profile), UNPEG_DAMAGE_UNKNOWN_EVENT, line,
                         line * 80);
}

/* One tick for each frame's self under main, the recursion, and ticks of GC and idleness. */
static inline unpeg_profile *odd_profile_make(void)
{
    odd_builder b = {.time_us = 1000};
    assert_int_equal(unpeg_profile_create(&b.profile), UNPEG_OK);
    unpeg_node_id main_node = odd_node(&b, UNPEG_NODE_ROOT, &odd_frames[0].frame);
    odd_ticks(&b, main_node, UNPEG_VM_STATE_JS, odd_frames[0].self);
    for (size_t i = 1; i < ODD_FRAMES; i++)
        odd_ticks(&b, odd_node(&b, main_node, &odd_frames[i].frame), UNPEG_VM_STATE_JS,
                  odd_frames[i].self);
    unpeg_node_id deep = main_node;
    for (int i = 0; i < ODD_RECURSION; i++)
        deep = odd_node(&b, deep, &odd_frames[1].frame);
    odd_ticks(&b, deep, UNPEG_VM_STATE_JS, 2);
    const unpeg_frame gc = {.kind = UNPEG_FRAME_GC};
    const unpeg_frame idle = {.kind = UNPEG_FRAME_IDLE};
    odd_ticks(&b, odd_node(&b, UNPEG_NODE_ROOT, &gc), UNPEG_VM_STATE_GC, 3);
    odd_ticks(&b, odd_node(&b, UNPEG_NODE_ROOT, &idle), UNPEG_VM_STATE_IDLE, 2);
    for (int state = 0; state < UNPEG_VM_STATE_COUNT; state++)
        odd_ticks(&b, main_node, (unpeg_vm_state)state, 1);
    const unpeg_library library = {.path = ODD_SLICE("/opt/no symbols/libx.so.1"),
                                   .problem = UNPEG_UNKNOWN_STRIPPED,
                                   .detail = "no .symtab and no .dynsym"};
    assert_int_equal(unpeg_profile_add_library(b.profile, &library), UNPEG_OK);
    odd_info(b.profile);
    return b.profile;
}

#endif
