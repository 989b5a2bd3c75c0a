/* SPDX-License-Identifier: MIT */
#include "report_json.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t json_frame_index(json_report *j, unpeg_frame_id frame)
{
    if (j->index_of[frame] == 0) {
        j->frames[j->frame_count++] = frame;
        j->index_of[frame] = (uint32_t)j->frame_count;
    }
    return j->index_of[frame] - 1;
}

void json_tiers(json_report *j, uint32_t tiers)
{
    json_open(&j->w, "tiers", '[');
    for (unsigned tier = UNPEG_TIER_IGNITION; tier < UNPEG_TIER_COUNT; tier++) {
        if (tiers >> tier & 1)
            json_text(&j->w, NULL, unpeg_tier_text((unpeg_tier)tier));
    }
    json_close(&j->w, ']');
}

static void write_row(json_report *j, const unpeg_row *row)
{
    json_open(&j->w, NULL, '{');
    json_u64(&j->w, "frame", json_frame_index(j, row->frame));
    json_tiers(j, row->tiers);
    json_bool(&j->w, "osr", row->frame_flags & UNPEG_FRAME_OSR);
    json_bool(&j->w, "specialized", row->frame_flags & UNPEG_FRAME_SPECIALIZED);
    json_u64(&j->w, "self", row->self);
    json_u64(&j->w, "total", row->total);
    json_close(&j->w, '}');
}

void json_rows(json_report *j, const char *key, const unpeg_row *rows, size_t count)
{
    json_open(&j->w, key, '[');
    for (size_t i = 0; i < count; i++)
        write_row(j, &rows[i]);
    json_close(&j->w, ']');
}

static void write_node(json_report *j, const unpeg_tree_node *node)
{
    json_open(&j->w, NULL, '{');
    json_u64(&j->w, "parent", node->parent);
    json_u64(&j->w, "depth", node->depth);
    json_u64(&j->w, "frame", json_frame_index(j, node->frame));
    json_tiers(j, node->tiers);
    json_u64(&j->w, "self", node->self);
    json_u64(&j->w, "total", node->total);
    json_u64(&j->w, "hidden", node->hidden);
    json_close(&j->w, '}');
}

void json_tree(json_report *j, bool bottom_up)
{
    unpeg_tree *tree;
    unpeg_status status = report_tree(j->r, bottom_up, &tree);
    if (status != UNPEG_OK) {
        text_out_fail(j->w.out, status);
        return;
    }
    json_open(&j->w, bottom_up ? "bottom_up" : "top_down", '[');
    for (size_t i = 0; i < tree->count; i++)
        write_node(j, &tree->nodes[i]);
    json_close(&j->w, ']');
    unpeg_tree_destroy(tree);
}

static void write_frame(json_report *j, const unpeg_frame *f)
{
    json_open(&j->w, NULL, '{');
    json_text(&j->w, "kind", unpeg_frame_kind_text(f->kind));
    json_slice(&j->w, "name", f->name);
    json_slice(&j->w, "file", f->file);
    json_u64(&j->w, "line", f->line);
    json_u64(&j->w, "column", f->column);
    json_slice(&j->w, "tag", f->tag);
    if (f->reason != UNPEG_UNKNOWN_NONE)
        json_text(&j->w, "reason", unpeg_unknown_id(f->reason));
    if (f->kind == UNPEG_FRAME_UNKNOWN) {
        char address[24];
        snprintf(address, sizeof address, "0x%llx", (unsigned long long)f->address);
        json_text(&j->w, "address", address);
    }
    json_close(&j->w, '}');
}

void json_frames(json_report *j)
{
    json_open(&j->w, "frames", '[');
    for (size_t i = 0; i < j->frame_count; i++)
        write_frame(j, report_frame(j->r, j->frames[i]));
    json_close(&j->w, ']');
}

static void write_flat(json_report *j)
{
    size_t count, all;
    const unpeg_row *rows = report_rows(j->r, &count, &all);
    json_rows(j, "functions", rows, count);
    json_u64(&j->w, "functions_left_out", all - count);
}

static void write_document(json_report *j)
{
    const report *r = j->r;
    json_open(&j->w, NULL, '{');
    json_text(&j->w, "schema", "unpeg.report/1");
    if (r->options.log)
        json_text(&j->w, "log", r->options.log);
    else
        json_null(&j->w, "log");
    if (report_has(r, UNPEG_REPORT_VERDICT))
        json_peg(j);
    json_summary(j);
    if (report_has(r, UNPEG_REPORT_FLAT))
        write_flat(j);
    if (report_has(r, UNPEG_REPORT_TOP_DOWN))
        json_tree(j, false);
    if (report_has(r, UNPEG_REPORT_BOTTOM_UP))
        json_tree(j, true);
    if (report_has(r, UNPEG_REPORT_PROBLEMS))
        json_problems(j);
    json_frames(j);
    json_close(&j->w, '}');
    out_text(j->w.out, "\n");
}

static unpeg_status write_report(const report *r, const unpeg_writer *writer)
{
    size_t count = unpeg_profile_frame_count(r->profile);
    text_out out;
    text_out_init(&out, writer);
    json_report j = {.r = r,
                     .w = {.out = &out, .break_depth = 2},
                     .index_of = calloc(count, sizeof *j.index_of),
                     .frames = malloc(count * sizeof *j.frames)};
    unpeg_status status = UNPEG_NO_MEMORY;
    if (j.index_of && j.frames) {
        write_document(&j);
        status = text_out_finish(&out);
    }
    free(j.index_of);
    free(j.frames);
    return status;
}

unpeg_status unpeg_report_json(const unpeg_profile *profile, const unpeg_report_options *options,
                               const unpeg_writer *out, unpeg_error *error)
{
    static const report_defaults defaults = {
        .top = SIZE_MAX, .callers_too = true, .min_share = 0.001};
    report r;
    unpeg_status status = report_open(profile, options, &defaults, &r, error);
    if (status == UNPEG_OK) {
        status = write_report(&r, out);
        if (status != UNPEG_OK)
            unpeg_error_set(error, status, "writing the report: %s", unpeg_status_text(status));
    }
    report_close(&r);
    return status;
}
