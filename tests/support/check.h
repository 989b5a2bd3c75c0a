/* SPDX-License-Identifier: MIT
 *
 * cmocka with what it needs before it. Include this, not cmocka.h.
 */
#ifndef UNPEG_TESTS_CHECK_H
#define UNPEG_TESTS_CHECK_H

/* clang-format off: cmocka.h wants these first. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format on */

#endif
