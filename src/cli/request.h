/* SPDX-License-Identifier: MIT
 *
 * What the options of a verb ask for, in one place, and the tables of the options that several
 * verbs share.
 *
 *     request wanted;
 *     int code = request_parse(&report_verb, argc, argv, &wanted);
 *     if (code >= 0) return code;           (help was printed, or the words were wrong)
 */
#ifndef UNPEG_CLI_REQUEST_H
#define UNPEG_CLI_REQUEST_H

#include "terminal.h"
#include "units.h"
#include "unpeg/log.h"
#include "unpeg/view.h"
#include "verb.h"

typedef struct request {
    const verb *verb; /* who asks, for messages */
    const char *sysroot, *debug_dir;
    bool no_symbols;
    uint64_t budget_us; /* 0: none */
    bool has_last, has_range, peg_only, merge, json, quiet, strict;
    uint64_t last_us;
    units_span range;
    const char *focus, *ignore;
    const char *output; /* NULL: standard output */
    uint64_t top;       /* 0: the default; UINT64_MAX: all */
    uint64_t max_line;
    terminal_color color;
    char **operands; /* borrowed from argv */
    int operand_count;
} request;

/* For the argp of a verb that reads logs: what to read, which ticks, where the output goes. */
extern const struct argp_child request_children[];

/* The part of ARGP_KEY_INIT that hands the request on to request_children. */
void request_init_children(struct argp_state *state);

/* Fills ret with the defaults and then the words. Returns an exit code when the verb is done
 * already, else -1. */
int request_parse(const verb *self, int argc, char **argv, request *ret);

/* The same for a verb that reads no logs: operands are not looked at. A parser that knows more than
 * a request is given one as the first member of its own. */
int request_read(const verb *self, int argc, char **argv, request *ret);

/* For the parsers: a message about the value of an option, and what to return. */
__attribute__((format(printf, 2, 3))) error_t request_refuse(const struct argp_state *state,
                                                             const char *format, ...);

/* The options of loading; progress is left to the caller. */
unpeg_log_options request_log_options(const request *wanted);

/* The query over a profile: its window and its expressions. */
unpeg_query request_query(const request *wanted, const unpeg_profile *profile);

#endif
