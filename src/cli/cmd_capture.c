/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_words.h"
#include "exit_code.h"
#include "message.h"
#include "output.h"
#include "stop.h"
#include "store_request.h"
#include "units.h"
#include "unpeg/capture.h"

enum {
    KEY_DIR = 0x200,
    KEY_PREFIX,
    KEY_PID,
    KEY_BROWSER_PID,
    KEY_UPLOAD,
    KEY_KEY,
    KEY_OBSERVE,
    KEY_LAST,
    KEY_MAX_LINE,
    KEY_NO_SYMBOLS,
    KEY_NO_LIVE,
    KEY_SPOOL,
    KEY_COMPRESS,
    KEY_SSE,
    KEY_SSE_KMS_KEY,
    LEAST_LINE = 200,
    TOPS_MAX = 20
};

typedef struct capture_request {
    store_request store; /* the first member: what the parsers are given */
    unpeg_capture_options options;
} capture_request;

static const struct argp_option options[] = {
    {"dir", KEY_DIR, "DIR", 0, "Where the logs are, if something is armed", 0},
    {"prefix", KEY_PREFIX, "PREFIX", 0, "What the logs' names begin with (unpeg-); '' is any", 0},
    {"pid", KEY_PID, "PID", 0, "The process that hangs", 0},
    {"browser-pid", KEY_BROWSER_PID, "PID", 0, "The busiest renderer under this process", 0},
    {"upload", KEY_UPLOAD, "WHEN", 0, "on-failure (of the summary), always or never", 0},
    {"key", KEY_KEY, "KEY", 0, "realm=R,card=C,job=J,step=S,env=E, any of them", 0},
    {"observe", KEY_OBSERVE, "TIME", 0, "How long to look which log it is (250ms)", 0},
    {"last", KEY_LAST, "TIME", 0, "Summarize only the last TIME of the log (60s, 5m)", 0},
    {"top", 'n', "N", 0, "How many of top1=, top2=... (3, at most 20)", 0},
    {"max-line", KEY_MAX_LINE, "BYTES", 0, "Longest line, 200 to 8000 (1000)", 0},
    {"no-symbols", KEY_NO_SYMBOLS, NULL, 0, "Name libraries, not the functions in them", 0},
    {"no-live", KEY_NO_LIVE, NULL, 0, "Do not look at the process where its log says nothing", 0},
    {"spool", KEY_SPOOL, "FOLDER", 0, "Where it waits until it is stored (DIR/unpeg-spool)", 0},
    {"compress", KEY_COMPRESS, "HOW", 0, "zstd or none", 0},
    {"sse", KEY_SSE, "HOW", 0, "Encryption by the store: AES256 or aws:kms", 0},
    {"sse-kms-key", KEY_SSE_KMS_KEY, "ID", 0, "Key for aws:kms", 0},
    {0}};

static error_t parse_pid(const struct argp_state *state, const char *name, const char *value,
                         int *ret)
{
    uint64_t pid;
    if (!units_count(value, &pid) || pid == 0 || pid > INT_MAX)
        return store_request_refuse(state, "--%s: %s is no process", name, value);
    *ret = (int)pid;
    return 0;
}

static error_t parse_upload(const struct argp_state *state, const char *value)
{
    static const char *const words[] = {[UNPEG_CAPTURE_ON_FAILURE] = "on-failure",
                                        [UNPEG_CAPTURE_ALWAYS] = "always",
                                        [UNPEG_CAPTURE_NEVER] = "never"};
    capture_request *r = state->input;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0) {
            r->options.upload = (unpeg_capture_upload)i;
            return 0;
        }
    return store_request_refuse(state, "--upload: %s is not one of on-failure, always, never",
                                value);
}

static error_t parse_time(const struct argp_state *state, const char *name, const char *value,
                          uint64_t *ret)
{
    return units_duration(value, ret) && *ret != 0
               ? 0
               : store_request_refuse(state, "--%s: %s is no time, as 60s or 500ms", name, value);
}

static error_t parse_line(int key, const char *value, const struct argp_state *state)
{
    capture_request *r = state->input;
    uint64_t number;
    if (key == 'n') {
        if (!units_count(value, &number) || number == 0 || number > TOPS_MAX)
            return store_request_refuse(state, "--top: %s is not between 1 and 20", value);
        r->options.top = (size_t)number;
    } else {
        if (!units_size(value, &number) || number < LEAST_LINE || number > UNPEG_LINE_MAX)
            return store_request_refuse(state, "--max-line: %s is not between 200 and 8000", value);
        r->options.max_line = (size_t)number;
    }
    return 0;
}

/* The log and the line. */
static error_t parse_log(int key, char *value, struct argp_state *state)
{
    capture_request *r = state->input;
    switch (key) {
    case KEY_DIR:
        r->options.dir = value;
        return 0;
    case KEY_PREFIX:
        r->options.prefix = value;
        return 0;
    case KEY_PID:
        return parse_pid(state, "pid", value, &r->options.pid);
    case KEY_BROWSER_PID:
        return parse_pid(state, "browser-pid", value, &r->options.browser_pid);
    case KEY_OBSERVE:
        return parse_time(state, "observe", value, &r->options.observe_us);
    case KEY_LAST:
        return parse_time(state, "last", value, &r->options.tail_us);
    case KEY_MAX_LINE:
    case 'n':
        return parse_line(key, value, state);
    case KEY_NO_SYMBOLS:
        r->options.no_native_symbols = true;
        return 0;
    case KEY_NO_LIVE:
        r->options.no_live = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    capture_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        r->options = (unpeg_capture_options){.struct_size = sizeof r->options};
        store_request_init_children(state);
        return 0;
    case KEY_UPLOAD:
        return parse_upload(state, value);
    case KEY_KEY:
        r->store.key = value;
        return 0;
    case KEY_SPOOL:
        r->options.spool = value;
        return 0;
    case KEY_COMPRESS:
        return store_request_parse_compress(value, state);
    case KEY_SSE:
        return store_request_parse_sse(value, state);
    case KEY_SSE_KMS_KEY:
        r->store.options.sse_kms_key = value;
        return 0;
    default:
        return parse_log(key, value, state);
    }
}

static const struct argp argp = {
    .options = options, .parser = parse, .children = store_request_children};

static int exit_code(const unpeg_capture *capture)
{
    static const int codes[] = {
        [UNPEG_CAPTURE_SUMMARIZED] = EXIT_DONE, [UNPEG_CAPTURE_LIVE] = EXIT_LIVE,
        [UNPEG_CAPTURE_STORED] = EXIT_STORED,   [UNPEG_CAPTURE_PENDING] = EXIT_PENDING,
        [UNPEG_CAPTURE_KEPT] = EXIT_KEPT,       [UNPEG_CAPTURE_NO_LOG] = EXIT_ANSWER_NO,
        [UNPEG_CAPTURE_STOPPED] = EXIT_KEPT};
    return codes[capture->path];
}

static int print_line(unpeg_capture *capture)
{
    output out;
    if (!output_open(&out, NULL))
        return EXIT_SYSTEM;
    capture->line.text[capture->line.len] = '\n';
    /* What is lost is said by output_commit. */
    (void)out.writer.write(out.writer.user, capture->line.text, capture->line.len + 1);
    return output_commit(&out) ? exit_code(capture) : EXIT_SYSTEM;
}

static int capture_and_print(const unpeg_capture_options *o)
{
    unpeg_error error = {0};
    unpeg_capture *capture = malloc(sizeof *capture);
    if (capture == NULL) {
        message_plain("out of memory");
        return EXIT_SYSTEM;
    }
    unpeg_status status = unpeg_capture_run(o, capture, &error);
    int code = EXIT_USAGE;
    if (status == UNPEG_OK)
        code = print_line(capture);
    else
        message_plain("capture: %s", error.text);
    free(capture);
    return code;
}

static bool on_stop(void *user)
{
    (void)user;
    return stop_requested();
}

static int capture_named(const capture_request *r, const capture_words *words)
{
    unpeg_store_options store_options;
    const unpeg_capture_name name = {.struct_size = sizeof name,
                                     .env = words->env ? words->env : store_request_env(&r->store),
                                     .realm = words->realm,
                                     .job = words->job,
                                     .card = words->card,
                                     .step = words->step};
    unpeg_capture_options named = r->options;
    store_request_options(&r->store, &store_options);
    named.name = &name;
    named.budget_us = r->store.budget_us;
    named.store = r->store.url;
    named.store_options = &store_options;
    named.zstd = r->store.zstd;
    named.show_credentials = r->store.verbose;
    named.stop = on_stop;
    return capture_and_print(&named);
}

static int run(const verb *self, int argc, char **argv)
{
    capture_request r;
    capture_words words = {.copy = NULL};
    int code = store_request_parse(self, argc, argv, &r.store);
    if (code >= 0)
        return code;
    bool is_named = r.options.dir || r.options.pid || r.options.browser_pid;
    if (r.store.operand_count != 0 || !is_named) {
        message_plain(is_named ? "capture: it takes no operands, only options"
                               : "capture: of what? --dir DIR of the logs, --pid or --browser-pid");
        return EXIT_USAGE;
    }
    if (r.store.key != NULL && !capture_words_parse(r.store.key, &words)) {
        message_plain("capture: --key: %s does not begin with realm=, card=, job=, step= or env=",
                      r.store.key);
        return EXIT_USAGE;
    }
    code = capture_named(&r, &words);
    capture_words_deinit(&words);
    return stop_exit_code(code);
}

const verb capture_verb = {
    .name = "capture",
    .purpose = "what hangs, in one line and in time, and its log is not lost",
    .usage = "--dir DIR | --pid PID | --browser-pid PID [OPTIONS]",
    .examples = "  unpeg capture --dir /var/tmp/v8 --browser-pid 4711 --budget 5s\n"
                "                --store s3://artifacts --key realm=R,card=C,job=7\n"
                "      pick the log, summarize it; store it if that was not possible\n"
                "  unpeg capture --dir /var/tmp/v8 --store file:///var/captures --upload always\n"
                "      store it in any case, in a folder\n"
                "  unpeg capture --pid 4712\n"
                "      nothing is armed: look at the process itself for a second\n",
    .notes = "One line goes to standard output, by the grammar of unpeg-line(5). The exit\n"
             "code says which path ran: 0 a summary of the log, 6 of the process itself,\n"
             "7 none but the log is stored, 8 a summary but the log waits to be stored,\n"
             "9 neither, the log waits, 1 no log and no process to look at. What waits,\n"
             "unpeg drain stores.\n",
    .operands = VERB_OPERANDS_NONE,
    .argp = &argp,
    .run = run,
};
