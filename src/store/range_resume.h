/* SPDX-License-Identifier: MIT
 *
 * Where a download is that may break off and be taken up again.
 *
 *     range_resume r = {0};
 *     status = range_resume_answer(&r, &answer);          the head of each answer
 *     fresh = range_resume_take(&r, bytes);               what of its body was not there before
 *     if (range_resume_is_done(&r)) ...
 */
#ifndef UNPEG_STORE_RANGE_RESUME_H
#define UNPEG_STORE_RANGE_RESUME_H

#include "upload_state.h"

typedef struct range_resume {
    uint64_t offset; /* bytes that were handed on: what to ask for begins here */
    uint64_t skip;   /* bytes of this answer that were there before */
    bool has_total, begun;
    bool opaque; /* the ETag is no MD5 */
    uint64_t total;
    char etag[ETAG_MAX + 1]; /* of the first answer, without quotes */
} range_resume;

typedef struct range_answer {
    int http_status;
    bool has_length;
    uint64_t length;
    const char *content_range; /* "" when it did not come */
    const char *etag;          /* as it came, "" when it did not */
    bool opaque;
} range_answer;

/* A 200 begins, or, where the store does not know ranges, begins again: then what is there is
 * skipped. A 206 goes on. MISMATCH: it is of another object. REMOTE: it is of another range. */
UNPEG_MUST_CHECK unpeg_status range_resume_answer(range_resume *r, const range_answer *answer);

/* The rest of bytes that is new; may be empty. */
unpeg_slice range_resume_take(range_resume *r, unpeg_slice bytes);

/* All of it is there, as far as the store said how much that is. */
bool range_resume_is_done(const range_resume *r);

/* Whether the ETag is the MD5 of the bytes. */
bool range_resume_has_md5(const range_resume *r);

#endif
