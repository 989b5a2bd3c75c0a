/* SPDX-License-Identifier: MIT */
#include "unpeg/view.h"

#include <stdlib.h>

#include "fold.h"
#include "totals.h"
#include "view_internal.h"

void options_copy(void *to, size_t size, const void *from)
{
    memset(to, 0, size);
    if (!from)
        return;
    size_t given;
    memcpy(&given, from, sizeof given);
    memcpy(to, from, given < size ? given : size);
}

static unpeg_row *copy_rows(const flat_table *table)
{
    unpeg_row *rows = malloc((table->count + 1) * sizeof *rows);
    for (size_t i = 0; rows && i < table->count; i++)
        rows[i] = table->rows[i].row;
    return rows;
}

static bool keep_rows(unpeg_view *view, flat_table *table)
{
    size_t functions_bytes = view->functions.count * sizeof *view->row_of_function;
    flat_sort(table, UNPEG_ORDER_TOTAL);
    view->rows[UNPEG_ORDER_TOTAL] = copy_rows(table);
    flat_sort(table, UNPEG_ORDER_SELF);
    view->rows[UNPEG_ORDER_SELF] = copy_rows(table);
    view->row_count = table->count;
    view->row_of_function = malloc(functions_bytes);
    if (!view->rows[UNPEG_ORDER_TOTAL] || !view->rows[UNPEG_ORDER_SELF] || !view->row_of_function)
        return false;
    memset(view->row_of_function, 0xff, functions_bytes);
    for (size_t i = 0; i < table->count; i++)
        view->row_of_function[table->rows[i].function] = (uint32_t)i;
    return true;
}

static unpeg_status make_rows(unpeg_view *view)
{
    flat_input in = {view->profile, &view->functions, view->effective, view->tree};
    flat_table table;
    unpeg_status status = flat_rows(&in, &table);
    if (status != UNPEG_OK)
        return status;
    if (!keep_rows(view, &table))
        status = UNPEG_NO_MEMORY;
    free(table.rows);
    return status;
}

static bool make_leaves(unpeg_view *view)
{
    const unpeg_node *nodes = unpeg_profile_nodes(view->profile);
    size_t count = unpeg_profile_node_count(view->profile);
    size_t most = view->total < count ? view->total : count;
    view->leaves = malloc((most + 1) * sizeof *view->leaves);
    view->self_of_function = calloc(view->functions.count, sizeof *view->self_of_function);
    view->marks = calloc(count, sizeof *view->marks);
    if (!view->leaves || !view->self_of_function || !view->marks)
        return false;
    for (uint32_t n = 0; n < count; n++) {
        uint32_t self = view->tree[n].self;
        if (self == 0)
            continue;
        view->leaves[view->leaf_count++] = (view_leaf){n, self, nodes[n].frame};
        view->self_of_function[view->functions.of_frame[nodes[n].frame]] += self;
    }
    return true;
}

static unpeg_status count_ticks(unpeg_view *view)
{
    size_t count = unpeg_profile_node_count(view->profile);
    view->ticks = calloc(count, sizeof *view->ticks);
    view->tree = malloc(count * sizeof *view->tree);
    if (!view->ticks || !view->tree)
        return UNPEG_NO_MEMORY;
    totals_count(&view->totals, view->profile, &view->selection, view->effective, view->ticks);
    weigh_tree(view->profile, view->effective, view->ticks, view->tree);
    view->total = view->tree[UNPEG_NODE_ROOT].total;
    return make_leaves(view) ? make_rows(view) : UNPEG_NO_MEMORY;
}

static unpeg_status fill(unpeg_view *view, const unpeg_query *query, unpeg_error *error)
{
    unpeg_status status = selection_init(&view->selection, view->profile, query, error);
    if (status != UNPEG_OK)
        return status;
    bool split = query->flags & UNPEG_QUERY_SPLIT_TIERS;
    status = functions_init(&view->functions, view->profile, split);
    if (status == UNPEG_OK)
        status = fold_nodes(view->profile, query->flags, &view->effective);
    if (status == UNPEG_OK)
        status = count_ticks(view);
    return status == UNPEG_OK ? status : unpeg_error_set(error, status, "making a view");
}

unpeg_status unpeg_view_create(const unpeg_profile *profile, const unpeg_query *query,
                               unpeg_view **ret, unpeg_error *error)
{
    unpeg_query own;
    options_copy(&own, sizeof own, query);
    if (unpeg_profile_tick_count(profile) > UINT32_MAX)
        return unpeg_error_set(error, UNPEG_LIMIT, "a view takes at most 2^32 - 1 ticks");
    unpeg_view *view = calloc(1, sizeof *view);
    if (!view)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "making a view");
    view->profile = profile;
    unpeg_status status = fill(view, &own, error);
    if (status != UNPEG_OK) {
        unpeg_view_destroy(view);
        return status;
    }
    *ret = view;
    return UNPEG_OK;
}

void view_deinit(unpeg_view *view)
{
    selection_deinit(&view->selection);
    functions_deinit(&view->functions);
    free(view->effective);
    free(view->ticks);
    free(view->tree);
    free(view->leaves);
    free(view->self_of_function);
    free(view->marks);
    free(view->rows[UNPEG_ORDER_SELF]);
    free(view->rows[UNPEG_ORDER_TOTAL]);
    free(view->row_of_function);
}

void unpeg_view_destroy(unpeg_view *view)
{
    if (view)
        view_deinit(view);
    free(view);
}

const unpeg_profile *unpeg_view_profile(const unpeg_view *view)
{
    return view->profile;
}

const unpeg_totals *unpeg_view_totals(const unpeg_view *view)
{
    return &view->totals;
}

const unpeg_row *unpeg_view_rows(const unpeg_view *view, unpeg_order order, size_t *ret_count)
{
    *ret_count = view->row_count;
    return view->rows[order];
}

const unpeg_row *unpeg_view_row_of(const unpeg_view *view, unpeg_frame_id frame)
{
    uint32_t row = view->row_of_function[view->functions.of_frame[frame]];
    return row == UINT32_MAX ? NULL : &view->rows[UNPEG_ORDER_SELF][row];
}

const uint32_t *unpeg_view_node_ticks(const unpeg_view *view)
{
    return view->ticks;
}

bool unpeg_view_has_tick(const unpeg_view *view, size_t tick)
{
    unpeg_tick t = unpeg_profile_tick(view->profile, tick);
    return selection_keeps(&view->selection, &t);
}
