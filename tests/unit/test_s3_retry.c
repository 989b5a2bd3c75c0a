/* SPDX-License-Identifier: MIT */
#include "s3_retry.h"

#include "check.h"
#include "s3_error.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct delay_case {
    s3_outcome outcome;
    unsigned attempt;
    int64_t longest_ms;
} delay_case;

static const delay_case delays[] = {
    {{.http_status = 500}, 0, 200},           {{.http_status = 500}, 1, 400},
    {{.http_status = 500}, 4, 3200},          {{.http_status = 500}, 5, 5000},
    {{.http_status = 500}, 4000000000, 5000}, {{.http_status = 0}, 9, 5000},
    {{.http_status = 503}, 5, 6400},          {{.http_status = 503}, 9, 20000},
    {{.http_status = 429}, 9, 20000},
};

/* Full jitter: everything from 0 to the limit, and nothing above. */
static void pauses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(delays); i++) {
        const delay_case *c = &delays[i];
        uint64_t longest = (uint64_t)c->longest_ms;
        assert_int_equal(s3_retry_delay_ms(&c->outcome, c->attempt, longest), longest);
        assert_int_equal(s3_retry_delay_ms(&c->outcome, c->attempt, longest + 1), 0);
        assert_int_equal(s3_retry_delay_ms(&c->outcome, c->attempt, longest / 3), longest / 3);
        assert_true(s3_retry_delay_ms(&c->outcome, c->attempt, UINT64_MAX) <= c->longest_ms);
    }
}

static void retry_after_is_the_least(void **state)
{
    s3_outcome outcome = {.http_status = 503, .retry_after_s = 3};
    (void)state;
    assert_int_equal(s3_retry_delay_ms(&outcome, 0, 7), 3000);
    assert_int_equal(s3_retry_delay_ms(&outcome, 9, 9000), 9000);
    outcome.retry_after_s = INT32_MAX;
    assert_int_equal(s3_retry_delay_ms(&outcome, 0, 0), 120000);
}

typedef struct document_case {
    const char *document;
    s3_error want;
    bool found;
} document_case;

static const document_case documents[] = {
    {"<Error><Code>NoSuchKey</Code><Message>gone</Message><RequestId>7F</RequestId></Error>",
     {.code = "NoSuchKey", .message = "gone", .request_id = "7F"},
     true},
    {"<Error><Code>PermanentRedirect</Code><Region>eu-1</Region><Endpoint>b.s3</Endpoint></Error>",
     {.code = "PermanentRedirect", .region = "eu-1", .endpoint = "b.s3"},
     true},
    {"<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>AccessDenied</Code>"
     "<Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>",
     {.code = "AccessDenied", .message = "no", .request_id = "1"},
     true},
    {"<Error><Code>A</Code><Message>\xe2\x80\xae"
     "b&#10;&#127;c</Message></Error>",
     {.code = "A", .message = "???b??c"},
     true},
    {"<Error><Message>no code</Message></Error>", {.code = ""}, false},
    {"<ListBucketResult><Code>x</Code></ListBucketResult>", {.code = ""}, false},
    {"<Error><Code>cut", {.code = ""}, false},
    {"<Error><Code>A</Code></Error><trailing/>", {.code = ""}, false},
    {"not XML", {.code = ""}, false},
    {"", {.code = ""}, false},
};

static void error_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        s3_error failure;
        assert_int_equal(s3_error_parse(unpeg_slice_of(documents[i].document), &failure),
                         documents[i].found);
        assert_string_equal(failure.code, documents[i].want.code);
        assert_string_equal(failure.message, documents[i].want.message);
        assert_string_equal(failure.request_id, documents[i].want.request_id);
        assert_string_equal(failure.region, documents[i].want.region);
        assert_string_equal(failure.endpoint, documents[i].want.endpoint);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pauses),
        cmocka_unit_test(retry_after_is_the_least),
        cmocka_unit_test(error_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
