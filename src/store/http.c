/* SPDX-License-Identifier: MIT */
#include "http.h"

static bool is_token(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] == ':' || text[i] == ';' || text[i] == 0x7f)
            return false;
    }
    return len > 0;
}

/* A control character would end the header and begin another. */
static bool is_value(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((*text > 0 && *text < ' ' && *text != '\t') || *text == 0x7f)
            return false;
    }
    return true;
}

static bool is_web_address(const char *url)
{
    return (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0) && is_value(url) &&
           strchr(url, ' ') == NULL;
}

unpeg_status http_send(const http_transport *transport, const http_request *request,
                       const store_budget *budget, http_response *response)
{
    http_response_clear(response);
    unpeg_status status = UNPEG_OK;
    if (!is_web_address(request->url))
        status = unpeg_error_set(&response->error, UNPEG_ARGUMENT, "no http address: %.100s",
                                 request->url);
    for (size_t i = 0; i < request->header_count && status == UNPEG_OK; i++) {
        const http_pair *header = &request->headers[i];
        if (!is_token(header->name) || !is_value(header->value))
            status = unpeg_error_set(&response->error, UNPEG_ARGUMENT,
                                     "header %.60s cannot be sent", header->name);
    }
    return status == UNPEG_OK ? transport->send(transport->user, request, budget, response)
                              : status;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

void http_response_add_header(http_response *response, unpeg_slice name, unpeg_slice value)
{
    text_buffer *headers = &response->headers;
    while (value.len > 0 && is_blank(value.data[0]))
        value = (unpeg_slice){value.data + 1, value.len - 1};
    while (value.len > 0 && is_blank(value.data[value.len - 1]))
        value.len--;
    if (headers->len + name.len + value.len + 2 > HTTP_HEADER_LIMIT ||
        memchr(name.data, '\0', name.len) != NULL)
        return;
    for (size_t i = 0; i < name.len; i++)
        text_buffer_add_char(headers, lower(name.data[i]));
    text_buffer_add_char(headers, '\0');
    text_buffer_add(headers, (unpeg_slice){value.data, strnlen(value.data, value.len)});
    text_buffer_add_char(headers, '\0');
}

const char *http_response_header(const http_response *response, const char *name)
{
    const text_buffer *headers = &response->headers;
    for (size_t at = 0; at < headers->len && !headers->failed;) {
        const char *value = headers->bytes + at + strlen(headers->bytes + at) + 1;
        if (strcmp(headers->bytes + at, name) == 0)
            return value;
        at = (size_t)(value - headers->bytes) + strlen(value) + 1;
    }
    return NULL;
}

bool http_response_number(const http_response *response, const char *name, uint64_t *ret)
{
    const char *text = http_response_header(response, name);
    if (text == NULL || *text == '\0')
        return false;
    *ret = 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(*ret, UINT64_C(10), ret) ||
            __builtin_add_overflow(*ret, (uint64_t)(*text - '0'), ret))
            return false;
    }
    return true;
}

void http_response_clear(http_response *response)
{
    text_buffer headers = response->headers;
    text_buffer body = response->body;
    text_buffer_clear(&headers);
    text_buffer_clear(&body);
    headers.failed = body.failed = false;
    *response = (http_response){.headers = headers, .body = body};
}

void http_response_deinit(http_response *response)
{
    text_buffer_deinit(&response->headers);
    text_buffer_deinit(&response->body);
    *response = (http_response){0};
}
