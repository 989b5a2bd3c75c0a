/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "live_options.h"
#include "load.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/annotate.h"

enum {
    KEY_ALL = 0x200,
    KEY_FUNCTION,
    RATE_MAX = 20000,
    RATE_DEFAULT = 999,
    DURATION_DEFAULT_US = 2000000,
};

typedef struct annotate_request {
    live_request live;    /* the first member: what the parsers are given */
    const char *function; /* a part of its name; NULL: the hottest */
    bool all;
} annotate_request;

static const struct argp_option options[] = {
    {"duration", 'd', "TIME", 0, "How long to sample (2s)", 0},
    {"rate", 'r', "HZ", 0, "Samples a second, 1 to 20000 (999)", 0},
    {"all", KEY_ALL, NULL, 0, "Show every instruction, not only the hot ones", 0},
    {"function", KEY_FUNCTION, "TEXT", 0, "The hottest whose name has TEXT in it", 0},
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
        r->live.options.duration_us = DURATION_DEFAULT_US;
        r->all = false;
        r->function = NULL;
        return 0;
    case 'd':
        if (!units_duration(value, &r->live.options.duration_us) ||
            r->live.options.duration_us == 0)
            return request_refuse(state, "--duration: %s is no time, as 3s or 500ms", value);
        return 0;
    case 'r':
        return parse_rate(r, value, state);
    case KEY_FUNCTION:
        r->function = value;
        return 0;
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

static bool has_name(const unpeg_profile *profile, size_t index, const char *part)
{
    unpeg_slice name =
        unpeg_profile_frame(profile, unpeg_profile_hot_code(profile, index)->function)->name;
    return memmem(name.data, name.len, part, strlen(part)) != NULL;
}

static int annotate(const annotate_request *r, const unpeg_profile *profile)
{
    unpeg_annotation *notes;
    unpeg_error error = {0};
    size_t count = unpeg_profile_hot_code_count(profile);
    size_t index = 0;
    while (r->function && index < count && !has_name(profile, index, r->function))
        index++;
    if (count > 0 && index == count) {
        message_plain("annotate: none of the %zu hottest functions has %s in its name", count,
                      r->function);
        return EXIT_ANSWER_NO;
    }
    unpeg_status status = unpeg_annotate(profile, index, &notes, &error);
    if (status != UNPEG_OK) {
        message_plain("annotate: %s", error.text);
        return status == UNPEG_NOT_FOUND ? EXIT_ANSWER_NO : EXIT_SYSTEM;
    }
    int code = print(r, notes);
    unpeg_annotation_destroy(notes);
    return code;
}

static unpeg_status record(annotate_request *r, unpeg_profile **ret, unpeg_error *error)
{
    progress bar;
    r->live.options.progress = on_progress;
    r->live.options.progress_user = &bar;
    progress_begin(&bar, "sampling", r->live.base.quiet);
    unpeg_status status = unpeg_live_record(&r->live.options, ret, error);
    progress_end(&bar);
    return status;
}

/* A process is a number, and a profile that is called so has a slash before it. */
static bool is_profile(const request *base)
{
    uint64_t pid;
    return base->operand_count == 1 && !units_count(base->operands[0], &pid);
}

static int run(const verb *self, int argc, char **argv)
{
    annotate_request r;
    unpeg_profile *profile;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    bool is_file = is_profile(&r.live.base);
    if (!is_file && (!live_request_pid(&r.live) || !live_request_one_thread(&r.live)))
        return EXIT_USAGE;
    unpeg_status status = is_file
                              ? load_log(&r.live.base, r.live.base.operands[0], &profile, &error)
                              : record(&r, &profile, &error);
    if (status != UNPEG_OK) {
        message_plain("annotate: %s", error.text);
        return is_file ? load_exit_code(status) : EXIT_SYSTEM;
    }
    code = annotate(&r, profile);
    unpeg_profile_destroy(profile);
    return stop_exit_code(code);
}

const verb annotate_verb = {
    .name = "annotate",
    .purpose = "the hottest code of a live recording, by instruction and loop",
    .usage = "[OPTIONS] PID|PROFILE",
    .examples = "  unpeg annotate 4711\n"
                "      the loop that process 4711 spins in, with samples and source lines\n"
                "  unpeg annotate --all -d 10s -o hot.txt 4711\n"
                "      all of its code, from ten seconds, into a file\n"
                "  unpeg annotate --function parse hang.unpeg\n"
                "      of a profile that unpeg record wrote, when the process is gone\n",
    .notes = "Code that V8 compiled, its builtins and native functions alike. Counts stand at\n"
             "the instruction after the slow one, or the one after that: that is where a\n"
             "processor is found when it is interrupted. Needs libcapstone4.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
