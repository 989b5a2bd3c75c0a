/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "page_set.h"
#include "splay.h"

enum { KEYS = 300 };

/* The same map as an array: value + 1 at each key, 0 for none. */
typedef struct plain_map {
    uint32_t values[KEYS];
} plain_map;

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static void check_links(const splay *tree, const plain_map *plain)
{
    uint32_t node = tree->first;
    uint32_t before = SPLAY_NONE;
    for (uint32_t key = 0; key < KEYS; key++) {
        if (plain->values[key] == 0)
            continue;
        assert_int_not_equal(node, SPLAY_NONE);
        assert_true((uint32_t)tree->nodes[node].key == key);
        assert_int_equal(tree->nodes[node].prev, before);
        before = node;
        node = tree->nodes[node].next;
    }
    assert_int_equal(node, SPLAY_NONE);
    assert_int_equal(tree->last, before);
}

static void check_floor(splay *tree, const plain_map *plain, uint32_t key)
{
    uint32_t want = key + 1;
    while (want > 0 && plain->values[want - 1] == 0)
        want--;
    uint32_t node = splay_floor(tree, key + 0.5);
    if (want == 0) {
        assert_int_equal(node, SPLAY_NONE);
        return;
    }
    assert_int_not_equal(node, SPLAY_NONE);
    assert_int_equal(tree->nodes[node].value, plain->values[want - 1]);
}

static void it_is_an_ordered_map(void **state)
{
    splay tree = {0};
    plain_map plain = {{0}};
    uint32_t random = 7;
    (void)state;
    for (uint32_t round = 1; round < 20000; round++) {
        uint32_t key = next_random(&random) % KEYS;
        uint32_t removed = 0;
        switch (next_random(&random) % 4) {
        case 0:
            assert_int_equal(splay_insert(&tree, key, round), UNPEG_OK);
            if (plain.values[key] == 0)
                plain.values[key] = round;
            break;
        case 1:
            assert_int_equal(splay_remove(&tree, key, &removed), plain.values[key] != 0);
            assert_int_equal(removed, plain.values[key]);
            plain.values[key] = 0;
            break;
        case 2:
            check_floor(&tree, &plain, key);
            break;
        default:
            assert_int_equal(splay_find(&tree, key) != SPLAY_NONE, plain.values[key] != 0);
        }
        if (round % 100 == 0)
            check_links(&tree, &plain);
    }
    splay_deinit(&tree);
}

/* What is found after a key that compares with nothing was worked out with the reference's tree:
 * keys 1 to 5 go in, 3 is looked up, then NaN goes on top with 1 and 2 to its left. */
static void no_number_cuts_the_tree_as_in_the_reference(void **state)
{
    splay tree = {0};
    uint32_t value;
    (void)state;
    for (uint32_t key = 1; key <= 5; key++)
        assert_int_equal(splay_insert(&tree, key, key), UNPEG_OK);
    assert_int_not_equal(splay_find(&tree, 3), SPLAY_NONE);
    assert_int_equal(splay_insert(&tree, (double)NAN, 9), UNPEG_OK);
    assert_int_equal(splay_find(&tree, 1), SPLAY_NONE);
    assert_int_equal(splay_find(&tree, 5), SPLAY_NONE);
    uint32_t node = splay_floor(&tree, 5);
    assert_int_equal(tree.nodes[node].value, 2);
    assert_false(splay_remove(&tree, 2, &value));
    assert_int_equal(splay_insert(&tree, 6, 6), UNPEG_OK);
    assert_int_equal(tree.nodes[splay_find(&tree, 6)].value, 6);
    assert_int_equal(tree.nodes[splay_find(&tree, 2)].value, 2);
    assert_true(splay_remove(&tree, 2, &value));
    splay_deinit(&tree);
}

static void an_empty_tree_has_nothing(void **state)
{
    splay tree = {0};
    uint32_t value;
    (void)state;
    assert_int_equal(splay_find(&tree, 1), SPLAY_NONE);
    assert_int_equal(splay_floor(&tree, 1), SPLAY_NONE);
    assert_false(splay_remove(&tree, 1, &value));
    splay_deinit(&tree);
}

static void pages_are_a_set(void **state)
{
    page_set set = {0};
    bool plain[KEYS] = {false};
    uint32_t random = 3;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint32_t first = next_random(&random) % KEYS;
        uint32_t count = next_random(&random) % 5;
        if (round % 40 == 0) {
            page_set_deinit(&set);
            memset(plain, 0, sizeof plain);
        }
        assert_int_equal(page_set_add(&set, first, count), UNPEG_OK);
        for (uint32_t i = first; i < first + count && i < KEYS; i++)
            plain[i] = true;
        uint32_t total = 0;
        for (uint32_t i = 0; i < KEYS; i++) {
            assert_int_equal(page_set_has(&set, i), plain[i]);
            total += plain[i];
        }
        assert_true(set.count >= total && set.count <= total + 5);
    }
    page_set_deinit(&set);
}

static void a_full_set_keeps_what_came_before(void **state)
{
    page_set set = {0};
    (void)state;
    assert_int_equal(page_set_add(&set, -10, 20), UNPEG_OK);
    assert_int_equal(page_set_add(&set, 100, 10), UNPEG_OK);
    assert_int_equal(page_set_add(&set, 0, 1e12), UNPEG_LIMIT);
    assert_int_equal(set.count, PAGE_SET_MAX);
    assert_true(page_set_has(&set, PAGE_SET_MAX - 11));
    assert_false(page_set_has(&set, PAGE_SET_MAX - 10));
    assert_int_equal(page_set_add(&set, 5, 200), UNPEG_OK);
    assert_int_equal(page_set_add(&set, -11, 1), UNPEG_LIMIT);
    assert_false(page_set_has(&set, -11));
    assert_true(page_set_has(&set, -10));
    page_set_deinit(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_an_ordered_map),
        cmocka_unit_test(no_number_cuts_the_tree_as_in_the_reference),
        cmocka_unit_test(an_empty_tree_has_nothing),
        cmocka_unit_test(pages_are_a_set),
        cmocka_unit_test(a_full_set_keeps_what_came_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
