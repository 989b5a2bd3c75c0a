/* SPDX-License-Identifier: MIT
 *
 * What the options of a verb about a store ask for, and the options that all of them share.
 *
 *     store_request wanted;
 *     int code = store_request_parse(&fetch_verb, argc, argv, &wanted);
 *     if (code >= 0) return code;           (help was printed, or the words were wrong)
 *     if (!store_request_open(&wanted, &store)) return EXIT_USAGE;
 */
#ifndef UNPEG_CLI_STORE_REQUEST_H
#define UNPEG_CLI_STORE_REQUEST_H

#include "unpeg/store.h"
#include "verb.h"

typedef struct store_request {
    const verb *verb; /* who asks, for messages */
    const char *url;  /* NULL: from the environment */
    unpeg_store_options options;
    uint64_t budget_us, begin_us;
    bool quiet, verbose;
    const char *key, *realm, *env, *output, *state;
    uint64_t top; /* list: rows; 0: all */
    unpeg_verify verify;
    bool zstd, remove, all, as_stored, report, line;
    char **operands; /* borrowed from argv */
    int operand_count;
} store_request;

/* For the argp of a verb: where the store is and how it is reached, messages. */
extern const struct argp_child store_request_children[];

/* The part of ARGP_KEY_INIT that hands the request on to store_request_children. */
void store_request_init_children(struct argp_state *state);

/* For the parsers: a message about the value of an option, and what to return. */
__attribute__((format(printf, 2, 3))) error_t store_request_refuse(const struct argp_state *state,
                                                                   const char *format, ...);

/* Fills ret with the defaults and then the words. Returns an exit code when the verb is done
 * already, else -1. */
int store_request_parse(const verb *self, int argc, char **argv, store_request *ret);

/* For the parsers: values of options that several of these verbs have. */
error_t store_request_parse_compress(const char *value, struct argp_state *state);
error_t store_request_parse_sse(const char *value, struct argp_state *state);

/* How the store is opened; the texts are borrowed. */
void store_request_options(const store_request *wanted, unpeg_store_options *ret);

/* Returns -1 and the store, or prints a message and returns an exit code. */
int store_request_open(const store_request *wanted, unpeg_store **ret);

/* $PRERENDER_ARTIFACTS_ENV, unless an option says otherwise; NULL: not said. */
const char *store_request_env(const store_request *wanted);

/* One word for a status, as on the other lines. */
const char *store_status_word(unpeg_status status);

/* What a status of the store means to who called. */
int store_exit_code(unpeg_status status);

#endif
