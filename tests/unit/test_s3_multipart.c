/* SPDX-License-Identifier: MIT
 *
 * Uploads in parts against written answers: begun, forgotten, proven, and gone on with.
 */
#include "s3_case.h"

/* 17 MiB of zeros: two parts of 8 MiB, whose MD5 is Z8, and one of 1 MiB. */
#define Z8 "96995b58d4cbf6aaa9041b4f00c7f6ae"
#define Z1 "b6d81b360a5672d80c27430f39153e2c"
#define WHOLE "e6000a567fdaa0162ceedec6b60fcd68-3"
#define CREATED                                                                                    \
    {                                                                                              \
        .status = 200,                                                                             \
        .body = "<InitiateMultipartUploadResult><UploadId>id-1</UploadId>"                         \
                "</InitiateMultipartUploadResult>",                                                \
        .wants_url = "?uploads="                                                                   \
    }
#define PART(number, hex)                                                                          \
    {                                                                                              \
        .status = 200, .headers = {ETAG(hex)}, .wants_url = "?partNumber=" number "&uploadId=id-"  \
    }
#define COMPLETED                                                                                  \
    {                                                                                              \
        .status = 200,                                                                             \
        .body = "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>",    \
        .wants_url = "?uploadId=id-"                                                               \
    }
#define HEAD_NONE                                                                                  \
    {                                                                                              \
        .status = 404                                                                              \
    }
#define HEAD_WHOLE                                                                                 \
    {                                                                                              \
        .status = 200, .headers = { ETAG(WHOLE), {"content-length", "17825792"} }                  \
    }
#define ABORTED                                                                                    \
    {                                                                                              \
        .status = 204, .wants_url = "?uploadId=id-"                                                \
    }
#define LISTED(parts)                                                                              \
    {                                                                                              \
        .status = 200, .body = "<ListPartsResult>" parts "</ListPartsResult>",                     \
        .wants_url = "uploadId=id-1"                                                               \
    }
#define LISTED_PART(number, hex)                                                                   \
    "<Part><PartNumber>" number "</PartNumber><ETag>&quot;" hex "&quot;</ETag></Part>"
#define GONE(url)                                                                                  \
    {                                                                                              \
        .status = 404, .body = "<Error><Code>NoSuchUpload</Code></Error>", .wants_url = url        \
    }

static void make_large(s3_case *c)
{
    assert_int_equal(truncate(c->log, 0), 0);
    assert_int_equal(truncate(c->log, LARGE_BYTES), 0);
}

typedef struct multipart_row {
    const char *name;
    fake_answer answers[ANSWERS_MAX];
    unpeg_status status;
    unpeg_proof proof;
    size_t requests;
} multipart_row;

static const multipart_row multipart_rows[] = {
    {"plain",
     {HEAD_NONE, CREATED, PART("1", Z8), PART("2", Z8), PART("3", Z1), COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     7},
    {"may only write",
     {{.status = 403},
      CREATED,
      PART("1", Z8),
      PART("2", Z8),
      PART("3", Z1),
      COMPLETED,
      {.status = 403}},
     UNPEG_OK,
     UNPEG_PROOF_PARTS,
     7},
    {"may only write, and another object's result",
     {{.status = 403},
      CREATED,
      PART("1", Z8),
      PART("2", Z8),
      PART("3", Z1),
      {.status = 200,
       .body = "<CompleteMultipartUploadResult><ETag>\"" OTHER "\"</ETag>"
               "</CompleteMultipartUploadResult>"},
      {.status = 403},
      ABORTED},
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     8},
    {"may only write, and no result",
     {{.status = 403},
      CREATED,
      PART("1", Z8),
      PART("2", Z8),
      PART("3", Z1),
      {.status = 200, .body = "<html></html>"},
      {.status = 403},
      ABORTED},
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     8},
    {"a part of another hash",
     {HEAD_NONE, CREATED, PART("1", Z8), PART("2", Z1), ABORTED},
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     5},
    {"the same object is there", {HEAD_WHOLE, HEAD_WHOLE}, UNPEG_OK, UNPEG_PROOF_HEAD, 2},
    {"another object is there", {HEAD_OTHER, HEAD_OTHER}, UNPEG_STATE, UNPEG_PROOF_NONE, 2},
    {"no upload id",
     {HEAD_NONE, {.status = 200, .body = "<html></html>"}},
     UNPEG_REMOTE,
     UNPEG_PROOF_NONE,
     2},
    {"refused",
     {HEAD_NONE, CREATED, {.status = 403}, ABORTED},
     UNPEG_PERMISSION,
     UNPEG_PROOF_NONE,
     4},
    {"forgotten in its middle",
     {HEAD_NONE, CREATED, PART("1", Z8), GONE("?partNumber=2"), CREATED, PART("1", Z8),
      PART("2", Z8), PART("3", Z1), COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     10},
    {"forgotten again and again",
     {HEAD_NONE, CREATED, GONE("?partNumber=1"), CREATED, GONE("?partNumber=1"), CREATED,
      GONE("?partNumber=1"), ABORTED},
     UNPEG_NOT_FOUND,
     UNPEG_PROOF_NONE,
     8},
    {"completed, but the answer was lost",
     {HEAD_NONE,
      CREATED,
      PART("1", Z8),
      PART("2", Z8),
      PART("3", Z1),
      {.may_retry = true},
      GONE("?uploadId="),
      HEAD_WHOLE},
     UNPEG_OK,
     UNPEG_PROOF_HEAD,
     8},
    {"another won the race",
     {HEAD_NONE,
      CREATED,
      PART("1", Z8),
      PART("2", Z8),
      PART("3", Z1),
      {.status = 412},
      HEAD_OTHER,
      ABORTED},
     UNPEG_STATE,
     UNPEG_PROOF_NONE,
     8},
    {"something else is there afterwards",
     {HEAD_NONE, CREATED, PART("1", Z8), PART("2", Z8), PART("3", Z1), COMPLETED, HEAD_OTHER,
      ABORTED},
     UNPEG_MISMATCH,
     UNPEG_PROOF_NONE,
     8},
};

static void test_multipart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(multipart_rows); i++) {
        const multipart_row *row = &multipart_rows[i];
        s3_case c;
        open_case(&c, row->answers, count_answers(row->answers));
        make_large(&c);
        unpeg_status status = run_put(&c);
        if (status != row->status || c.stored.proof != row->proof ||
            c.fake.answered != row->requests)
            fail_msg("%s: %s, proof %s, %zu requests: %s", row->name, unpeg_status_text(status),
                     unpeg_proof_text(c.stored.proof), c.fake.answered, c.error.text);
        assert_int_equal(c.stored.may_delete, status == UNPEG_OK);
        close_case(&c);
    }
}

static void test_what_is_sent_in_parts(void **state)
{
    (void)state;
    s3_case c;
    open_case(&c, multipart_rows[0].answers, 7);
    make_large(&c);
    assert_int_equal(run_put(&c), UNPEG_OK);
    assert_int_equal(c.stored.parts, 3);
    assert_int_equal(c.stored.parts_resumed, 0);
    assert_int_equal(c.stored.stored_bytes, LARGE_BYTES);
    assert_string_equal(c.stored.etag, WHOLE);
    assert_header(&c, 1, "content-type", "text/plain");
    assert_header(&c, 2, "content-type", NULL);
    assert_header(&c, 2, "if-none-match", NULL);
    assert_header(&c, 5, "if-none-match", "*");
    assert_int_equal(c.fake.requests[4].body.len, 1 << 20);
    assert_string_equal(text_buffer_text(&c.fake.requests[5].body),
                        "<CompleteMultipartUpload>"
                        "<Part><PartNumber>1</PartNumber><ETag>\"" Z8 "\"</ETag></Part>"
                        "<Part><PartNumber>2</PartNumber><ETag>\"" Z8 "\"</ETag></Part>"
                        "<Part><PartNumber>3</PartNumber><ETag>\"" Z1 "\"</ETag></Part>"
                        "</CompleteMultipartUpload>");
    close_case(&c);
}

#define NOTED                                                                                      \
    "unpeg-upload 1\nurl s3://artifacts/team\nkey a/b.v8log\nzstd 0\nfile-bytes 17825792\n"        \
    "part-bytes 8388608\nupload-id id-1\n"
#define NOTED_PART(hex) "part " hex " " hex "\n"

typedef struct resume_row {
    const char *name, *note;
    fake_answer answers[ANSWERS_MAX];
    unpeg_status status;
    unsigned resumed;
    size_t requests;
} resume_row;

static const resume_row resume_rows[] = {
    {"the store has two, the notes one",
     NOTED NOTED_PART(Z8) "end\n",
     {HEAD_NONE, LISTED(LISTED_PART("1", Z8) LISTED_PART("2", Z8)), PART("3", Z1), COMPLETED,
      HEAD_WHOLE},
     UNPEG_OK,
     2,
     5},
    {"the store has the second alone",
     NOTED NOTED_PART(Z8) NOTED_PART(Z8) "end\n",
     {HEAD_NONE, LISTED(LISTED_PART("2", Z8)), PART("1", Z8), PART("3", Z1), COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     1,
     6},
    {"the store has something else",
     NOTED NOTED_PART(Z8) "end\n",
     {HEAD_NONE, LISTED(LISTED_PART("1", OTHER)), PART("1", Z8), PART("2", Z8), PART("3", Z1),
      COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     0,
     7},
    {"the file is another one than was noted",
     NOTED NOTED_PART(Z1) NOTED_PART(Z8) "end\n",
     {{.status = 403}, {.status = 403}, PART("1", Z8), PART("3", Z1), COMPLETED, {.status = 403}},
     UNPEG_OK,
     1,
     6},
    {"one may not ask",
     NOTED NOTED_PART(Z8) NOTED_PART(Z8) "end\n",
     {{.status = 403}, {.status = 403}, PART("3", Z1), COMPLETED, {.status = 403}},
     UNPEG_OK,
     2,
     5},
    {"pages",
     NOTED "end\n",
     {HEAD_NONE,
      LISTED(LISTED_PART("1", Z8) "<IsTruncated>true</IsTruncated>"
                                  "<NextPartNumberMarker>1</NextPartNumberMarker>"),
      LISTED(LISTED_PART("2", Z8) "<IsTruncated>false</IsTruncated>"), PART("3", Z1), COMPLETED,
      HEAD_WHOLE},
     UNPEG_OK,
     2,
     6},
    {"pages that stand still",
     NOTED "end\n",
     {HEAD_NONE,
      LISTED("<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>"),
      LISTED("<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>")},
     UNPEG_REMOTE,
     0,
     3},
    {"forgotten by the store",
     NOTED NOTED_PART(Z8) "end\n",
     {HEAD_NONE, GONE("?uploadId=id-1"), CREATED, PART("1", Z8), PART("2", Z8), PART("3", Z1),
      COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     0,
     8},
    {"completed before it could be said",
     NOTED NOTED_PART(Z8) "end\n",
     {HEAD_WHOLE, HEAD_WHOLE},
     UNPEG_OK,
     0,
     2},
    {"nothing sent yet",
     "unpeg-upload 1\nurl s3://artifacts/team\nkey a/b.v8log\nzstd 0\nend\n",
     {HEAD_NONE, CREATED, PART("1", Z8), PART("2", Z8), PART("3", Z1), COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     0,
     7},
    {"a damaged note",
     NOTED,
     {HEAD_NONE, CREATED, PART("1", Z8), PART("2", Z8), PART("3", Z1), COMPLETED, HEAD_WHOLE},
     UNPEG_OK,
     0,
     7},
    {"a note of another upload",
     "unpeg-upload 1\nurl s3://artifacts/team\nkey other\nzstd 0\nend\n",
     {{0}},
     UNPEG_ARGUMENT,
     0,
     0},
    {"cut off again",
     NOTED NOTED_PART(Z8) "end\n",
     {HEAD_NONE, LISTED(LISTED_PART("1", Z8)), {.wants_url = "?partNumber=2"}},
     UNPEG_REMOTE,
     1,
     3},
};

static void test_resume(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(resume_rows); i++) {
        const resume_row *row = &resume_rows[i];
        s3_case c;
        char path[128];
        open_case(&c, row->answers, count_answers(row->answers));
        make_large(&c);
        strcpy(path, scratch_write(&c.scratch, "note", row->note, strlen(row->note)));
        c.put.state_path = path;
        unpeg_status status = run_put(&c);
        if (status != row->status || c.stored.parts_resumed != row->resumed ||
            c.fake.answered != row->requests)
            fail_msg("%s: %s, resumed %u, %zu requests: %s", row->name, unpeg_status_text(status),
                     (unsigned)c.stored.parts_resumed, c.fake.answered, c.error.text);
        /* Notes go with the upload, and not before. */
        assert_int_equal(access(path, F_OK) == 0, status != UNPEG_OK);
        close_case(&c);
    }
}

static void test_notes(void **state)
{
    (void)state;
    static const fake_answer answers[] = {
        HEAD_NONE, CREATED, PART("1", Z8), {.wants_url = "?partNumber=2"}};
    s3_case c;
    char path[128];
    unpeg_pending pending;
    open_case(&c, answers, COUNT(answers));
    make_large(&c);
    strcpy(path, scratch_path(&c.scratch, "note"));
    c.put.state_path = path;
    assert_int_equal(run_put(&c), UNPEG_REMOTE);
    assert_false(c.stored.may_delete);
    assert_int_equal(unpeg_pending_read(path, &pending, NULL), UNPEG_OK);
    assert_string_equal(pending.url, "s3://artifacts/team");
    assert_string_equal(pending.key, "a/b.v8log");
    assert_int_equal(pending.file_bytes, LARGE_BYTES);
    assert_int_equal(pending.stored_bytes, 8 << 20);
    close_case(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_multipart),
                                       cmocka_unit_test(test_what_is_sent_in_parts),
                                       cmocka_unit_test(test_resume), cmocka_unit_test(test_notes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
