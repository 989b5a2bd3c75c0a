/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "capture_words.h"
#include "exit_code.h"
#include "fact_line.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "stop.h"
#include "store_request.h"

enum { KEY_KEY = 0x200, KEY_COMPRESS, KEY_VERIFY, KEY_SSE, KEY_SSE_KMS_KEY, KEY_STATE, KEY_DELETE };

static const struct argp_option options[] = {
    {"key", KEY_KEY, "KEY", 0, "realm=R,card=C,job=J,step=S,env=E, any of them; or a whole key", 0},
    {"compress", KEY_COMPRESS, "HOW", 0, "zstd or none", 0},
    {"verify", KEY_VERIFY, "HOW", 0,
     "What proves it: head, parts, or auto: head if that is allowed", 0},
    {"delete", KEY_DELETE, NULL, 0, "Delete LOG if all of it is proven to be stored", 0},
    {"state", KEY_STATE, "FILE", 0, "Note in FILE how to go on, and go on from there", 0},
    {"sse", KEY_SSE, "HOW", 0, "Encryption by the store: AES256 or aws:kms", 0},
    {"sse-kms-key", KEY_SSE_KMS_KEY, "ID", 0, "Key for aws:kms", 0},
    {0}};

static error_t parse_verify(const char *value, struct argp_state *state)
{
    static const char *const words[] = {
        [UNPEG_VERIFY_AUTO] = "auto", [UNPEG_VERIFY_HEAD] = "head", [UNPEG_VERIFY_PARTS] = "parts"};
    store_request *r = state->input;
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0) {
            r->verify = (unpeg_verify)i;
            return 0;
        }
    return store_request_refuse(state, "--verify: %s is not one of auto, head, parts", value);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    store_request *r = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        store_request_init_children(state);
        return 0;
    case KEY_KEY:
        r->key = value;
        return 0;
    case KEY_COMPRESS:
        return store_request_parse_compress(value, state);
    case KEY_VERIFY:
        return parse_verify(value, state);
    case KEY_DELETE:
        r->remove = true;
        return 0;
    case KEY_STATE:
        r->state = value;
        return 0;
    case KEY_SSE:
        return store_request_parse_sse(value, state);
    case KEY_SSE_KMS_KEY:
        r->options.sse_kms_key = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options, .parser = parse, .children = store_request_children};

static int64_t unix_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A key for now, from the parts that were given. */
static unpeg_status make_key(const store_request *wanted, const unpeg_store *store,
                             const capture_words *words, unpeg_key *ret, unpeg_error *error)
{
    unpeg_capture_name name = {.struct_size = sizeof name,
                               .env = words->env != NULL ? words->env : store_request_env(wanted),
                               .realm = words->realm,
                               .job = words->job,
                               .card = words->card,
                               .step = words->step,
                               .is_zstd = wanted->zstd,
                               .time_us = unix_us(),
                               .max_bytes = unpeg_store_key_max(store)};
    if (getrandom(&name.random, sizeof name.random, 0) != (ssize_t)sizeof name.random)
        name.random = (uint32_t)getpid();
    return unpeg_capture_key(&name, ret, error);
}

/* An upload that was begun goes on under its own key. */
static bool take_noted_key(const store_request *wanted, unpeg_key *ret)
{
    unpeg_pending pending;
    if (wanted->state == NULL || unpeg_pending_read(wanted->state, &pending, NULL) != UNPEG_OK)
        return false;
    ret->len = strlen(pending.key);
    memcpy(ret->text, pending.key, ret->len + 1);
    return true;
}

static unpeg_status choose_key(const store_request *wanted, const unpeg_store *store,
                               unpeg_key *ret, unpeg_error *error)
{
    capture_words words = {.copy = NULL};
    if (take_noted_key(wanted, ret))
        return UNPEG_OK;
    if (wanted->key == NULL || capture_words_parse(wanted->key, &words)) {
        unpeg_status status = make_key(wanted, store, &words, ret, error);
        capture_words_deinit(&words);
        return status;
    }
    ret->len = strlen(wanted->key);
    if (ret->len > UNPEG_KEY_MAX)
        return unpeg_error_set(error, UNPEG_LIMIT, "the key has %zu bytes, at most %d fit",
                               ret->len, UNPEG_KEY_MAX);
    memcpy(ret->text, wanted->key, ret->len + 1);
    return UNPEG_OK;
}

static uint64_t elapsed_ms(const store_request *wanted)
{
    return (progress_clock_us() - wanted->begin_us) / 1000;
}

/* What became of it, whatever that is. */
static void print_stored(const store_request *wanted, unpeg_store *store, const char *key,
                         const unpeg_stored *stored, const unpeg_error *error)
{
    const fact_line line = {.file = stdout};
    fact_line_begin(&line, "unpeg-upload", store_status_word(error->status));
    if (error->status != UNPEG_OK)
        fact_line_text(&line, "reason", error->text);
    fact_line_text(&line, "verified", unpeg_proof_text(stored->proof));
    fact_line_text(&line, "store", unpeg_store_url(store));
    fact_line_text(&line, "key", key);
    fact_line_number(&line, "file_bytes", stored->file_bytes);
    fact_line_number(&line, "stored_bytes", stored->stored_bytes);
    fact_line_text(&line, "etag", stored->etag);
    if (stored->parts != 0) {
        fact_line_number(&line, "parts", stored->parts);
        fact_line_number(&line, "resumed", stored->parts_resumed);
    }
    if (stored->was_there)
        fact_line_number(&line, "was_there", 1);
    if (wanted->verbose)
        fact_line_text(&line, "credentials", unpeg_store_credentials(store));
    fact_line_number(&line, "deleted", stored->may_delete && wanted->remove);
    fact_line_text(&line, "keep", stored->keep_reason);
    fact_line_number(&line, "ms", elapsed_ms(wanted));
    fact_line_end(&line);
}

static void on_progress(void *user, uint64_t bytes, uint64_t bytes_total)
{
    progress_show(user, bytes, bytes_total);
}

static unpeg_status store_file(const store_request *wanted, unpeg_store *store, const char *key,
                               unpeg_stored *stored, unpeg_error *error)
{
    progress bar;
    const char *path = wanted->operands[0];
    const unpeg_put put = {.struct_size = sizeof put,
                           .path = path,
                           .key = key,
                           .zstd = wanted->zstd,
                           .verify = wanted->verify,
                           .state_path = wanted->state,
                           .progress = on_progress,
                           .progress_user = &bar};
    progress_begin(&bar, path, wanted->quiet);
    unpeg_status status = unpeg_store_put(store, &put, stored, error);
    progress_end(&bar);
    return status;
}

/* Only what is proven, whole and not written to any more. */
static int remove_file(const store_request *wanted, unpeg_stored *stored)
{
    if (!wanted->remove || !stored->may_delete || unlink(wanted->operands[0]) == 0)
        return EXIT_DONE;
    stored->may_delete = false;
    snprintf(stored->keep_reason, sizeof stored->keep_reason, "it cannot be deleted: %s",
             strerror(errno));
    return EXIT_SYSTEM;
}

/* A failure to open the log, of which nothing is to be said in the words of a store. */
static int refuse_file(const store_request *wanted, const unpeg_error *error)
{
    message_about(wanted->operands[0], error, message_advice(error->status));
    return error->status == UNPEG_NOT_FOUND || error->status == UNPEG_INPUT ? EXIT_INPUT
                                                                            : EXIT_SYSTEM;
}

static int upload(const store_request *wanted, unpeg_store *store)
{
    unpeg_error error = {.status = UNPEG_OK};
    unpeg_stored stored = {.keep_reason = "it was not sent"};
    unpeg_key key = {.len = 0};
    unpeg_status status = choose_key(wanted, store, &key, &error);
    if (status == UNPEG_OK)
        status = store_file(wanted, store, key.text, &stored, &error);
    bool is_about_words = status == UNPEG_ARGUMENT || status == UNPEG_LIMIT;
    if (status != UNPEG_OK && !stored.was_read && !is_about_words)
        return refuse_file(wanted, &error);
    /* Something that is missing in the store is no answer to an upload. */
    int code = status == UNPEG_NOT_FOUND ? EXIT_SYSTEM : store_exit_code(status);
    if (status == UNPEG_OK)
        code = remove_file(wanted, &stored);
    print_stored(wanted, store, key.text, &stored, &error);
    return code;
}

static int run(const verb *self, int argc, char **argv)
{
    store_request wanted;
    unpeg_store *store;
    int code = store_request_parse(self, argc, argv, &wanted);
    if (code >= 0)
        return code;
    if (wanted.operand_count != 1) {
        message_plain("upload: one LOG is wanted; call it once for each");
        return EXIT_USAGE;
    }
    code = store_request_open(&wanted, &store);
    if (code >= 0)
        return code;
    code = upload(&wanted, store);
    unpeg_store_close(store);
    return stop_exit_code(code);
}

const verb upload_verb = {
    .name = "upload",
    .purpose = "a log into a store, with proof that it is there",
    .usage = "[OPTIONS] LOG",
    .examples = "  unpeg upload --store s3://artifacts --key realm=R,card=C,job=7 v8.log\n"
                "      under a key of its own: unknown/R/7/C/no-step/TIME-0-RANDOM.v8log\n"
                "  unpeg upload --store file:///var/captures --compress zstd --delete v8.log\n"
                "      into a folder, and away with it when it is on the disk\n"
                "  unpeg upload --store s3://artifacts --budget 5s --state up.state v8.log\n"
                "      in five seconds, or as far as it gets; again to go on\n",
    .operands = VERB_OPERANDS_LOGS,
    .argp = &argp,
    .run = run,
};
