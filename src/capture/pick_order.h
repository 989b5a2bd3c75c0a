/* SPDX-License-Identifier: MIT
 *
 * Which candidate is the best, from what was observed.
 *
 *     unpeg_pick_reason reason = pick_order(logs, count);
 *     logs[0] is the one, logs[1] its runner-up
 */
#ifndef UNPEG_CAPTURE_PICK_ORDER_H
#define UNPEG_CAPTURE_PICK_ORDER_H

#include "unpeg/pick.h"

/* Sorts the best to the front. ONLY for a single one, NONE for none. */
unpeg_pick_reason pick_order(unpeg_pick_log *logs, size_t count);

/* unpeg_pick_run with another place for /proc, and with something to do instead of waiting. */
typedef struct pick_world {
    const char *proc_root;
    void (*wait)(void *user, uint64_t us);
    void *user;
} pick_world;

unpeg_status pick_run_at(const pick_world *world, const unpeg_pick_options *options,
                         unpeg_pick **ret, unpeg_error *error);

#endif
