/* SPDX-License-Identifier: MIT */
#include "uri_text.h"

#include <stdlib.h>

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

void uri_encode(text_buffer *out, unpeg_slice text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        unsigned char byte = (unsigned char)c;
        char encoded[3] = {'%', digits[byte >> 4], digits[byte & 15]};
        if (is_unreserved(c) || (c == '/' && keep_slash))
            text_buffer_add_char(out, c);
        else
            text_buffer_add(out, (unpeg_slice){encoded, sizeof encoded});
    }
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void uri_decode(text_buffer *out, unpeg_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        int high = c == '%' && text.len - i > 2 ? digit_of(text.data[i + 1]) : -1;
        int low = high >= 0 ? digit_of(text.data[i + 2]) : -1;
        if (low >= 0) {
            text_buffer_add_char(out, (char)(high * 16 + low));
            i += 2;
        } else {
            text_buffer_add_char(out, (char)(c == '+' ? ' ' : c));
        }
    }
}

typedef struct encoded_pair {
    text_buffer name;
    text_buffer value;
} encoded_pair;

static int compare_pairs(const void *left, const void *right)
{
    const encoded_pair *a = left;
    const encoded_pair *b = right;
    int names = strcmp(text_buffer_text(&a->name), text_buffer_text(&b->name));
    return names != 0 ? names : strcmp(text_buffer_text(&a->value), text_buffer_text(&b->value));
}

static void add_pair(text_buffer *out, const encoded_pair *pair, bool first)
{
    if (!first)
        text_buffer_add_char(out, '&');
    text_buffer_add(out, text_buffer_slice(&pair->name));
    text_buffer_add_char(out, '=');
    text_buffer_add(out, text_buffer_slice(&pair->value));
    out->failed = out->failed || pair->name.failed || pair->value.failed;
}

unpeg_status uri_query(text_buffer *out, const http_pair *pairs, size_t count)
{
    encoded_pair *encoded = calloc(count + 1, sizeof *encoded);
    if (encoded == NULL)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uri_encode(&encoded[i].name, unpeg_slice_of(pairs[i].name), false);
        uri_encode(&encoded[i].value, unpeg_slice_of(pairs[i].value), false);
    }
    qsort(encoded, count, sizeof *encoded, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        add_pair(out, &encoded[i], i == 0);
        text_buffer_deinit(&encoded[i].name);
        text_buffer_deinit(&encoded[i].value);
    }
    free(encoded);
    return out->failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

static bool is_name_char(char c)
{
    return is_unreserved(c) || c == ':';
}

static bool is_loopback(const char *name)
{
    static const char suffix[] = ".localhost";
    size_t len = strlen(name);
    if (strncmp(name, "127.", 4) == 0)
        return strspn(name, "0123456789.") == len;
    return strcmp(name, "localhost") == 0 || strcmp(name, "::1") == 0 ||
           (len >= sizeof suffix && strcmp(name + len - (sizeof suffix - 1), suffix) == 0);
}

/* The name before a port; an IPv6 address stands in brackets. */
static bool split_name(const char *text, size_t len, uri_address *ret, const char **ret_rest)
{
    bool bracket = len > 0 && text[0] == '[';
    const char *name = text + bracket;
    const char *end = memchr(name, bracket ? ']' : ':', len - bracket);
    size_t name_len = end != NULL ? (size_t)(end - name) : len - bracket;
    if ((bracket && end == NULL) || name_len == 0 || name_len > URI_HOST_LIMIT)
        return false;
    for (size_t i = 0; i < name_len; i++) {
        if (!is_name_char(name[i]))
            return false;
    }
    memcpy(ret->name, name, name_len);
    ret->name[name_len] = '\0';
    *ret_rest = name + name_len + bracket;
    return true;
}

/* ":8000" or nothing; 0 in *ret when there is none. */
static bool parse_port(const char *text, size_t len, unsigned *ret)
{
    *ret = 0;
    if (len == 0)
        return true;
    if (text[0] != ':' || len < 2 || len > 6)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret = *ret * 10 + (unsigned)(text[i] - '0');
    }
    return *ret > 0 && *ret <= 65535;
}

static bool parse_host(const char *text, size_t len, uri_address *ret)
{
    const char *rest;
    unsigned port;
    if (!split_name(text, len, ret, &rest) || !parse_port(rest, len - (size_t)(rest - text), &port))
        return false;
    text_buffer host = {0};
    text_buffer_format(&host, text[0] == '[' ? "[%s]" : "%s", ret->name);
    if (port != 0 && port != (ret->tls ? 443U : 80U))
        text_buffer_format(&host, ":%u", port);
    bool fits = !host.failed && host.len <= URI_HOST_LIMIT;
    if (fits)
        memcpy(ret->host, host.bytes, host.len + 1);
    text_buffer_deinit(&host);
    return fits;
}

static bool parse_path(const char *text, uri_address *ret)
{
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '/')
        len--;
    if (len > URI_HOST_LIMIT)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_unreserved(text[i]) && text[i] != '/')
            return false;
    }
    memcpy(ret->path, text, len);
    ret->path[len] = '\0';
    return true;
}

unpeg_status uri_parse(const char *text, uri_address *ret, unpeg_error *error)
{
    static const char schemes[2][9] = {"http://", "https://"};
    *ret = (uri_address){0};
    for (int tls = 0; tls < 2; tls++) {
        size_t len = strlen(schemes[tls]);
        if (strncmp(text, schemes[tls], len) != 0)
            continue;
        const char *host = text + len;
        size_t host_len = strcspn(host, "/");
        ret->tls = tls;
        if (parse_host(host, host_len, ret) && parse_path(host + host_len, ret)) {
            ret->loopback = is_loopback(ret->name);
            return UNPEG_OK;
        }
    }
    return unpeg_error_set(error, UNPEG_ARGUMENT,
                           "\"%.100s\" is no address of the form http[s]://host[:port][/path]",
                           text);
}
