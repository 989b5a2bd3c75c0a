/* SPDX-License-Identifier: MIT
 *
 * The places that credentials come from, for credentials.c.
 *
 *     status = credential_from_environment(&context, &keys);
 *     if (status == UNPEG_NOT_FOUND)
 *         status = credential_from_container(&context, &keys);
 *
 * Each returns NOT_FOUND when it is not configured, so that the next is asked; any other failure
 * ends the search. On success the keys are filled, with their source.
 */
#ifndef UNPEG_STORE_CREDENTIAL_STEPS_H
#define UNPEG_STORE_CREDENTIAL_STEPS_H

#include "aws_profile.h"
#include "credentials.h"
#include "crypto.h"

typedef struct credential_context {
    const credential_options *options;
    const store_host *host;
    const http_transport *transport;
    const store_budget *budget;
    const aws_profile *profile;
    const crypto *lib;
    unpeg_error *error;
} credential_context;

unpeg_status credential_from_options(const credential_context *context, credentials *ret);
unpeg_status credential_from_environment(const credential_context *context, credentials *ret);
unpeg_status credential_from_web_identity(const credential_context *context, credentials *ret);
unpeg_status credential_from_profile(const credential_context *context, credentials *ret);
unpeg_status credential_from_container(const credential_context *context, credentials *ret);
unpeg_status credential_from_instance(const credential_context *context, credentials *ret);

/* Runs a profile's credential_process. */
unpeg_status credential_from_process(const credential_context *context, const char *command,
                                     credentials *ret);

/* An AssumeRole of STS. keys: who asks; NULL with a web identity's token. */
typedef struct sts_role {
    const char *role_arn;
    const char *session_name; /* NULL: made up */
    const char *external_id;  /* NULL: none */
    const char *duration_s;   /* NULL: STS's default */
    const char *token;        /* of a web identity; NULL: signed with keys */
    const credentials *keys;
} sts_role;

unpeg_status credential_from_sts(const credential_context *context, const sts_role *role,
                                 credentials *ret);

/* Sets the three keys; session_token may be NULL. NO_MEMORY. */
unpeg_status credential_set(credentials *keys, const char *access_key, const char *secret_key,
                            const char *session_token);

__attribute__((format(printf, 2, 3))) void credential_set_source(credentials *keys,
                                                                 const char *format, ...);

/* The names of the members of a JSON answer. */
typedef struct credential_json_names {
    const char *token;
    bool wants_version_1; /* as credential_process answers */
} credential_json_names;

/* INPUT when the keys are not in it. what: for the sentence. */
unpeg_status credential_from_json(const credential_context *context, unpeg_slice json,
                                  const credential_json_names *names, const char *what,
                                  credentials *ret);

/* A small file's whole text, without white space at its end: a token. INPUT when it cannot be
 * read or is empty. */
unpeg_status credential_read_file(const credential_context *context, const char *path,
                                  text_buffer *ret);

#endif
