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

flat_input view_flat_input(const unpeg_view *view, const children *kids)
{
    return (flat_input){.profile = view->profile,
                        .functions = &view->functions,
                        .effective = view->effective,
                        .self = view->self,
                        .total = view->total,
                        .kids = kids};
}

static bool keep_rows(unpeg_view *view, flat_row *rows, size_t count)
{
    view->row_count = count;
    view->row_of_function = malloc(view->functions.count * sizeof *view->row_of_function);
    if (!view->row_of_function)
        return false;
    memset(view->row_of_function, 0xff, view->functions.count * sizeof *view->row_of_function);
    for (int order = UNPEG_ORDER_TOTAL; order >= UNPEG_ORDER_SELF; order--) {
        flat_sort(rows, count, (unpeg_order)order);
        unpeg_row *copy = malloc((count + 1) * sizeof *copy);
        if (!copy)
            return false;
        for (size_t i = 0; i < count; i++)
            copy[i] = rows[i].row;
        view->rows[order] = copy;
    }
    for (size_t i = 0; i < count; i++)
        view->row_of_function[rows[i].function] = (uint32_t)i;
    return true;
}

static unpeg_status make_rows(unpeg_view *view)
{
    children kids;
    unpeg_status status = children_init(&kids, view->profile, view->effective, view->total);
    if (status != UNPEG_OK)
        return status;
    flat_input in = view_flat_input(view, &kids);
    flat_row *rows;
    size_t count;
    status = flat_rows(&in, &(uint32_t){UNPEG_NODE_ROOT}, 1, &rows, &count);
    children_deinit(&kids);
    if (status != UNPEG_OK)
        return status;
    if (!keep_rows(view, rows, count))
        status = UNPEG_NO_MEMORY;
    free(rows);
    return status;
}

static unpeg_status weigh(unpeg_view *view)
{
    size_t count = unpeg_profile_node_count(view->profile);
    view->ticks = calloc(count, sizeof *view->ticks);
    view->self = malloc(count * sizeof *view->self);
    view->total = malloc(count * sizeof *view->total);
    if (!view->ticks || !view->self || !view->total)
        return UNPEG_NO_MEMORY;
    totals_count(&view->totals, view->profile, &view->selection, view->effective, view->ticks);
    weigh_nodes(view->profile, view->effective, view->ticks, view->self, view->total);
    return UNPEG_OK;
}

static unpeg_status fill(unpeg_view *view, const unpeg_query *query, unpeg_error *error)
{
    unpeg_status status = selection_init(&view->selection, view->profile, query, error);
    if (status != UNPEG_OK)
        return status;
    status =
        functions_init(&view->functions, view->profile, query->flags & UNPEG_QUERY_SPLIT_TIERS);
    if (status == UNPEG_OK)
        status = fold_nodes(view->profile, query->flags, &view->effective);
    if (status == UNPEG_OK)
        status = weigh(view);
    if (status == UNPEG_OK)
        status = make_rows(view);
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

void unpeg_view_destroy(unpeg_view *view)
{
    if (!view)
        return;
    selection_deinit(&view->selection);
    functions_deinit(&view->functions);
    free(view->effective);
    free(view->ticks);
    free(view->self);
    free(view->total);
    free(view->rows[UNPEG_ORDER_SELF]);
    free(view->rows[UNPEG_ORDER_TOTAL]);
    free(view->row_of_function);
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
