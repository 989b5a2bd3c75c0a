/* SPDX-License-Identifier: MIT
 *
 * Against written answers: what is sent again, after which pause, signed how; and what is not.
 */
#include "s3_client.h"

#include "check.h"
#include "fake_store.h"

#define ERROR_DOCUMENT(code) "<Error><Code>" code "</Code><Message>m</Message></Error>"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { SCRIPT_LIMIT = 8 };

static const s3_client_options aws_options = {
    .bucket = "artifacts", .region = "eu-west-1", .access_key = "AK", .secret_key = "SK"};

typedef struct script {
    const char *name;
    const char *method;
    fake_answer answers[SCRIPT_LIMIT];
    unsigned tries;
    size_t want_requests;
    unpeg_status want;
    int64_t want_slept_ms;
    const char *want_text; /* in the error's sentence; NULL: not looked at */
} script;

static size_t count_answers(const script *s)
{
    size_t count = 0;
    while (count < SCRIPT_LIMIT && (s->answers[count].status != 0 || s->answers[count].may_retry ||
                                    s->answers[count].wants_url != NULL))
        count++;
    return count;
}

/* Every pause is 100 ms long: within the limit of each. */
static void run_script(const script *s, const s3_client_options *base)
{
    fake_store fake;
    s3_client *client;
    s3_response response = {0};
    unpeg_error error = {0};
    fake_store_init(&fake);
    fake.answers = s->answers;
    fake.answer_count = count_answers(s);
    fake.next_random = 100;
    s3_client_options options = *base;
    options.host = &fake.host;
    assert_int_equal(s3_client_create(&options, &client, NULL), UNPEG_OK);
    s3_request request = {.method = s->method, .key = "k", .tries = s->tries};
    unpeg_status status = s3_client_send(client, &request, &response, &error);
    if (status != s->want || fake.answered != s->want_requests || fake.slept_ms != s->want_slept_ms)
        fail_msg("%s: %s after %zu requests and %lld ms (%s)", s->name, unpeg_status_text(status),
                 fake.answered, (long long)fake.slept_ms, error.text);
    assert_int_equal(response.attempts, fake.answered);
    assert_int_equal(error.status, status);
    if (s->want_text != NULL)
        assert_non_null(strstr(error.text, s->want_text));
    s3_response_deinit(&response);
    s3_client_destroy(client);
    fake_store_deinit(&fake);
}

#define TWICE(...)                                                                                 \
    {__VA_ARGS__},                                                                                 \
    {                                                                                              \
        .status = 200                                                                              \
    }

static const script scripts[] = {
    {"plain", "GET", {{.status = 200}}, 0, 1, UNPEG_OK, 0, NULL},
    {"no content", "DELETE", {{.status = 204}}, 0, 1, UNPEG_OK, 0, NULL},
    {"broken connection", "PUT", {TWICE(.may_retry = true)}, 0, 2, UNPEG_OK, 100, NULL},
    {"no way to retry",
     "GET",
     {{.wants_url = "artifacts"}},
     0,
     1,
     UNPEG_REMOTE,
     0,
     "the connection broke"},
    {"slow down",
     "PUT",
     {TWICE(.status = 503, .body = ERROR_DOCUMENT("SlowDown"))},
     0,
     2,
     UNPEG_OK,
     100,
     NULL},
    {"500", "PUT", {TWICE(.status = 500)}, 0, 2, UNPEG_OK, 100, NULL},
    {"502", "PUT", {TWICE(.status = 502)}, 0, 2, UNPEG_OK, 100, NULL},
    {"504", "PUT", {TWICE(.status = 504)}, 0, 2, UNPEG_OK, 100, NULL},
    {"429", "PUT", {TWICE(.status = 429)}, 0, 2, UNPEG_OK, 100, NULL},
    {"408", "PUT", {TWICE(.status = 408)}, 0, 2, UNPEG_OK, 100, NULL},
    {"501", "PUT", {{.status = 501}}, 0, 1, UNPEG_REMOTE, 0, "answered 501"},
    {"400 RequestTimeout",
     "PUT",
     {TWICE(.status = 400, .body = ERROR_DOCUMENT("RequestTimeout"))},
     0,
     2,
     UNPEG_OK,
     100,
     NULL},
    {"409 OperationAborted",
     "PUT",
     {TWICE(.status = 409, .body = ERROR_DOCUMENT("OperationAborted"))},
     0,
     2,
     UNPEG_OK,
     100,
     NULL},
    {"error in a 200",
     "POST",
     {TWICE(.status = 200, .body = ERROR_DOCUMENT("InternalError"))},
     0,
     2,
     UNPEG_OK,
     100,
     NULL},
    {"retry-after",
     "PUT",
     {TWICE(.status = 503, .headers = {{"Retry-After", "7"}})},
     0,
     2,
     UNPEG_OK,
     7000,
     NULL},
    {"retry-after as a date",
     "PUT",
     {TWICE(.status = 503, .headers = {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"},
                                       {"Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT"}})},
     0,
     2,
     UNPEG_OK,
     9000,
     NULL},
    {"six times",
     "PUT",
     {{.status = 503},
      {.status = 503},
      {.status = 503},
      {.status = 503},
      {.status = 503},
      {.status = 503}},
     0,
     6,
     UNPEG_REMOTE,
     500,
     "artifacts.s3.eu-west-1.amazonaws.com answered 503"},
    {"one try", "POST", {{.status = 503}}, 1, 1, UNPEG_REMOTE, 0, NULL},
    {"not found",
     "GET",
     {{.status = 404, .body = ERROR_DOCUMENT("NoSuchKey")}},
     0,
     1,
     UNPEG_NOT_FOUND,
     0,
     "404 NoSuchKey: m"},
    {"denied",
     "GET",
     {{.status = 403, .body = ERROR_DOCUMENT("AccessDenied")}},
     0,
     1,
     UNPEG_PERMISSION,
     0,
     "403 AccessDenied: m"},
    {"precondition",
     "PUT",
     {{.status = 412, .body = ERROR_DOCUMENT("PreconditionFailed")}},
     0,
     1,
     UNPEG_MISMATCH,
     0,
     NULL},
    {"bad digest once",
     "PUT",
     {TWICE(.status = 400, .body = ERROR_DOCUMENT("BadDigest"))},
     0,
     2,
     UNPEG_OK,
     0,
     NULL},
    {"bad digest twice",
     "PUT",
     {{.status = 400, .body = ERROR_DOCUMENT("BadDigest")},
      {.status = 400, .body = ERROR_DOCUMENT("XAmzContentSHA256Mismatch")}},
     0,
     2,
     UNPEG_REMOTE,
     0,
     "XAmzContentSHA256Mismatch"},
    {"expired token, static keys",
     "PUT",
     {{.status = 400, .body = ERROR_DOCUMENT("ExpiredToken")},
      {.status = 400, .body = ERROR_DOCUMENT("ExpiredToken")}},
     0,
     2,
     UNPEG_REMOTE,
     0,
     "ExpiredToken"},
    {"region in a header",
     "PUT",
     {{.status = 301, .headers = {{"x-amz-bucket-region", "us-west-2"}}},
      {.status = 200, .wants_url = "https://artifacts.s3.us-west-2.amazonaws.com/k"}},
     0,
     2,
     UNPEG_OK,
     0,
     NULL},
    {"region in the document",
     "PUT",
     {{.status = 400,
       .body =
           "<Error><Code>AuthorizationHeaderMalformed</Code><Region>cn-north-1</Region></Error>"},
      {.status = 200, .wants_url = "https://artifacts.s3.cn-north-1.amazonaws.com.cn/k"}},
     0,
     2,
     UNPEG_OK,
     0,
     NULL},
    {"region that leads elsewhere",
     "PUT",
     {{.status = 301, .headers = {{"x-amz-bucket-region", "evil.example/"}}}},
     0,
     1,
     UNPEG_REMOTE,
     0,
     "answered 301"},
    {"region that is the same",
     "PUT",
     {{.status = 301, .headers = {{"x-amz-bucket-region", "eu-west-1"}}}},
     0,
     1,
     UNPEG_REMOTE,
     0,
     NULL},
    {"HEAD elsewhere",
     "HEAD",
     {{.status = 400, .headers = {{"x-amz-bucket-region", "us-west-2"}}},
      {.status = 200, .wants_url = "us-west-2"}},
     0,
     2,
     UNPEG_OK,
     0,
     NULL},
    {"307",
     "PUT",
     {{.status = 307,
       .headers = {{"Location", "https://artifacts.s3-eu-west-1.amazonaws.com/k?x"}}},
      {.status = 200, .wants_url = "https://artifacts.s3-eu-west-1.amazonaws.com/k"}},
     0,
     2,
     UNPEG_OK,
     0,
     NULL},
    {"307 to a stranger",
     "PUT",
     {{.status = 307, .headers = {{"Location", "https://amazonaws.com.example/k"}}}},
     0,
     1,
     UNPEG_REMOTE,
     0,
     NULL},
    {"307 to plain http",
     "PUT",
     {{.status = 307, .headers = {{"Location", "http://artifacts.s3.amazonaws.com/k"}}}},
     0,
     1,
     UNPEG_REMOTE,
     0,
     NULL},
    {"corrections count apart",
     "PUT",
     {{.status = 301, .headers = {{"x-amz-bucket-region", "us-west-2"}}},
      {.status = 400, .body = ERROR_DOCUMENT("BadDigest")},
      {.status = 503},
      {.status = 200}},
     2,
     4,
     UNPEG_OK,
     100,
     NULL},
};

static void outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scripts); i++)
        run_script(&scripts[i], &aws_options);
}

/* A client, its fake, and a response, for tests that look closer. */
typedef struct fixture {
    fake_store fake;
    s3_client *client;
    s3_response response;
    unpeg_error error;
} fixture;

static void set_up(fixture *f, const s3_client_options *base, const fake_answer *answers,
                   size_t count)
{
    *f = (fixture){0};
    fake_store_init(&f->fake);
    f->fake.answers = answers;
    f->fake.answer_count = count;
    s3_client_options options = *base;
    options.host = &f->fake.host;
    assert_int_equal(s3_client_create(&options, &f->client, &f->error), UNPEG_OK);
}

static void tear_down(fixture *f)
{
    s3_response_deinit(&f->response);
    s3_client_destroy(f->client);
    fake_store_deinit(&f->fake);
}

static void the_clock_is_learned(void **state)
{
    static const fake_answer answers[] = {
        {.status = 403,
         .body = ERROR_DOCUMENT("RequestTimeTooSkewed"),
         .headers = {{"Date", "Thu, 01 Jan 2026 01:00:00 GMT"}}},
        {.status = 200},
        {.status = 200},
    };
    fixture f;
    s3_request request = {.method = "GET", .key = "k"};
    (void)state;
    set_up(&f, &aws_options, answers, COUNT(answers));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_int_equal(f.fake.answered, 3);
    assert_int_equal(f.fake.slept_ms, 0);
    assert_int_equal(s3_client_clock_skew_s(f.client), 3600);
    assert_string_equal(fake_request_header(&f.fake, 0, "x-amz-date"), "20260101T000000Z");
    assert_string_equal(fake_request_header(&f.fake, 1, "x-amz-date"), "20260101T010000Z");
    assert_string_equal(fake_request_header(&f.fake, 2, "x-amz-date"), "20260101T010000Z");
    tear_down(&f);
}

/* A HEAD's 403 is mostly what it says; with a clock far off it may be that. */
static void a_head_says_nothing_of_the_clock(void **state)
{
    static const fake_answer near[] = {
        {.status = 403, .headers = {{"Date", "Thu, 01 Jan 2026 00:10:00 GMT"}}}};
    static const fake_answer far[] = {
        {.status = 403, .headers = {{"Date", "Wed, 31 Dec 2025 23:00:00 GMT"}}}, {.status = 200}};
    fixture f;
    s3_request request = {.method = "HEAD", .key = "k"};
    (void)state;
    set_up(&f, &aws_options, near, COUNT(near));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_PERMISSION);
    tear_down(&f);
    set_up(&f, &aws_options, far, COUNT(far));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_int_equal(s3_client_clock_skew_s(f.client), -3600);
    tear_down(&f);
}

static void what_is_sent(void **state)
{
    static const fake_answer answers[] = {{.status = 200, .headers = {{"ETag", "\"abc-2\""}}}};
    const http_pair query[] = {{"uploadId", "a/b"}, {"partNumber", "1"}};
    const http_pair headers[] = {{"content-type", "text/plain"}};
    s3_client_options options = aws_options;
    fixture f;
    char etag[16];
    s3_request request = {.method = "PUT",
                          .key = "realm/a b",
                          .query = query,
                          .query_count = COUNT(query),
                          .headers = headers,
                          .header_count = COUNT(headers),
                          .body = {.bytes = "abc", .size = 3}};
    (void)state;
    options.session_token = "TOKEN";
    set_up(&f, &options, answers, COUNT(answers));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_string_equal(fake_request_line(&f.fake, 0),
                        "PUT https://artifacts.s3.eu-west-1.amazonaws.com/realm/a%20b"
                        "?partNumber=1&uploadId=a%2Fb");
    assert_string_equal(fake_request_header(&f.fake, 0, "x-amz-content-sha256"),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(fake_request_header(&f.fake, 0, "x-amz-security-token"), "TOKEN");
    assert_string_equal(fake_request_header(&f.fake, 0, "content-type"), "text/plain");
    const char *authorization = fake_request_header(&f.fake, 0, "authorization");
    assert_non_null(strstr(authorization, "Credential=AK/20260101/eu-west-1/s3/aws4_request, "
                                          "SignedHeaders=content-type;host;x-amz-content-sha256;"
                                          "x-amz-date;x-amz-security-token, "));
    assert_string_equal(text_buffer_text(&f.fake.requests[0].body), "abc");
    assert_true(s3_response_etag(&f.response, etag, sizeof etag));
    assert_string_equal(etag, "abc-2");
    assert_false(s3_response_etag(&f.response, etag, 5));
    assert_string_equal(s3_client_credential_source(f.client), "options");
    tear_down(&f);
}

static unpeg_status read_letters(void *user, uint64_t offset, void *buffer, size_t size,
                                 size_t *ret)
{
    unsigned *calls = user;
    (*calls)++;
    *ret = size < 2 ? size : 2;
    memcpy(buffer, &"abcdef"[offset], *ret);
    return UNPEG_OK;
}

static unpeg_status read_nothing(void *user, uint64_t offset, void *buffer, size_t size,
                                 size_t *ret)
{
    (void)user;
    (void)offset;
    (void)buffer;
    (void)size;
    *ret = 0;
    return UNPEG_OK;
}

static void a_body_is_read_again(void **state)
{
    static const fake_answer answers[] = {{.status = 503}, {.status = 200}};
    unsigned calls = 0;
    fixture f;
    s3_request request = {
        .method = "PUT", .key = "k", .body = {.read = read_letters, .user = &calls, .size = 6}};
    (void)state;
    set_up(&f, &aws_options, answers, COUNT(answers));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_int_equal(calls, 9); /* to hash it, and for each attempt */
    assert_string_equal(f.response.body_sha256,
                        "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721");
    assert_string_equal(text_buffer_text(&f.fake.requests[1].body), "abcdef");
    request.body.read = read_nothing;
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_STATE);
    tear_down(&f);
}

static unpeg_status collect(void *user, const void *bytes, size_t len)
{
    text_buffer_add(user, (unpeg_slice){bytes, len});
    return UNPEG_OK;
}

/* What went to the sink cannot be taken back: the caller goes on from there. */
static void nothing_is_retried_behind_delivered_bytes(void **state)
{
    static const fake_answer answers[] = {{.may_retry = true, .body = "half"}, {.status = 200}};
    static const fake_answer refused[] = {{.status = 503, .body = "busy"},
                                          {.status = 206, .body = "whole"}};
    text_buffer out = {0};
    fixture f;
    s3_request request = {.method = "GET", .key = "k", .sink = {collect, &out}};
    (void)state;
    set_up(&f, &aws_options, answers, COUNT(answers));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_REMOTE);
    assert_int_equal(f.fake.answered, 1);
    assert_int_equal(f.response.http.delivered, 4);
    tear_down(&f);
    text_buffer_clear(&out);
    set_up(&f, &aws_options, refused, COUNT(refused));
    assert_int_equal(s3_client_send(f.client, &request, &f.response, NULL), UNPEG_OK);
    assert_string_equal(text_buffer_text(&out), "whole");
    tear_down(&f);
    text_buffer_deinit(&out);
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void the_budget_is_kept(void **state)
{
    static const fake_answer answers[] = {{.status = 503, .headers = {{"retry-after", "5"}}}};
    fixture f;
    store_budget budget = {0};
    s3_request request = {.method = "GET", .key = "k", .budget = &budget};
    (void)state;
    set_up(&f, &aws_options, answers, COUNT(answers));
    budget.deadline_ms = f.fake.now_ms + 4000;
    assert_int_equal(s3_client_send(f.client, &request, &f.response, &f.error), UNPEG_DEADLINE);
    assert_int_equal(f.fake.slept_ms, 0);
    assert_string_equal(f.error.text, "artifacts.s3.eu-west-1.amazonaws.com answered 503; no time "
                                      "left for another attempt");
    tear_down(&f);
    set_up(&f, &aws_options, answers, COUNT(answers));
    budget = (store_budget){.stop = always};
    assert_int_equal(s3_client_send(f.client, &request, &f.response, &f.error), UNPEG_STOPPED);
    assert_int_equal(f.fake.answered, 0);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes),
        cmocka_unit_test(the_clock_is_learned),
        cmocka_unit_test(a_head_says_nothing_of_the_clock),
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(a_body_is_read_again),
        cmocka_unit_test(nothing_is_retried_behind_delivered_bytes),
        cmocka_unit_test(the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
