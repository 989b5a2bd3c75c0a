/* SPDX-License-Identifier: MIT
 *
 * Options structs of callers that may know fewer members than this library.
 *
 *     unpeg_pick_options own;
 *     take_options(&own, sizeof own, given);
 */
#ifndef UNPEG_CAPTURE_TAKE_OPTIONS_H
#define UNPEG_CAPTURE_TAKE_OPTIONS_H

#include "unpeg/base.h"

/* Zeros, and over them what the caller has; given begins with its struct_size and may be NULL. */
static inline void take_options(void *to, size_t size, const void *given)
{
    memset(to, 0, size);
    if (!given)
        return;
    size_t has;
    memcpy(&has, given, sizeof has);
    memcpy(to, given, has < size ? has : size);
}

#endif
