/* SPDX-License-Identifier: MIT */
#include "sigv4.h"

#include <stdlib.h>
#include <time.h>

enum { DAY_LEN = 8 };

/* The headers to sign, sorted by name. */
typedef struct header_list {
    http_pair pairs[SIGV4_HEADER_LIMIT + 2];
    size_t count;
} header_list;

static int compare_names(const void *left, const void *right)
{
    const http_pair *a = left;
    const http_pair *b = right;
    return strcmp(a->name, b->name);
}

static unpeg_status sort_headers(const sigv4_request *request, const char *date, header_list *ret)
{
    if (request->header_count > SIGV4_HEADER_LIMIT)
        return UNPEG_ARGUMENT;
    ret->count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        ret->pairs[ret->count++] = request->headers[i];
    ret->pairs[ret->count++] = (http_pair){"host", request->host};
    ret->pairs[ret->count++] = (http_pair){"x-amz-date", date};
    qsort(ret->pairs, ret->count, sizeof ret->pairs[0], compare_names);
    for (size_t i = 1; i < ret->count; i++) {
        if (strcmp(ret->pairs[i - 1].name, ret->pairs[i].name) == 0)
            return UNPEG_ARGUMENT;
    }
    return UNPEG_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without blanks at its ends, each run of blanks inside as one space. */
static void add_value(text_buffer *out, const char *value)
{
    bool pending = false;
    bool begun = false;
    for (; *value != '\0'; value++) {
        if (is_blank(*value)) {
            pending = begun;
            continue;
        }
        if (pending)
            text_buffer_add_char(out, ' ');
        text_buffer_add_char(out, *value);
        pending = false;
        begun = true;
    }
}

static void add_names(text_buffer *out, const header_list *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (i != 0)
            text_buffer_add_char(out, ';');
        text_buffer_add_text(out, headers->pairs[i].name);
    }
}

static void add_canonical(text_buffer *out, const sigv4_request *request,
                          const header_list *headers)
{
    text_buffer_format(out, "%s\n%s\n%s\n", request->method, request->path, request->query);
    for (size_t i = 0; i < headers->count; i++) {
        text_buffer_add_text(out, headers->pairs[i].name);
        text_buffer_add_char(out, ':');
        add_value(out, headers->pairs[i].value);
        text_buffer_add_char(out, '\n');
    }
    text_buffer_add_char(out, '\n');
    add_names(out, headers);
    text_buffer_add_char(out, '\n');
    text_buffer_add_text(out, request->payload_sha256);
}

/* "20260131/us-east-1/s3/aws4_request" */
static void add_scope(text_buffer *out, const sigv4_scope *scope, const char *date)
{
    text_buffer_format(out, "%.*s/%s/%s/aws4_request", DAY_LEN, date, scope->region,
                       scope->service);
}

static unpeg_status add_text_to_sign(const crypto *lib, text_buffer *out, const sigv4_scope *scope,
                                     const char *date, const text_buffer *canonical)
{
    unsigned char digest[CRYPTO_SHA256_SIZE];
    if (canonical->failed)
        return UNPEG_NO_MEMORY;
    unpeg_status status = crypto_sha256(lib, canonical->bytes, canonical->len, digest);
    text_buffer_format(out, "AWS4-HMAC-SHA256\n%s\n", date);
    add_scope(out, scope, date);
    text_buffer_add_char(out, '\n');
    text_buffer_add_hex(out, digest, sizeof digest);
    if (status != UNPEG_OK)
        return status;
    return out->failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

/* What the secret is chained over: day, region, service, a constant, the text to sign. */
enum { CHAIN_LEN = 5 };

/* Each step's result is the key of the next. */
static unpeg_status chain_hmac(const crypto *lib, unpeg_slice key, const unpeg_slice *texts,
                               unsigned char ret[CRYPTO_SHA256_SIZE])
{
    unsigned char last[CRYPTO_SHA256_SIZE];
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < CHAIN_LEN && status == UNPEG_OK; i++) {
        status = crypto_hmac_sha256(lib, key, texts[i], ret);
        memcpy(last, ret, sizeof last);
        key = (unpeg_slice){(const char *)last, sizeof last};
    }
    explicit_bzero(last, sizeof last);
    return status;
}

static unpeg_status compute(const crypto *lib, const char *secret, const unpeg_slice *texts,
                            unsigned char ret[CRYPTO_SHA256_SIZE])
{
    text_buffer key = {0};
    text_buffer_add_text(&key, "AWS4");
    text_buffer_add_text(&key, secret);
    unpeg_status status = UNPEG_NO_MEMORY;
    if (!key.failed)
        status = chain_hmac(lib, text_buffer_slice(&key), texts, ret);
    text_buffer_deinit(&key);
    return status;
}

static unpeg_status set_date(int64_t unix_s, char ret[SIGV4_DATE_SIZE])
{
    time_t seconds = (time_t)unix_s;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL || parts.tm_year < 70 || parts.tm_year > 8099)
        return UNPEG_ARGUMENT;
    strftime(ret, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &parts);
    return UNPEG_OK;
}

static void add_authorization(text_buffer *out, const char *access_key, const sigv4_scope *scope,
                              const char *date, const header_list *headers)
{
    text_buffer_format(out, "AWS4-HMAC-SHA256 Credential=%s/", access_key);
    add_scope(out, scope, date);
    text_buffer_add_text(out, ", SignedHeaders=");
    add_names(out, headers);
    text_buffer_add_text(out, ", Signature=");
}

unpeg_status sigv4_sign(const crypto *lib, const sigv4_request *request, const sigv4_keys *keys,
                        const sigv4_scope *scope, sigv4_signature *ret)
{
    header_list headers;
    text_buffer canonical = {0};
    text_buffer to_sign = {0};
    unsigned char digest[CRYPTO_SHA256_SIZE];
    text_buffer_clear(&ret->authorization);
    unpeg_status status = set_date(scope->unix_s, ret->date);
    if (status == UNPEG_OK)
        status = sort_headers(request, ret->date, &headers);
    if (status != UNPEG_OK)
        return status;
    add_canonical(&canonical, request, &headers);
    status = add_text_to_sign(lib, &to_sign, scope, ret->date, &canonical);
    if (status == UNPEG_OK) {
        const unpeg_slice texts[CHAIN_LEN] = {{ret->date, DAY_LEN},
                                              unpeg_slice_of(scope->region),
                                              unpeg_slice_of(scope->service),
                                              unpeg_slice_of("aws4_request"),
                                              text_buffer_slice(&to_sign)};
        status = compute(lib, keys->secret_key, texts, digest);
    }
    if (status == UNPEG_OK) {
        add_authorization(&ret->authorization, keys->access_key, scope, ret->date, &headers);
        text_buffer_add_hex(&ret->authorization, digest, sizeof digest);
        status = ret->authorization.failed ? UNPEG_NO_MEMORY : UNPEG_OK;
    }
    text_buffer_deinit(&canonical);
    text_buffer_deinit(&to_sign);
    return status;
}

void sigv4_signature_deinit(sigv4_signature *signature)
{
    text_buffer_deinit(&signature->authorization);
}
