/* SPDX-License-Identifier: MIT
 *
 * Growing an array that the caller holds as pointer, count and capacity.
 *
 *     if (!grow_reserve((void **)&rows, &capacity, count + 1, sizeof *rows))
 *         return UNPEG_NO_MEMORY;
 *     rows[count++] = row;
 *
 * Capacity doubles; sizes are computed with overflow checks.
 */
#ifndef UNPEG_BASE_GROW_H
#define UNPEG_BASE_GROW_H

#include "unpeg/base.h"

/* Makes room for at least needed items; false when there is no memory (nothing is changed). */
bool grow_reserve(void **items, size_t *capacity, size_t needed, size_t item_size);

#endif
