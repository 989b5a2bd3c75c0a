/* SPDX-License-Identifier: MIT
 *
 * One log from the command line into a profile, with a progress bar, and with signals minded.
 *
 *     unpeg_profile *profile;
 *     unpeg_error error;
 *     unpeg_status status = load_log(&wanted, path, &profile, &error);
 */
#ifndef UNPEG_CLI_LOAD_H
#define UNPEG_CLI_LOAD_H

#include "request.h"

/* Prints nothing but the bar. */
UNPEG_MUST_CHECK unpeg_status load_log(const request *wanted, const char *path, unpeg_profile **ret,
                                       unpeg_error *error);

/* Makes a signal end a wait for more of the source. */
void load_heed_signals(unpeg_source *source);

/* The exit code for a log that could not be loaded: only a lack of memory is not the log's. */
int load_exit_code(unpeg_status status);

/* The exit code for a profile that was shown: without ticks it says nothing, and with --strict it
 * has to be whole. */
int load_profile_exit_code(const request *wanted, unpeg_profile *profile);

/* True if the log was read in part, or is damaged other than by V8's own limits. */
bool load_is_doubtful(unpeg_profile *profile);

#endif
