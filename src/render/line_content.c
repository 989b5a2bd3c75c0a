/* SPDX-License-Identifier: MIT */
#include "line.h"

enum { DEFAULT_TOPS = 3 };

/* The hottest path ends where a function is busy itself, or where less than this is left. */
static const double PATH_MIN_SHARE = 0.1;

static bool ended_by_budget(const unpeg_line_options *options)
{
    if (options->status == UNPEG_DEADLINE)
        return true;
    if (!options->profile || options->budget_us == 0)
        return false;
    const unpeg_profile_info *info = unpeg_profile_info_const(options->profile);
    return info->partial && (info->tail_only || info->bytes_read < info->bytes_total);
}

static line_frame make_frame(const unpeg_profile *profile, const unpeg_row *row)
{
    line_frame f = {.self = row->self, .total = row->total};
    const unpeg_frame *frame = unpeg_profile_frame(profile, row->frame);
    frame_label_make(frame, row->tiers, row->frame_flags, &f.label);
    if (frame->kind != UNPEG_FRAME_CPP)
        f.label.file = path_short(f.label.file);
    return f;
}

static line_frame make_step(const line_content *c, const unpeg_peg_step *step)
{
    const unpeg_row *found = unpeg_view_row_of(c->scope.view, step->frame);
    unpeg_row row = {.frame = step->frame, .tiers = step->tiers};
    return make_frame(c->options.profile, found ? found : &row);
}

static bool is_js(const line_content *c, const unpeg_peg_step *step)
{
    return unpeg_profile_frame(c->options.profile, step->frame)->kind == UNPEG_FRAME_JS;
}

/* The stuck frame, and which JavaScript function called it if it is none itself. */
static void take_stuck(line_content *c)
{
    const unpeg_peg *peg = c->scope.peg;
    if (!c->scope.of_peg || !peg_stuck(c->options.profile, peg))
        return;
    size_t at = peg->path_count - 1;
    c->has_stuck = true;
    c->stuck = make_step(c, &peg->path[at]);
    if (is_js(c, &peg->path[at]))
        return;
    while (at > 0 && !is_js(c, &peg->path[at - 1]))
        at--;
    c->has_caller = at > 0;
    if (at > 0)
        c->caller = make_step(c, &peg->path[at - 1]);
}

/* The first in any case, more only if they show in the tenths. */
static void take_tops(line_content *c)
{
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(c->scope.view, UNPEG_ORDER_SELF, &count);
    size_t wanted = c->options.top ? c->options.top : DEFAULT_TOPS;
    for (size_t i = 0; i < count && i < wanted && i < LINE_TOPS_MAX; i++) {
        if (rows[i].self == 0 || (i && share_tenths(rows[i].self, c->totals->ticks) == 0))
            break;
        c->tops[c->top_count++] = make_frame(c->options.profile, &rows[i]);
    }
}

/* The node where the hottest path ends: down the heaviest children, as long as they outweigh what
 * is spent in the caller itself. */
static uint32_t hottest_end(const unpeg_tree *tree)
{
    uint32_t node = 0;
    while (tree->nodes[node].child_count) {
        uint32_t child = tree->nodes[node].first_child;
        if (node && tree->nodes[child].total <= tree->nodes[node].self)
            break;
        node = child;
    }
    return node;
}

static const unpeg_row *row_at(const line_content *c, const unpeg_tree *tree, uint32_t node)
{
    return unpeg_view_row_of(c->scope.view, tree->nodes[node].frame);
}

/* Nameless functions in a row are one step, whatever their addresses. */
static bool in_path(const line_content *c, const unpeg_row *const *rows, const unpeg_row *row)
{
    const unpeg_profile *p = c->options.profile;
    if (unpeg_profile_frame(p, row->frame)->kind == UNPEG_FRAME_UNKNOWN)
        return c->path_count &&
               unpeg_profile_frame(p, rows[c->path_count - 1]->frame)->kind == UNPEG_FRAME_UNKNOWN;
    for (size_t i = 0; i < c->path_count; i++) {
        if (rows[i] == row)
            return true;
    }
    return false;
}

static void add_step(line_content *c, const unpeg_row *row)
{
    frame_label *label = &c->path[c->path_count++];
    const unpeg_frame *frame = unpeg_profile_frame(c->options.profile, row->frame);
    frame_label_make(frame, 0, 0, label);
    if (frame->kind == UNPEG_FRAME_UNKNOWN)
        *label = (frame_label){.prefix = "?"};
}

/* Recursion would fill the path: each function is in it once. */
static void keep_path(line_content *c, const unpeg_tree *tree, uint32_t end)
{
    const unpeg_row *rows[LINE_PATH_MAX] = {NULL};
    c->path_ticks = tree->nodes[end].total;
    for (uint32_t node = end; node; node = tree->nodes[node].parent) {
        const unpeg_row *row = row_at(c, tree, node);
        if (!row || in_path(c, rows, row))
            continue;
        if (c->path_count == LINE_PATH_MAX) {
            c->path_is_cut = true;
            break;
        }
        rows[c->path_count] = row;
        add_step(c, row);
    }
}

static unpeg_status take_path(line_content *c)
{
    unpeg_tree_options options = {.struct_size = sizeof options, .min_share = PATH_MIN_SHARE};
    unpeg_tree *tree;
    unpeg_status status = unpeg_tree_create(c->scope.view, &options, &tree);
    if (status != UNPEG_OK)
        return status;
    keep_path(c, tree, hottest_end(tree));
    unpeg_tree_destroy(tree);
    return UNPEG_OK;
}

static unpeg_status take_all(line_content *c)
{
    unpeg_status status = scope_open(c->options.profile, c->options.query, true, &c->scope, NULL);
    if (status != UNPEG_OK)
        return status;
    c->totals = unpeg_view_totals(c->scope.view);
    take_stuck(c);
    take_tops(c);
    return take_path(c);
}

void line_content_open(const unpeg_line_options *options, line_content *ret)
{
    *ret = (line_content){.status = UNPEG_OK};
    copy_options(&ret->options, sizeof ret->options, options);
    ret->budget_ended = ended_by_budget(&ret->options);
    ret->status = ret->options.status;
    if (!ret->options.profile)
        return;
    ret->info = unpeg_profile_info_const(ret->options.profile);
    unpeg_status status = take_all(ret);
    if (status != UNPEG_OK)
        ret->status = status;
}

void line_content_close(line_content *content)
{
    scope_close(&content->scope);
}
