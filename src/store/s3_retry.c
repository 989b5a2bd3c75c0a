/* SPDX-License-Identifier: MIT */
#include "s3_retry.h"

enum {
    DELAY_BASE_MS = 200,
    DELAY_LIMIT_MS = 5000,
    DELAY_LIMIT_BUSY_MS = 20000,
    RETRY_AFTER_LIMIT_S = 120
};

typedef struct code_rule {
    const char *code;
    s3_action action;
} code_rule;

/* AWS sends ExpiredToken with 400, others with 403: only the code counts. */
static const code_rule code_rules[] = {
    {"RequestTimeTooSkewed", S3_FIX_CLOCK},
    {"ExpiredToken", S3_FIX_KEYS},
    {"InvalidToken", S3_FIX_KEYS},
    {"TokenRefreshRequired", S3_FIX_KEYS},
    {"RequestExpired", S3_FIX_KEYS},
    {"PermanentRedirect", S3_FIX_REGION},
    {"AuthorizationHeaderMalformed", S3_FIX_REGION},
    {"TemporaryRedirect", S3_FIX_HOST},
    {"BadDigest", S3_FIX_BODY},
    {"XAmzContentSHA256Mismatch", S3_FIX_BODY},
    {"RequestTimeout", S3_RETRY},
    {"OperationAborted", S3_RETRY},
    {"SlowDown", S3_RETRY},
    {"ServiceUnavailable", S3_RETRY},
    {"InternalError", S3_RETRY},
};

typedef struct status_rule {
    int status;
    s3_action action;
} status_rule;

static const status_rule status_rules[] = {
    {301, S3_FIX_REGION}, {307, S3_FIX_HOST}, {408, S3_RETRY}, {429, S3_RETRY},
    {500, S3_RETRY},      {502, S3_RETRY},    {503, S3_RETRY}, {504, S3_RETRY},
};

static s3_action by_status(int status)
{
    for (size_t i = 0; i < sizeof status_rules / sizeof status_rules[0]; i++) {
        if (status_rules[i].status == status)
            return status_rules[i].action;
    }
    return S3_FAIL;
}

s3_action s3_retry_action(const s3_outcome *outcome)
{
    bool good = outcome->http_status / 100 == 2;
    if (outcome->http_status == 0)
        return outcome->may_retry ? S3_RETRY : S3_FAIL;
    if (good && outcome->code[0] == '\0')
        return S3_DONE;
    for (size_t i = 0; i < sizeof code_rules / sizeof code_rules[0]; i++) {
        if (strcmp(code_rules[i].code, outcome->code) == 0)
            return code_rules[i].action;
    }
    /* An error in the body of a 200 is one that came too late for the status line: a 500. */
    return good ? S3_RETRY : by_status(outcome->http_status);
}

int64_t s3_retry_delay_ms(const s3_outcome *outcome, unsigned attempt, uint64_t random)
{
    bool busy = outcome->http_status == 503 || outcome->http_status == 429;
    int64_t limit = busy ? DELAY_LIMIT_BUSY_MS : DELAY_LIMIT_MS;
    int64_t doubled = (int64_t)DELAY_BASE_MS << (attempt < 10 ? attempt : 10);
    int64_t delay = (int64_t)(random % (uint64_t)((doubled < limit ? doubled : limit) + 1));
    int64_t after_s =
        outcome->retry_after_s < RETRY_AFTER_LIMIT_S ? outcome->retry_after_s : RETRY_AFTER_LIMIT_S;
    return delay > after_s * 1000 ? delay : after_s * 1000;
}
