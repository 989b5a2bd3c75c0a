/* SPDX-License-Identifier: MIT
 *
 * Keys from the machine we run on: ECS and EKS containers, EC2 instances. The addresses are on the
 * host itself, so that an answer comes at once or not at all.
 */
#include "credential_steps.h"
#include "s3_error.h"
#include "uri_text.h"

enum {
    CONTAINER_MS = 2000,
    CONTAINER_TRIES = 3,
    INSTANCE_MS = 1000,
    RETRY_PAUSE_MS = 100,
    TOKEN_LIMIT = 64 << 10,
    ROLE_NAME_LIMIT = 128
};

#define INSTANCE_TOKEN "/latest/api/token"
#define INSTANCE_ROLES "/latest/meta-data/iam/security-credentials/"

unpeg_status credential_read_file(const credential_context *context, const char *path,
                                  text_buffer *ret)
{
    unpeg_status status = aws_file_read(path, TOKEN_LIMIT, ret);
    if (status == UNPEG_NO_MEMORY)
        return status;
    if (status == UNPEG_OK) {
        while (ret->len > 0 && strchr(" \t\r\n", ret->bytes[ret->len - 1]) != NULL)
            ret->bytes[--ret->len] = '\0';
    }
    if (status != UNPEG_OK || ret->len == 0)
        return unpeg_error_set(context->error, UNPEG_INPUT, "the token file %.150s %s", path,
                               status == UNPEG_OK ? "is empty" : "cannot be read");
    return UNPEG_OK;
}

/* A metadata service is asked directly: its address means another machine at a proxy. */
typedef struct metadata_request {
    const char *what; /* for sentences */
    const char *method;
    const char *url;
    http_pair header;   /* name NULL: none */
    int64_t timeout_ms; /* of one try */
    unsigned tries;
} metadata_request;

/* Without a connection there is no such service: REMOTE, with status 0 in the response. */
static unpeg_status ask_once(const credential_context *context, const metadata_request *request,
                             http_response *response)
{
    store_budget within = store_budget_within(context->host, context->budget, request->timeout_ms);
    http_request http = {.method = request->method,
                         .url = request->url,
                         .headers = &request->header,
                         .header_count = request->header.name != NULL,
                         .connect_ms = request->timeout_ms,
                         .direct = true};
    unpeg_status status = http_send(context->transport, &http, &within, response);
    if (status == UNPEG_DEADLINE && store_left_ms(context->host, context->budget) > 0)
        status = unpeg_error_set(&response->error, UNPEG_REMOTE, "no answer within %lld ms",
                                 (long long)request->timeout_ms);
    return status;
}

static bool is_worth_a_try(unpeg_status status, const http_response *response)
{
    return status == UNPEG_REMOTE ||
           (status == UNPEG_OK && (response->status >= 500 || response->status == 429));
}

static unpeg_status ask(const credential_context *context, const metadata_request *request,
                        http_response *response)
{
    unpeg_status status = ask_once(context, request, response);
    for (unsigned i = 1; i < request->tries && is_worth_a_try(status, response); i++) {
        unpeg_status slept =
            store_sleep(context->host, context->budget, RETRY_PAUSE_MS, context->error);
        if (slept != UNPEG_OK)
            return slept;
        status = ask_once(context, request, response);
    }
    if (status != UNPEG_OK)
        return unpeg_error_set(context->error, status, "%s: %.150s", request->what,
                               response->error.text);
    if (response->status != 200)
        return unpeg_error_set(context->error, UNPEG_PERMISSION, "%s answered %d", request->what,
                               response->status);
    return UNPEG_OK;
}

static bool is_container_host(const uri_address *address)
{
    static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
    if (address->tls || address->loopback)
        return true;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        if (strcmp(address->name, hosts[i]) == 0)
            return true;
    }
    return false;
}

/* The full address is cut behind its host to look at it: the path may be anything. */
static unpeg_status check_full_address(const credential_context *context, const char *url)
{
    uri_address address;
    text_buffer origin = {0};
    const char *scheme_end = strstr(url, "://");
    size_t origin_len = strlen(url);
    if (scheme_end != NULL)
        origin_len = (size_t)(scheme_end + 3 - url) + strcspn(scheme_end + 3, "/?#");
    text_buffer_add(&origin, (unpeg_slice){url, origin_len});
    unpeg_status status =
        origin.failed ? UNPEG_NO_MEMORY : uri_parse(origin.bytes, &address, context->error);
    if (status == UNPEG_OK && !is_container_host(&address))
        status = unpeg_error_set(context->error, UNPEG_INPUT,
                                 "AWS_CONTAINER_CREDENTIALS_FULL_URI: http only to this machine or "
                                 "the container's metadata, not to %.80s",
                                 address.name);
    text_buffer_deinit(&origin);
    return status;
}

/* The file wins over the variable, and is read each time: it is written anew while we run. */
static unpeg_status container_token(const credential_context *context, text_buffer *ret)
{
    const char *file = store_variable(context->host, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = store_variable(context->host, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (file != NULL)
        return credential_read_file(context, file, ret);
    if (token != NULL)
        text_buffer_add_text(ret, token);
    return ret->failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

static unpeg_status ask_container(const credential_context *context, const char *url,
                                  const char *token, credentials *ret)
{
    static const credential_json_names names = {.token = "Token"};
    http_response response = {0};
    metadata_request request = {.what = "the container's credentials endpoint",
                                .method = "GET",
                                .url = url,
                                .timeout_ms = CONTAINER_MS,
                                .tries = CONTAINER_TRIES};
    if (token[0] != '\0')
        request.header = (http_pair){"authorization", token};
    unpeg_status status = ask(context, &request, &response);
    if (status == UNPEG_OK)
        status = credential_from_json(context, text_buffer_slice(&response.body), &names,
                                      request.what, ret);
    http_response_deinit(&response);
    return status;
}

unpeg_status credential_from_container(const credential_context *context, credentials *ret)
{
    const char *relative = store_variable(context->host, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = store_variable(context->host, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    text_buffer url = {0};
    text_buffer token = {0};
    if (relative == NULL && full == NULL)
        return UNPEG_NOT_FOUND;
    if (relative != NULL)
        text_buffer_format(&url, "http://169.254.170.2%s%s", relative[0] == '/' ? "" : "/",
                           relative);
    else
        text_buffer_add_text(&url, full);
    unpeg_status status =
        url.failed ? UNPEG_NO_MEMORY : check_full_address(context, text_buffer_text(&url));
    if (status == UNPEG_OK)
        status = container_token(context, &token);
    if (status == UNPEG_OK)
        status = ask_container(context, url.bytes, text_buffer_text(&token), ret);
    if (status == UNPEG_OK)
        credential_set_source(ret, "container (%s)", relative != NULL ? "relative" : "full");
    text_buffer_deinit(&url);
    text_buffer_deinit(&token);
    return status;
}

static const char *instance_endpoint(const store_host *host)
{
    const char *endpoint = store_variable(host, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = store_variable(host, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    if (endpoint != NULL)
        return endpoint;
    return mode != NULL && strcasecmp(mode, "ipv6") == 0 ? "http://[fd00:ec2::254]"
                                                         : "http://169.254.169.254";
}

typedef struct instance {
    const credential_context *context;
    uri_address address;
    text_buffer token;
    text_buffer url;
} instance;

static unpeg_status ask_instance(instance *at, const char *path, const char *rest,
                                 http_response *response)
{
    metadata_request request = {
        .what = "the instance's metadata",
        .method = "GET",
        .header = {"x-aws-ec2-metadata-token", text_buffer_text(&at->token)},
        .timeout_ms = INSTANCE_MS,
        .tries = 2};
    bool for_token = strcmp(path, INSTANCE_TOKEN) == 0;
    if (for_token) {
        request.method = "PUT";
        request.header = (http_pair){"x-aws-ec2-metadata-token-ttl-seconds", "21600"};
        request.tries = 1; /* most machines are none: that must be seen fast */
    }
    text_buffer_clear(&at->url);
    text_buffer_format(&at->url, "%s://%s%s%s%s", at->address.tls ? "https" : "http",
                       at->address.host, at->address.path, path, rest);
    if (at->url.failed)
        return UNPEG_NO_MEMORY;
    request.url = at->url.bytes;
    return ask(at->context, &request, response);
}

/* No service, or none that gives tokens: not an instance. */
static unpeg_status get_token(instance *at, http_response *response)
{
    unpeg_status status = ask_instance(at, INSTANCE_TOKEN, "", response);
    if (status == UNPEG_REMOTE || status == UNPEG_PERMISSION)
        return UNPEG_NOT_FOUND;
    if (status == UNPEG_OK)
        text_buffer_add(&at->token, text_buffer_slice(&response->body));
    return at->token.failed ? UNPEG_NO_MEMORY : status;
}

/* The first line; 404 where the instance has no role. */
static unpeg_status get_role(instance *at, http_response *response, char ret[ROLE_NAME_LIMIT + 1])
{
    unpeg_status status = ask_instance(at, INSTANCE_ROLES, "", response);
    const char *body = text_buffer_text(&response->body);
    size_t len = strcspn(body, "\r\n");
    if (response->status == 404)
        return UNPEG_NOT_FOUND;
    if (status == UNPEG_OK && (len == 0 || len > ROLE_NAME_LIMIT))
        status = unpeg_error_set(at->context->error, UNPEG_INPUT,
                                 "the instance's metadata names no role");
    if (status == UNPEG_OK)
        s3_error_text(ret, len + 1, (unpeg_slice){body, len});
    return status;
}

static unpeg_status get_keys(instance *at, http_response *response, credentials *ret)
{
    static const credential_json_names names = {.token = "Token"};
    char role[ROLE_NAME_LIMIT + 1] = "";
    text_buffer encoded = {0};
    unpeg_status status = get_role(at, response, role);
    if (status != UNPEG_OK)
        return status;
    uri_encode(&encoded, unpeg_slice_of(role), false);
    status = encoded.failed ? UNPEG_NO_MEMORY
                            : ask_instance(at, INSTANCE_ROLES, encoded.bytes, response);
    text_buffer_deinit(&encoded);
    if (status == UNPEG_OK)
        status = credential_from_json(at->context, text_buffer_slice(&response->body), &names,
                                      "the instance's metadata", ret);
    credential_set_source(ret, "instance role %s", role);
    return status;
}

unpeg_status credential_from_instance(const credential_context *context, credentials *ret)
{
    const char *disabled = store_variable(context->host, "AWS_EC2_METADATA_DISABLED");
    instance at = {.context = context};
    http_response response = {0};
    if (disabled != NULL && strcasecmp(disabled, "true") == 0)
        return UNPEG_NOT_FOUND;
    unpeg_status status = uri_parse(instance_endpoint(context->host), &at.address, context->error);
    if (status == UNPEG_OK)
        status = get_token(&at, &response);
    if (status == UNPEG_OK)
        status = get_keys(&at, &response, ret);
    text_buffer_deinit(&at.token);
    text_buffer_deinit(&at.url);
    http_response_deinit(&response);
    return status;
}
