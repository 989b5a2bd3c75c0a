/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "credential_steps.h"

enum { OPTION_TEXTS = 5 };

struct credential_chain {
    credential_options options; /* its texts are copies */
    crypto lib;
    credentials keys;
    bool have_keys;
    int64_t fetched_unix_s;
};

void credentials_deinit(credentials *keys)
{
    text_buffer_deinit(&keys->access_key);
    text_buffer_deinit(&keys->secret_key);
    text_buffer_deinit(&keys->session_token);
    *keys = (credentials){0};
}

unpeg_status credential_set(credentials *keys, const char *access_key, const char *secret_key,
                            const char *session_token)
{
    text_buffer_add_text(&keys->access_key, access_key);
    text_buffer_add_text(&keys->secret_key, secret_key);
    if (session_token != NULL)
        text_buffer_add_text(&keys->session_token, session_token);
    return keys->access_key.failed || keys->secret_key.failed || keys->session_token.failed
               ? UNPEG_NO_MEMORY
               : UNPEG_OK;
}

void credential_set_source(credentials *keys, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vsnprintf(keys->source, sizeof keys->source, format, args) < 0)
        keys->source[0] = '\0';
    va_end(args);
}

static unpeg_status take_pair(const credential_context *context, credentials *ret,
                              const char *const texts[3], const char *source)
{
    if (texts[0] == NULL && texts[1] == NULL)
        return UNPEG_NOT_FOUND;
    if (texts[0] == NULL || texts[1] == NULL)
        return unpeg_error_set(
            context->error, UNPEG_INPUT,
            "%s: an access key and its secret key belong together, one is missing", source);
    credential_set_source(ret, "%s", source);
    return credential_set(ret, texts[0], texts[1], texts[2]);
}

unpeg_status credential_from_options(const credential_context *context, credentials *ret)
{
    const credential_options *options = context->options;
    const char *const texts[] = {options->access_key, options->secret_key, options->session_token};
    return take_pair(context, ret, texts, "options");
}

unpeg_status credential_from_environment(const credential_context *context, credentials *ret)
{
    const char *const texts[] = {store_variable(context->host, "AWS_ACCESS_KEY_ID"),
                                 store_variable(context->host, "AWS_SECRET_ACCESS_KEY"),
                                 store_variable(context->host, "AWS_SESSION_TOKEN")};
    return take_pair(context, ret, texts, "environment");
}

/* A profile that was asked for by name is the only place to look at. */
static unpeg_status search(const credential_context *context, credentials *ret)
{
    typedef unpeg_status (*step_fn)(const credential_context *, credentials *);
    static const step_fn all[] = {credential_from_options,      credential_from_environment,
                                  credential_from_web_identity, credential_from_profile,
                                  credential_from_container,    credential_from_instance};
    static const step_fn of_profile[] = {credential_from_options, credential_from_profile};
    bool profile_only = context->options->profile != NULL;
    const step_fn *steps = profile_only ? of_profile : all;
    size_t count =
        profile_only ? sizeof of_profile / sizeof of_profile[0] : sizeof all / sizeof all[0];
    unpeg_status status = UNPEG_NOT_FOUND;
    for (size_t i = 0; i < count && status == UNPEG_NOT_FOUND; i++)
        status = steps[i](context, ret);
    if (status != UNPEG_NOT_FOUND)
        return status;
    if (profile_only)
        return unpeg_error_set(context->error, UNPEG_PERMISSION, "profile %s has no credentials",
                               context->options->profile);
    return unpeg_error_set(context->error, UNPEG_PERMISSION,
                           "no credentials: not in the environment, profile %s, a container's or "
                           "instance's metadata",
                           context->profile->name);
}

static unpeg_status fetch(credential_chain *chain, const store_budget *budget, credentials *ret,
                          unpeg_error *error)
{
    aws_profile profile = {0};
    const store_host *host = chain->options.host;
    unpeg_status status = aws_profile_load(&profile, host, chain->options.profile, error);
    if (status != UNPEG_OK)
        return status;
    credential_context context = {.options = &chain->options,
                                  .host = host,
                                  .transport = chain->options.transport,
                                  .budget = budget,
                                  .profile = &profile,
                                  .lib = &chain->lib,
                                  .error = error};
    status = search(&context, ret);
    aws_profile_deinit(&profile);
    if (status == UNPEG_NO_MEMORY)
        unpeg_error_set(error, status, "no memory for credentials");
    return status;
}

static bool is_alive(const credential_chain *chain, int64_t for_s)
{
    return chain->have_keys &&
           (chain->keys.expires_unix_s == 0 ||
            chain->keys.expires_unix_s - store_unix_s(chain->options.host) > for_s);
}

static bool must_fetch(const credential_chain *chain, bool fresh)
{
    int64_t age_s = store_unix_s(chain->options.host) - chain->fetched_unix_s;
    if (!chain->have_keys || fresh || !is_alive(chain, 0))
        return true;
    return !is_alive(chain, CREDENTIAL_REFRESH_S) &&
           (age_s < 0 || age_s >= CREDENTIAL_REFRESH_PAUSE_S);
}

unpeg_status credential_chain_get(credential_chain *chain, const credential_need *need,
                                  const credentials **ret, unpeg_error *error)
{
    *ret = &chain->keys;
    if (!must_fetch(chain, need->fresh))
        return UNPEG_OK;
    credentials keys = {0};
    unpeg_status status = fetch(chain, need->budget, &keys, error);
    if (status != UNPEG_OK) {
        credentials_deinit(&keys);
        bool go_on = !need->fresh && is_alive(chain, 0) && status != UNPEG_STOPPED;
        return go_on ? UNPEG_OK : status;
    }
    credentials_deinit(&chain->keys);
    chain->keys = keys;
    chain->have_keys = true;
    chain->fetched_unix_s = store_unix_s(chain->options.host);
    return UNPEG_OK;
}

static void list_texts(credential_options *options, const char **ret[OPTION_TEXTS])
{
    const char **texts[OPTION_TEXTS] = {&options->access_key, &options->secret_key,
                                        &options->session_token, &options->profile,
                                        &options->region};
    memcpy(ret, texts, sizeof texts);
}

/* A text that cannot be copied is NULL: the caller counts. */
static bool copy_texts(credential_options *options)
{
    const char **texts[OPTION_TEXTS];
    bool copied = true;
    list_texts(options, texts);
    for (size_t i = 0; i < OPTION_TEXTS; i++) {
        const char *text = *texts[i];
        *texts[i] = text != NULL ? strdup(text) : NULL;
        copied = copied && (text == NULL || *texts[i] != NULL);
    }
    return copied;
}

unpeg_status credential_chain_create(const credential_options *options, credential_chain **ret,
                                     unpeg_error *error)
{
    credential_chain *chain = calloc(1, sizeof *chain);
    *ret = NULL;
    if (chain == NULL)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for credentials");
    chain->options = *options;
    unpeg_status status = UNPEG_OK;
    if (!copy_texts(&chain->options))
        status = unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for credentials");
    if (status == UNPEG_OK)
        status = crypto_load(&chain->lib, error);
    if (status != UNPEG_OK) {
        credential_chain_destroy(chain);
        return status;
    }
    *ret = chain;
    return UNPEG_OK;
}

void credential_chain_destroy(credential_chain *chain)
{
    if (chain == NULL)
        return;
    const char **texts[OPTION_TEXTS];
    list_texts(&chain->options, texts);
    for (size_t i = 0; i < OPTION_TEXTS; i++) {
        char *text;
        memcpy(&text, texts[i], sizeof text);
        if (text != NULL)
            explicit_bzero(text, strlen(text));
        free(text);
    }
    credentials_deinit(&chain->keys);
    free(chain);
}
