/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "exit_code.h"
#include "load.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "unpeg/render.h"

enum { KEY_JSON = 0x200, KEY_MERGE, KEY_PEG, KEY_COLOR };

static const struct argp_option options[] = {
    {"json", KEY_JSON, NULL, 0, "JSON, one document for each log; see unpeg-report(5)", 0},
    {"top", 'n', "N", 0, "Rows of the flat table; 0 is all", 0},
    {"peg", KEY_PEG, NULL, 0, "Tables and trees of the peg alone", 0},
    {"merge", KEY_MERGE, NULL, 0, "One report of all logs: the isolates of one process", 0},
    {"color", KEY_COLOR, "WHEN", 0, "auto, always or never", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        request_init_children(state);
        return 0;
    case KEY_JSON:
        r->json = true;
        return 0;
    case KEY_MERGE:
        r->merge = true;
        return 0;
    case KEY_PEG:
        r->peg_only = true;
        return 0;
    case KEY_COLOR:
        if (!terminal_parse_color(value, &r->color))
            return request_refuse(state, "--color: %s is not one of auto, always, never", value);
        return 0;
    case 'n':
        if (!units_count(value, &r->top))
            return request_refuse(state, "--top: %s is no number of rows", value);
        r->top = r->top ? r->top : UINT64_MAX;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse, .children = request_children};

static unpeg_status print_report(const request *wanted, unpeg_profile *profile, const char *name,
                                 output *out, unpeg_error *error)
{
    const unpeg_query query = request_query(wanted, profile);
    int fd = fileno(out->file);
    const unpeg_report_options report = {
        .struct_size = sizeof report,
        .log = name,
        .query = &query,
        .peg_only = wanted->peg_only,
        .top = wanted->top == UINT64_MAX ? UNPEG_REPORT_ALL_ROWS : (size_t)wanted->top,
        .width = terminal_width(fd),
        .color = terminal_wants_color(wanted->color, fd),
        .ascii = isatty(fd) && !terminal_is_utf8(),
    };
    return wanted->json ? unpeg_report_json(profile, &report, &out->writer, error)
                        : unpeg_report_text(profile, &report, &out->writer, error);
}

static int report_profile(const request *wanted, unpeg_profile *profile, const char *name,
                          output *out)
{
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_status status = print_report(wanted, profile, name, out, &error);
    if (status == UNPEG_OK)
        return load_profile_exit_code(wanted, profile);
    if (output_failed(out))
        return EXIT_DONE; /* output_commit has the last word */
    message_about(name, &error, NULL);
    return status == UNPEG_ARGUMENT ? EXIT_USAGE : EXIT_SYSTEM;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static bool may_go_on(const output *out)
{
    return !output_failed(out) && !stop_requested();
}

static int report_each(const request *wanted, output *out)
{
    int code = EXIT_DONE;
    bool is_first = true;
    for (int i = 0; i < wanted->operand_count && may_go_on(out); i++) {
        unpeg_profile *profile;
        unpeg_error error;
        unpeg_status status = load_log(wanted, wanted->operands[i], &profile, &error);
        if (status != UNPEG_OK) {
            message_about(wanted->operands[i], &error, message_advice(status));
            code = worse(code, load_exit_code(status));
            continue;
        }
        if (!is_first && !wanted->json)
            fputc('\n', out->file);
        is_first = false;
        code = worse(code, report_profile(wanted, profile, wanted->operands[i], out));
        unpeg_profile_destroy(profile);
    }
    return code;
}

/* Adds one log to the merged profile, which the first one becomes. */
static int merge_log(const request *wanted, const char *path, unpeg_profile **merged)
{
    unpeg_profile *profile;
    unpeg_error error;
    unpeg_status status = load_log(wanted, path, &profile, &error);
    if (status == UNPEG_OK && *merged) {
        status = unpeg_profile_append(*merged, profile);
        unpeg_profile_destroy(profile);
        unpeg_error_set(&error, status, "%s", unpeg_status_text(status));
    } else if (status == UNPEG_OK) {
        *merged = profile;
    }
    if (status == UNPEG_OK)
        return EXIT_DONE;
    message_about(path, &error, message_advice(status));
    return load_exit_code(status);
}

static int report_merged(const request *wanted, output *out)
{
    unpeg_profile *merged = NULL;
    char name[64];
    int code = EXIT_DONE;
    for (int i = 0; i < wanted->operand_count && may_go_on(out); i++)
        code = worse(code, merge_log(wanted, wanted->operands[i], &merged));
    snprintf(name, sizeof name, "%d logs", wanted->operand_count);
    if (merged)
        code = worse(code, report_profile(wanted, merged, name, out));
    unpeg_profile_destroy(merged);
    return code;
}

/* A file is written if every log is in it; standard output already has what there was. */
static int finish(output *out, int code)
{
    if (out->temporary && code != EXIT_DONE && code != EXIT_PARTIAL && !output_failed(out)) {
        output_discard(out);
        message_plain("%s: not written, for the reason above", out->path);
        return code;
    }
    return output_commit(out) ? code : EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    request wanted;
    output out;
    int code = request_parse(self, argc, argv, &wanted);
    if (code >= 0)
        return code;
    if (!output_open(&out, wanted.output))
        return EXIT_SYSTEM;
    code = wanted.merge ? report_merged(&wanted, &out) : report_each(&wanted, &out);
    return stop_exit_code(finish(&out, code));
}

const verb report_verb = {
    .name = "report",
    .purpose = "verdict, stuck function and profile of V8 logs, for people",
    .usage = "[OPTIONS] LOG...",
    .examples = "  unpeg report isolate-0x5ac004cc000-30217-v8.log\n"
                "      what it hung in, and where all its time went\n"
                "  unpeg report --last 60s --json v8.log.zst > report.json\n"
                "      the last minute, for a program\n"
                "  unpeg report --merge isolate-*-8401-v8.log\n"
                "      the main thread and the workers of process 8401 in one\n"
                "  ssh host zstd -c v8.log | unpeg report -\n"
                "      from standard input, compressed or not\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
