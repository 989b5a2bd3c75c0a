/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exit_code.h"
#include "help.h"
#include "message.h"
#include "words.h"

enum {
    KEY_SYSROOT = 0x100,
    KEY_DEBUG_DIR,
    KEY_NO_SYMBOLS,
    KEY_BUDGET,
    KEY_LAST,
    KEY_RANGE,
    KEY_FOCUS,
    KEY_IGNORE,
    KEY_STRICT,
};

static const struct argp_option reading_options[] = {
    {"budget", KEY_BUDGET, "TIME", 0, "Stop reading after TIME (2s, 500ms) and say what is missing",
     1},
    {"sysroot", KEY_SYSROOT, "DIR", 0, "Look for the logged libraries under DIR", 1},
    {"debug-dir", KEY_DEBUG_DIR, "DIR", 0, "Look for debug files under DIR (/usr/lib/debug)", 1},
    {"no-symbols", KEY_NO_SYMBOLS, NULL, 0, "Name libraries, not the functions in them", 1},
    {0}};

static const struct argp_option selection_options[] = {
    {"last", KEY_LAST, "TIME", 0, "Only the last TIME of the log (60s, 5m)", 2},
    {"range", KEY_RANGE, "A,B", 0, "Only from A to B: milliseconds, or with a unit; empty is open",
     2},
    {"focus", KEY_FOCUS, "REGEX", 0, "Only ticks with a matching function on the stack", 2},
    {"ignore", KEY_IGNORE, "REGEX", 0, "No ticks with a matching function on the stack", 2},
    {0}};

static const struct argp_option output_options[] = {
    {"output", 'o', "FILE", 0, "Write to FILE, whole or not at all", 3},
    {"quiet", 'q', NULL, 0, "No progress bar", 3},
    {"strict", KEY_STRICT, NULL, 0, "Exit with 4 if the log is damaged or was read in part", 3},
    {0}};

error_t request_refuse(const struct argp_state *state, const char *format, ...)
{
    const request *r = state->input;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    message_plain("%s: %s", r->verb->name, text);
    return EINVAL;
}

static error_t take_duration(const struct argp_state *state, const char *option, const char *value,
                             uint64_t *ret)
{
    if (units_duration(value, ret))
        return 0;
    return request_refuse(state, "%s: %s is no duration; write 500ms, 2s or 1.5m", option, value);
}

/* Said now, and not behind a log of gigabytes. */
static error_t take_expression(const struct argp_state *state, const char *option,
                               const char *value, const char **ret)
{
    regex_t compiled;
    char reason[128];
    int error = regcomp(&compiled, value, REG_EXTENDED | REG_NOSUB);
    *ret = value;
    if (error == 0) {
        regfree(&compiled);
        return 0;
    }
    regerror(error, &compiled, reason, sizeof reason);
    return request_refuse(state, "%s: %s is no regular expression (%s); put \\ before ( [ * +",
                          option, value, reason);
}

static error_t parse_reading(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case KEY_BUDGET:
        return take_duration(state, "--budget", value, &r->budget_us);
    case KEY_SYSROOT:
        r->sysroot = value;
        return 0;
    case KEY_DEBUG_DIR:
        r->debug_dir = value;
        return 0;
    case KEY_NO_SYMBOLS:
        r->no_symbols = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_selection(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case KEY_LAST:
        r->has_last = true;
        return take_duration(state, "--last", value, &r->last_us);
    case KEY_RANGE:
        r->has_range = true;
        return units_range(value, &r->range)
                   ? 0
                   : request_refuse(state, "--range: %s is no range; write 1000,2500 or 1s,2.5s",
                                    value);
    case KEY_FOCUS:
        return take_expression(state, "--focus", value, &r->focus);
    case KEY_IGNORE:
        return take_expression(state, "--ignore", value, &r->ignore);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse_output(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case 'o':
        r->output = value;
        return 0;
    case 'q':
        r->quiet = true;
        return 0;
    case KEY_STRICT:
        r->strict = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp reading = {.options = reading_options, .parser = parse_reading};
static const struct argp selection = {.options = selection_options, .parser = parse_selection};
static const struct argp output = {.options = output_options, .parser = parse_output};

const struct argp_child request_children[] = {
    {&reading, 0, "Reading", 0}, {&selection, 0, "Which ticks", 0}, {&output, 0, "Output", 0}, {0}};

void request_init_children(struct argp_state *state)
{
    for (size_t i = 0; request_children[i].argp != NULL; i++)
        state->child_inputs[i] = state->input;
}

static int check_request(const request *wanted)
{
    const char *name = wanted->verb->name;
    if (wanted->has_last && wanted->has_range) {
        message_plain("%s: --last and --range exclude each other; give one", name);
        return EXIT_USAGE;
    }
    if (wanted->operand_count == 0) {
        message_plain("%s: no log named; unpeg %s FILE, or - for standard input", name, name);
        return EXIT_USAGE;
    }
    return -1;
}

int request_read(const verb *self, int argc, char **argv, request *ret)
{
    int first;
    *ret = (request){.verb = self, .color = TERMINAL_COLOR_AUTO};
    words_result words = words_check(self, argc, argv);
    if (words == WORDS_WRONG)
        return EXIT_USAGE;
    if (words == WORDS_HELP) {
        help_print(self, stdout);
        return EXIT_DONE;
    }
    error_t error = argp_parse(self->argp, argc, argv, ARGP_SILENT, &first, ret);
    if (error == ENOMEM)
        message_plain("out of memory");
    if (error != 0)
        return error == ENOMEM ? EXIT_SYSTEM : EXIT_USAGE;
    ret->operands = argv + first;
    ret->operand_count = argc - first;
    return -1;
}

int request_parse(const verb *self, int argc, char **argv, request *ret)
{
    int code = request_read(self, argc, argv, ret);
    return code >= 0 ? code : check_request(ret);
}

unpeg_log_options request_log_options(const request *wanted)
{
    return (unpeg_log_options){.struct_size = sizeof(unpeg_log_options),
                               .budget_us = wanted->budget_us,
                               .sysroot = wanted->sysroot,
                               .debug_dir = wanted->debug_dir,
                               .no_native_symbols = wanted->no_symbols,
                               .tail_us = wanted->has_last ? wanted->last_us : 0};
}

unpeg_query request_query(const request *wanted, const unpeg_profile *profile)
{
    unpeg_query query = {
        .struct_size = sizeof query, .focus = wanted->focus, .ignore = wanted->ignore};
    if (wanted->has_range)
        unpeg_query_set_range(&query, wanted->range.start_us, wanted->range.end_us);
    else if (wanted->has_last)
        unpeg_query_set_last(&query, profile, wanted->last_us);
    return query;
}
