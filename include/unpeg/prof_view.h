/* SPDX-License-Identifier: MIT
 *
 * The report of `node --prof-process` with right attribution: its options and its layout, filled
 * from a profile.
 *
 *     unpeg_prof_view *view;
 *     unpeg_prof_view_create(profile, &options, &view, &error);
 *     unpeg_prof_report_print(unpeg_prof_view_report(view), &out);
 *     unpeg_prof_view_destroy(view);
 *
 * What differs from the reference: GC ticks are the GC line and no function's; every other tick is
 * in one list, or unaccounted; frames without a name keep their place as "UNKNOWN 0x...", so that
 * no function gets a caller that it does not have; hidden frames count as their caller, and stay
 * where there is none; the IC options hide code of V8, never functions of the program.
 */
#ifndef UNPEG_PROF_VIEW_H
#define UNPEG_PROF_VIEW_H

#include "unpeg/prof_process.h"
#include "unpeg/profile.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_prof_view unpeg_prof_view;

/* Borrows the profile, and of the options log_name. Options on symbol tools have no effect. Fails
 * with UNSUPPORTED where an option needs rows that a profile does not hold
 * (--filter-runtime-timer, --timed-range, --pairwise-timed-range), LIMIT or NO_MEMORY. With the GC
 * state selected, the functions that its ticks were in are listed as well. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_prof_view_create(const unpeg_profile *profile,
                                                               const unpeg_prof_options *options,
                                                               unpeg_prof_view **ret,
                                                               unpeg_error *error);
UNPEG_API void unpeg_prof_view_destroy(unpeg_prof_view *view);

/* Lives as long as the view. */
UNPEG_API const unpeg_prof_report *unpeg_prof_view_report(const unpeg_prof_view *view);

#ifdef __cplusplus
}
#endif
#endif
