/* SPDX-License-Identifier: MIT
 *
 * The options that all verbs on a running process share, and the process itself.
 *
 *     typedef struct dump_request { live_request live; ... } dump_request;     (first member)
 *     static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {0}};
 *     if (!live_request_pid(&r.live)) return EXIT_USAGE;
 */
#ifndef UNPEG_CLI_LIVE_OPTIONS_H
#define UNPEG_CLI_LIVE_OPTIONS_H

#include "request.h"
#include "unpeg/live.h"

typedef struct live_request {
    request base; /* the first member: what the parser is given */
    unpeg_live_options options;
    bool all_threads;
} live_request;

extern const struct argp live_argp;

/* The defaults: to be called in ARGP_KEY_INIT, before the children are. */
void live_request_init(live_request *live, struct argp_state *state);

/* Takes the one operand as the process; false after a message. */
bool live_request_pid(live_request *live);

/* For verbs that sample: false after a message where all threads were asked for. */
bool live_request_one_thread(const live_request *live);

#endif
