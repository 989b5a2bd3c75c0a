/* SPDX-License-Identifier: MIT */
#include "part_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "grow.h"

/* One page of the answer. */
typedef struct part_page {
    part_list *list;
    unsigned number; /* of the part that is being read */
    char etag[ETAG_MAX + 3];
    bool is_cut;
    char marker[16];
} part_page;

static void copy_text(unpeg_slice text, char *ret, size_t size)
{
    size_t len = text.len < size ? text.len : 0;
    memcpy(ret, text.data ? text.data : "", len);
    ret[len] = '\0';
}

static unpeg_status take_part(part_page *page)
{
    part_list *list = page->list;
    size_t len = strlen(page->etag);
    if (page->number == 0 || page->number > UPLOAD_PARTS_MAX)
        return UNPEG_INPUT;
    if (!grow_reserve((void **)&list->etags, &list->capacity, page->number, sizeof list->etags[0]))
        return UNPEG_NO_MEMORY;
    for (; list->count < page->number; list->count++)
        list->etags[list->count][0] = '\0';
    bool has_quotes = len >= 2 && page->etag[0] == '"' && page->etag[len - 1] == '"';
    snprintf(list->etags[page->number - 1], sizeof list->etags[0], "%.*s",
             (int)(has_quotes ? len - 2 : len), page->etag + has_quotes);
    return UNPEG_OK;
}

static unpeg_status take(void *user, const char *path, unpeg_slice text)
{
    part_page *page = user;
    char number[16];
    if (strcmp(path, "ListPartsResult/Part/PartNumber") == 0) {
        copy_text(text, number, sizeof number);
        page->number = (unsigned)strtoul(number, NULL, 10);
    } else if (strcmp(path, "ListPartsResult/Part/ETag") == 0) {
        copy_text(text, page->etag, sizeof page->etag);
    } else if (strcmp(path, "ListPartsResult/Part") == 0) {
        return take_part(page);
    } else if (strcmp(path, "ListPartsResult/IsTruncated") == 0) {
        page->is_cut = unpeg_slice_equal(text, unpeg_slice_of("true"));
    } else if (strcmp(path, "ListPartsResult/NextPartNumberMarker") == 0) {
        copy_text(text, page->marker, sizeof page->marker);
    }
    return UNPEG_OK;
}

static unpeg_status get_page(upload *u, const char *upload_id, part_page *page)
{
    char marker[sizeof page->marker];
    memcpy(marker, page->marker, sizeof marker);
    const http_pair query[] = {{"uploadId", upload_id}, {"part-number-marker", marker}};
    s3_request request = {
        .method = "GET", .query = query, .query_count = marker[0] != '\0' ? 2 : 1};
    unpeg_status status = upload_call(u, &request);
    if (status != UNPEG_OK)
        return status;
    page->is_cut = false;
    page->marker[0] = '\0';
    status = xml_text_parse(text_buffer_slice(&u->response.http.body), take, page, u->error);
    bool stands_still = page->is_cut && strcmp(marker, page->marker) == 0;
    if (status == UNPEG_INPUT || stands_still)
        return unpeg_error_set(u->error, UNPEG_REMOTE, "the store's list of parts makes no sense");
    return status;
}

unpeg_status part_list_get(upload *u, const char *upload_id, part_list *ret)
{
    part_page page = {.list = ret, .is_cut = true};
    unpeg_status status = UNPEG_OK;
    /* At most a page for each part: a list that never ends is none. */
    for (size_t i = 0; status == UNPEG_OK && page.is_cut && i < UPLOAD_PARTS_MAX; i++)
        status = get_page(u, upload_id, &page);
    return status;
}

void part_list_deinit(part_list *list)
{
    free(list->etags);
    *list = (part_list){.etags = NULL};
}
