/* SPDX-License-Identifier: MIT
 *
 * Every log under fixtures/, so that a new fixture is covered without a line of code.
 *
 *     static void check(void *user, const char *name, const char *log, size_t len) { ... }
 *     fixture_walk(check, user);
 */
#ifndef UNPEG_TESTS_FIXTURE_WALK_H
#define UNPEG_TESTS_FIXTURE_WALK_H

#include <stddef.h>

/* name is "logs/NAME" or "bad/NAME"; log is the decoded text and lives until the call returns. */
typedef void (*fixture_fn)(void *user, const char *name, const char *log, size_t len);

/* Calls for each fixture in order of name; fails the test when there is none. */
void fixture_walk(fixture_fn each, void *user);

/* The path of a fixture's log file, whatever its ending; false when there is none. */
int fixture_log_path(const char *name, char *path, size_t size);

/* The decoded text of one file, freed by the caller. */
char *fixture_read(const char *path, size_t *ret_len);

#endif
