/* SPDX-License-Identifier: MIT
 *
 * When the last launch was: a small file among the logs, whose time is compared with theirs.
 *
 *     stamp_write(dir_fd, "prerender-", &error);
 *     int64_t launch_ns = stamp_read(dir_fd, "prerender-");
 *
 * The time is the file's own, so that stamp and logs go by the same clock also where the folder
 * is on a server. The text in it, milliseconds since 1970, is for people.
 */
#ifndef UNPEG_CAPTURE_STAMP_H
#define UNPEG_CAPTURE_STAMP_H

#include "unpeg/status.h"

#define STAMP_NONE INT64_MIN

/* Fails with PERMISSION or OS. */
unpeg_status stamp_write(int dir_fd, const char *prefix, int64_t *ret_ns, unpeg_error *error);

/* STAMP_NONE if there is none, or one of another user. */
int64_t stamp_read(int dir_fd, const char *prefix);

#endif
