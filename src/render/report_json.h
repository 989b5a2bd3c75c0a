/* SPDX-License-Identifier: MIT
 *
 * The parts of the JSON report; report.schema.json describes what they write. Only for the
 * report_json*.c files.
 *
 *     json_report j = {.r = &r, .w = {.out = &out, .break_depth = 2}};
 *     json_peg(&j);
 *     json_u64(&j.w, "frame", json_frame_index(&j, row->frame));
 *     json_frames(&j);
 *
 * Frames are written once, at the end, those that something referred to, in the order of the first
 * reference.
 */
#ifndef UNPEG_RENDER_REPORT_JSON_H
#define UNPEG_RENDER_REPORT_JSON_H

#include "json_writer.h"
#include "report.h"

typedef struct json_report {
    const report *r;
    json_writer w;
    uint32_t *index_of;     /* by frame: its place in the list, plus 1; 0: not referred to */
    unpeg_frame_id *frames; /* the list */
    size_t frame_count;
} json_report;

/* The frame's index in the "frames" of the document. */
uint64_t json_frame_index(json_report *j, unpeg_frame_id frame);

/* "tiers": ["ignition", ...] */
void json_tiers(json_report *j, uint32_t tiers);

void json_peg(json_report *j);
void json_summary(json_report *j);
void json_rows(json_report *j, const char *key, const unpeg_row *rows, size_t count);
void json_tree(json_report *j, bool bottom_up);
void json_problems(json_report *j);
void json_frames(json_report *j);

#endif
