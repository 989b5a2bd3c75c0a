/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "check.h"
#include "code_map.h"

static code_id add(code_map *map, unpeg_addr start, uint32_t size)
{
    code_id id;
    assert_int_equal(code_map_add(map, &(code_entry){.start = start, .size = size}, &id), UNPEG_OK);
    return id;
}

static void later_code_replaces_what_it_overlaps(void **state)
{
    (void)state;
    code_map *map;
    assert_int_equal(code_map_create(&map), UNPEG_OK);
    code_id first = add(map, 0x2000, 256);
    assert_int_equal(code_map_find(map, 0x2010), first);
    code_id second = add(map, 0x2080, 256);
    assert_int_equal(code_map_find(map, 0x2010), 0);
    assert_int_equal(code_map_find(map, 0x207f), 0);
    assert_int_equal(code_map_find(map, 0x2080), second);
    assert_int_equal(code_map_find(map, 0x217f), second);
    assert_int_equal(code_map_find(map, 0x2180), 0);
    code_map_destroy(map);
}

static void moved_code_is_found_at_both_places(void **state)
{
    (void)state;
    code_map *map;
    assert_int_equal(code_map_create(&map), UNPEG_OK);
    code_id id = add(map, 0x5000, 256);
    assert_int_equal(code_map_move(map, 0x5001, 0x9000), UNPEG_NOT_FOUND);
    assert_int_equal(code_map_move(map, 0x5000, 0x5080), UNPEG_OK);
    assert_int_equal(code_map_find(map, 0x5010), 0);
    assert_int_equal(code_map_find(map, 0x5090), id);
    assert_int_equal(code_map_find_moved(map, 0x5010), id);
    assert_int_equal(code_map_find_moved(map, 0x7000), 0);
    code_map_remove(map, id);
    assert_int_equal(code_map_find_moved(map, 0x5010), 0);
    code_map_destroy(map);
}

static void weak_entries_fill_gaps_and_give_way(void **state)
{
    (void)state;
    code_map *map;
    code_id weak;
    assert_int_equal(code_map_create(&map), UNPEG_OK);
    code_id left = add(map, 0x3f80, 0x100);
    code_id right = add(map, 0x4800, 0x10);
    code_entry answer = {.start = 0x1000, .size = 0x10000};
    assert_int_equal(code_map_add_weak(map, &answer, 0x4400, &weak), UNPEG_OK);
    assert_int_equal(code_map_find(map, 0x407f), left);
    assert_int_equal(code_map_find(map, 0x4080), weak);
    assert_int_equal(code_map_find(map, 0x47ff), weak);
    assert_int_equal(code_map_find(map, 0x4800), right);
    assert_int_equal(code_map_find(map, 0x4810), 0);
    map->hot[weak].label = 7;
    uint64_t generation = map->generation;
    code_id strong = add(map, 0x4400, 4);
    assert_int_not_equal(map->generation, generation);
    assert_int_equal(code_map_find(map, 0x4401), strong);
    assert_int_equal(code_map_find(map, 0x4404), 0);
    code_map_destroy(map);
}

static void impossible_ranges_are_refused(void **state)
{
    (void)state;
    static const code_entry entries[] = {
        {.start = 0x1000, .size = 0},
        {.start = 0, .size = 16},
        {.start = UINT64_MAX - 4, .size = 16},
        {.start = (UINT64_C(1) << CODE_ADDR_BITS) - 8, .size = 16},
        {.start = 0x1000, .size = CODE_MAX_BYTES + 1},
    };
    code_map *map;
    code_id id;
    assert_int_equal(code_map_create(&map), UNPEG_OK);
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        assert_int_equal(code_map_add(map, &entries[i], &id), UNPEG_ARGUMENT);
    assert_int_equal(code_map_find(map, UINT64_MAX), 0);
    code_map_destroy(map);
}

/* The plainest possible map, to compare with: one owner for each byte of a small space. */
enum { SPACE_BYTES = 1 << 22, SPACE_BASE = 0x10000, MAX_OBJECTS = 6000 };

typedef struct plain_map {
    uint16_t owner[SPACE_BYTES]; /* object number, 0 for none */
    uint32_t start[MAX_OBJECTS], size[MAX_OBJECTS];
    code_id id[MAX_OBJECTS];
    bool live[MAX_OBJECTS];
    unsigned count;
} plain_map;

static void plain_remove(plain_map *plain, unsigned object)
{
    plain->live[object] = false;
    for (uint32_t i = 0; i < plain->size[object]; i++)
        plain->owner[plain->start[object] + i] = 0;
}

static void plain_put(plain_map *plain, unsigned object)
{
    for (uint32_t i = 0; i < plain->size[object]; i++) {
        unsigned before = plain->owner[plain->start[object] + i];
        if (before && before != object)
            plain_remove(plain, before);
    }
    plain->live[object] = true;
    for (uint32_t i = 0; i < plain->size[object]; i++)
        plain->owner[plain->start[object] + i] = (uint16_t)object;
}

static uint32_t random_size(void)
{
    uint32_t sizes[] = {1 + (uint32_t)rand() % 40, 1 + (uint32_t)rand() % 1000,
                        1 + (uint32_t)rand() % 60000, CODE_LARGE_BYTES + (uint32_t)rand() % 30000};
    return sizes[rand() % 40 ? rand() % 3 : 3];
}

static void random_step(code_map *map, plain_map *plain)
{
    uint32_t size = random_size();
    uint32_t at = 1 + (uint32_t)rand() % (SPACE_BYTES - size - 1);
    unsigned object = plain->count > 1 ? 1 + (unsigned)rand() % (plain->count - 1) : 0;
    if (rand() % 3 == 0 && object && plain->live[object] &&
        at + plain->size[object] < SPACE_BYTES) {
        unpeg_addr from = SPACE_BASE + plain->start[object];
        assert_int_equal(code_map_move(map, from, SPACE_BASE + at), UNPEG_OK);
        plain_remove(plain, object);
        plain->start[object] = at;
        plain_put(plain, object);
        return;
    }
    object = plain->count++;
    plain->start[object] = at;
    plain->size[object] = size;
    plain->id[object] = add(map, SPACE_BASE + at, size);
    plain_put(plain, object);
}

/* Small objects under a large one may stay in the map, but must not answer. */
static void a_map_agrees_with_the_plainest_one(void **state)
{
    (void)state;
    plain_map *plain = calloc(1, sizeof *plain);
    code_map *map;
    assert_int_equal(code_map_create(&map), UNPEG_OK);
    srand(7);
    plain->count = 1;
    while (plain->count < MAX_OBJECTS) {
        random_step(map, plain);
        for (unsigned i = 0; i < 20; i++) {
            uint32_t at = (uint32_t)rand() % SPACE_BYTES;
            unsigned object = plain->owner[at];
            code_id found = code_map_find(map, SPACE_BASE + at);
            if (object)
                assert_int_equal(found, plain->id[object]);
        }
    }
    code_map_destroy(map);
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_code_replaces_what_it_overlaps),
        cmocka_unit_test(moved_code_is_found_at_both_places),
        cmocka_unit_test(weak_entries_fill_gaps_and_give_way),
        cmocka_unit_test(impossible_ranges_are_refused),
        cmocka_unit_test(a_map_agrees_with_the_plainest_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
