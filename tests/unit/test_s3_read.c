/* SPDX-License-Identifier: MIT
 *
 * Listings and downloads against written answers.
 */
#include "s3_case.h"
#include "text_sink.h"

#define LIST(inside) "<?xml version=\"1.0\"?><ListBucketResult>" inside "</ListBucketResult>"
#define OBJECT(key, time)                                                                          \
    "<Contents><Key>" key "</Key><LastModified>" time "</LastModified><Size>7</Size></Contents>"
#define DIGITS "0123456789"
#define DIGITS_MD5 "781e5e245d69b566979b86e28d23f2c7"

static void list_keys(s3_case *c, const unpeg_list_query *query, unpeg_status wanted,
                      const char *expected)
{
    unpeg_listing listing;
    char keys[512] = "";
    unpeg_status status = unpeg_store_list(c->store, query, &listing, &c->error);
    if (status != wanted)
        fail_msg("%s: %s", unpeg_status_text(status), c->error.text);
    if (status != UNPEG_OK)
        return;
    for (size_t i = 0; i < listing.count; i++)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s\n", listing.objects[i].key);
    assert_string_equal(keys, expected);
    unpeg_listing_deinit(&listing);
}

static void test_pages(void **state)
{
    (void)state;
    static const fake_answer answers[] = {
        {.status = 200,
         .body = LIST("<IsTruncated>true</IsTruncated>"
                      "<NextContinuationToken>a+/=</NextContinuationToken>" OBJECT(
                          "team/e/r1/j/c/s/1.v8log", "2026-11-25T20:00:00.000Z")),
         .wants_url = "encoding-type=url&list-type=2&max-keys=1000&prefix=team%2Fe%2F"},
        {.status = 200,
         .body = LIST("<IsTruncated>false</IsTruncated>" OBJECT("team/e/r2/j/c/s/2.v8log",
                                                                "2026-11-25T20:00:01.000Z")),
         .wants_url = "continuation-token=a%2B%2F%3D&"}};
    s3_case c;
    open_case(&c, answers, 2);
    const unpeg_list_query query = {.struct_size = sizeof query, .prefix = "e/"};
    list_keys(&c, &query, UNPEG_OK, "e/r2/j/c/s/2.v8log\ne/r1/j/c/s/1.v8log\n");
    close_case(&c);
}

static void test_encoded_keys(void **state)
{
    (void)state;
    /* The encoding may be said behind the keys. */
    static const fake_answer answers[] = {
        {.status = 200,
         .body = LIST(OBJECT("team/a%2Fb%0A%2B+c", "2026-11-25T20:00:00Z")
                          OBJECT("team/", "2026-11-25T20:00:01Z")
                              OBJECT("other/x", "2026-11-25T20:00:01Z") "<EncodingType>url"
                                                                        "</EncodingType>")},
        {.status = 200, .body = LIST(OBJECT("team/a%2Fb+&lt;", "2026-11-25T20:00:00Z"))}};
    s3_case c;
    open_case(&c, answers, 2);
    list_keys(&c, NULL, UNPEG_OK, "a/b\n+ c\n");
    list_keys(&c, NULL, UNPEG_OK, "a%2Fb+<\n");
    close_case(&c);
}

static void test_what_is_listed(void **state)
{
    (void)state;
    static const fake_answer answers[] = {
        {.status = 200, .body = LIST(OBJECT("team/x", "2026-11-25T20:00:01.000Z"))}};
    s3_case c;
    unpeg_listing listing;
    open_case(&c, answers, 1);
    assert_int_equal(unpeg_store_list(c.store, NULL, &listing, NULL), UNPEG_OK);
    assert_int_equal(listing.count, 1);
    assert_int_equal(listing.objects[0].bytes, 7);
    assert_int_equal(listing.objects[0].modified_us, INT64_C(1795636801000000));
    unpeg_listing_deinit(&listing);
    close_case(&c);
}

static void test_lists_that_are_none(void **state)
{
    (void)state;
    static const struct {
        fake_answer answer;
        unpeg_status wanted;
    } rows[] = {
        {{.status = 200, .body = ""}, UNPEG_REMOTE},
        {{.status = 200, .body = "<html></html>"}, UNPEG_REMOTE},
        {{.status = 200, .body = "<ListBucketResult><Contents>"}, UNPEG_REMOTE},
        {{.status = 200, .body = LIST("<IsTruncated>true</IsTruncated>")}, UNPEG_REMOTE},
        {{.status = 200, .body = "<!DOCTYPE x []>" LIST("<Contents><Key>k</Key></Contents>")},
         UNPEG_REMOTE},
        {{.status = 403}, UNPEG_PERMISSION},
        {{.status = 404}, UNPEG_NOT_FOUND}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        s3_case c;
        open_case(&c, &rows[i].answer, 1);
        list_keys(&c, NULL, rows[i].wanted, "");
        close_case(&c);
    }
}

/* A download: what each answer brings, and what comes of it. */
typedef struct get_row {
    const char *name;
    fake_answer answers[ANSWERS_MAX];
    unpeg_status status;
    const char *text;
    size_t requests;
} get_row;

#define TOTAL                                                                                      \
    {                                                                                              \
        "content-length", "10"                                                                     \
    }
#define FIRST(body_text)                                                                           \
    {                                                                                              \
        .status = 200, .body = body_text, .headers = { ETAG(DIGITS_MD5), TOTAL }                   \
    }
#define RANGE(range, body_text)                                                                    \
    {                                                                                              \
        .status = 206, .body = body_text, .headers = {                                             \
            ETAG(DIGITS_MD5),                                                                      \
            {"content-range", "bytes " range "/10"}                                                \
        }                                                                                          \
    }

static const get_row get_rows[] = {
    {"whole", {FIRST(DIGITS)}, UNPEG_OK, DIGITS, 1},
    {"empty",
     {{.status = 200,
       .headers = {ETAG("d41d8cd98f00b204e9800998ecf8427e"), {"content-length", "0"}}}},
     UNPEG_OK,
     "",
     1},
    {"without a length", {{.status = 200, .body = DIGITS}}, UNPEG_OK, DIGITS, 1},
    {"in parts, whose hash is another",
     {{.status = 200, .body = DIGITS, .headers = {ETAG(OTHER "-2"), TOTAL}}},
     UNPEG_OK,
     DIGITS,
     1},
    {"encrypted by the store",
     {{.status = 200, .body = DIGITS, .headers = {ETAG(OTHER), TOTAL, KMS}}},
     UNPEG_OK,
     DIGITS,
     1},
    {"another hash",
     {{.status = 200, .body = DIGITS, .headers = {ETAG(OTHER), TOTAL}}},
     UNPEG_MISMATCH,
     DIGITS,
     1},
    {"not there", {{.status = 404}}, UNPEG_NOT_FOUND, "", 1},
    {"refused", {{.status = 403}}, UNPEG_PERMISSION, "", 1},
    {"ends early, and nothing more comes",
     {FIRST("0123"), {.wants_url = "a"}},
     UNPEG_REMOTE,
     "0123",
     2},
    {"a range from the first", {RANGE("0-9", DIGITS)}, UNPEG_REMOTE, "", 1},
};

static void test_get(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(get_rows); i++) {
        const get_row *row = &get_rows[i];
        s3_case c;
        text_sink sink = {0};
        open_case(&c, row->answers, count_answers(row->answers));
        const unpeg_writer out = text_sink_writer(&sink);
        unpeg_status status = unpeg_store_get(c.store, "a//b", &out, &c.error);
        const char *text = sink.text ? sink.text : "";
        if (status != row->status || strcmp(text, row->text) != 0 ||
            c.fake.answered != row->requests)
            fail_msg("%s: %s, \"%s\" after %zu requests: %s", row->name, unpeg_status_text(status),
                     text, c.fake.answered, c.error.text);
        text_sink_free(&sink);
        close_case(&c);
    }
}

/* The fake's answers without a status bring their body and then break off, but not with headers:
 * a whole answer that is too short stands for the first. */
static void test_taken_up_again(void **state)
{
    (void)state;
    static const get_row rows[] = {
        {"twice", {FIRST("0123"), RANGE("4-9", "45"), RANGE("6-9", "6789")}, UNPEG_OK, DIGITS, 3},
        {"without ranges", {FIRST("0123"), FIRST(DIGITS)}, UNPEG_OK, DIGITS, 2},
        {"replaced", {FIRST("0123"), {.status = 412}}, UNPEG_MISMATCH, "0123", 2},
        {"replaced, without ranges",
         {FIRST("0123"), {.status = 200, .body = DIGITS, .headers = {ETAG(OTHER), TOTAL}}},
         UNPEG_MISMATCH,
         "0123",
         2},
        {"another range", {FIRST("0123"), RANGE("5-9", "56789")}, UNPEG_REMOTE, "0123", 2},
        {"refused", {FIRST("0123"), {.status = 403}}, UNPEG_PERMISSION, "0123", 2},
        {"gone", {FIRST("0123"), {.status = 404}}, UNPEG_NOT_FOUND, "0123", 2},
        {"other bytes", {FIRST("0123"), RANGE("4-9", "x56789")}, UNPEG_MISMATCH, "0123x56789", 2}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const get_row *row = &rows[i];
        s3_case c;
        text_sink sink = {0};
        open_case(&c, row->answers, count_answers(row->answers));
        const unpeg_writer out = text_sink_writer(&sink);
        unpeg_status status = unpeg_store_get(c.store, "k", &out, &c.error);
        const char *text = sink.text ? sink.text : "";
        if (status != row->status || strcmp(text, row->text) != 0 ||
            c.fake.answered != row->requests)
            fail_msg("%s: %s, \"%s\" after %zu requests: %s", row->name, unpeg_status_text(status),
                     text, c.fake.answered, c.error.text);
        assert_header(&c, 0, "range", NULL);
        assert_header(&c, 1, "range", "bytes=4-");
        assert_header(&c, 1, "if-match", "\"" DIGITS_MD5 "\"");
        text_sink_free(&sink);
        close_case(&c);
    }
}

static void test_a_writer_that_fails(void **state)
{
    (void)state;
    static const fake_answer answers[] = {FIRST(DIGITS)};
    s3_case c;
    text_sink sink = {.fails_at = 3};
    open_case(&c, answers, 1);
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_store_get(c.store, "k", &out, &c.error), UNPEG_OS);
    text_sink_free(&sink);
    close_case(&c);
}

/* As a source, what breaks off is a failure and no end. */
static void test_source(void **state)
{
    (void)state;
    static const fake_answer answers[] = {FIRST("0123"), {.status = 403}};
    s3_case c;
    unpeg_source *source;
    char text[16];
    size_t len = 1;
    size_t total = 0;
    open_case(&c, answers, 2);
    assert_int_equal(unpeg_store_open_source(c.store, "k", &source, NULL), UNPEG_OK);
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && len != 0) {
        status = unpeg_source_read(source, text, sizeof text, &len, &c.error);
        total += len;
    }
    assert_int_equal(status, UNPEG_PERMISSION);
    assert_int_equal(total, 4);
    unpeg_source_close(source);
    close_case(&c);
}

static void test_urls(void **state)
{
    (void)state;
    static const char *const bad[] = {"s3://", "s3:///x", "s3:bucket", "s3://-/x"};
    fake_store fake;
    unpeg_store *store;
    unpeg_error error;
    fake_store_init(&fake);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(store_open(bad[i], NULL, &fake.host, &store, &error), UNPEG_ARGUMENT);
    assert_int_equal(store_open("s3://artifacts/a/b", NULL, &fake.host, &store, &error), UNPEG_OK);
    assert_int_equal(unpeg_store_key_max(store), UNPEG_KEY_MAX - 4);
    unpeg_store_close(store);
    fake_store_deinit(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pages),
                                       cmocka_unit_test(test_encoded_keys),
                                       cmocka_unit_test(test_what_is_listed),
                                       cmocka_unit_test(test_lists_that_are_none),
                                       cmocka_unit_test(test_get),
                                       cmocka_unit_test(test_taken_up_again),
                                       cmocka_unit_test(test_a_writer_that_fails),
                                       cmocka_unit_test(test_source),
                                       cmocka_unit_test(test_urls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
