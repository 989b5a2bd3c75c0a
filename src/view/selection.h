/* SPDX-License-Identifier: MIT
 *
 * Selection: which ticks a query keeps.
 *
 *     selection s;
 *     if (selection_init(&s, profile, &query, error) != UNPEG_OK) return ...;
 *     if (selection_keeps(&s, &tick)) count++;
 *     selection_deinit(&s);
 */
#ifndef UNPEG_VIEW_SELECTION_H
#define UNPEG_VIEW_SELECTION_H

#include "unpeg/view.h"

typedef struct selection {
    bool has_window;
    int64_t start_us, end_us; /* inclusive */
    bool *keeps;              /* by node; NULL keeps every node */
} selection;

unpeg_status selection_init(selection *s, const unpeg_profile *profile, const unpeg_query *query,
                            unpeg_error *error);
void selection_deinit(selection *s);

static inline bool selection_in_window(const selection *s, int64_t time_us)
{
    return !s->has_window || (time_us >= s->start_us && time_us <= s->end_us);
}

static inline bool selection_keeps(const selection *s, const unpeg_tick *tick)
{
    return selection_in_window(s, tick->time_us) && (!s->keeps || s->keeps[tick->node]);
}

#endif
