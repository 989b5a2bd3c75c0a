/* SPDX-License-Identifier: MIT
 *
 * Names and lines with a layout that is right, and with every layout that is wrong in one number:
 * then they are right, or left out, and never something else that looks right.
 */
#include "check.h"
#include "fake_v8.h"

#include <stdio.h>

typedef struct outcome {
    unsigned named, lined, wrong_names, wrong_lines;
    unsigned untold; /* has no line, and no reason why */
    const char *problem;
} outcome;

static bool is_name(const v8_named *seen, const char *wanted)
{
    return unpeg_slice_equal(seen->name, unpeg_slice_of(wanted));
}

static void judge(const fake_frame *wanted, const v8_named *seen, outcome *ret)
{
    if (seen->kind != UNPEG_FRAME_JS) {
        ret->wrong_names += seen->kind != UNPEG_FRAME_UNKNOWN;
        return;
    }
    bool named = is_name(seen, wanted->name);
    bool placed = seen->start.line == wanted->start_line;
    bool lined = seen->current.line == wanted->line;
    ret->named += named;
    ret->lined += lined;
    ret->untold += !lined && v8_line_state_text(seen->line_state)[0] == '\0';
    ret->wrong_names += !named && seen->name.len > 0;
    ret->wrong_lines += (!placed && seen->start.line > 0) || (!lined && seen->current.line > 0);
}

/* Twice, as a stack is: what is found out about the last frame counts for the first. */
static void name_all(fake_v8 *v8, v8_namer *namer, outcome *ret)
{
    target_memory memory = fake_v8_memory(v8);
    for (int round = 0; round < 2; round++) {
        *ret = (outcome){0};
        for (int i = 0; i < FAKE_FUNCTIONS; i++) {
            v8_named names[V8_NAMED_LIMIT];
            size_t count = 0;
            const v8_stack stack = {.memory = &memory};
            const v8_frame frame = {.pc = v8->frames[i].pc, .fp = v8->frames[i].fp};
            assert_int_equal(v8_namer_name(namer, &stack, &frame, names, &count), UNPEG_OK);
            assert_int_equal(count, 1);
            judge(&v8->frames[i], &names[0], ret);
        }
    }
    ret->problem = v8_namer_health(namer).problem;
}

static outcome run(fake_v8 *v8, const v8_layout *layout)
{
    outcome ret;
    mapping_list mappings = {0};
    target_memory memory = fake_v8_memory(v8);
    v8_builtins builtins = fake_v8_builtins();
    v8_namer *namer = NULL;
    const char *maps = fake_v8_maps();
    assert_int_equal(mapping_list_parse(&mappings, maps, strlen(maps)), UNPEG_OK);
    const v8_process process = {.memory = &memory, .mappings = &mappings};
    ret = (outcome){.problem = v8_layout_problem(layout)};
    unpeg_status status =
        v8_namer_create_saved(&process, layout, &builtins, unpeg_slice_of("/bin/fake"), &namer);
    assert_int_equal(status, ret.problem ? UNPEG_UNSUPPORTED : UNPEG_OK);
    if (!status)
        name_all(v8, namer, &ret);
    v8_namer_destroy(namer);
    mapping_list_deinit(&mappings);
    return ret;
}

static const int32_t releases[][2] = {{7, 8},  {8, 4},  {9, 4},  {10, 2}, {11, 3},
                                      {12, 4}, {13, 6}, {14, 1}, {14, 6}};

static void right_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        v8_layout layout;
        v8_layout_for_version(&layout, releases[i][0], releases[i][1]);
        fake_v8 *v8 = fake_v8_create(&layout);
        assert_non_null(v8);
        outcome seen = run(v8, &v8->layout);
        assert_int_equal(seen.named, FAKE_FUNCTIONS);
        assert_int_equal(seen.lined, FAKE_FUNCTIONS);
        assert_int_equal(seen.wrong_names + seen.wrong_lines, 0);
        assert_null(seen.problem);
        fake_v8_destroy(v8);
    }
}

static const char *const fields[] = {
#define FIELD_NAME(name) #name,
    V8_FIELD_LIST(FIELD_NAME)
#undef FIELD_NAME
};

static unsigned check_wrong(fake_v8 *v8, const char *field, int32_t delta)
{
    v8_layout wrong = v8->layout;
    int32_t *value = v8_layout_field(&wrong, unpeg_slice_of(field));
    assert_non_null(value);
    if (strcmp(field, "tagged_size") == 0 || strcmp(field, "positions_coding") == 0)
        return 0;
    *value += delta;
    outcome seen = run(v8, &wrong);
    bool all = seen.named == FAKE_FUNCTIONS && seen.untold == 0;
    if (seen.wrong_names + seen.wrong_lines == 0 && (all || seen.problem))
        return 0;
    print_message("%d.%d %s %+d: %u wrong names, %u wrong lines, %u named, %u lined, %s\n",
                  (int)wrong.major, (int)wrong.minor, field, (int)delta, seen.wrong_names,
                  seen.wrong_lines, seen.named, seen.lined,
                  seen.problem ? seen.problem : "no problem told");
    return 1;
}

static void layouts_wrong_in_one_number(void **state)
{
    (void)state;
    static const int32_t deltas[] = {-16, -8, -4, -2, -1, 1, 2, 4, 8, 16};
    unsigned bad = 0;
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        v8_layout layout;
        v8_layout_for_version(&layout, releases[i][0], releases[i][1]);
        fake_v8 *v8 = fake_v8_create(&layout);
        assert_non_null(v8);
        for (size_t field = 0; field < sizeof fields / sizeof fields[0]; field++)
            for (size_t delta = 0; delta < sizeof deltas / sizeof deltas[0]; delta++)
                bad += check_wrong(v8, fields[field], deltas[delta]);
        fake_v8_destroy(v8);
    }
    assert_int_equal(bad, 0);
}

static void other_codings_of_positions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        v8_layout layout;
        v8_layout_for_version(&layout, releases[i][0], releases[i][1]);
        fake_v8 *v8 = fake_v8_create(&layout);
        assert_non_null(v8);
        layout = v8->layout;
        for (int32_t step = 1; step < 3; step++) {
            layout.positions_coding = (v8->layout.positions_coding + step) % 3;
            outcome seen = run(v8, &layout);
            assert_int_equal(seen.named, FAKE_FUNCTIONS);
            assert_int_equal(seen.wrong_lines, 0);
            assert_non_null(seen.problem);
        }
        fake_v8_destroy(v8);
    }
}

/* Every release's layout over every other's heap. */
static void layouts_of_other_releases(void **state)
{
    (void)state;
    size_t count = sizeof releases / sizeof releases[0];
    for (size_t i = 0; i < count * count; i++) {
        v8_layout layout;
        v8_layout other;
        v8_layout_for_version(&layout, releases[i / count][0], releases[i / count][1]);
        v8_layout_for_version(&other, releases[i % count][0], releases[i % count][1]);
        fake_v8 *v8 = fake_v8_create(&layout);
        assert_non_null(v8);
        outcome seen = run(v8, &other);
        assert_int_equal(seen.wrong_names, 0);
        assert_int_equal(seen.wrong_lines, 0);
        assert_true(seen.problem || (seen.named == FAKE_FUNCTIONS && seen.lined == FAKE_FUNCTIONS));
        fake_v8_destroy(v8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_layouts),
        cmocka_unit_test(layouts_wrong_in_one_number),
        cmocka_unit_test(other_codings_of_positions),
        cmocka_unit_test(layouts_of_other_releases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
