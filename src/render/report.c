/* SPDX-License-Identifier: MIT */
#include "report.h"

static void fill_defaults(unpeg_report_options *options, const report_defaults *defaults)
{
    if (options->sections == 0)
        options->sections = UINT32_MAX;
    if (options->top == 0)
        options->top = defaults->top;
    if (options->min_share == 0)
        options->min_share = defaults->min_share;
    if (!(options->min_share >= 0))
        options->min_share = 0;
}

unpeg_status report_open(const unpeg_profile *profile, const unpeg_report_options *options,
                         const report_defaults *defaults, report *ret, unpeg_error *error)
{
    *ret = (report){.defaults = defaults, .profile = profile};
    copy_options(&ret->options, sizeof ret->options, options);
    fill_defaults(&ret->options, defaults);
    ret->info = unpeg_profile_info_const(profile);
    unpeg_status status =
        scope_open(profile, ret->options.query, ret->options.peg_only, &ret->scope, error);
    if (status == UNPEG_OK)
        ret->totals = unpeg_view_totals(ret->scope.view);
    return status;
}

void report_close(report *r)
{
    scope_close(&r->scope);
}

bool report_has(const report *r, uint32_t section)
{
    return (r->options.sections & section) != 0;
}

const unpeg_row *report_rows(const report *r, size_t *ret_count, size_t *ret_all)
{
    const unpeg_row *rows = unpeg_view_rows(r->scope.view, r->options.order, ret_all);
    *ret_count = 0;
    while (*ret_count < *ret_all && *ret_count < r->options.top &&
           (r->options.order == UNPEG_ORDER_TOTAL || r->defaults->callers_too ||
            rows[*ret_count].self))
        ++*ret_count;
    return rows;
}

unpeg_status report_tree(const report *r, bool bottom_up, unpeg_tree **ret)
{
    uint32_t depth = r->options.max_depth;
    unpeg_tree_options options = {.struct_size = sizeof options,
                                  .bottom_up = bottom_up,
                                  .min_share = r->options.min_share,
                                  .max_depth = depth ? depth : r->defaults->max_depth[bottom_up],
                                  .max_nodes = r->defaults->max_nodes[bottom_up]};
    return unpeg_tree_create(r->scope.view, &options, ret);
}

const unpeg_frame *report_frame(const report *r, unpeg_frame_id frame)
{
    return unpeg_profile_frame(r->profile, frame);
}
