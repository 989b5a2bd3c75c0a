/* SPDX-License-Identifier: MIT
 *
 * What the collector moves: the type of an object while it does so (the new place stands where the
 * map was), and the function of a frame that was copied before.
 */
#include "check.h"
#include "fake_v8.h"
#include "v8_heap.h"

#include <string.h>

enum {
    HEAP_BYTES = 1024,
    META_MAP = 64, /* places in the heap */
    MAP = 128,
    HERE = 256,
    THERE = 512,
    TYPE_MAP = 7,
    TYPE_OBJECT = 42
};

typedef struct small_heap {
    uint64_t base;
    v8_layout layout;
    unsigned char bytes[HEAP_BYTES];
} small_heap;

static unpeg_status read_small_heap(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const small_heap *h = user;
    if (address < h->base || address - h->base > HEAP_BYTES - size)
        return UNPEG_NOT_FOUND;
    memcpy(bytes, h->bytes + (address - h->base), size);
    return UNPEG_OK;
}

static v8_word word_of(const small_heap *h, unsigned place)
{
    return h->base + place + 1;
}

static void put_word(small_heap *h, unsigned place, uint64_t word)
{
    memcpy(h->bytes + place, &word, (size_t)h->layout.tagged_size);
}

static void put_type(small_heap *h, unsigned map, uint16_t type)
{
    memcpy(h->bytes + map + h->layout.map_type, &type, sizeof type);
}

/* An object that was moved from HERE to THERE. */
static small_heap open_heap(int32_t tagged_size, uint64_t moved)
{
    small_heap h = {.base = UINT64_C(0x7e0000000000)};
    v8_layout_for_version(&h.layout, 14, 6);
    h.layout.tagged_size = tagged_size;
    h.layout.type_map = TYPE_MAP;
    put_word(&h, META_MAP, word_of(&h, META_MAP));
    put_type(&h, META_MAP, TYPE_MAP);
    put_word(&h, MAP, word_of(&h, META_MAP));
    put_type(&h, MAP, TYPE_OBJECT);
    put_word(&h, THERE, word_of(&h, MAP));
    put_word(&h, HERE, moved);
    return h;
}

static unpeg_status type_here(small_heap *h, int32_t *ret)
{
    const target_memory memory = {.read = read_small_heap, .user = h};
    v8_heap heap = {.layout = &h->layout, .memory = &memory, .cage = h->base};
    unpeg_status status = v8_heap_type(&heap, word_of(h, HERE), ret);
    v8_heap_deinit(&heap);
    return status;
}

static void full_words(void **state)
{
    (void)state;
    int32_t type;
    small_heap h = open_heap(8, UINT64_C(0x7e0000000000) + THERE);
    assert_int_equal(type_here(&h, &type), UNPEG_OK);
    assert_int_equal(type, TYPE_OBJECT);
}

/* A small integer of 31 bits: by how many words of 4 bytes. */
static void compressed_words(void **state)
{
    (void)state;
    int32_t type;
    small_heap h = open_heap(4, (THERE - HERE) / 4 * 2);
    assert_int_equal(type_here(&h, &type), UNPEG_OK);
    assert_int_equal(type, TYPE_OBJECT);
    h = open_heap(4, (uint32_t)((META_MAP - HERE) / 4 * 2));
    assert_int_equal(type_here(&h, &type), UNPEG_OK);
    assert_int_equal(type, TYPE_MAP);
}

/* To a place that cannot be read, to one without a map, and to itself. */
static void moved_to_nowhere(void **state)
{
    (void)state;
    int32_t type;
    static const uint64_t full[] = {0, 0x7fff00000000, UINT64_C(0x7e0000000000) + 768,
                                    UINT64_C(0x7e0000000000) + HERE};
    static const uint64_t compressed[] = {0, 0x7ffffffe, (768 - HERE) / 4 * 2};
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        small_heap h = open_heap(8, full[i]);
        assert_int_equal(type_here(&h, &type), UNPEG_NOT_FOUND);
    }
    for (size_t i = 0; i < sizeof compressed / sizeof compressed[0]; i++) {
        small_heap h = open_heap(4, compressed[i]);
        assert_int_equal(type_here(&h, &type), UNPEG_NOT_FOUND);
    }
}

/* A stack that was copied when two words of its first frame were others. */
typedef struct old_stack {
    target_memory now;
    unpeg_addr fp;
    const v8_layout *layout;
    uint64_t function, bytecode; /* 0: as now */
} old_stack;

static void patch(unpeg_addr at, uint64_t word, unpeg_addr start, unsigned char *bytes, size_t size)
{
    if (word != 0 && at >= start && at + sizeof word <= start + size)
        memcpy(bytes + (at - start), &word, sizeof word);
}

static unpeg_status read_old(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const old_stack *old = user;
    const v8_layout *l = old->layout;
    unpeg_status status = memory_read(&old->now, address, bytes, size);
    if (status != UNPEG_OK)
        return status;
    patch(old->fp + (uint64_t)(int64_t)l->fp_function, old->function, address, bytes, size);
    patch(old->fp + (uint64_t)(int64_t)l->fp_bytecode_array, old->bytecode, address, bytes, size);
    return UNPEG_OK;
}

/* The kind of the first frame of a stack with these words, and whether it has its function's name.
 */
static unpeg_frame_kind name_old(uint64_t function, uint64_t bytecode, bool *ret_named)
{
    v8_layout layout;
    v8_layout_for_version(&layout, 12, 4);
    fake_v8 *v8 = fake_v8_create(&layout);
    assert_non_null(v8);
    size_t count;
    v8_namer *namer;
    v8_named names[V8_NAMED_LIMIT];
    mapping_list mappings = {0};
    v8_builtins builtins = fake_v8_builtins();
    const char *maps = fake_v8_maps();
    assert_int_equal(mapping_list_parse(&mappings, maps, strlen(maps)), UNPEG_OK);
    old_stack old = {fake_v8_memory(v8), v8->frames[0].fp, &v8->layout, function, bytecode};
    const v8_process process = {.memory = &old.now, .mappings = &mappings};
    assert_int_equal(v8_namer_create_saved(&process, &v8->layout, &builtins,
                                           unpeg_slice_of("/bin/fake"), &namer),
                     UNPEG_OK);
    const target_memory memory = {.read = read_old, .user = &old};
    const v8_stack stack = {.memory = &memory};
    const v8_frame frame = {.pc = v8->frames[0].pc, .fp = v8->frames[0].fp};
    assert_int_equal(v8_namer_name(namer, &stack, &frame, names, &count), UNPEG_OK);
    *ret_named = unpeg_slice_equal(names[0].name, unpeg_slice_of(v8->frames[0].name));
    unpeg_frame_kind kind = names[0].kind;
    v8_namer_destroy(namer);
    mapping_list_deinit(&mappings);
    fake_v8_destroy(v8);
    return kind;
}

static void function_of_an_old_frame(void **state)
{
    (void)state;
    const uint64_t gone = 0x7e000f000001;
    bool named;
    assert_int_equal(name_old(0, 0, &named), UNPEG_FRAME_JS);
    assert_true(named);
    assert_int_equal(name_old(gone, 0, &named), UNPEG_FRAME_JS);
    assert_true(named);
    assert_int_equal(name_old(gone, gone, &named), UNPEG_FRAME_UNKNOWN);
    assert_false(named);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_words),
        cmocka_unit_test(compressed_words),
        cmocka_unit_test(moved_to_nowhere),
        cmocka_unit_test(function_of_an_old_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
