/* SPDX-License-Identifier: MIT
 *
 * The type of an object that the collector has moved: the new place stands where its map was.
 */
#include "check.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_words),
        cmocka_unit_test(compressed_words),
        cmocka_unit_test(moved_to_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
