/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "check.h"
#include "grow.h"
#include "intern.h"
#include "unpeg/damage.h"
#include "unpeg/status.h"

static void arena_keeps_what_it_gave(void **state)
{
    (void)state;
    arena a = {0};
    char *copies[2000];
    for (int i = 0; i < 2000; i++) {
        char text[32];
        int len = snprintf(text, sizeof text, "text number %d", i);
        copies[i] = arena_copy(&a, text, (size_t)len + 1);
        void *aligned = arena_alloc(&a, 24);
        assert_int_equal((uintptr_t)aligned % _Alignof(max_align_t), 0);
        memset(aligned, 0xff, 24);
    }
    char *big = arena_copy(&a, copies[7], 14);
    assert_non_null(arena_alloc(&a, 1000000));
    assert_string_equal(copies[1999], "text number 1999");
    assert_string_equal(big, "text number 7");
    arena_deinit(&a);
}

static void intern_gives_equal_ids_to_equal_texts(void **state)
{
    (void)state;
    intern table = {0};
    uint32_t id;
    assert_true(intern_add(&table, unpeg_slice_of(""), &id));
    assert_int_equal(id, 0);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            char text[32];
            snprintf(text, sizeof text, "name %u", i);
            assert_true(intern_add(&table, unpeg_slice_of(text), &id));
            assert_int_equal(id, i + 1);
            assert_true(unpeg_slice_equal(intern_text(&table, id), unpeg_slice_of(text)));
        }
    }
    intern_deinit(&table);
}

static void grow_refuses_impossible_sizes(void **state)
{
    (void)state;
    void *items = NULL;
    size_t capacity = 0;
    assert_false(grow_reserve(&items, &capacity, SIZE_MAX, 8));
    assert_false(grow_reserve(&items, &capacity, SIZE_MAX / 4, 8));
    assert_true(grow_reserve(&items, &capacity, 9, 8));
    assert_int_equal(capacity, 16);
    free(items);
}

static void damage_keeps_the_first_places(void **state)
{
    (void)state;
    unpeg_damage damage = {0};
    for (uint64_t i = 1; i <= 6; i++)
        unpeg_damage_add(&damage, UNPEG_DAMAGE_BAD_ROW, i, i * 10);
    assert_int_equal(damage.kinds[UNPEG_DAMAGE_BAD_ROW].count, 6);
    assert_int_equal(damage.kinds[UNPEG_DAMAGE_BAD_ROW].places[3].line, 4);
    assert_string_equal(unpeg_damage_name(UNPEG_DAMAGE_BAD_ROW), "bad-row");
}

static void every_status_has_a_text(void **state)
{
    (void)state;
    unpeg_error error;
    assert_int_equal(unpeg_error_set(&error, UNPEG_LIMIT, "%d > %d", 2, 1), UNPEG_LIMIT);
    assert_string_equal(error.text, "2 > 1");
    assert_int_equal(unpeg_error_set(NULL, UNPEG_LIMIT, "x"), UNPEG_LIMIT);
    for (int s = 0; s < UNPEG_STATUS_COUNT; s++)
        assert_string_not_equal(unpeg_status_text((unpeg_status)s), "unknown status");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_keeps_what_it_gave),
        cmocka_unit_test(intern_gives_equal_ids_to_equal_texts),
        cmocka_unit_test(grow_refuses_impossible_sizes),
        cmocka_unit_test(damage_keeps_the_first_places),
        cmocka_unit_test(every_status_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
