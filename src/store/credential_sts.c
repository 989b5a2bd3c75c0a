/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "aws_place.h"
#include "credential_steps.h"
#include "s3_error.h"
#include "s3_retry.h"
#include "sigv4.h"
#include "time_text.h"
#include "xml_text.h"

enum { STS_TRIES = 3, STS_MS = 5000, FIELDS = 8 };

typedef struct sts_call {
    const credential_context *context;
    const sts_role *role;
    const char *region;
    uri_address address;
    text_buffer url;
    text_buffer body;
    http_response response;
    char session_name[48];
} sts_call;

/* The parameters that are there. */
static unpeg_status build_body(sts_call *call)
{
    const sts_role *role = call->role;
    const http_pair all[FIELDS] = {
        {"Action", role->token != NULL ? "AssumeRoleWithWebIdentity" : "AssumeRole"},
        {"Version", "2011-06-15"},
        {"RoleArn", role->role_arn},
        {"RoleSessionName", role->session_name != NULL ? role->session_name : call->session_name},
        {"WebIdentityToken", role->token},
        {"ExternalId", role->external_id},
        {"DurationSeconds", role->duration_s},
    };
    http_pair given[FIELDS];
    size_t count = 0;
    for (size_t i = 0; i < FIELDS; i++) {
        if (all[i].value != NULL)
            given[count++] = all[i];
    }
    return uri_query(&call->body, given, count);
}

static unpeg_status build(sts_call *call)
{
    const credential_context *context = call->context;
    unpeg_status status = aws_sts_address(context->host, context->profile, call->region,
                                          &call->address, context->error);
    if (status != UNPEG_OK)
        return status;
    snprintf(call->session_name, sizeof call->session_name, "unpeg-%lld",
             (long long)store_unix_s(context->host));
    text_buffer_format(&call->url, "%s://%s%s/", call->address.tls ? "https" : "http",
                       call->address.host, call->address.path);
    status = build_body(call);
    return call->url.failed ? UNPEG_NO_MEMORY : status;
}

/* The two headers of a signature; ret_hash lives as long as they do. */
static unpeg_status sign(const sts_call *call, const http_pair *type, sigv4_signature *ret)
{
    const credential_context *context = call->context;
    unsigned char digest[CRYPTO_SHA256_SIZE];
    text_buffer hash = {0};
    text_buffer path = {0};
    const credentials *keys = call->role->keys;
    http_pair headers[2] = {*type};
    unpeg_status status = crypto_sha256(context->lib, call->body.bytes, call->body.len, digest);
    if (status != UNPEG_OK)
        return status;
    text_buffer_add_hex(&hash, digest, sizeof digest);
    text_buffer_format(&path, "%s/", call->address.path);
    if (keys->session_token.len != 0)
        headers[1] = (http_pair){"x-amz-security-token", keys->session_token.bytes};
    sigv4_request request = {.method = "POST",
                             .host = call->address.host,
                             .path = text_buffer_text(&path),
                             .query = "",
                             .headers = headers,
                             .header_count = keys->session_token.len != 0 ? 2 : 1,
                             .payload_sha256 = text_buffer_text(&hash)};
    sigv4_keys pair = {text_buffer_text(&keys->access_key), text_buffer_text(&keys->secret_key)};
    sigv4_scope scope = {call->region, "sts", store_unix_s(context->host)};
    status = hash.failed || path.failed ? UNPEG_NO_MEMORY
                                        : sigv4_sign(context->lib, &request, &pair, &scope, ret);
    text_buffer_deinit(&hash);
    text_buffer_deinit(&path);
    return status;
}

static unpeg_status send_once(sts_call *call)
{
    const credential_context *context = call->context;
    sigv4_signature signature = {0};
    http_pair headers[4] = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
    size_t count = 1;
    unpeg_status status = UNPEG_OK;
    if (call->role->token == NULL) {
        status = sign(call, &headers[0], &signature);
        headers[count++] = (http_pair){"x-amz-date", signature.date};
        headers[count++] = (http_pair){"authorization", text_buffer_text(&signature.authorization)};
        if (call->role->keys->session_token.len != 0)
            headers[count++] =
                (http_pair){"x-amz-security-token", call->role->keys->session_token.bytes};
    }
    store_budget within = store_budget_within(context->host, context->budget, STS_MS);
    http_request request = {.method = "POST",
                            .url = call->url.bytes,
                            .headers = headers,
                            .header_count = count,
                            .body = {.bytes = call->body.bytes, .size = call->body.len}};
    if (status == UNPEG_OK)
        status = http_send(context->transport, &request, &within, &call->response);
    sigv4_signature_deinit(&signature);
    return status;
}

typedef struct answer {
    credentials *keys;
    text_buffer access_key;
    text_buffer secret_key;
    text_buffer session_token;
    char expiration[40];
} answer;

static bool ends_with(const char *path, const char *tail)
{
    size_t len = strlen(path);
    size_t tail_len = strlen(tail);
    return len >= tail_len && strcmp(path + len - tail_len, tail) == 0;
}

static unpeg_status take(void *user, const char *path, unpeg_slice text)
{
    answer *a = user;
    if (ends_with(path, "/Credentials/AccessKeyId"))
        text_buffer_add(&a->access_key, text);
    else if (ends_with(path, "/Credentials/SecretAccessKey"))
        text_buffer_add(&a->secret_key, text);
    else if (ends_with(path, "/Credentials/SessionToken"))
        text_buffer_add(&a->session_token, text);
    else if (ends_with(path, "/Credentials/Expiration"))
        s3_error_text(a->expiration, sizeof a->expiration, text);
    return UNPEG_OK;
}

static unpeg_status take_answer(const sts_call *call, credentials *ret)
{
    answer a = {.keys = ret};
    unpeg_error *error = call->context->error;
    unpeg_status status = xml_text_parse(text_buffer_slice(&call->response.body), take, &a, error);
    if (status == UNPEG_OK && (a.access_key.len == 0 || a.secret_key.len == 0 ||
                               !time_text_iso(a.expiration, &ret->expires_unix_s)))
        status = unpeg_error_set(error, UNPEG_INPUT, "STS answered without keys");
    if (status == UNPEG_OK)
        status = credential_set(ret, a.access_key.bytes, a.secret_key.bytes,
                                text_buffer_text(&a.session_token));
    text_buffer_deinit(&a.access_key);
    text_buffer_deinit(&a.secret_key);
    text_buffer_deinit(&a.session_token);
    return status;
}

/* *ret_again: what failed may work the next time. */
static unpeg_status judge(const sts_call *call, unpeg_status status, bool *ret_again)
{
    const http_response *response = &call->response;
    unpeg_error *error = call->context->error;
    s3_error failure = {0};
    *ret_again = status == UNPEG_REMOTE && response->may_retry;
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "STS (%s): %.150s", call->address.host,
                               response->error.text);
    if (response->status == 200)
        return UNPEG_OK;
    s3_error_parse(text_buffer_slice(&response->body), &failure);
    s3_outcome outcome = {.http_status = response->status, .code = failure.code};
    *ret_again = s3_retry_action(&outcome) == S3_RETRY;
    return unpeg_error_set(error, *ret_again ? UNPEG_REMOTE : UNPEG_PERMISSION,
                           "STS (%s) answered %d %s: %.120s", call->address.host, response->status,
                           failure.code, failure.message);
}

static unpeg_status send_until_answered(sts_call *call)
{
    const credential_context *context = call->context;
    bool again = true;
    unpeg_status status = UNPEG_REMOTE;
    for (unsigned i = 0; i < STS_TRIES && again; i++) {
        s3_outcome outcome = {.http_status = call->response.status, .code = ""};
        int64_t ms = i == 0 ? 0 : s3_retry_delay_ms(&outcome, i, store_random(context->host));
        unpeg_status slept = store_sleep(context->host, context->budget, ms, context->error);
        if (slept != UNPEG_OK)
            return slept;
        status = judge(call, send_once(call), &again);
    }
    return status;
}

unpeg_status credential_from_sts(const credential_context *context, const sts_role *role,
                                 credentials *ret)
{
    const char *region = context->options->region;
    sts_call call = {
        .context = context, .role = role, .region = region != NULL ? region : "us-east-1"};
    unpeg_status status = build(&call);
    if (status == UNPEG_OK)
        status = send_until_answered(&call);
    if (status == UNPEG_OK)
        status = take_answer(&call, ret);
    text_buffer_deinit(&call.url);
    text_buffer_deinit(&call.body);
    http_response_deinit(&call.response);
    return status;
}

unpeg_status credential_from_web_identity(const credential_context *context, credentials *ret)
{
    const char *file = store_variable(context->host, "AWS_WEB_IDENTITY_TOKEN_FILE");
    text_buffer token = {0};
    sts_role role = {.role_arn = store_variable(context->host, "AWS_ROLE_ARN"),
                     .session_name = store_variable(context->host, "AWS_ROLE_SESSION_NAME")};
    if (file == NULL)
        return UNPEG_NOT_FOUND;
    if (role.role_arn == NULL)
        return unpeg_error_set(context->error, UNPEG_INPUT,
                               "AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not");
    unpeg_status status = credential_read_file(context, file, &token);
    if (status == UNPEG_OK) {
        role.token = token.bytes;
        credential_set_source(ret, "web identity, role %.120s", role.role_arn);
        status = credential_from_sts(context, &role, ret);
    }
    text_buffer_deinit(&token);
    return status;
}
