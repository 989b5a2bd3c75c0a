/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "help.h"

enum {
    KEY_SYSROOT = 0x100,
    KEY_DEBUG_DIR,
    KEY_NO_SYMBOLS,
    KEY_BUDGET,
    KEY_LAST,
    KEY_RANGE,
    KEY_PEG,
    KEY_FOCUS,
    KEY_IGNORE,
    KEY_COLOR,
    KEY_STRICT,
    KEY_JSON,
    KEY_MERGE,
    KEY_MAX_LINE,
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
    {"color", KEY_COLOR, "WHEN", 0, "auto, always or never", 3},
    {"quiet", 'q', NULL, 0, "No progress bar", 3},
    {"strict", KEY_STRICT, NULL, 0, "Exit with 4 if the log is damaged or was read in part", 3},
    {0}};

static error_t bad_value(const struct argp_state *state, const char *what, const char *value)
{
    argp_error(state, "%s: %s", value, what);
    return EINVAL;
}

static error_t parse_reading(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case KEY_BUDGET:
        return units_duration(value, &r->budget_us)
                   ? 0
                   : bad_value(state, "not a duration such as 2s or 500ms", value);
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
        return units_duration(value, &r->last_us)
                   ? 0
                   : bad_value(state, "not a duration such as 60s or 5m", value);
    case KEY_RANGE:
        r->has_range = true;
        return units_range(value, &r->range)
                   ? 0
                   : bad_value(state, "not a range such as 1000,2500 or 1s,2.5s", value);
    case KEY_FOCUS:
        r->focus = value;
        return 0;
    case KEY_IGNORE:
        r->ignore = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_output(int key, char *value, struct argp_state *state)
{
    request *r = state->input;
    switch (key) {
    case 'o':
        r->output = value;
        return 0;
    case KEY_COLOR:
        return terminal_parse_color(value, &r->color)
                   ? 0
                   : bad_value(state, "not auto, always or never", value);
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

const struct argp request_reading = {.options = reading_options, .parser = parse_reading};
const struct argp request_selection = {.options = selection_options, .parser = parse_selection};
const struct argp request_output = {.options = output_options, .parser = parse_output};

static bool asks_for(int argc, char **argv, const char *flag)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], flag) == 0)
            return true;
    return false;
}

int request_parse(const verb *self, int argc, char **argv, request *ret)
{
    *ret = (request){.color = TERMINAL_COLOR_AUTO};
    bool help = asks_for(argc, argv, "--help") || asks_for(argc, argv, "-h");
    if (help || asks_for(argc, argv, "--usage")) {
        if (help)
            help_print(self, stdout);
        else
            help_print_usage(self, stdout);
        return EXIT_DONE;
    }
    /* argp names the program by argv[0] in its messages. */
    char name[64];
    snprintf(name, sizeof name, "unpeg %s", self->name);
    argv[0] = name;
    int first;
    error_t error = argp_parse(self->argp, argc, argv, ARGP_NO_HELP, &first, ret);
    if (error)
        return EXIT_USAGE;
    ret->operands = argv + first;
    ret->operand_count = argc - first;
    return -1;
}

unpeg_log_options request_log_options(const request *wanted)
{
    return (unpeg_log_options){.struct_size = sizeof(unpeg_log_options),
                               .budget_us = wanted->budget_us,
                               .sysroot = wanted->sysroot,
                               .debug_dir = wanted->debug_dir,
                               .no_native_symbols = wanted->no_symbols,
                               .tail_us =
                                   wanted->has_last && !wanted->has_range ? wanted->last_us : 0};
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
