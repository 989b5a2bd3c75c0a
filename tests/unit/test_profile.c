/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "check.h"
#include "profile_edit.h"
#include "tick_column.h"
#include "unpeg/profile.h"

static unpeg_frame_id js(unpeg_profile *profile, const char *name)
{
    unpeg_frame_id id;
    unpeg_frame frame = {.kind = UNPEG_FRAME_JS, .name = unpeg_slice_of(name)};
    assert_int_equal(unpeg_profile_add_frame(profile, &frame, &id), UNPEG_OK);
    return id;
}

static unpeg_node_id child(unpeg_profile *profile, unpeg_node_id parent, unpeg_frame_id frame)
{
    unpeg_node_id id;
    assert_int_equal(unpeg_profile_add_node(profile, parent, frame, &id), UNPEG_OK);
    return id;
}

static void equal_frames_and_nodes_are_one(void **state)
{
    (void)state;
    unpeg_profile *profile;
    assert_int_equal(unpeg_profile_create(&profile), UNPEG_OK);
    char name[] = "first";
    unpeg_frame_id first = js(profile, name);
    name[0] = 'F';
    assert_int_not_equal(js(profile, name), first);
    assert_int_equal(js(profile, "first"), first);
    for (unsigned round = 0; round < 2; round++) {
        unpeg_node_id node = UNPEG_NODE_ROOT;
        for (unsigned depth = 0; depth < 20000; depth++)
            node = child(profile, node, first);
        assert_int_equal(node, 20000);
    }
    assert_int_equal(unpeg_profile_node_count(profile), 20001);
    unpeg_profile_destroy(profile);
}

static void ticks_keep_any_time(void **state)
{
    (void)state;
    const int64_t times[] = {1000, 2000, 1500, INT64_MAX, INT64_MIN, 0, 5000000000};
    tick_column column = {0};
    for (size_t i = 0; i < 10000; i++) {
        unpeg_tick tick = {.time_us = i < 5000 ? (int64_t)i * 1000 : times[i % 7],
                           .node = (unpeg_node_id)i,
                           .vm_state = (uint8_t)(i % 7),
                           .flags = (uint8_t)(i % 3)};
        assert_true(tick_column_add(&column, &tick));
    }
    for (size_t i = 0; i < 10000; i++) {
        unpeg_tick tick = tick_column_at(&column, i);
        assert_true(tick.time_us == (i < 5000 ? (int64_t)i * 1000 : times[i % 7]));
        assert_int_equal(tick.node, i);
        assert_int_equal(tick.vm_state, i % 7);
        assert_int_equal(tick.flags, i % 3);
    }
    tick_column_deinit(&column);
}

static void merged_frames_merge_their_nodes(void **state)
{
    (void)state;
    unpeg_profile *profile;
    assert_int_equal(unpeg_profile_create(&profile), UNPEG_OK);
    unpeg_frame_id a = js(profile, "a");
    unpeg_frame_id b = js(profile, "b");
    unpeg_frame_id c = js(profile, "c");
    unpeg_node_id leaves[] = {
        child(profile, child(profile, UNPEG_NODE_ROOT, a), c),
        child(profile, child(profile, UNPEG_NODE_ROOT, b), c),
    };
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(unpeg_profile_add_tick(profile, &(unpeg_tick){.node = leaves[i]}),
                         UNPEG_OK);
    unpeg_frame_id map[] = {0, a, a, c};
    assert_int_equal(profile_merge_frames(profile, map), UNPEG_OK);
    assert_int_equal(unpeg_profile_node_count(profile), 3);
    assert_int_equal(unpeg_profile_tick(profile, 0).node, unpeg_profile_tick(profile, 1).node);
    assert_int_equal(child(profile, child(profile, UNPEG_NODE_ROOT, a), c),
                     unpeg_profile_tick(profile, 0).node);
    unpeg_profile_destroy(profile);
}

static void impossible_ids_are_refused(void **state)
{
    (void)state;
    unpeg_profile *profile;
    unpeg_node_id node;
    assert_int_equal(unpeg_profile_create(&profile), UNPEG_OK);
    assert_int_equal(unpeg_profile_add_node(profile, 7, 0, &node), UNPEG_ARGUMENT);
    assert_int_equal(unpeg_profile_add_node(profile, 0, 7, &node), UNPEG_ARGUMENT);
    assert_int_equal(unpeg_profile_add_tick(profile, &(unpeg_tick){.node = 7}), UNPEG_ARGUMENT);
    unpeg_profile_destroy(profile);
}

/* Two isolates whose clocks both began at 0. */
static void a_profile_takes_another(void **state)
{
    (void)state;
    unpeg_profile *profiles[2];
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(unpeg_profile_create(&profiles[i]), UNPEG_OK);
        unpeg_node_id node = child(profiles[i], UNPEG_NODE_ROOT, js(profiles[i], "shared"));
        node = child(profiles[i], node, js(profiles[i], i ? "second" : "first"));
        for (int64_t t = 1; t <= 3; t++)
            assert_int_equal(
                unpeg_profile_add_tick(profiles[i], &(unpeg_tick){t * 1000, node, 0, 0}), UNPEG_OK);
        unpeg_library library = {.path = unpeg_slice_of(i ? "/b" : "/a")};
        assert_int_equal(unpeg_profile_add_library(profiles[i], &library), UNPEG_OK);
        unpeg_damage_add(unpeg_profile_damage(profiles[i]), UNPEG_DAMAGE_BAD_ROW, i + 1, 0);
    }
    assert_int_equal(unpeg_profile_append(profiles[0], profiles[1]), UNPEG_OK);
    unpeg_profile_destroy(profiles[1]);
    const unpeg_profile *sum = profiles[0];
    assert_int_equal(unpeg_profile_tick_count(sum), 6);
    assert_int_equal(unpeg_profile_node_count(sum), 4);
    assert_int_equal(unpeg_profile_tick(sum, 3).time_us, 3000 + 1000000);
    assert_int_equal(unpeg_profile_tick(sum, 5).time_us, 5000 + 1000000);
    const unpeg_node *leaf = &unpeg_profile_nodes(sum)[unpeg_profile_tick(sum, 5).node];
    assert_true(
        unpeg_slice_equal(unpeg_profile_frame(sum, leaf->frame)->name, unpeg_slice_of("second")));
    assert_int_equal(unpeg_profile_library_count(sum), 2);
    assert_int_equal(unpeg_profile_info_const(sum)->isolates, 2);
    assert_int_equal(unpeg_profile_damage_const(sum)->kinds[UNPEG_DAMAGE_BAD_ROW].count, 2);
    unpeg_profile_destroy(profiles[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_frames_and_nodes_are_one),
        cmocka_unit_test(ticks_keep_any_time),
        cmocka_unit_test(merged_frames_merge_their_nodes),
        cmocka_unit_test(impossible_ids_are_refused),
        cmocka_unit_test(a_profile_takes_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
