/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "live_options.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "unpeg/render.h"

enum { KEY_JSON = 0x200, SAMPLES_MAX = 100000 };

typedef struct dump_request {
    live_request live; /* the first member: what the parsers are given */
    uint64_t samples;
} dump_request;

static const struct argp_option options[] = {
    {"samples", 'n', "N", 0, "Look N times, and say what the thread is doing (1)", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0},
    {"output", 'o', "FILE", 0, "Write to FILE, whole or not at all", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    dump_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        live_request_init(&r->live, state);
        r->samples = 1;
        return 0;
    case 'n':
        if (!units_count(value, &r->samples) || r->samples == 0 || r->samples > SAMPLES_MAX)
            return request_refuse(state, "--samples: %s is not between 1 and 100000", value);
        return 0;
    case KEY_JSON:
        r->live.base.json = true;
        return 0;
    case 'o':
        r->live.base.output = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {.options = options, .parser = parse, .children = children};

/* More looks than one: what holds the thread, in the words of a report. */
static unpeg_status print_verdict(const dump_request *r, output *out, unpeg_error *error)
{
    unpeg_live_options wanted = r->live.options;
    const unpeg_report_options report = {.struct_size = sizeof report,
                                         .sections = UNPEG_REPORT_VERDICT};
    unpeg_profile *profile;
    wanted.max_samples = r->samples;
    wanted.duration_us = r->samples * 10000 + 1000000;
    unpeg_status status = unpeg_live_record(&wanted, &profile, error);
    if (status != UNPEG_OK)
        return status;
    status = unpeg_report_text(profile, &report, &out->writer, error);
    if (status == UNPEG_OK)
        status = out->writer.write(out->writer.user, "\n", 1);
    unpeg_profile_destroy(profile);
    return status;
}

static unpeg_status print(const dump_request *r, const unpeg_live_dump *dump, output *out,
                          unpeg_error *error)
{
    if (r->live.base.json)
        return unpeg_live_dump_json(dump, &out->writer);
    unpeg_status status = UNPEG_OK;
    if (r->samples > 1)
        status = print_verdict(r, out, error);
    return status == UNPEG_OK ? unpeg_live_dump_text(dump, &out->writer) : status;
}

static bool has_frames(const unpeg_live_dump *dump)
{
    for (size_t i = 0; i < dump->stack_count; i++)
        if (dump->stacks[i].frame_count)
            return true;
    return false;
}

static int finish(const dump_request *r, const unpeg_live_dump *dump)
{
    output out;
    unpeg_error error = {0};
    if (!output_open(&out, r->live.base.output))
        return EXIT_SYSTEM;
    unpeg_status status = print(r, dump, &out, &error);
    if (status != UNPEG_OK && !output_failed(&out)) {
        message_plain("dump: %s", error.text[0] ? error.text : unpeg_status_text(status));
        output_discard(&out);
        return EXIT_SYSTEM;
    }
    if (!output_commit(&out))
        return EXIT_SYSTEM;
    return has_frames(dump) ? EXIT_DONE : EXIT_ANSWER_NO;
}

static int run(const verb *self, int argc, char **argv)
{
    dump_request r;
    unpeg_live_dump *dump;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    if (!live_request_pid(&r.live))
        return EXIT_USAGE;
    unpeg_status status =
        unpeg_live_dump_create(&r.live.options, r.live.all_threads, &dump, &error);
    if (status != UNPEG_OK) {
        message_plain("dump: %s", error.text);
        return EXIT_SYSTEM;
    }
    code = finish(&r, dump);
    unpeg_live_dump_destroy(dump);
    return stop_exit_code(code);
}

const verb dump_verb = {
    .name = "dump",
    .purpose = "the stack of a running process, with JavaScript names",
    .usage = "[OPTIONS] PID",
    .examples = "  unpeg dump 4711\n"
                "      what the busiest thread of process 4711 is in\n"
                "  unpeg dump -n 100 4711\n"
                "      and what holds it, from 100 looks\n"
                "  unpeg dump --thread all --json 4711\n"
                "      every thread, for a program\n",
    .notes = "The thread is held for some ten microseconds, and runs on even if unpeg is\n"
             "killed. Threads that sleep are left alone.\n"
             "The exit code is 1 when no thread was seen running.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
