/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "live_options.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/annotate.h"

enum { KEY_ALL = 0x200, RATE_MAX = 20000, RATE_DEFAULT = 999 };

typedef struct annotate_request {
    live_request live; /* the first member: what the parsers are given */
    bool all;
} annotate_request;

static const struct argp_option options[] = {
    {"duration", 'd', "TIME", 0, "How long to sample (2s)", 0},
    {"rate", 'r', "HZ", 0, "Samples a second, 1 to 20000 (999)", 0},
    {"all", KEY_ALL, NULL, 0, "Show every instruction, not only the hot ones", 0},
    {"output", 'o', "FILE", 0, "Write to FILE, whole or not at all", 0},
    {"quiet", 'q', NULL, 0, "No progress bar", 0},
    {0}};

static error_t parse_rate(annotate_request *r, const char *value, const struct argp_state *state)
{
    uint64_t rate;
    if (!units_count(value, &rate) || rate == 0 || rate > RATE_MAX)
        return request_refuse(state, "--rate: %s is not between 1 and 20000", value);
    r->live.options.rate_hz = (uint32_t)rate;
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    annotate_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        live_request_init(&r->live, state);
        r->live.options.rate_hz = RATE_DEFAULT;
        r->all = false;
        return 0;
    case 'd':
        if (!units_duration(value, &r->live.options.duration_us) ||
            r->live.options.duration_us == 0)
            return request_refuse(state, "--duration: %s is no time, as 3s or 500ms", value);
        return 0;
    case 'r':
        return parse_rate(r, value, state);
    case KEY_ALL:
        r->all = true;
        return 0;
    case 'o':
        r->live.base.output = value;
        return 0;
    case 'q':
        r->live.base.quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {.options = options, .parser = parse, .children = children};

static bool on_progress(void *user, uint64_t done_us, uint64_t total_us)
{
    progress_show(user, done_us, total_us);
    return !stop_requested();
}

static int print(const annotate_request *r, const unpeg_annotation *notes)
{
    output out;
    if (!output_open(&out, r->live.base.output))
        return EXIT_SYSTEM;
    unpeg_status status = unpeg_annotation_text(notes, r->all, &out.writer);
    bool whole = status == UNPEG_OK || output_failed(&out);
    return output_commit(&out) && whole ? EXIT_DONE : EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    annotate_request r;
    progress bar;
    unpeg_annotation *notes;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    if (!live_request_pid(&r.live) || !live_request_one_thread(&r.live))
        return EXIT_USAGE;
    r.live.options.progress = on_progress;
    r.live.options.progress_user = &bar;
    progress_begin(&bar, "sampling", r.live.base.quiet);
    unpeg_status status = unpeg_live_annotate(&r.live.options, &notes, &error);
    progress_end(&bar);
    if (status != UNPEG_OK) {
        message_plain("annotate: %s", error.text);
        return EXIT_SYSTEM;
    }
    code = print(&r, notes);
    unpeg_annotation_destroy(notes);
    return stop_exit_code(code);
}

const verb annotate_verb = {
    .name = "annotate",
    .purpose = "the hottest code of a running process, by instruction and loop",
    .usage = "[OPTIONS] PID",
    .examples = "  unpeg annotate 4711\n"
                "      the loop that process 4711 spins in, with samples and source lines\n"
                "  unpeg annotate --all -d 10s -o hot.txt 4711\n"
                "      all of its code, from ten seconds, into a file\n",
    .notes = "Code that V8 compiled, its builtins and native functions alike. Counts stand at\n"
             "the instruction after the slow one, or the one after that: that is where a\n"
             "processor is found when it is interrupted. Needs libcapstone4.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
