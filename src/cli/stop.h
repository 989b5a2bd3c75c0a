/* SPDX-License-Identifier: MIT
 *
 * SIGINT, SIGTERM, SIGHUP: the first one asks for an early end, the second one kills.
 *
 *     stop_install();
 *     while (!stop_requested()) ...
 *     return stop_exit_code(EXIT_DONE);
 */
#ifndef UNPEG_CLI_STOP_H
#define UNPEG_CLI_STOP_H

#include <stdbool.h>

/* Also ignores SIGPIPE: a reader that left is told by EPIPE. */
void stop_install(void);

bool stop_requested(void);

/* 128 plus the signal that came, or code if none did. */
int stop_exit_code(int code);

#endif
