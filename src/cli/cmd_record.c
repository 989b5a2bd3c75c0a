/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "live_options.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "unpeg/render.h"

enum { RATE_MAX = 20000, DURATION_DEFAULT_US = 3000000, START_US = 20000 };

typedef struct record_request {
    live_request live; /* the first member: what the parsers are given */
    bool has_duration;
    bool is_command; /* the operands are a command to start */
} record_request;

static const struct argp_option options[] = {
    {"duration", 'd', "TIME", 0, "How long (3s; for a command: until it ends)", 0},
    {"rate", 'r', "HZ", 0, "Samples a second, 1 to 20000 (499)", 0},
    {"output", 'o', "FILE", 0, "Write the profile to FILE; without it a report is printed", 0},
    {"quiet", 'q', NULL, 0, "No progress bar", 0},
    {0}};

static error_t parse_rate(record_request *r, const char *value, const struct argp_state *state)
{
    uint64_t rate;
    if (!units_count(value, &rate) || rate == 0 || rate > RATE_MAX)
        return request_refuse(state, "--rate: %s is not between 1 and 20000", value);
    r->live.options.rate_hz = (uint32_t)rate;
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    record_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        live_request_init(&r->live, state);
        r->has_duration = r->is_command = false;
        return 0;
    case 'd':
        r->has_duration = true;
        if (!units_duration(value, &r->live.options.duration_us) ||
            r->live.options.duration_us == 0)
            return request_refuse(state, "--duration: %s is no time, as 3s or 500ms", value);
        return 0;
    case 'r':
        return parse_rate(r, value, state);
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

/* Everything behind "--" is a command. */
static bool find_command(record_request *r, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") != 0)
            continue;
        r->is_command =
            r->live.base.operand_count > 0 && r->live.base.operand_count == argc - i - 1;
        return r->is_command;
    }
    return false;
}

static pid_t start_command(char **words)
{
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        execvp(words[0], words);
        fprintf(stderr, "unpeg: record: %s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    return pid;
}

static int print(const record_request *r, const unpeg_profile *profile)
{
    output out;
    unpeg_error error = {0};
    const request *base = &r->live.base;
    if (!output_open(&out, base->output))
        return EXIT_SYSTEM;
    unpeg_status status = base->output ? unpeg_profile_save(profile, &out.writer, &error)
                                       : unpeg_report_text(profile, NULL, &out.writer, &error);
    if (status != UNPEG_OK && !output_failed(&out)) {
        message_plain("record: %s", error.text);
        output_discard(&out);
        return EXIT_SYSTEM;
    }
    return output_commit(&out) ? EXIT_DONE : EXIT_SYSTEM;
}

static int record(record_request *r)
{
    progress bar;
    unpeg_profile *profile;
    unpeg_error error = {0};
    unpeg_live_options *o = &r->live.options;
    if (!r->has_duration && !r->is_command)
        o->duration_us = DURATION_DEFAULT_US;
    o->progress = on_progress;
    o->progress_user = &bar;
    progress_begin(&bar, "recording", r->live.base.quiet);
    unpeg_status status = unpeg_live_record(o, &profile, &error);
    progress_end(&bar);
    if (status != UNPEG_OK) {
        message_plain("record: %s", error.text);
        return EXIT_SYSTEM;
    }
    int code = print(r, profile);
    if (code == EXIT_DONE && unpeg_profile_tick_count(profile) == 0) {
        message_plain("record: the thread slept all the time: no sample was taken");
        code = EXIT_ANSWER_NO;
    }
    unpeg_profile_destroy(profile);
    return code;
}

/* A command is sampled from its main thread on; it goes on when the recording ends first. */
static int record_command(record_request *r)
{
    pid_t pid = start_command(r->live.base.operands);
    if (pid < 0) {
        message_plain("record: no process can be started: %s", strerror(errno));
        return EXIT_SYSTEM;
    }
    usleep(START_US);
    r->live.options.pid = (int32_t)pid;
    if (r->live.options.tid == 0)
        r->live.options.tid = (int32_t)pid;
    int code = record(r);
    while (waitpid(pid, NULL, stop_requested() ? WNOHANG : 0) < 0 && errno == EINTR)
        continue;
    return code;
}

static int run(const verb *self, int argc, char **argv)
{
    record_request r;
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    if (find_command(&r, argc, argv))
        return stop_exit_code(record_command(&r));
    if (!live_request_pid(&r.live) || !live_request_one_thread(&r.live))
        return EXIT_USAGE;
    return stop_exit_code(record(&r));
}

const verb record_verb = {
    .name = "record",
    .purpose = "a profile of a running process, or of a command, from outside",
    .usage = "[OPTIONS] PID\n  or:  unpeg record [OPTIONS] -- COMMAND [ARGUMENT...]",
    .examples = "  unpeg record 4711\n"
                "      sample process 4711 for 3 s and report\n"
                "  unpeg record -d 10s -r 99 -o hang.unpeg 4711\n"
                "      into a file, for unpeg report, unpeg line and later\n"
                "  unpeg record -o build.unpeg -- node build.js\n"
                "      a command from its start to its end\n",
    .notes = "Nothing has to be armed in the process. Its busiest thread is held for some ten\n"
             "microseconds a sample, for at most 1 % of the time, and runs on even if unpeg is\n"
             "killed. A signal ends the recording; what there is, is written.\n"
             "The exit code is 1 when the thread slept all the time.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
