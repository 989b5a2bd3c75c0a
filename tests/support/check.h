/* SPDX-License-Identifier: MIT
 *
 * cmocka with what it needs before it. Include this, not cmocka.h.
 */
#ifndef UNPEG_TESTS_CHECK_H
#define UNPEG_TESTS_CHECK_H

/* cmocka.h wants these first, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#endif
