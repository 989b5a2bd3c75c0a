/* SPDX-License-Identifier: MIT
 *
 * A put into a bucket whose answers are written down.
 *
 *     s3_case c;
 *     open_case(&c, answers, 2);
 *     assert_int_equal(run_put(&c), UNPEG_OK);
 *     assert_header(&c, 0, "content-type", "text/plain");
 *     close_case(&c);
 */
#ifndef UNPEG_TESTS_S3_CASE_H
#define UNPEG_TESTS_S3_CASE_H

#include "check.h"
#include "fake_store.h"
#include "scratch_folder.h"
#include "store_backend.h"

#define TEXT "v8-version,1,2,3\n"
#define MD5 "e44017ef3135268294bc5f61c4ac3047" /* of TEXT */
#define MD5_BASE64 "5EAX7zE1JoKUvF9hxKwwRw=="
#define OTHER "00000000000000000000000000000000"
#define ETAG(hex)                                                                                  \
    {                                                                                              \
        "etag", "\"" hex "\""                                                                      \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { ANSWERS_MAX = 12, LARGE_BYTES = 17 << 20 };

typedef struct s3_case {
    scratch_folder scratch;
    char log[128];
    fake_store fake;
    unpeg_store *store;
    unpeg_put put;
    unpeg_stored stored;
    unpeg_error error;
} s3_case;

static inline void open_case(s3_case *c, const fake_answer *answers, size_t count)
{
    *c = (s3_case){.put = {.struct_size = sizeof c->put, .key = "a/b.v8log"}};
    scratch_open(&c->scratch);
    fake_store_init(&c->fake);
    c->fake.answers = answers;
    c->fake.answer_count = count;
    fake_store_set(&c->fake, "AWS_ACCESS_KEY_ID", "AK");
    fake_store_set(&c->fake, "AWS_SECRET_ACCESS_KEY", "SK");
    strcpy(c->log, scratch_write(&c->scratch, "v8.log", TEXT, strlen(TEXT)));
    c->put.path = c->log;
    assert_int_equal(store_open("s3://artifacts/team/", NULL, &c->fake.host, &c->store, NULL),
                     UNPEG_OK);
}

static inline void close_case(s3_case *c)
{
    unpeg_store_close(c->store);
    fake_store_deinit(&c->fake);
    scratch_close(&c->scratch);
}

static inline unpeg_status run_put(s3_case *c)
{
    return unpeg_store_put(c->store, &c->put, &c->stored, &c->error);
}

#define LENGTH                                                                                     \
    {                                                                                              \
        "content-length", "17"                                                                     \
    }
#define HEAD_GOOD                                                                                  \
    {                                                                                              \
        .status = 200, .headers = { ETAG(MD5), LENGTH }                                            \
    }
#define HEAD_OTHER                                                                                 \
    {                                                                                              \
        .status = 200, .headers = { ETAG(OTHER), LENGTH }                                          \
    }
#define KMS                                                                                        \
    {                                                                                              \
        "x-amz-server-side-encryption", "aws:kms"                                                  \
    }

static inline size_t count_answers(const fake_answer *answers)
{
    size_t count = 0;
    while (count < ANSWERS_MAX &&
           (answers[count].status || answers[count].may_retry || answers[count].wants_url))
        count++;
    return count;
}

static inline void assert_header(const s3_case *c, size_t request, const char *name,
                                 const char *value)
{
    const char *found = fake_request_header(&c->fake, request, name);
    if (value == NULL) {
        assert_null(found);
    } else {
        assert_non_null(found);
        assert_string_equal(found, value);
    }
}

#endif
