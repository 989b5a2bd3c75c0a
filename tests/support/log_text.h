/* SPDX-License-Identifier: MIT
 *
 * Logs written out in a test, and their ticks as text.
 *
 *     unpeg_profile *profile = load_text("v8-version,...\ntick,...\n", NULL);
 *     assert_stack(profile, 0, "js~ f a.js:1:2 < js* g a.js:3:4");
 */
#ifndef UNPEG_TESTS_LOG_TEXT_H
#define UNPEG_TESTS_LOG_TEXT_H

#include "unpeg/log.h"

/* Loads a log from a string; fails the test when that does not succeed. */
unpeg_profile *load_text(const char *log, const unpeg_log_options *options);

/* "kind+mark name file:line:column"; unknown frames show their reason and address. Cut at size - 1
 * bytes. Returns the length written. */
size_t frame_text(const unpeg_frame *frame, char *text, size_t size);

/* The stack of a tick, innermost first, "<" between; the root is left out. */
void stack_text(const unpeg_profile *profile, size_t tick, char *text, size_t size);

void assert_stack(const unpeg_profile *profile, size_t tick, const char *want);

#endif
