/* SPDX-License-Identifier: MIT
 *
 * Sorts symbols by digits of their start, then sweeps over them with a stack of open symbols.
 */
#include "symbol_table.h"

#include <stdlib.h>

#include "grow.h"

#define TIED UINT32_C(0x80000000)

enum { DIGITS = 2, DIGIT_BITS_MAX = 16 };

/* One of the passes of the sort. */
typedef struct digit_pass {
    uint32_t *places; /* by digit: where the next key with it belongs */
    unsigned number, bits;
} digit_pass;

typedef struct open_symbol {
    uint32_t end, symbol;
} open_symbol;

typedef struct sweep {
    symbol_table *table;
    open_symbol *open; /* innermost last; ends fall strictly from outer to inner */
    size_t open_count, open_capacity;
    uint32_t cursor; /* everything below is settled */
} sweep;

static unsigned digit_of(uint32_t start, unsigned pass, unsigned bits)
{
    return start >> (pass * bits) & ((1u << bits) - 1);
}

/* Bits of a digit, so that all digits together hold the highest start. */
static unsigned choose_bits(const symbol_key *keys, size_t count)
{
    uint32_t all = 0;
    unsigned bits = 1;
    for (size_t i = 0; i < count; i++)
        all |= keys[i].start;
    while (bits < DIGIT_BITS_MAX && all >> (DIGITS * bits - 1) > 1)
        bits++;
    return bits;
}

/* Turns how many keys have each digit into where the first of them belongs. */
static void sum_up(uint32_t *places, unsigned bits)
{
    uint32_t sum = 0;
    for (size_t digit = 0; digit < (size_t)1 << bits; digit++) {
        uint32_t here = places[digit];
        places[digit] = sum;
        sum += here;
    }
}

static void move_keys(const symbol_key *from, size_t count, digit_pass pass, symbol_key *to)
{
    for (size_t i = 0; i < count; i++)
        to[pass.places[digit_of(from[i].start, pass.number, pass.bits)]++] = from[i];
}

_Static_assert(DIGITS % 2 == 0, "the last pass writes to the array of the keys");

/* By start, in DIGITS passes through other and back. Whatever the keys are, this takes the
 * same time. */
static unpeg_status sort_keys(symbol_key *keys, size_t count, symbol_key *other)
{
    uint32_t(*places)[1 << DIGIT_BITS_MAX] = calloc(DIGITS, sizeof *places);
    unsigned bits = choose_bits(keys, count);
    if (!places)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        for (unsigned pass = 0; pass < DIGITS; pass++)
            places[pass][digit_of(keys[i].start, pass, bits)]++;
    for (unsigned pass = 0; pass < DIGITS; pass++) {
        sum_up(places[pass], bits);
        move_keys(pass % 2 ? other : keys, count, (digit_pass){places[pass], pass, bits},
                  pass % 2 ? keys : other);
    }
    free(places);
    return UNPEG_OK;
}

static bool emit(sweep *s, uint32_t end, uint32_t symbol)
{
    symbol_table *table = s->table;
    if (s->cursor >= end)
        return true;
    if (!grow_reserve((void **)&table->pieces, &table->capacity, table->count + 1,
                      sizeof *table->pieces))
        return false;
    table->pieces[table->count++] = (symbol_piece){s->cursor, end, symbol};
    s->cursor = end;
    return true;
}

/* Settles everything below address. */
static bool advance(sweep *s, uint32_t address)
{
    while (s->open_count > 0) {
        const open_symbol *inner = &s->open[s->open_count - 1];
        if (!emit(s, inner->end < address ? inner->end : address, inner->symbol))
            return false;
        if (inner->end > address)
            break;
        s->open_count--;
    }
    s->cursor = address;
    return true;
}

/* A symbol that ends with or before the new one can cover nothing any more. */
static bool open_sized(sweep *s, uint32_t end, uint32_t symbol)
{
    while (s->open_count > 0 && s->open[s->open_count - 1].end <= end)
        s->open_count--;
    if (!grow_reserve((void **)&s->open, &s->open_capacity, s->open_count + 1, sizeof *s->open))
        return false;
    s->open[s->open_count++] = (open_symbol){end, symbol};
    return true;
}

static unsigned rank_of(const symbol_key *key)
{
    return key->order >> SYMBOL_RANK_SHIFT;
}

static uint32_t number_of(const symbol_key *key)
{
    return key->order & (SYMBOL_NUMBER_LIMIT - 1);
}

static bool is_better(const symbol_key *a, const symbol_key *b)
{
    return rank_of(a) != rank_of(b) ? rank_of(a) < rank_of(b) : a->size > b->size;
}

static const symbol_key *best_of(const symbol_key *group, size_t count)
{
    const symbol_key *best = group;
    for (size_t i = 1; i < count; i++)
        if (is_better(&group[i], best))
            best = &group[i];
    return best;
}

static bool is_alias(const symbol_key *key, const symbol_key *best)
{
    return rank_of(key) == rank_of(best) && key->size == best->size;
}

/* How the table refers to the symbols of a group that are as good as best. */
static bool refer(symbol_table *table, const symbol_key *group, size_t count,
                  const symbol_key *best, uint32_t *ret)
{
    size_t same = 0;
    *ret = number_of(best);
    for (size_t i = 0; i < count; i++)
        same += is_alias(&group[i], best);
    if (same == 1)
        return true;
    if (!grow_reserve((void **)&table->ties, &table->tie_capacity, table->tie_count + same + 1,
                      sizeof *table->ties))
        return false;
    *ret = TIED | (uint32_t)table->tie_count;
    table->ties[table->tie_count++] = (uint32_t)same;
    for (size_t i = 0; i < count; i++)
        if (is_alias(&group[i], best))
            table->ties[table->tie_count++] = number_of(&group[i]);
    return true;
}

static uint32_t end_of(const symbol_key *key)
{
    return key->size < UINT32_MAX - key->start ? key->start + key->size : UINT32_MAX;
}

/* One group of symbols with one start, up to which all is settled; next is the following start. */
static bool sweep_group(sweep *s, const symbol_key *group, size_t count, uint32_t next)
{
    uint32_t symbol;
    const symbol_key *best = best_of(group, count);
    uint32_t end = end_of(best);
    bool sizeless = rank_of(best) & SYMBOL_RANK_SIZELESS;
    if (!sizeless || s->open_count == 0) {
        if (!refer(s->table, group, count, best, &symbol))
            return false;
        if (!(sizeless ? emit(s, end < next ? end : next, symbol) : open_sized(s, end, symbol)))
            return false;
    }
    return advance(s, next);
}

/* The usual symbol: alone at its start, with a size, overlapping no other. */
static bool take_simple(sweep *s, const symbol_key *key, uint32_t next)
{
    symbol_table *table = s->table;
    uint32_t end = end_of(key);
    if (s->open_count > 0 || end > next || key->start == next ||
        (rank_of(key) & SYMBOL_RANK_SIZELESS) || table->count == table->capacity)
        return false;
    table->pieces[table->count++] = (symbol_piece){key->start, end, number_of(key)};
    s->cursor = next;
    return true;
}

static bool sweep_keys(sweep *s, const symbol_key *keys, size_t count)
{
    s->cursor = count ? keys[0].start : 0;
    for (size_t at = 0, next = 0; at < count; at = next) {
        uint32_t start = keys[at].start;
        next = at + 1;
        if (take_simple(s, &keys[at], next < count ? keys[next].start : UINT32_MAX))
            continue;
        while (next < count && keys[next].start == start)
            next++;
        if (!sweep_group(s, keys + at, next - at, next < count ? keys[next].start : UINT32_MAX))
            return false;
    }
    return true;
}

static unpeg_status flatten(symbol_table *table, const symbol_key *keys, size_t count)
{
    sweep s = {.table = table};
    bool done = sweep_keys(&s, keys, count);
    free(s.open);
    return done ? UNPEG_OK : UNPEG_NO_MEMORY;
}

/* Pieces are as large as keys, and few tables need more of them: they take the room that the keys
 * were sorted through. */
unpeg_status symbol_table_build(symbol_table *table, symbol_key *keys, size_t count)
{
    _Static_assert(sizeof(symbol_piece) == sizeof(symbol_key), "pieces take the place of keys");
    symbol_key *other = calloc(count + 1, sizeof *other);
    unpeg_status status = other ? sort_keys(keys, count, other) : UNPEG_NO_MEMORY;
    table->pieces = (symbol_piece *)(void *)other;
    table->capacity = other ? count : 0;
    if (status == UNPEG_OK)
        status = flatten(table, keys, count);
    free(keys);
    return status;
}

void symbol_table_deinit(symbol_table *table)
{
    free(table->pieces);
    free(table->ties);
    *table = (symbol_table){0};
}

symbol_table_range symbol_table_find(const symbol_table *table, uint32_t address)
{
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->pieces[middle].end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    symbol_table_range range = {0, UINT32_MAX, UINT32_MAX};
    if (low > 0)
        range.start = table->pieces[low - 1].end;
    if (low < table->count && table->pieces[low].start > address)
        range.end = table->pieces[low].start;
    else if (low < table->count)
        range =
            (symbol_table_range){table->pieces[low].start, table->pieces[low].end, (uint32_t)low};
    return range;
}

const uint32_t *symbol_table_aliases(const symbol_table *table, uint32_t index, size_t *ret_count)
{
    const uint32_t *symbol = &table->pieces[index].symbol;
    *ret_count = 1;
    if (!(*symbol & TIED))
        return symbol;
    const uint32_t *run = table->ties + (*symbol & ~TIED);
    *ret_count = run[0];
    return run + 1;
}
