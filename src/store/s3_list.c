/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "s3_store.h"
#include "time_text.h"
#include "uri_text.h"
#include "xml_text.h"

enum { TOKEN_MAX = 4096, QUERY_MAX = 5 };

/* One page of a listing. */
typedef struct list_page {
    const store_list *list;
    const char *prefix; /* the store's own, which keys are shown without */
    bool is_listing, is_encoded, is_cut;
    char token[TOKEN_MAX + 1];
    text_buffer key;
    unpeg_object object;
} list_page;

/* False when it does not fit. */
static bool copy_text(unpeg_slice text, char *ret, size_t size)
{
    size_t len = text.len < size ? text.len : 0;
    memcpy(ret, text.data ? text.data : "", len);
    ret[len] = '\0';
    return len == text.len;
}

/* What has to be known before the keys are read; where it stands in the document is the store's
 * choice. */
static unpeg_status take_head(void *user, const char *path, unpeg_slice text)
{
    list_page *page = user;
    if (strcmp(path, "ListBucketResult") == 0)
        page->is_listing = true;
    if (strcmp(path, "ListBucketResult/EncodingType") == 0)
        page->is_encoded = unpeg_slice_equal(text, unpeg_slice_of("url"));
    if (strcmp(path, "ListBucketResult/IsTruncated") == 0)
        page->is_cut = unpeg_slice_equal(text, unpeg_slice_of("true"));
    if (strcmp(path, "ListBucketResult/NextContinuationToken") == 0 &&
        !copy_text(text, page->token, sizeof page->token))
        return UNPEG_LIMIT;
    return UNPEG_OK;
}

static void take_key(list_page *page, unpeg_slice text)
{
    text_buffer_clear(&page->key);
    if (page->is_encoded)
        uri_decode(&page->key, text);
    else
        text_buffer_add(&page->key, text);
}

static void take_time(list_page *page, unpeg_slice text)
{
    char when[40];
    int64_t unix_s = 0;
    if (copy_text(text, when, sizeof when) && time_text_iso(when, &unix_s))
        page->object.modified_us = unix_s * 1000000;
}

static unpeg_status take_object(list_page *page)
{
    if (page->key.failed)
        return UNPEG_NO_MEMORY;
    size_t prefix_len = strlen(page->prefix);
    if (page->key.len <= prefix_len || strlen(page->key.bytes) != page->key.len ||
        strncmp(page->key.bytes, page->prefix, prefix_len) != 0)
        return UNPEG_OK;
    page->object.key = page->key.bytes + prefix_len;
    unpeg_status status = page->list->each(page->list->user, &page->object);
    page->object = (unpeg_object){.key = NULL};
    return status;
}

static unpeg_status take(void *user, const char *path, unpeg_slice text)
{
    list_page *page = user;
    char number[24];
    if (strcmp(path, "ListBucketResult/Contents/Key") == 0) {
        take_key(page, text);
    } else if (strcmp(path, "ListBucketResult/Contents/LastModified") == 0) {
        take_time(page, text);
    } else if (strcmp(path, "ListBucketResult/Contents/Size") == 0) {
        copy_text(text, number, sizeof number);
        page->object.bytes = strtoull(number, NULL, 10);
    } else if (strcmp(path, "ListBucketResult/Contents") == 0) {
        return take_object(page);
    }
    return UNPEG_OK;
}

static unpeg_status read_page(list_page *page, unpeg_slice document, unpeg_error *error)
{
    char before[sizeof page->token];
    memcpy(before, page->token, sizeof before);
    page->token[0] = '\0';
    page->is_listing = page->is_cut = page->is_encoded = false;
    unpeg_status status = xml_text_parse(document, take_head, page, error);
    bool stands_still = page->is_cut && (!page->token[0] || strcmp(before, page->token) == 0);
    bool is_none = status == UNPEG_OK && !page->is_listing;
    if (status == UNPEG_INPUT || status == UNPEG_LIMIT || is_none || stands_still)
        return unpeg_error_set(error, UNPEG_REMOTE, "the store's listing makes no sense");
    return status == UNPEG_OK ? xml_text_parse(document, take, page, error) : status;
}

static unpeg_status get_page(unpeg_store *store, list_page *page, s3_response *response,
                             unpeg_error *error)
{
    s3_store *s3 = store->backend;
    const store_budget budget = s3_store_budget(store);
    char prefix[2 * UNPEG_KEY_MAX + 2];
    snprintf(prefix, sizeof prefix, "%s%.*s", s3->prefix, UNPEG_KEY_MAX, page->list->prefix);
    const http_pair query[QUERY_MAX] = {{"list-type", "2"},
                                        {"max-keys", "1000"},
                                        {"encoding-type", "url"},
                                        {"prefix", prefix},
                                        {"continuation-token", page->token}};
    const s3_request request = {.method = "GET",
                                .query = query,
                                .query_count = page->token[0] ? QUERY_MAX : QUERY_MAX - 1,
                                .budget = &budget};
    unpeg_status status = s3_client_send(s3->client, &request, response, error);
    return status == UNPEG_OK ? read_page(page, text_buffer_slice(&response->http.body), error)
                              : status;
}

unpeg_status s3_list(unpeg_store *store, const store_list *list, unpeg_error *error)
{
    const s3_store *s3 = store->backend;
    s3_response response = {0};
    list_page *page = calloc(1, sizeof *page);
    if (!page)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for the listing");
    page->list = list;
    page->prefix = s3->prefix;
    page->is_cut = true;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && page->is_cut) {
        status = store_ended(store, error);
        if (status == UNPEG_OK)
            status = get_page(store, page, &response, error);
    }
    s3_response_deinit(&response);
    text_buffer_deinit(&page->key);
    free(page);
    return status;
}
