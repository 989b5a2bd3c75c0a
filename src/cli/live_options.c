/* SPDX-License-Identifier: MIT */
#include "live_options.h"

#include "message.h"

enum { KEY_BACKEND = 0x300, KEY_THREAD, KEY_NATIVE, KEY_HELD };

static const struct argp_option options[] = {
    {"thread", KEY_THREAD, "hot|all|TID", 0, "Which thread (hot: the one that runs most)", 0},
    {"backend", KEY_BACKEND, "auto|perf|ptrace", 0, "How samples are taken (auto)", 0},
    {"native", KEY_NATIVE, "yes|no", 0, "Name native functions (yes)", 0},
    {"max-held", KEY_HELD, "PERCENT", 0, "Hold the thread for at most so much of the time (1)", 0},
    {0}};

static error_t parse_thread(live_request *live, const char *value, const struct argp_state *state)
{
    uint64_t tid;
    live->all_threads = strcmp(value, "all") == 0;
    live->options.tid = 0;
    if (live->all_threads || strcmp(value, "hot") == 0)
        return 0;
    if (!units_count(value, &tid) || tid == 0 || tid > INT32_MAX)
        return request_refuse(state, "--thread: %s is none of hot, all and a thread id", value);
    live->options.tid = (int32_t)tid;
    return 0;
}

static error_t parse_backend(live_request *live, const char *value, const struct argp_state *state)
{
    static const char *const names[] = {
        [UNPEG_BACKEND_AUTO] = "auto",
        [UNPEG_BACKEND_PERF] = "perf",
        [UNPEG_BACKEND_PTRACE] = "ptrace",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) != 0)
            continue;
        live->options.backend = (unpeg_backend)i;
        return 0;
    }
    return request_refuse(state, "--backend: %s is none of auto, perf and ptrace", value);
}

static error_t parse_native(live_request *live, const char *value, const struct argp_state *state)
{
    live->options.native_off = strcmp(value, "no") == 0;
    if (!live->options.native_off && strcmp(value, "yes") != 0)
        return request_refuse(state, "--native: %s is neither yes nor no", value);
    return 0;
}

static error_t parse_held(live_request *live, const char *value, const struct argp_state *state)
{
    enum { PPM = 10000 };
    uint64_t percent;
    if (!units_count(value, &percent) || percent == 0 || percent > 100)
        return request_refuse(state, "--max-held: %s is not between 1 and 100", value);
    live->options.stopped_ppm = (uint32_t)percent * PPM;
    return 0;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    live_request *live = state->input;
    switch (key) {
    case KEY_THREAD:
        return parse_thread(live, value, state);
    case KEY_BACKEND:
        return parse_backend(live, value, state);
    case KEY_NATIVE:
        return parse_native(live, value, state);
    case KEY_HELD:
        return parse_held(live, value, state);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp live_argp = {.options = options, .parser = parse};

void live_request_init(live_request *live, struct argp_state *state)
{
    live->options = (unpeg_live_options){.struct_size = sizeof live->options};
    live->all_threads = false;
    state->child_inputs[0] = live;
}

bool live_request_pid(live_request *live)
{
    const request *base = &live->base;
    uint64_t pid;
    if (base->operand_count != 1) {
        message_plain("%s: %s", base->verb->name,
                      base->operand_count ? "one process at a time"
                                          : "which process? give its PID");
        return false;
    }
    if (!units_count(base->operands[0], &pid) || pid == 0 || pid > INT32_MAX) {
        message_plain("%s: %s is no process id", base->verb->name, base->operands[0]);
        return false;
    }
    live->options.pid = (int32_t)pid;
    return true;
}

bool live_request_one_thread(const live_request *live)
{
    if (live->all_threads)
        message_plain("%s: one thread at a time; --thread all is for dump", live->base.verb->name);
    return !live->all_threads;
}
