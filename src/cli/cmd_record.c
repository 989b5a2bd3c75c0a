/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
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

enum { KEY_SAVE_RAW = 0x400 };

enum { RATE_MAX = 20000, DURATION_DEFAULT_US = 3000000 };

typedef struct record_request {
    live_request live; /* the first member: what the parsers are given */
    bool has_duration;
    bool is_command; /* the operands are a command to start */
    const char *raw; /* where the raw samples go; NULL: nowhere */
} record_request;

static const struct argp_option options[] = {
    {"duration", 'd', "TIME", 0, "How long (3s; for a command: until it ends)", 0},
    {"rate", 'r', "HZ", 0, "Samples a second, 1 to 20000 (499)", 0},
    {"output", 'o', "FILE", 0, "Write the profile to FILE; without it a report is printed", 0},
    {"save-raw", KEY_SAVE_RAW, "FILE", 0, "Keep registers, stacks and memory, to be replayed", 0},
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
        r->raw = NULL;
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
    case KEY_SAVE_RAW:
        r->raw = value;
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

/* What a recording writes: the profile or its report, and maybe the raw samples. Opened before
 * anything is sampled, so that a wrong path costs no recording. */
typedef struct record_files {
    output profile, raw;
    bool has_raw;
} record_files;

static bool open_files(const record_request *r, record_files *files)
{
    files->has_raw = r->raw != NULL;
    if (!output_open(&files->profile, r->live.base.output))
        return false;
    if (!files->has_raw || output_open(&files->raw, r->raw))
        return true;
    output_discard(&files->profile);
    return false;
}

static int discard_files(record_files *files)
{
    output_discard(&files->profile);
    if (files->has_raw)
        output_discard(&files->raw);
    return EXIT_SYSTEM;
}

static int write_files(const record_request *r, const unpeg_profile *profile, record_files *files)
{
    output *out = &files->profile;
    unpeg_error error = {0};
    unpeg_status status = r->live.base.output
                              ? unpeg_profile_save(profile, &out->writer, &error)
                              : unpeg_report_text(profile, NULL, &out->writer, &error);
    if (status != UNPEG_OK && !output_failed(out)) {
        message_plain("record: %s", error.text);
        return discard_files(files);
    }
    bool done = output_commit(out);
    if (files->has_raw)
        done = output_commit(&files->raw) && done;
    return done ? EXIT_DONE : EXIT_SYSTEM;
}

static int finish_record(const record_request *r, unpeg_profile *profile, record_files *files)
{
    static const char slept[] = "the thread slept all the time";
    int code = write_files(r, profile, files);
    if (code == EXIT_DONE && unpeg_profile_tick_count(profile) == 0) {
        unpeg_slice ended = unpeg_profile_info_const(profile)->recording.ended;
        message_plain("record: no sample was taken: %.*s",
                      ended.len ? (int)ended.len : (int)strlen(slept),
                      ended.len ? ended.data : slept);
        code = EXIT_ANSWER_NO;
    }
    unpeg_profile_destroy(profile);
    return code;
}

static unpeg_status sample(record_request *r, record_files *files, unpeg_profile **ret)
{
    progress bar;
    unpeg_error error = {0};
    unpeg_live_options *o = &r->live.options;
    if (!r->has_duration && !r->is_command)
        o->duration_us = DURATION_DEFAULT_US;
    o->raw = files->has_raw ? &files->raw.writer : NULL;
    o->progress = on_progress;
    o->progress_user = &bar;
    progress_begin(&bar, "recording", r->live.base.quiet);
    unpeg_status status = unpeg_live_record(o, ret, &error);
    progress_end(&bar);
    if (status == UNPEG_OK)
        return status;
    if (files->has_raw && output_failed(&files->raw))
        message_plain("record: %s: cannot be written: %s", r->raw,
                      strerror(files->raw.write_errno));
    else
        message_plain("record: %s", error.text);
    return status;
}

static int record(record_request *r)
{
    record_files files;
    unpeg_profile *profile;
    if (!open_files(r, &files))
        return EXIT_SYSTEM;
    if (sample(r, &files, &profile) != UNPEG_OK)
        return discard_files(&files);
    return finish_record(r, profile, &files);
}

/* The child, up to its exec; what went wrong goes through the pipe, which exec closes. */
static void become(char **words, int failed)
{
    signal(SIGPIPE, SIG_DFL);
    execvp(words[0], words);
    int error = errno;
    (void)!write(failed, &error, sizeof error);
    _exit(EXIT_SYSTEM);
}

/* The process that runs the command, or -1 after a message. */
static pid_t start_command(char **words)
{
    int ends[2], error = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        message_plain("record: no process can be started: %s", strerror(errno));
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0)
        become(words, ends[1]);
    if (pid < 0)
        error = errno;
    close(ends[1]);
    ssize_t len;
    do {
        len = read(ends[0], &error, sizeof error);
    } while (len < 0 && errno == EINTR);
    close(ends[0]);
    if (error == 0)
        return pid;
    message_plain("record: %s: %s", words[0], strerror(error));
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return -1;
}

/* A command is sampled from its main thread on; it goes on when the recording ends first. */
static int record_command(record_request *r)
{
    pid_t pid = start_command(r->live.base.operands);
    if (pid < 0)
        return EXIT_SYSTEM;
    r->live.options.pid = (int32_t)pid;
    if (r->live.options.tid == 0)
        r->live.options.tid = (int32_t)pid;
    int code = record(r);
    while (waitpid(pid, NULL, stop_requested() ? WNOHANG : 0) < 0 && errno == EINTR)
        continue;
    return code;
}

static bool raw_has_a_place(const record_request *r)
{
    if (!r->raw || strcmp(r->raw, "-") != 0 || r->live.base.output)
        return true;
    message_plain("record: --save-raw - needs -o FILE: the report goes to standard output too");
    return false;
}

static int run(const verb *self, int argc, char **argv)
{
    record_request r;
    int code = request_read(self, argc, argv, &r.live.base);
    if (code >= 0)
        return code;
    if (!raw_has_a_place(&r))
        return EXIT_USAGE;
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
                "      a command from its start to its end\n"
                "  unpeg record --save-raw hang.raw 4711; unpeg report hang.raw\n"
                "      what another unpeg, elsewhere and later, can make a profile of anew\n",
    .notes = "Nothing has to be armed in the process. Its busiest thread is held for some ten\n"
             "microseconds a sample, for at most 1 % of the time, and runs on even if unpeg is\n"
             "killed. A signal ends the recording; what there is, is written.\n"
             "Raw samples hold parts of the memory of the process, so maybe what it works on.\n"
             "The exit code is 1 when the thread slept all the time.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
