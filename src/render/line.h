/* SPDX-License-Identifier: MIT
 *
 * The line for a log: what is on it, before it is fitted into so many bytes.
 *
 *     line_content content;
 *     line_content_open(&options, &content);
 *     line_fit(&content, 1000, &line);
 *     line_content_close(&content);
 *
 * Grammar (logfmt; UTF-8; no control characters; v=1 promises that keys are only added, so unknown
 * ones must be ignored):
 *
 *     line   = "unpeg v=1 status=" word *(" " key "=" (bare / quoted))
 *     key    = a-z *(a-z / 0-9 / "_")
 *     bare   = 1*character without space, "=", quote and backslash
 *     quoted = quote *(character / backslash quote / backslash backslash) quote
 *     frame  = name [" " file ":" line ":" column] marks " " self "/" total     within quotes
 *
 * In a line that may not have some 200 bytes a frame is cut down to its name. Shares are percent
 * with one decimal of ticks=. Keys, in this order: status reason state conf ongoing pid log log_mb
 * read_mb partial ticks window_s js gc native idle unresolved stuck caller top1... cycle depth path
 * gc_ms deopts isolates ms budget_ms hint. A live recording has pid live stopped_ms in place of log
 * log_mb read_mb. caller is the JavaScript function that called a stuck frame that is none. path is
 * the hottest call path, callers first, each function once, with the share of its last;
 * "\u2026<" stands for callers that are left out, "?" for ones without a name.
 */
#ifndef UNPEG_RENDER_LINE_H
#define UNPEG_RENDER_LINE_H

#include "frame_label.h"
#include "scope.h"
#include "unpeg/render.h"

enum { LINE_TOPS_MAX = 20, LINE_PATH_MAX = 12, LINE_CYCLE_MAX = 6 };

/* A function with its figures. */
typedef struct line_frame {
    frame_label label;
    uint64_t self, total;
} line_frame;

typedef struct line_content {
    unpeg_line_options options;
    unpeg_status status;            /* of the content: loading, finding the peg, the view */
    const unpeg_profile_info *info; /* NULL without a profile */
    const unpeg_totals *totals;     /* NULL without a view */
    scope scope;
    bool budget_ended;
    bool has_stuck, has_caller;
    line_frame stuck, caller;
    line_frame tops[LINE_TOPS_MAX];
    size_t top_count;
    frame_label path[LINE_PATH_MAX]; /* innermost first */
    size_t path_count;
    bool path_is_cut; /* has more callers */
    uint64_t path_ticks;
} line_content;

void line_content_open(const unpeg_line_options *options, line_content *ret);
void line_content_close(line_content *content);

/* The longest line that is within limit bytes, at least UNPEG_LINE_MIN and at most
 * UNPEG_LINE_MAX. */
void line_fit(const line_content *content, size_t limit, unpeg_line *ret);

#endif
