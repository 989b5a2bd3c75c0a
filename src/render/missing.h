/* SPDX-License-Identifier: MIT
 *
 * Ticks that have no function's name, and why: by library, and by reason where there is none.
 *
 *     missing_ticks *missing;
 *     size_t count;
 *     unpeg_status status = missing_make(view, &missing, &count);
 *     for (size_t i = 0; i < count; i++)
 *         print(missing[i].path, missing[i].ticks, missing_remedy(missing[i].reason));
 *     free(missing);
 */
#ifndef UNPEG_RENDER_MISSING_H
#define UNPEG_RENDER_MISSING_H

#include "unpeg/view.h"

typedef struct missing_ticks {
    unpeg_slice path; /* of the library; empty for addresses in none */
    unpeg_unknown_reason reason;
    uint64_t ticks;
    const unpeg_library *library; /* NULL if the profile does not list it */
} missing_ticks;

/* Descending by ticks; *ret is the caller's to free. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status missing_make(const unpeg_view *view, missing_ticks **ret,
                                           size_t *ret_count);

/* What to do about a reason: ASCII, static. */
const char *missing_remedy(unpeg_unknown_reason reason);

#endif
