/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "exit_code.h"
#include "live_options.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "unpeg/render.h"

enum {
    KEY_ROWS = 0x200,
    INTERVAL_DEFAULT_US = 1000000,
    INTERVAL_LEAST_US = 100000,
    ROWS_DEFAULT = 15,
    ROWS_MOST = 1000
};

typedef struct top_request {
    live_request live;                  /* the first member: what the parsers are given */
    uint64_t interval_us, rounds, rows; /* rounds 0: until a signal */
} top_request;

static const struct argp_option options[] = {
    {"interval", 'd', "TIME", 0, "Between two tables, from 100ms on (1s)", 0},
    {"iterations", 'n', "N", 0, "So many tables, and no more", 0},
    {"rows", KEY_ROWS, "N", 0, "Functions in a table, 1 to 1000 (15)", 0},
    {0}};

static error_t parse_rows(top_request *r, const char *value, const struct argp_state *state)
{
    if (!units_count(value, &r->rows) || r->rows == 0 || r->rows > ROWS_MOST)
        return request_refuse(state, "--rows: %s is not between 1 and 1000", value);
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    top_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        live_request_init(&r->live, state);
        r->interval_us = INTERVAL_DEFAULT_US;
        r->rounds = 0;
        r->rows = ROWS_DEFAULT;
        return 0;
    case 'd':
        if (!units_duration(value, &r->interval_us) || r->interval_us < INTERVAL_LEAST_US)
            return request_refuse(state, "--interval: %s is no time from 100ms on", value);
        return 0;
    case 'n':
        if (!units_count(value, &r->rounds) || r->rounds == 0)
            return request_refuse(state, "--iterations: %s is no number from 1 on", value);
        return 0;
    case KEY_ROWS:
        return parse_rows(r, value, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&live_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {.options = options, .parser = parse, .children = children};

static bool on_progress(void *user, uint64_t done_us, uint64_t total_us)
{
    (void)user;
    (void)done_us;
    (void)total_us;
    return !stop_requested();
}

/* A terminal shows the newest table in the place of the one before; anything else gets them all. */
static unpeg_status print_table(const top_request *r, const unpeg_profile *profile, output *out,
                                unpeg_error *error)
{
    static const char home[] = "\x1b[H\x1b[J";
    const unpeg_report_options table = {
        .struct_size = sizeof table,
        .sections = UNPEG_REPORT_VERDICT | UNPEG_REPORT_FLAT,
        .top = (size_t)r->rows,
        .width = terminal_width(STDOUT_FILENO),
        .color = terminal_wants_color(TERMINAL_COLOR_AUTO, STDOUT_FILENO),
        .ascii = isatty(STDOUT_FILENO) && !terminal_is_utf8(),
    };
    unpeg_status status = UNPEG_OK;
    if (terminal_is_live(STDOUT_FILENO))
        status = out->writer.write(out->writer.user, home, sizeof home - 1);
    if (status == UNPEG_OK)
        status = unpeg_report_text(profile, &table, &out->writer, error);
    if (fflush(out->file) != 0 && status == UNPEG_OK)
        status = UNPEG_OS;
    return status;
}

static int show_round(const top_request *r, output *out)
{
    unpeg_profile *profile;
    unpeg_error error = {0};
    unpeg_status status = unpeg_live_record(&r->live.options, &profile, &error);
    if (status != UNPEG_OK) {
        message_plain("top: %s", error.text);
        return EXIT_SYSTEM;
    }
    status = print_table(r, profile, out, &error);
    unpeg_profile_destroy(profile);
    if (status == UNPEG_OK || output_failed(out))
        return EXIT_DONE;
    message_plain("top: %s", error.text);
    return EXIT_SYSTEM;
}

static int run(const verb *self, int argc, char **argv)
{
    top_request r;
    output out;
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    if (!live_request_pid(&r.live) || !live_request_one_thread(&r.live))
        return EXIT_USAGE;
    r.live.options.duration_us = r.interval_us;
    r.live.options.progress = on_progress;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    code = EXIT_DONE;
    for (uint64_t round = 0; code == EXIT_DONE && !stop_requested() && !output_failed(&out) &&
                             (r.rounds == 0 || round < r.rounds);
         round++)
        code = show_round(&r, &out);
    if (!output_commit(&out))
        return EXIT_SYSTEM;
    return stop_exit_code(code);
}

const verb top_verb = {
    .name = "top",
    .purpose = "what a running process is doing, again every second",
    .usage = "[OPTIONS] PID",
    .examples = "  unpeg top 4711\n"
                "      the functions in which process 4711 spends its time, until a signal\n"
                "  unpeg top -n 1 -d 5s 4711 | less\n"
                "      one table, of five seconds\n",
    .notes = "Each table is of the samples since the one before. On a terminal it takes the\n"
             "place of the one before. The thread is held as by unpeg record.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
