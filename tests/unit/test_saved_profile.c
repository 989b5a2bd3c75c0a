/* SPDX-License-Identifier: MIT
 *
 * Saved profiles that are damaged, cut, or newer than this build.
 */
#include <stdio.h>

#include "check.h"
#include "log_text.h"
#include "unpeg/hot_code.h"

#define HEAD                                                                                       \
    "unpeg-profile,1\nv8,12,4,254,21,-node.33\ninfo,interval_us,2000\ninfo,isolates,1\n"           \
    "last,5000\n"
#define ROOT "frame,root,,,0,,,,0,0,0\n"
#define FRAMES                                                                                     \
    ROOT "frame,js,turbofan,,0,spin\\x2c all,/a.js,JS,3,7,0\n"                                     \
         "frame,unknown,,no-mapping,0,,,,0,0,4096\n"
#define NODES "node,0,1\nnode,1,2\n"

static uint64_t damage_of(unpeg_profile *profile, unpeg_damage_kind kind)
{
    return unpeg_profile_damage(profile)->kinds[kind].count;
}

static void a_profile_is_read(void **state)
{
    (void)state;
    unpeg_profile *profile =
        load_text(HEAD FRAMES NODES "tick,1000,2,js,0\ntick,5000,1,gc,1\nend,2\n", NULL);
    const unpeg_profile_info *info = unpeg_profile_info_of(profile);
    assert_int_equal(info->v8[0], 12);
    assert_int_equal(info->interval_us, 2000);
    assert_false(info->partial);
    assert_int_equal(unpeg_profile_tick_count(profile), 2);
    assert_stack(profile, 0, "unknown no-mapping 0x1000 < js* spin, all /a.js:3:7");
    unpeg_tick tick = unpeg_profile_tick(profile, 1);
    assert_int_equal(tick.time_us, 5000);
    assert_int_equal(tick.vm_state, UNPEG_VM_STATE_GC);
    assert_int_equal(tick.flags, UNPEG_TICK_OVERFLOW);
    unpeg_profile_destroy(profile);
}

static void a_recording_is_kept(void **state)
{
    (void)state;
    static const char text[] =
        HEAD ROOT "recording,pid,4294967296\nrecording,stopped_us,77\nrecording,backend,per\\x66\n"
                  "recording,later,1\nrecording,tid,x\nend,0\n";
    unpeg_profile *profile = load_text(text, NULL);
    const unpeg_recording *recording = &unpeg_profile_info_of(profile)->recording;
    assert_int_equal(recording->pid, UINT32_MAX);
    assert_int_equal(recording->stopped_us, 77);
    assert_true(unpeg_slice_equal(recording->backend, unpeg_slice_of("perf")));
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_BAD_ROW), 1);
    unpeg_profile_destroy(profile);
}

static void hot_code_is_kept(void **state)
{
    (void)state;
    static const char text[] = HEAD FRAMES NODES "code,1,aarch64,4096,4,/a\\x2cb\nbytes,0001\n"
                                                 "hit,1,7\nplace,0,3,f\nbytes,feff\n"
                                                 "place,2,9,g\\x2ch\nhit,3,1\n"
                                                 "code,1,x86-64,1,1,\nbytes,cc\nend,0\n";
    unpeg_profile *profile = load_text(text, NULL);
    assert_int_equal(unpeg_profile_hot_code_count(profile), 2);
    const unpeg_hot_code *code = unpeg_profile_hot_code(profile, 0);
    const unpeg_frame *function = unpeg_profile_frame(profile, code->function);
    assert_true(unpeg_slice_equal(function->name, unpeg_slice_of("spin, all")));
    assert_int_equal(code->machine, UNPEG_MACHINE_AARCH64);
    assert_int_equal(code->start, 4096);
    assert_true(unpeg_slice_equal(code->module, unpeg_slice_of("/a,b")));
    assert_int_equal(code->bytes.len, 4);
    assert_memory_equal(code->bytes.data, "\0\1\xfe\xff", 4);
    assert_int_equal(code->hit_count, 2);
    assert_int_equal(code->hits[0].samples, 7);
    assert_int_equal(code->place_count, 2);
    assert_int_equal(code->places[1].line, 9);
    assert_true(unpeg_slice_equal(code->places[1].function, unpeg_slice_of("g,h")));
    assert_int_equal(unpeg_profile_hot_code(profile, 1)->machine, UNPEG_MACHINE_X86_64);
    unpeg_profile_destroy(profile);
}

static void damaged_code_is_left_out(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "code,1,x86-64,1,2,\nbytes,00\n",             /* fewer bytes than it says */
        "code,1,x86-64,1,1,\nbytes,0000\nbytes,00\n", /* more, once */
        "code,1,x86-64,1,1,\nbytes,0g\nbytes,00\n",
        "code,1,x86-64,1,1,\nbytes,0\nbytes,00\n",
        "code,1,x86-64,1,1,\nbytes,00\nhit,1,1\n", /* outside */
        "code,1,x86-64,1,2,\nbytes,0000\nhit,1,1\nhit,0,1\n",
        "code,1,x86-64,1,2,\nbytes,0000\nplace,1,1,f\nplace,1,1,f\n",
        "code,9,x86-64,1,1,\n",
        "code,1,z80,1,1,\n",
        "code,1,x86-64,1,16777217,\n",
        "bytes,00\n",
        "hit,0,1\n",
        "place,0,1,f\n",
        "code,1,x86-64,1,1,\nbytes,00\nhit,0\n",
    };
    static const size_t kept[] = {0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        snprintf(text, sizeof text, "%s%send,0\n", HEAD FRAMES NODES, rows[i]);
        unpeg_profile *profile = load_text(text, NULL);
        assert_int_equal(unpeg_profile_hot_code_count(profile), kept[i]);
        assert_int_equal(damage_of(profile, UNPEG_DAMAGE_BAD_ROW), 1);
        unpeg_profile_destroy(profile);
    }
}

static void the_last_seconds(void **state)
{
    (void)state;
    const unpeg_log_options options = {.struct_size = sizeof options, .tail_us = 1000};
    unpeg_profile *profile =
        load_text(HEAD FRAMES NODES "tick,1000,2,js,0\ntick,4000,1,js,0\ntick,5000,1,gc,1\nend,3\n",
                  &options);
    assert_int_equal(unpeg_profile_tick_count(profile), 2);
    assert_int_equal(unpeg_profile_tick(profile, 0).time_us, 4000);
    unpeg_profile_destroy(profile);
}

/* A bad row in place of a frame or a node keeps its number. */
static void damage_is_counted_and_costs_its_row(void **state)
{
    (void)state;
    unpeg_profile *profile = load_text(HEAD ROOT "frame,js,warp,,0,f,,,0,0,0\n"
                                                 "frame,root,,,0,,,,0,0,0\n"
                                                 "frame,js,ignition,,0,g,/b.js,JS,1,1,0\n"
                                                 "node,0,9\nnode,1,3\nnode,7,3\nnode,0,0\n"
                                                 "tick,1,2,js,0\ntick,1,9,js,0\ntick,1,2,warp,0\n"
                                                 "tick,x,2,js,0\ntick,1,2,js,256\n"
                                                 "surprise,1\n\nend,1\n",
                                       NULL);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_BAD_ROW), 9);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_UNKNOWN_EVENT), 2);
    assert_int_equal(unpeg_profile_damage(profile)->kinds[UNPEG_DAMAGE_BAD_ROW].places[0].line, 7);
    assert_int_equal(unpeg_profile_tick_count(profile), 1);
    assert_stack(profile, 0, "js~ g /b.js:1:1");
    unpeg_profile_destroy(profile);
}

static void a_cut_file_is_partial(void **state)
{
    (void)state;
    unpeg_profile *profile = load_text(HEAD FRAMES NODES "tick,1000,2,js,0\ntick,50", NULL);
    assert_true(unpeg_profile_info_of(profile)->partial);
    assert_int_equal(damage_of(profile, UNPEG_DAMAGE_CUT_LAST_ROW), 1);
    assert_int_equal(unpeg_profile_tick_count(profile), 1);
    unpeg_profile_destroy(profile);
}

static void a_newer_format_is_refused(void **state)
{
    (void)state;
    static const char text[] = "unpeg-profile,2\nsomething\n";
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error;
    assert_int_equal(unpeg_source_open_memory(text, sizeof text - 1, &source, &error), UNPEG_OK);
    assert_int_equal(unpeg_log_load(NULL, source, &profile, &error), UNPEG_UNSUPPORTED);
    assert_string_equal(error.text, "a profile saved by a newer unpeg");
    unpeg_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_is_read),
        cmocka_unit_test(a_recording_is_kept),
        cmocka_unit_test(hot_code_is_kept),
        cmocka_unit_test(damaged_code_is_left_out),
        cmocka_unit_test(the_last_seconds),
        cmocka_unit_test(damage_is_counted_and_costs_its_row),
        cmocka_unit_test(a_cut_file_is_partial),
        cmocka_unit_test(a_newer_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
