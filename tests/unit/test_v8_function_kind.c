/* SPDX-License-Identifier: MIT
 *
 * Whose frame it is where a builtin has none of its own: of a function of a script, of an export of
 * a wasm module, or not known.
 */
#include "check.h"
#include "fake_v8.h"

#include <stdio.h>

typedef struct scene {
    fake_v8 *v8;
    uint64_t shared, scope; /* of the first function */
    const char *builtin;    /* in which its frame is stopped */
    char first[32];         /* name of the innermost */
} scene;

static uint64_t word_at(scene *s, unpeg_addr address)
{
    uint64_t word = 0;
    target_memory memory = fake_v8_memory(s->v8);
    assert_int_equal(memory_read_u64(&memory, address, &word), UNPEG_OK);
    return word;
}

static scene open_scene(void)
{
    scene s;
    v8_layout layout;
    v8_layout_for_version(&layout, 12, 4);
    s = (scene){.v8 = fake_v8_create(&layout), .builtin = "ArrayMap"};
    assert_non_null(s.v8);
    const v8_layout *l = &s.v8->layout;
    unpeg_addr fp = s.v8->frames[0].fp;
    uint64_t function = word_at(&s, fp + (uint64_t)(int64_t)l->fp_function);
    s.shared = word_at(&s, function - 1 + (uint64_t)l->function_shared);
    s.scope = word_at(&s, s.shared - 1 + (uint64_t)l->shared_name);
    return s;
}

/* The frame of the first function, stopped in a builtin; closes the scene. Of the names only the
 * kinds are good after that, and s->first. */
static size_t name_it(scene *s, v8_named *names)
{
    size_t count = 0;
    mapping_list mappings = {0};
    target_memory memory = fake_v8_memory(s->v8);
    v8_builtins builtins = fake_v8_builtins();
    v8_namer *namer;
    const char *maps = fake_v8_maps();
    assert_int_equal(v8_builtins_add(&builtins, 0x1000, 0x1000, unpeg_slice_of(s->builtin)),
                     UNPEG_OK);
    v8_builtins_sort(&builtins);
    assert_int_equal(mapping_list_parse(&mappings, maps, strlen(maps)), UNPEG_OK);
    const v8_process process = {.memory = &memory, .mappings = &mappings};
    assert_int_equal(v8_namer_create_saved(&process, &s->v8->layout, &builtins,
                                           unpeg_slice_of("/bin/fake"), &namer),
                     UNPEG_OK);
    const v8_stack stack = {.memory = &memory};
    const v8_frame frame = {
        .pc = FAKE_CODE + 0x1800, .fp = s->v8->frames[0].fp, .interrupted = true};
    assert_int_equal(v8_namer_name(namer, &stack, &frame, names, &count), UNPEG_OK);
    snprintf(s->first, sizeof s->first, "%.*s", (int)names[0].name.len, names[0].name.data);
    v8_namer_destroy(namer);
    mapping_list_deinit(&mappings);
    fake_v8_destroy(s->v8);
    return count;
}

static void test_a_function_of_a_script(void **state)
{
    (void)state;
    v8_named names[V8_NAMED_LIMIT];
    scene s = open_scene();
    assert_int_equal(name_it(&s, names), 2);
    assert_int_equal(names[0].kind, UNPEG_FRAME_BUILTIN);
    assert_int_equal(names[1].kind, UNPEG_FRAME_JS);
}

/* An export's name is a string, in the place of a scope. */
static void test_an_export_of_a_module(void **state)
{
    (void)state;
    v8_named names[V8_NAMED_LIMIT];
    scene s = open_scene();
    fake_word(s.v8, s.shared, s.v8->layout.shared_name, fake_string(s.v8, "0"));
    assert_int_equal(name_it(&s, names), 1);
    assert_int_equal(names[0].kind, UNPEG_FRAME_WASM);
}

/* What cannot be read is no reason to say that it is something else. */
static void test_a_scope_that_cannot_be_read(void **state)
{
    (void)state;
    enum { SLOT_LOCALS = 2, TOO_MANY = 1 << 30 };
    v8_named names[V8_NAMED_LIMIT];
    scene s = open_scene();
    const v8_layout *l = &s.v8->layout;
    fake_small(s.v8, s.scope, l->scope_slots + SLOT_LOCALS * l->tagged_size, TOO_MANY);
    assert_int_equal(name_it(&s, names), 1);
    assert_int_equal(names[0].kind, UNPEG_FRAME_BUILTIN);
}

/* A builtin that many functions share goes by theirs, if it has one. */
static void test_a_function_without_a_name(void **state)
{
    (void)state;
    v8_named names[V8_NAMED_LIMIT];
    scene s = open_scene();
    s.builtin = "HandleApiCall";
    fake_small(s.v8, s.shared, s.v8->layout.shared_script, 0);
    fake_word(s.v8, s.shared, s.v8->layout.shared_name, fake_string(s.v8, ""));
    assert_int_equal(name_it(&s, names), 1);
    assert_int_equal(names[0].kind, UNPEG_FRAME_BUILTIN);
    assert_string_equal(s.first, "HandleApiCall");
    s = open_scene();
    s.builtin = "HandleApiCall";
    fake_small(s.v8, s.shared, s.v8->layout.shared_script, 0);
    fake_word(s.v8, s.shared, s.v8->layout.shared_name, fake_string(s.v8, "stat"));
    assert_int_equal(name_it(&s, names), 1);
    assert_string_equal(s.first, "stat");
}

static void mark_frame(scene *s, v8_marker marker)
{
    const v8_layout *l = &s->v8->layout;
    uint64_t word = (uint64_t)l->markers[marker] << 1;
    fake_word(s->v8, s->v8->frames[0].fp + 1, l->fp_context, word);
}

/* The interpreter before a function has a frame, while C++ compiles it. */
static void test_a_function_that_is_entered(void **state)
{
    (void)state;
    v8_named names[V8_NAMED_LIMIT];
    scene s = open_scene();
    s.builtin = "InterpreterEntryTrampoline";
    mark_frame(&s, V8_MARKER_INTERNAL);
    assert_int_equal(name_it(&s, names), 1);
    assert_int_equal(names[0].kind, UNPEG_FRAME_BUILTIN);
    assert_string_equal(s.first, "InterpreterEntryTrampoline");
    s = open_scene();
    s.builtin = "InterpreterEntryTrampoline";
    mark_frame(&s, V8_MARKER_CONSTRUCT);
    assert_int_equal(name_it(&s, names), 1);
    assert_int_equal(names[0].kind, UNPEG_FRAME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_function_of_a_script),
        cmocka_unit_test(test_an_export_of_a_module),
        cmocka_unit_test(test_a_scope_that_cannot_be_read),
        cmocka_unit_test(test_a_function_without_a_name),
        cmocka_unit_test(test_a_function_that_is_entered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
