/* SPDX-License-Identifier: MIT
 *
 * Allocation that fails at a chosen call.
 *
 *     failing_alloc_arm(n);            (the call number n from now, from 0, fails once)
 *     ... run ...
 *     bool failed = failing_alloc_disarm();
 */
#ifndef UNPEG_TESTS_FAILING_ALLOC_H
#define UNPEG_TESTS_FAILING_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

void failing_alloc_arm(size_t calls_before);

/* True if the armed failure happened. */
bool failing_alloc_disarm(void);

#endif
