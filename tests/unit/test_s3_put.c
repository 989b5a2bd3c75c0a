/* SPDX-License-Identifier: MIT
 *
 * Uploads against written answers: what is sent, and what proves that it is there.
 */
#include <zstd.h>

#include "s3_case.h"

/* One PUT and what follows. */
typedef struct put_row {
    const char *name;
    fake_answer answers[ANSWERS_MAX];
    unpeg_verify verify;
    unpeg_status status;
    unpeg_proof proof;
    bool was_there;
    size_t requests;
} put_row;

static const put_row put_rows[] = {
    {"plain",
     {{.status = 200, .headers = {ETAG(MD5)}}, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     2},
    {"not asked",
     {{.status = 200, .headers = {ETAG(MD5)}}},
     UNPEG_VERIFY_PARTS,
     UNPEG_OK,
     UNPEG_PROOF_PARTS,
     false,
     1},
    {"not asked, and another hash",
     {{.status = 200, .headers = {ETAG(OTHER)}}},
     UNPEG_VERIFY_PARTS,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     1},
    {"not asked, and no hash",
     {{.status = 200}},
     UNPEG_VERIFY_PARTS,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     1},
    {"no hash, but the object",
     {{.status = 200}, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     2},
    {"another object",
     {{.status = 200, .headers = {ETAG(MD5)}}, HEAD_OTHER},
     0,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"another length",
     {{.status = 200, .headers = {ETAG(MD5)}},
      {.status = 200, .headers = {ETAG(MD5), {"content-length", "16"}}}},
     0,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"nothing there",
     {{.status = 200, .headers = {ETAG(MD5)}}, {.status = 404}},
     0,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"may only write",
     {{.status = 200, .headers = {ETAG(MD5)}}, {.status = 403}},
     0,
     UNPEG_OK,
     UNPEG_PROOF_PARTS,
     false,
     2},
    {"may only write, and no hash",
     {{.status = 200}, {.status = 403}},
     0,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"may only write, but has to ask",
     {{.status = 200, .headers = {ETAG(MD5)}}, {.status = 403}},
     UNPEG_VERIFY_HEAD,
     UNPEG_PERMISSION,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"a store that encrypts",
     {{.status = 200, .headers = {ETAG(OTHER), KMS}},
      {.status = 200, .headers = {ETAG(OTHER), LENGTH, KMS}}},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     2},
    {"a store that encrypts something else",
     {{.status = 200, .headers = {ETAG(OTHER), KMS}},
      {.status = 200, .headers = {ETAG(OTHER "x"), LENGTH, KMS}}},
     0,
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"the same is there", {{.status = 412}, HEAD_GOOD}, 0, UNPEG_OK, UNPEG_PROOF_HEAD, true, 2},
    {"another one is there",
     {{.status = 412}, HEAD_OTHER},
     0,
     UNPEG_STATE,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"something is there",
     {{.status = 412}, {.status = 403}},
     0,
     UNPEG_STATE,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"done, but the answer was lost",
     {{.may_retry = true}, {.status = 412}, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     3},
    {"done, but no answer ever",
     {{.wants_url = "a/b"}, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     2},
    {"not done, and no answer",
     {{.wants_url = "a/b"}, {.status = 404}},
     0,
     UNPEG_REMOTE,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"knows no conditions",
     {{.status = 501}, {.status = 404}, {.status = 200, .headers = {ETAG(MD5)}}, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     false,
     4},
    {"knows no conditions, and the same is there",
     {{.status = 501}, HEAD_GOOD, HEAD_GOOD},
     0,
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     true,
     3},
    {"knows no conditions, and another one is there",
     {{.status = 501}, HEAD_OTHER, HEAD_OTHER},
     0,
     UNPEG_STATE,
     UNPEG_PROOF_NONE,
     false,
     3},
    {"knows no conditions, and it may only be written to",
     {{.status = 501}, {.status = 403}, {.status = 200, .headers = {ETAG(MD5)}}, {.status = 403}},
     0,
     UNPEG_OK,
     UNPEG_PROOF_PARTS,
     false,
     4},
    {"knows no conditions, and does not say what is there",
     {{.status = 501}, {.status = 400}, {.status = 400}},
     0,
     UNPEG_REMOTE,
     UNPEG_PROOF_NONE,
     false,
     2},
    {"refused",
     {{.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"}},
     0,
     UNPEG_PERMISSION,
     UNPEG_PROOF_NONE,
     false,
     1},
    {"no bucket",
     {{.status = 404, .body = "<Error><Code>NoSuchBucket</Code></Error>"}},
     0,
     UNPEG_NOT_FOUND,
     UNPEG_PROOF_NONE,
     false,
     1},
    {"no such thing",
     {{.status = 400, .body = "<Error><Code>InvalidRequest</Code></Error>"}},
     0,
     UNPEG_REMOTE,
     UNPEG_PROOF_NONE,
     false,
     1},
};

static void test_proofs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(put_rows); i++) {
        const put_row *row = &put_rows[i];
        s3_case c;
        open_case(&c, row->answers, count_answers(row->answers));
        c.put.verify = row->verify;
        unpeg_status status = run_put(&c);
        if (status != row->status || c.stored.proof != row->proof ||
            c.stored.was_there != row->was_there || c.fake.answered != row->requests)
            fail_msg("%s: %s, proof %s, %zu requests: %s", row->name, unpeg_status_text(status),
                     unpeg_proof_text(c.stored.proof), c.fake.answered, c.error.text);
        assert_int_equal(c.error.status, status);
        assert_int_equal(c.stored.may_delete, status == UNPEG_OK);
        close_case(&c);
    }
}

static void test_what_is_sent(void **state)
{
    (void)state;
    s3_case c;
    open_case(&c, put_rows[0].answers, 2);
    assert_int_equal(run_put(&c), UNPEG_OK);
    assert_string_equal(fake_request_line(&c.fake, 0),
                        "PUT https://artifacts.s3.us-east-1.amazonaws.com/team/a/b.v8log");
    assert_string_equal(fake_request_line(&c.fake, 1),
                        "HEAD https://artifacts.s3.us-east-1.amazonaws.com/team/a/b.v8log");
    assert_header(&c, 0, "content-md5", MD5_BASE64);
    assert_header(&c, 0, "content-type", "text/plain");
    assert_header(&c, 0, "if-none-match", "*");
    assert_header(&c, 0, "x-amz-meta-truncated-at", NULL);
    assert_header(&c, 0, "x-amz-server-side-encryption", NULL);
    assert_header(&c, 0, "x-amz-tagging", NULL);
    assert_string_equal(text_buffer_text(&c.fake.requests[0].body), TEXT);
    assert_string_equal(c.stored.etag, MD5);
    assert_string_equal(unpeg_store_credentials(c.store), "environment");
    close_case(&c);
}

static void test_conditions_are_unlearned(void **state)
{
    (void)state;
    static const fake_answer answers[] = {
        {.status = 501}, {.status = 404}, {.status = 200, .headers = {ETAG(MD5)}},
        HEAD_GOOD,       {.status = 404}, {.status = 200, .headers = {ETAG(MD5)}},
        HEAD_GOOD};
    s3_case c;
    open_case(&c, answers, COUNT(answers));
    assert_int_equal(run_put(&c), UNPEG_OK);
    assert_int_equal(run_put(&c), UNPEG_OK);
    assert_header(&c, 0, "if-none-match", "*");
    assert_header(&c, 2, "if-none-match", NULL);
    assert_header(&c, 5, "if-none-match", NULL);
    close_case(&c);
}

static void test_zstd(void **state)
{
    (void)state;
    static const fake_answer answers[] = {{.status = 200, .headers = {ETAG(MD5)}}};
    s3_case c;
    char text[64];
    open_case(&c, answers, 1);
    c.put.zstd = true;
    c.put.verify = UNPEG_VERIFY_PARTS;
    /* The answer has the hash of the text, which is not what was sent. */
    assert_int_equal(run_put(&c), UNPEG_MISMATCH);
    assert_header(&c, 0, "content-type", "application/zstd");
    assert_int_equal(ZSTD_decompress(text, sizeof text, c.fake.requests[0].body.bytes,
                                     c.fake.requests[0].body.len),
                     strlen(TEXT));
    close_case(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proofs), cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_conditions_are_unlearned), cmocka_unit_test(test_zstd)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
