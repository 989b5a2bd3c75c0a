/* SPDX-License-Identifier: MIT
 *
 * Messages on standard error: "unpeg: FILE:LINE: what is wrong (what it costs); what to do".
 *
 *     message_about(path, &error, "what to do about it");
 *     message_plain("no such verb: %s", name);
 *
 * Names from outside never reach a terminal raw.
 */
#ifndef UNPEG_CLI_MESSAGE_H
#define UNPEG_CLI_MESSAGE_H

#include "unpeg/status.h"

/* advice may be NULL. */
void message_about(const char *path, const unpeg_error *error, const char *advice);

__attribute__((format(printf, 1, 2))) void message_plain(const char *format, ...);

/* What one can do about a log that cannot be read; NULL when there is nothing to say. */
const char *message_advice(unpeg_status status);

#endif
