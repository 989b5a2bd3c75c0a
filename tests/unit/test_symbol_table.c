/* SPDX-License-Identifier: MIT */
#include "symbol_table.h"

#include <stdlib.h>

#include "check.h"

enum { SIZELESS = SYMBOL_RANK_SIZELESS, KEY_MAX = 64, ADDRESS_MAX = 300 };

static symbol_key key(uint32_t start, uint32_t size, unsigned rank, uint32_t number)
{
    return (symbol_key){start, rank << SYMBOL_RANK_SHIFT | number, size};
}

static symbol_table table_of(const symbol_key *keys, size_t count)
{
    symbol_table table = {0};
    symbol_key *copy = malloc((count + 1) * sizeof *copy);
    assert_non_null(copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = keys[i];
    assert_int_equal(symbol_table_build(&table, copy, count), UNPEG_OK);
    return table;
}

static unsigned rank_of(const symbol_key *k)
{
    return k->order >> SYMBOL_RANK_SHIFT;
}

static bool beats(const symbol_key *a, const symbol_key *b)
{
    return rank_of(a) != rank_of(b) ? rank_of(a) < rank_of(b) : a->size > b->size;
}

/* Whether no other key at the same start is better. */
static bool is_best(const symbol_key *keys, size_t count, const symbol_key *k)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].start == k->start && beats(&keys[i], k))
            return false;
    return true;
}

static const symbol_key *sized_cover(const symbol_key *keys, size_t count, uint32_t address)
{
    const symbol_key *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!(rank_of(&keys[i]) & SIZELESS) && address - keys[i].start < keys[i].size &&
            is_best(keys, count, &keys[i]) && (!best || keys[i].start > best->start))
            best = &keys[i];
    return best;
}

/* The rules of the header, tried one by one on every key. */
static const symbol_key *plain_find(const symbol_key *keys, size_t count, uint32_t address)
{
    const symbol_key *last = sized_cover(keys, count, address);
    if (last)
        return last;
    for (size_t i = 0; i < count; i++)
        if (keys[i].start <= address && is_best(keys, count, &keys[i]) &&
            (!last || keys[i].start > last->start))
            last = &keys[i];
    bool covers = last && (rank_of(last) & SIZELESS) && address - last->start < last->size &&
                  !sized_cover(keys, count, last->start);
    return covers ? last : NULL;
}

static bool names(const symbol_table *table, uint32_t index, const symbol_key *want)
{
    size_t count;
    const uint32_t *numbers = symbol_table_aliases(table, index, &count);
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == (want->order & (SYMBOL_NUMBER_LIMIT - 1)))
            return true;
    return false;
}

static void check_against_rules(const symbol_key *keys, size_t count)
{
    symbol_table table = table_of(keys, count);
    for (uint32_t address = 0; address < ADDRESS_MAX; address++) {
        symbol_table_range range = symbol_table_find(&table, address);
        const symbol_key *want = plain_find(keys, count, address);
        assert_true(range.start <= address && address < range.end);
        assert_int_equal(range.index != UINT32_MAX, want != NULL);
        if (want)
            assert_true(names(&table, range.index, want));
        assert_int_equal(symbol_table_find(&table, range.start).end, range.end);
        assert_int_equal(symbol_table_find(&table, range.end - 1).start, range.start);
    }
    symbol_table_deinit(&table);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void many_tables(void **state)
{
    symbol_key keys[KEY_MAX];
    uint32_t seed = 7;
    (void)state;
    for (int round = 0; round < 300; round++) {
        size_t count = next_random(&seed) % KEY_MAX;
        uint32_t spread = 1 + next_random(&seed) % 256;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t start = next_random(&seed) % spread;
            uint32_t size = 1 + next_random(&seed) % (round % 2 ? 8 : 100);
            keys[i] = key(start, size, next_random(&seed) % 16, i);
        }
        check_against_rules(keys, count);
    }
}

static void an_empty_table_has_no_answer(void **state)
{
    (void)state;
    symbol_table table = table_of(NULL, 0);
    symbol_table_range range = symbol_table_find(&table, 5);
    assert_int_equal(range.start, 0);
    assert_int_equal(range.end, UINT32_MAX);
    assert_int_equal(range.index, UINT32_MAX);
    symbol_table_deinit(&table);
}

static void equal_symbols_are_aliases(void **state)
{
    const symbol_key keys[] = {key(8, 4, 0, 3), key(8, 4, 0, 1), key(8, 4, 1, 2), key(8, 3, 0, 4)};
    size_t count;
    (void)state;
    symbol_table table = table_of(keys, 4);
    const uint32_t *numbers =
        symbol_table_aliases(&table, symbol_table_find(&table, 11).index, &count);
    assert_int_equal(count, 2);
    assert_int_equal(numbers[0] + numbers[1], 4);
    symbol_table_deinit(&table);
}

static void an_enclosing_symbol_goes_on(void **state)
{
    const symbol_key keys[] = {key(100, 50, 0, 1), key(120, 10, 0, 2)};
    (void)state;
    symbol_table table = table_of(keys, 2);
    symbol_table_range range = symbol_table_find(&table, 140);
    assert_int_equal(range.start, 130);
    assert_int_equal(range.end, 150);
    assert_true(names(&table, range.index, &keys[0]));
    symbol_table_deinit(&table);
}

/* One bucket of many keys, and the highest addresses. */
static void crowded_and_high(void **state)
{
    enum { COUNT = 5000 };
    symbol_key *keys = malloc(COUNT * sizeof *keys);
    (void)state;
    assert_non_null(keys);
    for (uint32_t i = 0; i < COUNT; i++)
        keys[i] = key(UINT32_MAX - 1 - i, 1, 0, i);
    symbol_table table = table_of(keys, COUNT);
    assert_int_equal(table.count, COUNT);
    assert_int_equal(symbol_table_find(&table, UINT32_MAX - 1).index, COUNT - 1);
    assert_int_equal(symbol_table_find(&table, UINT32_MAX - COUNT).index, 0);
    assert_int_equal(symbol_table_find(&table, 0).end, UINT32_MAX - COUNT);
    symbol_table_deinit(&table);
    free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_tables),
        cmocka_unit_test(an_empty_table_has_no_answer),
        cmocka_unit_test(equal_symbols_are_aliases),
        cmocka_unit_test(an_enclosing_symbol_goes_on),
        cmocka_unit_test(crowded_and_high),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
