/* SPDX-License-Identifier: MIT
 *
 * Which symbol covers an address: overlapping symbols in, a flat list of disjoint ranges out.
 *
 *     symbol_key *keys = ...;                       (start, size, order in any order)
 *     symbol_table_build(&table, keys, count);      (takes keys)
 *     range = symbol_table_find(&table, address);
 *     symbols = symbol_table_aliases(&table, range.index, &alias_count);
 *     symbol_table_deinit(&table);
 *
 * Rules: the sized symbol that starts last covers an address. A symbol without size, where no sized
 * one covers its start, covers what follows up to the next symbol. Of symbols at one address the
 * lowest rank wins, then the largest size; those equal in both are aliases that only a name can
 * order. Building takes linear time.
 */
#ifndef UNPEG_SYMBOL_SYMBOL_TABLE_H
#define UNPEG_SYMBOL_SYMBOL_TABLE_H

#include "unpeg/status.h"

enum {
    SYMBOL_RANK_SHIFT = 28, /* of symbol_key.order; the number of the symbol is below it */
    SYMBOL_RANK_SIZELESS = 8,
    SYMBOL_NUMBER_LIMIT = 1 << SYMBOL_RANK_SHIFT,
};

/* Addresses are 32-bit offsets from a base that the owner knows. */
typedef struct symbol_key {
    uint32_t start;
    uint32_t order; /* rank (4 bits; with SYMBOL_RANK_SIZELESS if it has no size), number */
    uint32_t size;  /* not 0; without a size: how far it may reach at most */
} symbol_key;

/* [start, end) of one symbol. */
typedef struct symbol_piece {
    uint32_t start, end;
    uint32_t symbol; /* its number, or TIED and an index into ties */
} symbol_piece;

typedef struct symbol_table {
    symbol_piece *pieces; /* by address */
    size_t count, capacity;
    uint32_t *ties; /* runs: how many, then the numbers */
    size_t tie_count, tie_capacity;
} symbol_table;

/* [start, end) around an address in which one answer holds: the symbol with this index, or none. */
typedef struct symbol_table_range {
    uint32_t start, end;
    uint32_t index;
} symbol_table_range;

/* Takes keys (from malloc) in every case. table must be zeroed. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status symbol_table_build(symbol_table *table, symbol_key *keys,
                                                 size_t count);
void symbol_table_deinit(symbol_table *table);

/* index is UINT32_MAX when no symbol covers the address; the range ends at UINT32_MAX after the
 * last symbol. */
symbol_table_range symbol_table_find(const symbol_table *table, uint32_t address);

/* The numbers of the symbols that a piece may be named by; at least one. */
const uint32_t *symbol_table_aliases(const symbol_table *table, uint32_t index, size_t *ret_count);

#endif
