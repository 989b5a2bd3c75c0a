/* SPDX-License-Identifier: MIT */
#include "scope.h"

void copy_options(void *to, size_t size, const void *from)
{
    size_t given = 0;
    memset(to, 0, size);
    if (from)
        memcpy(&given, from, sizeof given);
    if (given)
        memcpy(to, from, given < size ? given : size);
    memcpy(to, &size, sizeof size);
}

bool peg_holds(const unpeg_peg *peg)
{
    return peg->ticks > 0 && peg->verdict != UNPEG_VERDICT_NOT_PEGGED &&
           peg->verdict != UNPEG_VERDICT_IDLE;
}

const unpeg_peg_step *peg_stuck(const unpeg_profile *profile, const unpeg_peg *peg)
{
    if (peg->path_count == 0)
        return NULL;
    const unpeg_peg_step *last = &peg->path[peg->path_count - 1];
    bool is_mark = unpeg_profile_frame(profile, last->frame)->kind == UNPEG_FRAME_TRUNCATED;
    return is_mark ? NULL : last;
}

unpeg_status scope_open(const unpeg_profile *profile, const unpeg_query *query, bool peg_only,
                        scope *ret, unpeg_error *error)
{
    *ret = (scope){0};
    copy_options(&ret->query, sizeof ret->query, query);
    unpeg_peg_options options = {.struct_size = sizeof options,
                                 .has_window = ret->query.flags & UNPEG_QUERY_WINDOW,
                                 .start_us = ret->query.start_us,
                                 .end_us = ret->query.end_us};
    unpeg_status status = unpeg_peg_find(profile, &options, &ret->peg, error);
    if (status != UNPEG_OK)
        return status;
    ret->of_peg = peg_only && peg_holds(ret->peg);
    if (ret->of_peg)
        unpeg_query_set_range(&ret->query, ret->peg->start_us, ret->peg->end_us);
    return unpeg_view_create(profile, &ret->query, &ret->view, error);
}

void scope_close(scope *s)
{
    unpeg_view_destroy(s->view);
    if (s->peg)
        unpeg_peg_destroy(s->peg);
    *s = (scope){0};
}
