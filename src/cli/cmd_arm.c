/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "request.h"
#include "unpeg/arm.h"

enum { KEY_TARGET = 0x200, KEY_DIR, KEY_PREFIX, KEY_INTERVAL, KEY_ENABLED, KEY_JSON };

static const uint64_t INTERVAL_MAX_US = 10000000;

typedef struct arm_request {
    request base; /* the first member: what the parser is given */
    unpeg_arm_options options;
} arm_request;

static const struct argp_option options[] = {
    {"target", KEY_TARGET, "TARGET", 0, "Who is launched: chromium (the default) or node", 0},
    {"dir", KEY_DIR, "DIR", 0, "Where the logs go; it is made if it is not there", 0},
    {"prefix", KEY_PREFIX, "PREFIX", 0, "What the logs' names begin with (unpeg-)", 0},
    {"interval", KEY_INTERVAL, "TIME", 0, "Between samples, 100us to 10s (1ms)", 0},
    {"enabled", KEY_ENABLED, NULL, 0, "Arm; so does UNPEG_PROF=true", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0},
    {0}};

static error_t take_target(const struct argp_state *state, const char *value, arm_request *r)
{
    if (strcmp(value, "chromium") != 0 && strcmp(value, "node") != 0)
        return request_refuse(state, "--target: %s is neither chromium nor node", value);
    r->options.target = strcmp(value, "node") == 0 ? UNPEG_ARM_NODE : UNPEG_ARM_CHROMIUM;
    return 0;
}

static error_t take_interval(const struct argp_state *state, const char *value, arm_request *r)
{
    uint64_t us;
    if (!units_duration(value, &us) || us < 100 || us > INTERVAL_MAX_US)
        return request_refuse(state, "--interval: %s is not between 100us and 10s", value);
    r->options.interval_us = (uint32_t)us;
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    arm_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->options = (unpeg_arm_options){.struct_size = sizeof r->options};
        return 0;
    case KEY_TARGET:
        return take_target(state, value, r);
    case KEY_DIR:
        r->options.dir = value;
        return 0;
    case KEY_PREFIX:
        r->options.prefix = value;
        return 0;
    case KEY_INTERVAL:
        return take_interval(state, value, r);
    case KEY_ENABLED:
        r->options.enabled = true;
        return 0;
    case KEY_JSON:
        r->base.json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse};

static bool environment_enables(void)
{
    const char *value = getenv("UNPEG_PROF");
    return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

static void explain(const unpeg_arm *arm)
{
    if (arm->warning)
        message_plain("arm: %s; add it", arm->warning);
    if (arm->dir && !arm->sweep)
        message_plain("arm: logs of earlier runs could not be looked through; they stay");
    for (size_t i = 0; arm->sweep && i < arm->sweep->count; i++) {
        const unpeg_sweep_file *file = &arm->sweep->files[i];
        if (file->reason == UNPEG_SWEEP_FAILED)
            message_plain("arm: %s: %s; it stays", file->name, strerror(file->os_errno));
    }
}

static unpeg_status print_arguments(const unpeg_arm *arm, const unpeg_writer *out)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < arm->arg_count && status == UNPEG_OK; i++) {
        status = out->write(out->user, arm->args[i], strlen(arm->args[i]));
        if (status == UNPEG_OK)
            status = out->write(out->user, "\n", 1);
    }
    return status;
}

static int print_arm(const arm_request *r, const unpeg_arm *arm)
{
    output out;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    unpeg_status status =
        r->base.json ? unpeg_arm_json(arm, &out.writer) : print_arguments(arm, &out.writer);
    bool whole = status == UNPEG_OK || output_failed(&out);
    return output_commit(&out) && whole ? EXIT_DONE : EXIT_SYSTEM;
}

static int arm_target(arm_request *r)
{
    unpeg_arm *arm;
    unpeg_error error = {0};
    unpeg_status status = unpeg_arm_create(&r->options, &arm, &error);
    if (status != UNPEG_OK) {
        message_plain("arm: %s", error.text);
        return status == UNPEG_ARGUMENT ? EXIT_USAGE : EXIT_SYSTEM;
    }
    explain(arm);
    int code = print_arm(r, arm);
    unpeg_arm_destroy(arm);
    return code;
}

static int run(const verb *self, int argc, char **argv)
{
    arm_request r;
    int code = request_read(self, argc, argv, &r.base);
    if (code >= 0)
        return code;
    if (!r.options.dir) {
        message_plain("arm: no folder named; unpeg arm --dir=DIR says where the logs go");
        return EXIT_USAGE;
    }
    r.options.existing = (const char *const *)r.base.operands;
    r.options.existing_count = (size_t)r.base.operand_count;
    r.options.enabled = r.options.enabled || environment_enables();
    return arm_target(&r);
}

const verb arm_verb = {
    .name = "arm",
    .purpose = "the arguments that make Chromium or Node.js write a log",
    .usage = "--dir=DIR [OPTIONS] [-- ARGUMENT...]",
    .examples = "  unpeg arm --enabled --dir /var/tmp/v8 -- --headless --no-sandbox\n"
                "      what to add to these arguments of Chromium, one a line\n"
                "  unpeg arm --enabled --target node --dir /var/tmp/v8\n"
                "      for node, in front of the script\n"
                "  UNPEG_PROF=true unpeg arm --dir /var/tmp/v8\n"
                "      the same switch for a whole fleet; without it nothing is printed\n",
    .notes = "Logs of earlier runs are removed in any case, and the launch is noted.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
