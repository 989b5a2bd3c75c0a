/* SPDX-License-Identifier: MIT
 *
 * Flat rows: self and total of each function in the tree, or under some nodes of it.
 *
 *     flat_input in = {profile, &functions, effective, tree};
 *     flat_table table;
 *     if (flat_rows(&in, &table) != UNPEG_OK) return ...;
 *     flat_sort(&table, UNPEG_ORDER_SELF);
 *     free(table.rows);
 */
#ifndef UNPEG_VIEW_FLAT_H
#define UNPEG_VIEW_FLAT_H

#include "functions.h"
#include "unpeg/view.h"
#include "weighed.h"

typedef struct flat_input {
    const unpeg_profile *profile;
    const functions *functions;
    const uint32_t *effective;
    const weighed *tree;
} flat_input;

typedef struct flat_row {
    unpeg_row row;
    const unpeg_frame *shown; /* row.frame */
    uint32_t function;
} flat_row;

/* A row for each function with ticks, in no particular order; the root has none. */
typedef struct flat_table {
    flat_row *rows; /* the caller frees them */
    size_t count;
} flat_table;

unpeg_status flat_rows(const flat_input *in, flat_table *ret);

/* The same, and in *ret_inner what is at or below some places: different nodes (at least one),
 * sorted by id, whose paths are the same functions. */
unpeg_status flat_rows_around(const flat_input *in, const uint32_t *places, size_t place_count,
                              flat_table *ret, flat_table *ret_inner);

void flat_sort(flat_table *table, unpeg_order order);

#endif
