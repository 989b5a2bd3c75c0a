/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exit_code.h"
#include "fact_line.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "store_request.h"
#include "unpeg/capture.h"

enum { KEY_SPOOL = 0x200 };

typedef struct drain_request {
    store_request store; /* the first member: what the parsers are given */
    const char *spool;
} drain_request;

static const struct argp_option options[] = {
    {"spool", KEY_SPOOL, "FOLDER", 0, "Where captures wait (DIR/unpeg-spool)", 0}, {0}};

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse(int key, char *value, struct argp_state *state)
{
    drain_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->spool = NULL;
        store_request_init_children(state);
        return 0;
    case KEY_SPOOL:
        r->spool = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options, .parser = parse, .children = store_request_children};

static const char *status_word(const unpeg_drained *d)
{
    if (d->is_stored)
        return "ok";
    if (d->is_busy)
        return "busy";
    return store_status_word(d->status);
}

static void print_drained(void *user, const unpeg_drained *d)
{
    const drain_request *r = user;
    const fact_line line = {.file = stdout};
    fact_line_begin(&line, "unpeg-drain", status_word(d));
    fact_line_text(&line, "reason", d->reason);
    fact_line_text(&line, "capture", d->id);
    if (d->was_stored)
        fact_line_number(&line, "was_stored", 1);
    else
        fact_line_text(&line, "verified", unpeg_proof_text(d->proof));
    fact_line_text(&line, "store", d->store);
    fact_line_text(&line, "key", d->key);
    fact_line_number(&line, "file_bytes", d->file_bytes);
    if (r->store.verbose)
        fact_line_text(&line, "credentials", d->credentials);
    fact_line_number(&line, "deleted", d->log_gone);
    fact_line_text(&line, "keep", d->kept);
    fact_line_end(&line);
    fflush(stdout);
}

static int drain(drain_request *r, const unpeg_store_options *store_options)
{
    unpeg_drain result;
    unpeg_error error = {0};
    const unpeg_drain_options o = {.struct_size = sizeof o,
                                   .dir = r->store.operands[0],
                                   .spool = r->spool,
                                   .store = r->store.url,
                                   .store_options = store_options};
    if (unpeg_drain_run(&o, print_drained, r, &result, &error) != UNPEG_OK) {
        message_plain("drain: %s", error.text);
        return EXIT_SYSTEM;
    }
    if (!r->store.quiet && result.stored_count + result.left_count == 0)
        message_plain("drain: nothing waits in %s", r->spool ? r->spool : r->store.operands[0]);
    if (!output_finish_stdout())
        return EXIT_SYSTEM;
    return result.left_count ? EXIT_ANSWER_NO : EXIT_DONE;
}

static int run(const verb *self, int argc, char **argv)
{
    drain_request r;
    unpeg_store_options store_options;
    int code = store_request_parse(self, argc, argv, &r.store);
    if (code >= 0)
        return code;
    if (r.store.operand_count != 1) {
        message_plain("drain: one folder of logs is drained; unpeg drain DIR");
        return EXIT_USAGE;
    }
    store_request_options(&r.store, &store_options);
    return stop_exit_code(drain(&r, &store_options));
}

const verb drain_verb = {
    .name = "drain",
    .purpose = "store the captures that are not stored yet",
    .usage = "[OPTIONS] DIR",
    .examples = "  unpeg drain /var/tmp/v8\n"
                "      each to where its capture wanted it, from where it was cut\n"
                "  unpeg drain --budget 60s --store s3://artifacts /var/tmp/v8\n"
                "      those also that had no store when they were captured\n",
    .notes = "A line goes to standard output for each capture. A log is deleted when all of\n"
             "it is proven to be stored, no process writes it, and it was the only one to\n"
             "pick. The exit code is 1 when one is left that is not stored.\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
