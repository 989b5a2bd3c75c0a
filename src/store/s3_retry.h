/* SPDX-License-Identifier: MIT
 *
 * What to do after an attempt, and how long to wait before the next.
 *
 *     s3_action action = s3_retry_action(&(s3_outcome){.http_status = 503, .code = "SlowDown"});
 *     int64_t ms = s3_retry_delay_ms(&outcome, attempt, store_random(host));
 *
 * A table of the answers of AWS and of other stores, without side effects.
 */
#ifndef UNPEG_STORE_S3_RETRY_H
#define UNPEG_STORE_S3_RETRY_H

#include "unpeg/base.h"

typedef enum s3_action {
    S3_DONE,
    S3_FAIL,       /* the next attempt would end the same way */
    S3_RETRY,      /* after a pause */
    S3_FIX_CLOCK,  /* sign with the clock of the answer */
    S3_FIX_KEYS,   /* get fresh credentials */
    S3_FIX_REGION, /* sign for the region that the answer names */
    S3_FIX_HOST,   /* go to the host that the answer names, this once */
    S3_FIX_BODY,   /* what arrived is not what was signed: read it again */
} s3_action;

/* An attempt's outcome. */
typedef struct s3_outcome {
    int http_status;       /* 0: no answer */
    const char *code;      /* of the error document; "" when there is none */
    bool may_retry;        /* without an answer: the transport's opinion */
    int64_t retry_after_s; /* what the answer asks for; 0: nothing */
} s3_outcome;

s3_action s3_retry_action(const s3_outcome *outcome);

/* Full jitter: something between 0 and a limit that doubles with each attempt (from 0 on); at least
 * what Retry-After says. */
int64_t s3_retry_delay_ms(const s3_outcome *outcome, unsigned attempt, uint64_t random);

#endif
