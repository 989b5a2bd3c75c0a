/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "exit_code.h"
#include "load.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/render.h"

enum { KEY_MAX_LINE = 0x200, DEFAULT_BUDGET_US = 2000000 };

static const struct argp_option options[] = {
    {"max-line", KEY_MAX_LINE, "BYTES", 0, "Longest line, 80 to 8000 (1000)", 0},
    {"top", 'n', "N", 0, "How many of top1=, top2=... (3, at most 20)", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        for (int child = 0; child < 3; child++)
            state->child_inputs[child] = r;
        r->budget_us = DEFAULT_BUDGET_US;
        return 0;
    case KEY_MAX_LINE:
        if (!units_size(value, &r->max_line) || r->max_line < UNPEG_LINE_MIN ||
            r->max_line > UNPEG_LINE_MAX)
            argp_error(state, "%s: not between 80 and 8000 bytes", value);
        return 0;
    case 'n':
        if (!units_count(value, &r->top) || r->top > 20)
            argp_error(state, "%s: not between 0 and 20", value);
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no log named");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&request_reading, 0, NULL, 0},
                                             {&request_selection, 0, NULL, 0},
                                             {&request_output, 0, NULL, 0},
                                             {0}};
static const struct argp argp = {.options = options, .parser = parse, .children = children};

static int run(const verb *self, int argc, char **argv)
{
    request wanted;
    output out;
    uint64_t begin_us = progress_clock_us();
    int code = request_parse(self, argc, argv, &wanted);
    if (code >= 0)
        return code;
    if (wanted.operand_count != 1) {
        message_plain("line takes one log; report takes several");
        return EXIT_USAGE;
    }
    unpeg_profile *profile = NULL;
    unpeg_error error;
    unpeg_status status = load_log(&wanted, wanted.operands[0], &profile, &error);
    unpeg_query query = {.struct_size = sizeof query};
    if (profile)
        query = request_query(&wanted, profile);
    const unpeg_line_options options_of_line = {
        .struct_size = sizeof options_of_line,
        .log = wanted.operands[0],
        .profile = profile,
        .status = status,
        .reason = error.text,
        .query = &query,
        .elapsed_us = progress_clock_us() - begin_us,
        .budget_us = wanted.budget_us,
        .top = (size_t)wanted.top,
        .max_line = (size_t)wanted.max_line,
    };
    unpeg_line *line = malloc(sizeof *line);
    if (!line || !output_open(&out, wanted.output))
        return EXIT_SYSTEM;
    unpeg_line_make(&options_of_line, line);
    fprintf(out.file, "%s\n", line->text);
    free(line);
    code = status == UNPEG_OK ? EXIT_DONE : load_exit_code(status);
    if (profile && wanted.strict && load_is_doubtful(profile))
        code = EXIT_PARTIAL;
    unpeg_profile_destroy(profile);
    return output_commit(&out) ? stop_exit_code(code) : EXIT_SYSTEM;
}

extern const verb line_verb;
const verb line_verb = {
    .name = "line",
    .purpose = "one line for a log: always a line, always a status, in time",
    .usage = "[OPTIONS] LOG",
    .examples = "  unpeg line isolate-0x5ac004cc000-30217-v8.log\n"
                "      within two seconds, at most 1000 bytes\n"
                "  unpeg line --budget 500ms --max-line 400 v8.log\n"
                "      shorter, and sooner\n"
                "  unpeg line --last 60s v8.log\n"
                "      the last minute only\n",
    .notes = "The grammar of the line is in unpeg-line(5).\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
