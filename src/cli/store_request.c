/* SPDX-License-Identifier: MIT */
#include "store_request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exit_code.h"
#include "help.h"
#include "message.h"
#include "progress.h"
#include "stop.h"
#include "units.h"
#include "words.h"

enum {
    KEY_STORE = 0x100,
    KEY_ENDPOINT,
    KEY_REGION,
    KEY_PROFILE,
    KEY_CA_FILE,
    KEY_PATH_STYLE,
    KEY_ALLOW_HTTP,
    KEY_BUDGET,
};

static const struct argp_option place_options[] = {
    {"store", KEY_STORE, "URL", 0, "file:///dir or s3://bucket/prefix ($UNPEG_STORE)", 1},
    {"budget", KEY_BUDGET, "TIME", 0, "Give up when TIME has passed (30s, 500ms)", 1},
    {"endpoint", KEY_ENDPOINT, "URL", 0, "An S3 other than Amazon's ($AWS_ENDPOINT_URL_S3)", 1},
    {"region", KEY_REGION, "NAME", 0, "Region of the bucket ($AWS_REGION, the profile, us-east-1)",
     1},
    {"profile", KEY_PROFILE, "NAME", 0, "Profile with the credentials", 1},
    {"ca-file", KEY_CA_FILE, "FILE", 0, "Certificates to trust ($AWS_CA_BUNDLE)", 1},
    {"path-style", KEY_PATH_STYLE, NULL, 0, "Bucket in the path of the address, not in the host",
     1},
    {"allow-http", KEY_ALLOW_HTTP, NULL, 0, "Send unencrypted to other machines as well", 1},
    {0}};

static const struct argp_option message_options[] = {
    {"quiet", 'q', NULL, 0, "No progress bar and no notes", 2},
    {"verbose", 'v', NULL, 0, "Say where the credentials came from", 2},
    {0}};

error_t store_request_refuse(const struct argp_state *state, const char *format, ...)
{
    const store_request *r = state->input;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    message_plain("%s: %s", r->verb->name, text);
    return EINVAL;
}

error_t store_request_parse_compress(const char *value, struct argp_state *state)
{
    store_request *r = state->input;
    r->zstd = strcmp(value, "zstd") == 0;
    return r->zstd || strcmp(value, "none") == 0
               ? 0
               : store_request_refuse(state, "--compress: %s is not one of zstd, none", value);
}

error_t store_request_parse_sse(const char *value, struct argp_state *state)
{
    store_request *r = state->input;
    r->options.sse = value;
    return strcmp(value, "AES256") == 0 || strcmp(value, "aws:kms") == 0
               ? 0
               : store_request_refuse(state, "--sse: %s is not one of AES256, aws:kms", value);
}

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse_place(int key, char *value, struct argp_state *state)
{
    store_request *r = state->input;
    switch (key) {
    case KEY_STORE:
        r->url = value;
        return 0;
    case KEY_ENDPOINT:
        r->options.endpoint = value;
        return 0;
    case KEY_REGION:
        r->options.region = value;
        return 0;
    case KEY_PROFILE:
        r->options.profile = value;
        return 0;
    case KEY_CA_FILE:
        r->options.ca_file = value;
        return 0;
    case KEY_PATH_STYLE:
        r->options.path_style = true;
        return 0;
    case KEY_ALLOW_HTTP:
        r->options.allow_http = true;
        return 0;
    case KEY_BUDGET:
        return units_duration(value, &r->budget_us)
                   ? 0
                   : store_request_refuse(
                         state, "--budget: %s is no duration; write 500ms, 2s or 1.5m", value);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The type is argp's. NOLINTNEXTLINE(readability-non-const-parameter) */
static error_t parse_message(int key, char *value, struct argp_state *state)
{
    store_request *r = state->input;
    (void)value;
    switch (key) {
    case 'q':
        r->quiet = true;
        return 0;
    case 'v':
        r->verbose = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp place = {.options = place_options, .parser = parse_place};
static const struct argp message = {.options = message_options, .parser = parse_message};

const struct argp_child store_request_children[] = {
    {&place, 0, "Store", 0}, {&message, 0, "Messages", 0}, {0}};

void store_request_init_children(struct argp_state *state)
{
    for (size_t i = 0; store_request_children[i].argp != NULL; i++)
        state->child_inputs[i] = state->input;
}

static bool on_stop(void *user)
{
    (void)user;
    return stop_requested();
}

int store_request_parse(const verb *self, int argc, char **argv, store_request *ret)
{
    int first;
    *ret = (store_request){.verb = self, .begin_us = progress_clock_us()};
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

void store_request_options(const store_request *wanted, unpeg_store_options *ret)
{
    *ret = wanted->options;
    ret->struct_size = sizeof *ret;
    ret->environment = (const char *const *)environ;
    ret->stop = on_stop;
    if (wanted->budget_us != 0)
        ret->deadline_us = wanted->begin_us + wanted->budget_us;
}

int store_request_open(const store_request *wanted, unpeg_store **ret)
{
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_store_options options;
    store_request_options(wanted, &options);
    unpeg_status status = unpeg_store_open(wanted->url, &options, ret, &error);
    if (status == UNPEG_OK)
        return -1;
    message_plain("%s: %s", wanted->verb->name, error.text);
    return status == UNPEG_ARGUMENT ? EXIT_USAGE : EXIT_SYSTEM;
}

const char *store_request_env(const store_request *wanted)
{
    const char *env = wanted->env != NULL ? wanted->env : getenv("PRERENDER_ARTIFACTS_ENV");
    return env != NULL && env[0] != '\0' ? env : NULL;
}

const char *store_status_word(unpeg_status status)
{
    static const struct {
        unpeg_status status;
        const char *word;
    } words[] = {{UNPEG_OK, "ok"},
                 {UNPEG_DEADLINE, "budget-exceeded"},
                 {UNPEG_STOPPED, "stopped"},
                 {UNPEG_STATE, "key-taken"},
                 {UNPEG_MISMATCH, "not-proven"},
                 {UNPEG_PERMISSION, "refused"},
                 {UNPEG_UNSUPPORTED, "unsupported"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].status == status)
            return words[i].word;
    return "failed";
}

int store_exit_code(unpeg_status status)
{
    switch (status) {
    case UNPEG_OK:
        return EXIT_DONE;
    case UNPEG_NOT_FOUND:
    case UNPEG_STATE:
    case UNPEG_DEADLINE:
    case UNPEG_STOPPED:
        return EXIT_ANSWER_NO;
    case UNPEG_ARGUMENT:
    case UNPEG_LIMIT:
        return EXIT_USAGE;
    case UNPEG_INPUT:
        return EXIT_INPUT;
    default:
        return EXIT_SYSTEM;
    }
}
