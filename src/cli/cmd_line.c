/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "load.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/render.h"

enum { KEY_MAX_LINE = 0x200, DEFAULT_BUDGET_US = 2000000, TOP_MAX = 20 };

static const struct argp_option options[] = {
    {"max-line", KEY_MAX_LINE, "BYTES", 0, "Longest line, 80 to 8000 (1000)", 0},
    {"top", 'n', "N", 0, "How many of top1=, top2=... (3, at most 20)", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        request_init_children(state);
        r->budget_us = DEFAULT_BUDGET_US;
        return 0;
    case KEY_MAX_LINE:
        if (!units_size(value, &r->max_line) || r->max_line < UNPEG_LINE_MIN ||
            r->max_line > UNPEG_LINE_MAX)
            return request_refuse(state, "--max-line: %s is not between %d and %d bytes", value,
                                  UNPEG_LINE_MIN, UNPEG_LINE_MAX);
        return 0;
    case 'n':
        if (!units_count(value, &r->top) || r->top > TOP_MAX)
            return request_refuse(state, "--top: %s is not between 0 and %d", value, TOP_MAX);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse, .children = request_children};

/* What became of the reading. A pipe that was left because the budget ended looks like one that
 * was cut: only the clock tells. */
static void judge(const request *wanted, unpeg_profile *profile, uint64_t elapsed_us,
                  unpeg_error *error)
{
    const unpeg_damage *damage = unpeg_profile_damage(profile);
    if (stop_requested())
        unpeg_error_set(error, UNPEG_STOPPED, "a signal came");
    else if (unpeg_profile_info_of(profile)->partial && wanted->budget_us != 0 &&
             elapsed_us >= wanted->budget_us &&
             damage->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count == 0)
        error->status = UNPEG_DEADLINE;
}

/* What is known of the log by now, as a line. */
static void make_line(const request *wanted, unpeg_profile *profile, const unpeg_error *error,
                      uint64_t elapsed_us, unpeg_line *ret)
{
    unpeg_query query = {.struct_size = sizeof query};
    if (profile)
        query = request_query(wanted, profile);
    const unpeg_line_options line_options = {
        .struct_size = sizeof line_options,
        .log = wanted->operands[0],
        .profile = profile,
        .status = error->status,
        .reason = error->text,
        .query = &query,
        .elapsed_us = elapsed_us,
        .budget_us = wanted->budget_us,
        .top = (size_t)wanted->top,
        .max_line = (size_t)wanted->max_line,
    };
    unpeg_line_make(&line_options, ret);
}

static int print_line(const request *wanted, uint64_t begin_us, output *out)
{
    unpeg_profile *profile = NULL;
    unpeg_error error;
    unpeg_line line;
    unpeg_status status = load_log(wanted, wanted->operands[0], &profile, &error);
    uint64_t elapsed_us = progress_clock_us() - begin_us;
    error.status = status;
    if (profile)
        judge(wanted, profile, elapsed_us, &error);
    make_line(wanted, profile, &error, elapsed_us, &line);
    int code = profile ? load_profile_exit_code(wanted, profile) : load_exit_code(status);
    unpeg_profile_destroy(profile);
    line.text[line.len] = '\n';
    /* What is lost is said by output_commit. */
    (void)out->writer.write(out->writer.user, line.text, line.len + 1);
    return output_commit(out) ? code : EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    request wanted;
    output out;
    uint64_t begin_us = progress_clock_us();
    int code = request_parse(self, argc, argv, &wanted);
    if (code >= 0)
        return code;
    if (wanted.operand_count != 1) {
        message_plain("line: one log makes one line; call it once for each");
        return EXIT_USAGE;
    }
    if (!output_open(&out, wanted.output))
        return EXIT_SYSTEM;
    return stop_exit_code(print_line(&wanted, begin_us, &out));
}

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
