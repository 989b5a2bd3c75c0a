/* SPDX-License-Identifier: MIT */
#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "request.h"
#include "units.h"
#include "unpeg/process.h"

enum { KEY_TREE = 0x200, KEY_INTERVAL, KEY_LEAST, KEY_V8, KEY_JSON, SHARE_PPM = 10000 };

typedef struct find_request {
    request base; /* the first member: what the parser is given */
    unpeg_find_options options;
} find_request;

static const struct argp_option options[] = {
    {"browser-tree", KEY_TREE, "PID", 0, "Only PID and the processes that descend from it", 0},
    {"interval", KEY_INTERVAL, "TIME", 0, "How long to measure, 1ms to 60s (100ms)", 0},
    {"least", KEY_LEAST, "PERCENT", 0, "Leave out threads below this share of a processor (5)", 0},
    {"top", 'n', "N", 0, "The busiest N, 1 to 1000 (20)", 0},
    {"v8", KEY_V8, NULL, 0, "Only processes with V8 in them", 0},
    {"json", KEY_JSON, NULL, 0, "Print one JSON document", 0},
    {0}};

static error_t parse_interval(find_request *r, const char *value, const struct argp_state *state)
{
    enum { LEAST_US = 1000, MOST_US = 60000000 };
    uint64_t us;
    if (!units_duration(value, &us) || us < LEAST_US || us > MOST_US)
        return request_refuse(state, "--interval: %s is not between 1ms and 60s", value);
    r->options.interval_us = us;
    return 0;
}

static error_t parse_numbers(int key, const char *value, const struct argp_state *state)
{
    find_request *r = state->input;
    uint64_t number;
    if (!units_count(value, &number))
        return request_refuse(state, "%s is no number", value);
    if (key == KEY_TREE && number != 0 && number <= INT32_MAX) {
        r->options.tree = (int32_t)number;
        return 0;
    }
    if (key == KEY_LEAST && number >= 1 && number <= 100) {
        r->options.least_ppm = (uint32_t)number * SHARE_PPM;
        return 0;
    }
    if (key == 'n' && number >= 1 && number <= 1000) {
        r->options.most = (size_t)number;
        return 0;
    }
    return request_refuse(state, "%s is out of range", value);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    find_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->options = (unpeg_find_options){.struct_size = sizeof r->options};
        return 0;
    case KEY_INTERVAL:
        return parse_interval(r, value, state);
    case KEY_TREE:
    case KEY_LEAST:
    case 'n':
        return parse_numbers(key, value, state);
    case KEY_V8:
        r->options.v8_only = true;
        return 0;
    case KEY_JSON:
        r->base.json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options, .parser = parse};

static int print(const find_request *r, const unpeg_hot_threads *hot)
{
    output out;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    unpeg_status status = r->base.json ? unpeg_hot_threads_json(hot, &out.writer)
                                       : unpeg_hot_threads_text(hot, &out.writer);
    bool whole = status == UNPEG_OK || output_failed(&out);
    if (!output_commit(&out) || !whole)
        return EXIT_SYSTEM;
    return hot->count != 0 ? EXIT_DONE : EXIT_ANSWER_NO;
}

static int run(const verb *self, int argc, char **argv)
{
    find_request r;
    unpeg_hot_threads hot;
    unpeg_error error = {0};
    int code = request_read(self, argc, argv, &r.base);
    if (code >= 0)
        return code;
    if (r.base.operand_count != 0) {
        message_plain("find: %s is one word too many", r.base.operands[0]);
        return EXIT_USAGE;
    }
    if (unpeg_hot_threads_find(&r.options, &hot, &error) != UNPEG_OK) {
        message_plain("find: %s", error.text);
        return EXIT_SYSTEM;
    }
    code = print(&r, &hot);
    if (hot.count == 0 && !r.base.json)
        message_plain("find: no thread was that busy (%llu threads of %llu processes)",
                      (unsigned long long)hot.threads, (unsigned long long)hot.processes);
    unpeg_hot_threads_deinit(&hot);
    return code;
}

const verb find_verb = {
    .name = "find",
    .purpose = "which threads use the processors, and which of them are V8",
    .usage = "[OPTIONS]",
    .examples = "  unpeg find\n"
                "      the busiest threads of this machine, over 100 ms\n"
                "  unpeg find --v8 --browser-tree 4711 --json\n"
                "      of a browser and its renderers, for a program\n",
    .notes = "Nothing is stopped or traced. V8 is seen by the symbols of mapped files, by its\n"
             "memory, or by the name of the program, in this order.\n"
             "The exit code is 1 when no thread is that busy.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
