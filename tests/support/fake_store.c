/* SPDX-License-Identifier: MIT */
#include "fake_store.h"

#include "check.h"

static const char *variable(void *user, const char *name)
{
    const fake_store *fake = user;
    for (size_t i = fake->variable_count; i > 0; i--) {
        if (strcmp(fake->variables[i - 1].name, name) == 0)
            return fake->variables[i - 1].value;
    }
    return NULL;
}

static int64_t unix_s(void *user)
{
    const fake_store *fake = user;
    return fake->unix_s + fake->now_ms / 1000;
}

static int64_t monotonic_ms(void *user)
{
    const fake_store *fake = user;
    return fake->now_ms;
}

static void sleep_ms(void *user, int64_t ms)
{
    fake_store *fake = user;
    fake->now_ms += ms;
    fake->slept_ms += ms;
}

static uint64_t random_number(void *user)
{
    const fake_store *fake = user;
    return fake->next_random;
}

static unpeg_status keep_body(const http_body *body, text_buffer *ret)
{
    char piece[64];
    size_t got = 0;
    for (uint64_t at = 0; at < body->size; at += got) {
        size_t left = body->size - at < sizeof piece ? (size_t)(body->size - at) : sizeof piece;
        unpeg_status status = UNPEG_OK;
        got = left;
        if (body->read == NULL)
            memcpy(piece, (const char *)body->bytes + at, left);
        else
            status = body->read(body->user, at, piece, left, &got);
        if (status != UNPEG_OK)
            return status;
        text_buffer_add(ret, (unpeg_slice){piece, got});
    }
    return UNPEG_OK;
}

static unpeg_status keep_request(fake_store *fake, const http_request *request)
{
    assert_true(fake->answered < fake->answer_count && fake->answered < FAKE_REQUESTS);
    fake_request *kept = &fake->requests[fake->answered];
    text_buffer_format(&kept->line, "%s %s", request->method, request->url);
    for (size_t i = 0; i < request->header_count; i++)
        http_response_add_header(&kept->headers, unpeg_slice_of(request->headers[i].name),
                                 unpeg_slice_of(request->headers[i].value));
    return keep_body(&request->body, &kept->body);
}

static unpeg_status deliver(const http_request *request, const fake_answer *answer,
                            http_response *response)
{
    const char *body = answer->body != NULL ? answer->body : "";
    bool good = answer->status / 100 == 2;
    unpeg_status status = UNPEG_OK;
    if (good && request->on_answer != NULL)
        status = request->on_answer(request->sink.user, response);
    if (status == UNPEG_OK && good && request->sink.write != NULL) {
        status = request->sink.write(request->sink.user, body, strlen(body));
        response->delivered = strlen(body);
    } else {
        text_buffer_add_text(&response->body, body);
    }
    return status;
}

static unpeg_status send_to_fake(void *user, const http_request *request,
                                 const store_budget *budget, http_response *response)
{
    fake_store *fake = user;
    unpeg_status status = store_budget_check(&fake->host, budget, &response->error);
    if (status == UNPEG_OK)
        status = keep_request(fake, request);
    if (status != UNPEG_OK)
        return status;
    const fake_answer *answer = &fake->answers[fake->answered++];
    if (answer->wants_url != NULL)
        assert_non_null(strstr(request->url, answer->wants_url));
    for (size_t i = 0; i < FAKE_HEADERS && answer->headers[i].name != NULL; i++)
        http_response_add_header(response, unpeg_slice_of(answer->headers[i].name),
                                 unpeg_slice_of(answer->headers[i].value));
    if (answer->status == 0) {
        response->may_retry = answer->may_retry;
        response->sent = true;
        if (answer->body != NULL) {
            fake_answer cut = {.status = 200, .body = answer->body};
            status = deliver(request, &cut, response);
        }
        return unpeg_error_set(&response->error, UNPEG_REMOTE, "the connection broke");
    }
    response->status = answer->status;
    return deliver(request, answer, response);
}

void fake_store_init(fake_store *fake)
{
    *fake = (fake_store){.unix_s = 1767225600, .now_ms = 1000000};
    fake->unix_s -= fake->now_ms / 1000;
    fake->transport = (http_transport){send_to_fake, fake};
    fake->host = (store_host){.variable = variable,
                              .unix_s = unix_s,
                              .monotonic_ms = monotonic_ms,
                              .sleep_ms = sleep_ms,
                              .random = random_number,
                              .transport = &fake->transport,
                              .user = fake};
}

void fake_store_set(fake_store *fake, const char *name, const char *value)
{
    assert_true(fake->variable_count < FAKE_VARIABLES);
    fake->variables[fake->variable_count++] = (http_pair){name, value};
}

const char *fake_request_header(const fake_store *fake, size_t request, const char *name)
{
    assert_true(request < fake->answered);
    return http_response_header(&fake->requests[request].headers, name);
}

const char *fake_request_line(const fake_store *fake, size_t request)
{
    assert_true(request < fake->answered);
    return text_buffer_text(&fake->requests[request].line);
}

void fake_store_deinit(fake_store *fake)
{
    for (size_t i = 0; i < FAKE_REQUESTS; i++) {
        text_buffer_deinit(&fake->requests[i].line);
        http_response_deinit(&fake->requests[i].headers);
        text_buffer_deinit(&fake->requests[i].body);
    }
}
