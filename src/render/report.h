/* SPDX-License-Identifier: MIT
 *
 * What the text and the JSON of a report have in common: what was asked for, and what is shown.
 *
 *     report r;
 *     unpeg_status status = report_open(profile, options, &text_defaults, &r, error);
 *     if (status == UNPEG_OK)
 *         print(&r);
 *     report_close(&r);
 *
 * report_close also takes a report whose opening failed.
 */
#ifndef UNPEG_RENDER_REPORT_H
#define UNPEG_RENDER_REPORT_H

#include "scope.h"
#include "unpeg/render.h"

/* What the zeros of the options mean in one format. */
typedef struct report_defaults {
    size_t top;
    bool callers_too; /* rows without self ticks also in the order of self ticks */
    double min_share;
    uint32_t max_depth[2]; /* top-down, bottom-up */
    uint32_t max_nodes[2];
} report_defaults;

typedef struct report {
    unpeg_report_options options; /* zeros replaced */
    const report_defaults *defaults;
    const unpeg_profile *profile;
    const unpeg_profile_info *info;
    const unpeg_totals *totals;
    scope scope;
} report;

UNPEG_MUST_CHECK unpeg_status report_open(const unpeg_profile *profile,
                                          const unpeg_report_options *options,
                                          const report_defaults *defaults, report *ret,
                                          unpeg_error *error);
void report_close(report *r);

bool report_has(const report *r, uint32_t section);

/* The rows of the flat table; *ret_all is how many there are in all. */
const unpeg_row *report_rows(const report *r, size_t *ret_count, size_t *ret_all);

UNPEG_MUST_CHECK unpeg_status report_tree(const report *r, bool bottom_up, unpeg_tree **ret);

const unpeg_frame *report_frame(const report *r, unpeg_frame_id frame);

#endif
