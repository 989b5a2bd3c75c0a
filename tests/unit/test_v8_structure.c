/* SPDX-License-Identifier: MIT
 *
 * What the numbers of object types of a V8 without symbols are learned from: a frame's function,
 * and nothing else that leads to the same script.
 */
#include "check.h"
#include "fake_v8.h"
#include "v8_structure.h"

enum {
    TYPE_MAP = 202,
    TYPE_FUNCTION = 2064,
    TYPE_SHARED = 281,
    TYPE_SCOPE = 279,
    TYPE_SCRIPT = 166,
    TYPE_VECTOR = 268,
    VECTOR_BYTES = 64
};

typedef struct scene {
    fake_v8 *v8;
    mapping_list mappings;
    target_memory memory;
    v8_layout layout; /* that is learned */
    v8_heap heap;
    v8_structure structure;
} scene;

static void open_scene(scene *s)
{
    v8_layout layout;
    const char *maps = fake_v8_maps();
    v8_layout_compressed(&layout);
    s->layout = layout;
    layout.type_map = TYPE_MAP;
    layout.type_function_first = layout.type_function_last = TYPE_FUNCTION;
    layout.type_shared = TYPE_SHARED;
    layout.type_scope = TYPE_SCOPE;
    layout.type_script = TYPE_SCRIPT;
    layout.type_bytecode_array = 184;
    layout.type_byte_array = layout.type_trusted_byte_array = 194;
    s->v8 = fake_v8_create(&layout);
    assert_non_null(s->v8);
    s->mappings = (mapping_list){0};
    assert_int_equal(mapping_list_parse(&s->mappings, maps, strlen(maps)), UNPEG_OK);
    s->memory = fake_v8_memory(s->v8);
    s->heap = (v8_heap){.layout = &s->layout,
                        .memory = &s->memory,
                        .cage = s->v8->base,
                        .trusted_cage = s->v8->base};
    s->structure = (v8_structure){
        .heap = &s->heap, .layout = &s->layout, .mappings = &s->mappings, .isolate = s->v8->base};
}

static void close_scene(scene *s)
{
    v8_heap_deinit(&s->heap);
    mapping_list_deinit(&s->mappings);
    fake_v8_destroy(s->v8);
}

static unpeg_status learn(scene *s, int frame)
{
    const v8_stack stack = {.memory = &s->memory};
    const v8_frame seen = {.pc = s->v8->frames[frame].pc, .fp = s->v8->frames[frame].fp};
    return v8_structure_learn(&s->structure, &stack, &seen, 1);
}

static void check_learned(const scene *s)
{
    const v8_layout *l = &s->layout;
    assert_int_equal(l->type_map, TYPE_MAP);
    assert_int_equal(l->type_shared, TYPE_SHARED);
    assert_int_equal(l->type_scope, TYPE_SCOPE);
    assert_int_equal(l->type_script, TYPE_SCRIPT);
    assert_true(l->type_function_first <= TYPE_FUNCTION && TYPE_FUNCTION <= l->type_function_last);
}

static void test_from_a_function(void **state)
{
    (void)state;
    scene s;
    open_scene(&s);
    assert_int_equal(learn(&s, 0), UNPEG_OK);
    check_learned(&s);
    close_scene(&s);
}

/* Where a frame that is not of JavaScript has a feedback vector: it has the function's shared part
 * in the same place as the function. */
static void test_not_from_a_feedback_vector(void **state)
{
    (void)state;
    scene s;
    open_scene(&s);
    unpeg_addr slot = s.v8->frames[0].fp + 1;
    uint64_t function = 0;
    uint64_t shared = 0;
    const v8_layout *l = &s.v8->layout;
    assert_int_equal(
        memory_read_u64(&s.memory, slot - 1 + (uint64_t)(int64_t)l->fp_function, &function),
        UNPEG_OK);
    assert_int_equal(v8_heap_field(&s.heap, function, l->function_shared, &shared), UNPEG_OK);
    uint64_t vector = fake_object(s.v8, TYPE_VECTOR, VECTOR_BYTES);
    fake_word(s.v8, vector, l->function_shared, shared);
    fake_bytes(s.v8, slot, l->fp_function, &vector, sizeof vector);
    assert_int_equal(learn(&s, 0), UNPEG_NOT_FOUND);
    assert_int_equal(s.layout.type_function_first, V8_ABSENT);
    assert_int_equal(learn(&s, 1), UNPEG_OK);
    check_learned(&s);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_a_function),
        cmocka_unit_test(test_not_from_a_feedback_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
