/* SPDX-License-Identifier: MIT */
#include "range_resume.h"

#include <stdio.h>
#include <stdlib.h>

static void take_etag(const char *quoted, char ret[ETAG_MAX + 1])
{
    size_t len = strlen(quoted);
    bool has_quotes = len >= 2 && quoted[0] == '"' && quoted[len - 1] == '"';
    size_t kept = has_quotes ? len - 2 : len;
    snprintf(ret, ETAG_MAX + 1, "%.*s", (int)(kept <= ETAG_MAX ? kept : 0), quoted + has_quotes);
    if (ret[0] != '\0' && !upload_etag_is_sound(ret))
        ret[0] = '\0';
}

static unpeg_status begin(range_resume *r, const range_answer *answer)
{
    take_etag(answer->etag, r->etag);
    r->begun = true;
    r->opaque = answer->opaque;
    r->has_total = answer->has_length;
    r->total = answer->length;
    return UNPEG_OK;
}

static bool is_same(const range_resume *r, const range_answer *answer)
{
    char etag[ETAG_MAX + 1];
    take_etag(answer->etag, etag);
    return strcmp(etag, r->etag) == 0;
}

static unpeg_status begin_again(range_resume *r, const range_answer *answer)
{
    if (!is_same(r, answer) || (r->has_total && answer->has_length && answer->length != r->total))
        return UNPEG_MISMATCH;
    r->skip = r->offset;
    return UNPEG_OK;
}

/* "bytes FIRST-LAST/TOTAL", the total possibly "*". */
static unpeg_status go_on(const range_resume *r, const range_answer *answer)
{
    unsigned long long first;
    unsigned long long last;
    char total[24] = "";
    if (sscanf(answer->content_range, "bytes %llu-%llu/%23s", &first, &last, total) != 3 ||
        first != r->offset || last < first)
        return UNPEG_REMOTE;
    bool same_total =
        !r->has_total || strcmp(total, "*") == 0 || strtoull(total, NULL, 10) == r->total;
    return same_total && is_same(r, answer) ? UNPEG_OK : UNPEG_MISMATCH;
}

unpeg_status range_resume_answer(range_resume *r, const range_answer *answer)
{
    r->skip = 0;
    if (answer->http_status == 200)
        return r->begun && r->offset != 0 ? begin_again(r, answer) : begin(r, answer);
    if (answer->http_status == 206 && r->begun)
        return go_on(r, answer);
    return UNPEG_REMOTE;
}

unpeg_slice range_resume_take(range_resume *r, unpeg_slice bytes)
{
    uint64_t known = r->skip < bytes.len ? r->skip : bytes.len;
    r->skip -= known;
    r->offset += bytes.len - known;
    return (unpeg_slice){bytes.data + known, bytes.len - (size_t)known};
}

bool range_resume_is_done(const range_resume *r)
{
    return r->begun && r->has_total && r->offset == r->total;
}

bool range_resume_has_md5(const range_resume *r)
{
    return !r->opaque && strlen(r->etag) == 2 * (size_t)MD5_BYTES && !strchr(r->etag, '-');
}
