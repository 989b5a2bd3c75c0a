/* SPDX-License-Identifier: MIT
 *
 * What the chain asks of others, and when it asks again.
 */
#include "credentials.h"

#include "check.h"
#include "credential_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, credential_fixture_set_up, credential_fixture_tear_down)

static void what_sts_is_asked(void **state)
{
    credential_fixture *f = *state;
    const credentials *keys;
    static const fake_answer answers[] = {{.status = 200, .body = STS_KEYS}};
    credential_fixture_files(f,
                             "[base]\naws_access_key_id = BK\naws_secret_access_key = BS\n"
                             "aws_session_token = BT\n",
                             "[default]\nrole_arn = arn:aws:iam::1:role/up\nsource_profile = base\n"
                             "external_id = e/d\nduration_seconds = 900\n");
    f->fake.answers = answers;
    f->fake.answer_count = 1;
    credential_chain *chain =
        credential_fixture_chain(f, (credential_options){.region = "eu-west-1"});
    assert_int_equal(credential_chain_get(chain, &(credential_need){0}, &keys, NULL), UNPEG_OK);
    assert_string_equal(fake_request_line(&f->fake, 0),
                        "POST https://sts.eu-west-1.amazonaws.com/");
    assert_string_equal(text_buffer_text(&f->fake.requests[0].body),
                        "Action=AssumeRole&DurationSeconds=900&ExternalId=e%2Fd&"
                        "RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fup&"
                        "RoleSessionName=unpeg-1767225600&Version=2011-06-15");
    assert_non_null(strstr(fake_request_header(&f->fake, 0, "authorization"),
                           "Credential=BK/20260101/eu-west-1/sts/aws4_request, SignedHeaders="
                           "content-type;host;x-amz-date;x-amz-security-token, "));
    assert_string_equal(fake_request_header(&f->fake, 0, "x-amz-security-token"), "BT");
    assert_string_equal(text_buffer_text(&keys->session_token), "RT");
    assert_int_equal(keys->expires_unix_s, 1767225600 + 3600);
    credential_chain_destroy(chain);
}

/* A web identity proves itself by its token, without a signature. */
static void what_sts_is_asked_by_a_web_identity(void **state)
{
    credential_fixture *f = *state;
    const credentials *keys;
    static const fake_answer answers[] = {{.status = 200, .body = STS_KEYS}};
    credential_fixture_files(f, NULL, NULL);
    fake_store_set(&f->fake, "AWS_WEB_IDENTITY_TOKEN_FILE", f->token);
    fake_store_set(&f->fake, "AWS_ROLE_ARN", "arn:w");
    fake_store_set(&f->fake, "AWS_ROLE_SESSION_NAME", "pod");
    f->fake.answers = answers;
    f->fake.answer_count = 1;
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(credential_chain_get(chain, &(credential_need){0}, &keys, NULL), UNPEG_OK);
    assert_string_equal(text_buffer_text(&f->fake.requests[0].body),
                        "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aw&RoleSessionName=pod&"
                        "Version=2011-06-15&WebIdentityToken=the%20token");
    assert_null(fake_request_header(&f->fake, 0, "authorization"));
    credential_chain_destroy(chain);
}

static void what_metadata_is_asked(void **state)
{
    credential_fixture *f = *state;
    const credentials *keys;
    static const fake_answer instance[] = {{.status = 200, .body = "T0KEN"},
                                           {.status = 200, .body = "r"},
                                           {.status = 200, .body = METADATA_KEYS}};
    credential_fixture_files(f, NULL, NULL);
    f->fake.answers = instance;
    f->fake.answer_count = COUNT(instance);
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(credential_chain_get(chain, &(credential_need){0}, &keys, NULL), UNPEG_OK);
    assert_string_equal(fake_request_line(&f->fake, 0),
                        "PUT http://169.254.169.254/latest/api/token");
    assert_string_equal(fake_request_header(&f->fake, 0, "x-aws-ec2-metadata-token-ttl-seconds"),
                        "21600");
    assert_string_equal(fake_request_header(&f->fake, 1, "x-aws-ec2-metadata-token"), "T0KEN");
    assert_string_equal(fake_request_header(&f->fake, 2, "x-aws-ec2-metadata-token"), "T0KEN");
    assert_string_equal(text_buffer_text(&keys->session_token), "MT");
    credential_chain_destroy(chain);
}

static void the_container_token_comes_from_its_file(void **state)
{
    credential_fixture *f = *state;
    const credentials *keys;
    static const fake_answer answers[] = {{.status = 200, .body = METADATA_KEYS},
                                          {.status = 200, .body = METADATA_KEYS}};
    credential_fixture_files(f, NULL, NULL);
    fake_store_set(&f->fake, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/a?b");
    fake_store_set(&f->fake, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", f->token);
    f->fake.answers = answers;
    f->fake.answer_count = COUNT(answers);
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(credential_chain_get(chain, &(credential_need){0}, &keys, NULL), UNPEG_OK);
    assert_string_equal(fake_request_line(&f->fake, 0), "GET http://localhost:1/a?b");
    assert_string_equal(fake_request_header(&f->fake, 0, "authorization"), "the token");
    credential_fixture_write(f, f->token, "another\n");
    assert_int_equal(credential_chain_get(chain, &(credential_need){.fresh = true}, &keys, NULL),
                     UNPEG_OK);
    assert_string_equal(fake_request_header(&f->fake, 1, "authorization"), "another");
    credential_chain_destroy(chain);
}

static unpeg_status get(credential_chain *chain)
{
    const credentials *keys;
    return credential_chain_get(chain, &(credential_need){0}, &keys, NULL);
}

/* The keys live six hours; the answers are those of the times they are asked for anew. */
static void keys_are_refreshed_before_they_end(void **state)
{
    credential_fixture *f = *state;
    static const fake_answer answers[] = {
        {.status = 200, .body = METADATA_KEYS}, {.status = 403}, {.status = 403}, {.status = 403}};
    credential_fixture_files(f, NULL, NULL);
    fake_store_set(&f->fake, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/");
    f->fake.answers = answers;
    f->fake.answer_count = COUNT(answers);
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(get(chain), UNPEG_OK);
    f->fake.now_ms += (6 * 3600 - CREDENTIAL_REFRESH_S - 1) * 1000;
    assert_int_equal(get(chain), UNPEG_OK);
    assert_int_equal(f->fake.answered, 1);
    f->fake.now_ms += 1000;
    assert_int_equal(get(chain), UNPEG_OK); /* refused, and the old ones still live */
    assert_int_equal(f->fake.answered, 2);
    f->fake.now_ms += (CREDENTIAL_REFRESH_S - 1) * 1000;
    assert_int_equal(get(chain), UNPEG_OK);
    assert_int_equal(f->fake.answered, 3);
    f->fake.now_ms += 1000;
    assert_int_equal(get(chain), UNPEG_PERMISSION);
    assert_int_equal(f->fake.answered, 4);
    credential_chain_destroy(chain);
}

/* A service that gives keys which end soon is not asked before each request. */
static void keys_that_end_soon_are_used(void **state)
{
    credential_fixture *f = *state;
    static const fake_answer answers[] = {{.status = 200, .body = METADATA_KEYS},
                                          {.status = 200, .body = METADATA_KEYS}};
    credential_fixture_files(f, NULL, NULL);
    fake_store_set(&f->fake, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/");
    f->fake.answers = answers;
    f->fake.answer_count = COUNT(answers);
    f->fake.now_ms += (6 * 3600 - 100) * 1000;
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(get(chain), UNPEG_OK);
    f->fake.now_ms += (CREDENTIAL_REFRESH_PAUSE_S - 1) * 1000;
    assert_int_equal(get(chain), UNPEG_OK);
    assert_int_equal(f->fake.answered, 1);
    f->fake.now_ms += 1000;
    assert_int_equal(get(chain), UNPEG_OK);
    assert_int_equal(f->fake.answered, 2);
    credential_chain_destroy(chain);
}

/* The command sleeps for longer than the clock of the fake lets it: it moves with each question. */
static bool move_clock(void *user)
{
    fake_store *fake = user;
    fake->now_ms += 15000;
    return false;
}

static void a_process_that_does_not_end(void **state)
{
    credential_fixture *f = *state;
    const credentials *keys;
    unpeg_error error = {0};
    store_budget budget = {
        .deadline_ms = f->fake.now_ms + 30000, .stop = move_clock, .user = &f->fake};
    credential_fixture_files(f, NULL, "[default]\ncredential_process = sleep 600\n");
    credential_chain *chain = credential_fixture_chain(f, (credential_options){0});
    assert_int_equal(
        credential_chain_get(chain, &(credential_need){.budget = &budget}, &keys, &error),
        UNPEG_DEADLINE);
    budget.deadline_ms = 0;
    assert_int_equal(
        credential_chain_get(chain, &(credential_need){.budget = &budget}, &keys, &error),
        UNPEG_REMOTE);
    assert_string_equal(error.text, "credential_process did not end within 60 s");
    credential_chain_destroy(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_sts_is_asked),
        TEST(what_sts_is_asked_by_a_web_identity),
        TEST(what_metadata_is_asked),
        TEST(the_container_token_comes_from_its_file),
        TEST(keys_are_refreshed_before_they_end),
        TEST(keys_that_end_soon_are_used),
        TEST(a_process_that_does_not_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
