/* SPDX-License-Identifier: MIT
 *
 * The command is split into words like a shell does, without one: no variables, no operators.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "credential_steps.h"

enum { WORD_LIMIT = 64, OUTPUT_LIMIT = 64 << 10, PROCESS_MS = 60000, EXIT_POLL_MS = 5 };

typedef struct command_line {
    char *words[WORD_LIMIT + 1]; /* parts of one text; NULL behind the last */
    size_t count;
} command_line;

/* Takes one word from *at, which is moved behind it; the word is written where it stands, which
 * never needs more room. False for a quote that is not closed. */
static bool take_word(char **at)
{
    char *out = *at;
    char quote = '\0';
    char *in = *at;
    for (; *in != '\0' && (quote != '\0' || strchr(" \t\r\n", *in) == NULL); in++) {
        if (*in == quote && quote != '\0')
            quote = '\0';
        else if (quote == '\0' && (*in == '"' || *in == '\''))
            quote = *in;
        else if (*in == '\\' && quote != '\'' && in[1] != '\0')
            *out++ = *++in;
        else
            *out++ = *in;
    }
    *at = *in != '\0' ? in + 1 : in;
    *out = '\0';
    return quote == '\0';
}

/* Ends each word in the text. */
static unpeg_status split(char *text, command_line *ret)
{
    char *at = text;
    for (at += strspn(at, " \t"); *at != '\0'; at += strspn(at, " \t")) {
        if (ret->count == WORD_LIMIT)
            return UNPEG_INPUT;
        ret->words[ret->count++] = at;
        if (!take_word(&at))
            return UNPEG_INPUT;
    }
    ret->words[ret->count] = NULL;
    return ret->count > 0 ? UNPEG_OK : UNPEG_INPUT;
}

/* A process group of its own, so that all of it can be ended; its messages go nowhere. */
static int spawn_to(const command_line *command, int output, pid_t *ret)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int result =
        posix_spawnp(ret, command->words[0], &actions, &attributes, command->words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* What there is now; *ret_ended at the end of the output. */
static unpeg_status read_piece(int fd, text_buffer *ret, bool *ret_ended)
{
    char piece[4096];
    ssize_t got = read(fd, piece, sizeof piece);
    *ret_ended = got == 0;
    if (got > 0 && (size_t)got > OUTPUT_LIMIT - ret->len)
        return UNPEG_LIMIT;
    if (got > 0)
        text_buffer_add(ret, (unpeg_slice){piece, (size_t)got});
    explicit_bzero(piece, sizeof piece);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return UNPEG_OS;
    return ret->failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

static unpeg_status read_output(const credential_context *context, int fd,
                                const store_budget *within, text_buffer *ret)
{
    bool ended = false;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && !ended) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        status = store_budget_check(context->host, within, context->error);
        if (status == UNPEG_OK && poll(&waiting, 1, STORE_STOP_INTERVAL_MS) > 0)
            status = read_piece(fd, ret, &ended);
    }
    return status;
}

/* It closed its output: it ends now, or is ended. */
static int wait_for(const credential_context *context, pid_t pid, const store_budget *within)
{
    int state = 0;
    pid_t done = 0;
    while (done == 0) {
        bool in_time = store_budget_check(context->host, within, NULL) == UNPEG_OK;
        if (!in_time)
            kill(-pid, SIGKILL);
        done = waitpid(pid, &state, in_time ? WNOHANG : 0);
        if (done == 0)
            poll(NULL, 0, EXIT_POLL_MS);
        if (done < 0 && errno == EINTR)
            done = 0;
    }
    return state;
}

static unpeg_status run(const credential_context *context, const command_line *command,
                        text_buffer *ret, int *ret_state)
{
    int ends[2];
    pid_t pid = 0;
    store_budget within = store_budget_within(context->host, context->budget, PROCESS_MS);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return unpeg_error_set(context->error, UNPEG_OS, "credential_process: no pipe");
    int failed = spawn_to(command, ends[1], &pid);
    close(ends[1]);
    if (failed != 0) {
        close(ends[0]);
        return unpeg_error_set(context->error, UNPEG_INPUT,
                               "credential_process %.120s cannot be started", command->words[0]);
    }
    unpeg_status status = read_output(context, ends[0], &within, ret);
    close(ends[0]);
    if (status != UNPEG_OK)
        kill(-pid, SIGKILL);
    *ret_state = wait_for(context, pid, &within);
    if (status == UNPEG_LIMIT)
        return unpeg_error_set(context->error, UNPEG_INPUT,
                               "credential_process wrote over %d bytes", OUTPUT_LIMIT);
    if (status == UNPEG_DEADLINE && store_left_ms(context->host, context->budget) > 0)
        return unpeg_error_set(context->error, UNPEG_REMOTE,
                               "credential_process did not end within %d s", PROCESS_MS / 1000);
    return status;
}

static unpeg_status ask(const credential_context *context, const command_line *command,
                        credentials *ret)
{
    static const credential_json_names names = {.token = "SessionToken", .wants_version_1 = true};
    text_buffer output = {0};
    int state = 0;
    unpeg_status status = run(context, command, &output, &state);
    if (status == UNPEG_OK && state != 0)
        status = unpeg_error_set(context->error, UNPEG_PERMISSION,
                                 "credential_process %.120s failed (%s %d)", command->words[0],
                                 WIFSIGNALED(state) ? "signal" : "exit code",
                                 WIFSIGNALED(state) ? WTERMSIG(state) : WEXITSTATUS(state));
    if (status == UNPEG_OK)
        status = credential_from_json(context, text_buffer_slice(&output), &names,
                                      "credential_process", ret);
    text_buffer_deinit(&output);
    return status;
}

unpeg_status credential_from_process(const credential_context *context, const char *command,
                                     credentials *ret)
{
    command_line words = {0};
    char *text = strdup(command);
    if (text == NULL)
        return UNPEG_NO_MEMORY;
    unpeg_status status = split(text, &words);
    if (status == UNPEG_INPUT)
        unpeg_error_set(context->error, status,
                        "credential_process is no command: empty, over %d words, or a "
                        "quote is not closed",
                        WORD_LIMIT);
    if (status == UNPEG_OK)
        status = ask(context, &words, ret);
    free(text);
    return status;
}
