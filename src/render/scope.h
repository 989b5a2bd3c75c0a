/* SPDX-License-Identifier: MIT
 *
 * The ticks that an output speaks of: those that a query selects, or the peg among them.
 *
 *     scope s;
 *     unpeg_status status = scope_open(profile, query, true, &s, error);
 *     if (status == UNPEG_OK)
 *         print(s.peg, s.view);
 *     scope_close(&s);
 *
 * scope_close also takes a scope whose opening failed: it holds what was made until then.
 */
#ifndef UNPEG_RENDER_SCOPE_H
#define UNPEG_RENDER_SCOPE_H

#include "unpeg/peg.h"

typedef struct scope {
    unpeg_query query; /* of the view */
    unpeg_peg *peg;    /* looked for in the window that was asked for */
    unpeg_view *view;
    bool of_peg; /* the view shows the peg's ticks only */
} scope;

/* query may be NULL. With peg_only the view shows the peg's ticks, if there is one that holds the
 * thread. */
UNPEG_MUST_CHECK unpeg_status scope_open(const unpeg_profile *profile, const unpeg_query *query,
                                         bool peg_only, scope *ret, unpeg_error *error);
void scope_close(scope *s);

/* True if the verdict says that something holds the thread. */
bool peg_holds(const unpeg_peg *peg);

/* The step of the stuck frame; NULL if there is none, or only the mark of stacks that were cut. */
const unpeg_peg_step *peg_stuck(const unpeg_profile *profile, const unpeg_peg *peg);

/* Copies the options a caller passed, which may be older (shorter) than ours, over zeros. from may
 * be NULL. */
void copy_options(void *to, size_t size, const void *from);

#endif
