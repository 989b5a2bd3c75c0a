/* SPDX-License-Identifier: MIT
 *
 * The parts of the text report. Only for the report_*.c files.
 *
 *     text_report t = {.r = &r};
 *     text_out_init(&t.out, writer);
 *     print_headline(&t);
 *     status = text_out_finish(&t.out);
 *
 * A part prints whole lines and, but for the first, an empty line before them. Parts that allocate
 * put their failure into out.status.
 */
#ifndef UNPEG_RENDER_REPORT_TEXT_H
#define UNPEG_RENDER_REPORT_TEXT_H

#include "frame_label.h"
#include "report.h"

typedef struct text_report {
    const report *r;
    text_out out;
} text_report;

/* "v8.log: js-loop" */
void print_headline(text_report *t);
void print_verdict(text_report *t);
void print_summary(text_report *t);
void print_flat(text_report *t);
void print_tree(text_report *t, bool bottom_up);
void print_problems(text_report *t);

/* An empty line, then the heading of a part, then what follows it. */
void print_heading(text_report *t, const char *heading, const char *rest);

typedef enum text_look { LOOK_PLAIN, LOOK_STRONG, LOOK_ALARM, LOOK_DIM } text_look;

/* Switches the look of what follows, where colours are wanted. */
void print_look(text_report *t, text_look look);

/* SAFE_ASCII or 0, with a limit. */
safe_style print_style(const text_report *t, size_t max);

/* "name  place marks" of a frame on what is left of a line after so many columns. */
void print_frame(text_report *t, const frame_label *label, size_t columns_used);

frame_label print_label(const text_report *t, unpeg_frame_id frame, uint32_t tiers, uint32_t flags);

/* "340 ms", "5.34 s", "61.2 s". */
void print_duration(text_out *out, uint64_t us);

/* "  93.7 %": part of whole, right-aligned in six columns. */
void print_percent(text_report *t, uint64_t part, uint64_t whole);

/* A text of at most 8 KB in the making, for print_prose; text_out_init(&prose, NULL) begins it. */
typedef text_out prose_text;

/* Prints the prose as print_wrapped does. */
void print_prose(text_report *t, prose_text *prose, size_t indent, size_t column);

/* Words of a text, broken at the width of the report (at most 100 columns), behind an indent. The
 * first line already has so many columns. */
void print_wrapped(text_report *t, const char *text, size_t indent, size_t column);

#endif
