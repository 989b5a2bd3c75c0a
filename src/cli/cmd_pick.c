/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "request.h"
#include "unpeg/arm.h"
#include "unpeg/pick.h"

enum { KEY_PREFIX = 0x200, KEY_PID, KEY_OBSERVE, KEY_JSON, SEEN_MAX = 10 };

static const uint64_t OBSERVE_MAX_US = 60000000;

typedef struct pick_request {
    request base; /* the first member: what the parser is given */
    unpeg_pick_options options;
} pick_request;

static const struct argp_option options[] = {
    {"prefix", KEY_PREFIX, "PREFIX", 0, "What the logs' names begin with (unpeg-); '' is any", 0},
    {"pid", KEY_PID, "PID", 0, "Only logs of this process", 0},
    {"observe", KEY_OBSERVE, "TIME", 0, "How long to look at them, if there are several (250ms)",
     0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0},
    {"quiet", 'q', NULL, 0, "Print no more than the path", 0},
    {0}};

static error_t take_pid(const struct argp_state *state, const char *value, pick_request *r)
{
    uint64_t pid;
    if (!units_count(value, &pid) || pid == 0 || pid > INT_MAX)
        return request_refuse(state, "--pid: %s is no process", value);
    r->options.pid = (int)pid;
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    pick_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->options =
            (unpeg_pick_options){.struct_size = sizeof r->options, .prefix = UNPEG_DEFAULT_PREFIX};
        return 0;
    case KEY_PREFIX:
        r->options.prefix = value;
        return 0;
    case KEY_PID:
        return take_pid(state, value, r);
    case KEY_OBSERVE:
        if (!units_duration(value, &r->options.observe_us) || r->options.observe_us == 0 ||
            r->options.observe_us > OBSERVE_MAX_US)
            return request_refuse(state, "--observe: %s is no time up to 60s", value);
        return 0;
    case KEY_JSON:
        r->base.json = true;
        return 0;
    case 'q':
        r->base.quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse};

static void describe(const unpeg_pick *pick, size_t at, const char *what)
{
    const unpeg_pick_log *log = &pick->logs[at];
    if (pick->observed_us == 0)
        message_plain("pick: %s: %s, %" PRIu64 " bytes", what, log->name, log->size_bytes);
    else
        message_plain("pick: %s: %s, %" PRIu64 " bytes; in %" PRIu64 " ms it grew by %" PRIu64
                      ", and its process used %" PRIu64 " ms",
                      what, log->name, log->size_bytes, pick->observed_us / 1000, log->grown_bytes,
                      log->cpu_us / 1000);
}

static void explain_found(const unpeg_pick *pick)
{
    message_plain("pick: of %zu log%s: %s", pick->candidate_count,
                  pick->candidate_count == 1 ? "" : "s", unpeg_pick_reason_meaning(pick->reason));
    describe(pick, 0, "picked");
    if (pick->candidate_count > 1)
        describe(pick, 1, "runner-up");
    if (!pick->launch_known)
        message_plain("pick: no launch was stamped here, so it may be of an earlier run; "
                      "unpeg arm stamps it");
}

static void explain_miss(const pick_request *r, const unpeg_pick *pick)
{
    message_plain("pick: no log of this run with the prefix %s in %s, of %zu files that end in "
                  ".log",
                  *r->options.prefix ? r->options.prefix : "''", r->options.dir, pick->count);
    for (size_t i = 0; i < pick->count && i < SEEN_MAX; i++)
        message_plain("pick: seen: %s, %" PRIu64 " bytes: %s", pick->logs[i].name,
                      pick->logs[i].size_bytes, pick->logs[i].excluded);
    if (pick->count > SEEN_MAX)
        message_plain("pick: and %zu older ones", pick->count - SEEN_MAX);
}

static int print_pick(const pick_request *r, const unpeg_pick *pick)
{
    output out;
    unpeg_status status = UNPEG_OK;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    if (r->base.json)
        status = unpeg_pick_json(pick, &out.writer);
    else if (pick->path)
        status = out.writer.write(out.writer.user, pick->path, strlen(pick->path));
    if (status == UNPEG_OK && !r->base.json && pick->path)
        status = out.writer.write(out.writer.user, "\n", 1);
    bool whole = status == UNPEG_OK || output_failed(&out);
    if (!output_commit(&out) || !whole)
        return EXIT_SYSTEM;
    return pick->path ? EXIT_DONE : EXIT_ANSWER_NO;
}

static int run(const verb *self, int argc, char **argv)
{
    pick_request r;
    unpeg_pick *pick;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.base);
    if (code >= 0)
        return code;
    if (r.base.operand_count != 1) {
        message_plain("pick: logs are picked from one folder; unpeg pick DIR");
        return EXIT_USAGE;
    }
    r.options.dir = r.base.operands[0];
    if (unpeg_pick_run(&r.options, &pick, &error) != UNPEG_OK) {
        message_plain("pick: %s", error.text);
        return error.status == UNPEG_NOT_FOUND ? EXIT_INPUT : EXIT_SYSTEM;
    }
    if (!r.base.quiet && !r.base.json && pick->path)
        explain_found(pick);
    else if (!r.base.quiet && !r.base.json)
        explain_miss(&r, pick);
    code = print_pick(&r, pick);
    unpeg_pick_destroy(pick);
    return code;
}

const verb pick_verb = {
    .name = "pick",
    .purpose = "which of several logs is that of the isolate that hangs",
    .usage = "[OPTIONS] DIR",
    .examples = "  unpeg pick /var/tmp/v8\n"
                "      by processor time, then growth, then time, then size\n"
                "  unpeg report \"$(unpeg pick -q --pid 4711 /var/tmp/v8)\"\n"
                "      the log of a process, right away\n",
    .notes = "The path goes to standard output, the reasons go to standard error.\n"
             "The exit code is 1 when there is none to pick.\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
