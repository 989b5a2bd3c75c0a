/* SPDX-License-Identifier: MIT
 *
 * The chain against a written environment, written files and a written network.
 */
#include "credentials.h"

#include "check.h"
#include "credential_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define STS_DENIED                                                                                 \
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"

enum { VARIABLES = 6, ANSWERS = 6 };

typedef struct chain_case {
    const char *name;
    http_pair variables[VARIABLES]; /* a value of "@token" is the token's file */
    const char *credentials;        /* the two files' texts; "@token" in them likewise */
    const char *config;
    credential_options options;
    fake_answer answers[ANSWERS];
    unpeg_status want;
    const char *access_key; /* of success */
    const char *text;       /* the source, or a part of the sentence */
} chain_case;

static const chain_case cases[] = {
    {.name = "options",
     .variables = {{"AWS_ACCESS_KEY_ID", "EK"}, {"AWS_SECRET_ACCESS_KEY", "ES"}},
     .options = {.access_key = "OK", .secret_key = "OS"},
     .access_key = "OK",
     .text = "options"},
    {.name = "half of the options",
     .options = {.access_key = "OK"},
     .want = UNPEG_INPUT,
     .text = "options: an access key and its secret key belong together"},
    {.name = "environment",
     .variables = {{"AWS_ACCESS_KEY_ID", "EK"},
                   {"AWS_SECRET_ACCESS_KEY", "ES"},
                   {"AWS_PROFILE", "ci"}},
     .credentials = "[ci]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .access_key = "EK",
     .text = "environment"},
    {.name = "half an environment",
     .variables = {{"AWS_ACCESS_KEY_ID", "EK"}},
     .credentials = "[default]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .want = UNPEG_INPUT,
     .text = "environment: an access key"},
    {.name = "an explicit profile before the environment",
     .variables = {{"AWS_ACCESS_KEY_ID", "EK"}, {"AWS_SECRET_ACCESS_KEY", "ES"}},
     .credentials = "[ci]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .options = {.profile = "ci"},
     .access_key = "PK",
     .text = "profile ci"},
    {.name = "an explicit profile without keys",
     .variables = {{"AWS_ACCESS_KEY_ID", "EK"}, {"AWS_SECRET_ACCESS_KEY", "ES"}},
     .config = "[profile ci]\nregion = r\n",
     .options = {.profile = "ci"},
     .want = UNPEG_PERMISSION,
     .text = "profile ci has no credentials"},
    {.name = "a profile that is not there",
     .variables = {{"AWS_PROFILE", "gone"}},
     .credentials = "[ci]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .want = UNPEG_INPUT,
     .text = "there is no profile \"gone\""},
    {.name = "default profile, credentials file before config file",
     .credentials = "[default]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .config = "[default]\naws_access_key_id = CK\naws_secret_access_key = CS\n",
     .access_key = "PK",
     .text = "profile default"},
    {.name = "credential_process before static keys of the config file",
     .config = "[default]\naws_access_key_id = CK\naws_secret_access_key = CS\n"
               "credential_process = printf '%s' "
               "'{\"Version\":1,\"AccessKeyId\":\"XK\",\"SecretAccessKey\":\"XS\"}'\n",
     .access_key = "XK",
     .text = "profile default, credential_process"},
    {.name = "static keys of the config file",
     .config = "[default]\naws_access_key_id = CK\naws_secret_access_key = CS\n",
     .access_key = "CK",
     .text = "profile default"},
    {.name = "half a profile",
     .credentials = "[default]\naws_access_key_id = PK\n",
     .want = UNPEG_INPUT,
     .text = "profile default has only one of"},
    {.name = "a role by the keys of another profile",
     .variables = {{"AWS_PROFILE", "role"}},
     .credentials = "[base]\naws_access_key_id = BK\naws_secret_access_key = BS\n",
     .config = "[profile role]\nrole_arn = arn:aws:iam::1:role/up\nsource_profile = base\n"
               "external_id = e d\nrole_session_name = ci\nduration_seconds = 900\n",
     .answers = {{.status = 200,
                  .body = STS_KEYS,
                  .wants_url = "https://sts.us-east-1.amazonaws.com/"}},
     .access_key = "RK",
     .text = "profile role, role arn:aws:iam::1:role/up, by profile base"},
    {.name = "a role by its profile's own keys",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = default\n"
               "aws_access_key_id = BK\naws_secret_access_key = BS\n",
     .answers = {{.status = 200, .body = STS_KEYS}},
     .access_key = "RK",
     .text = "profile default, role arn:x, by profile default"},
    {.name = "a role by a role",
     .credentials = "[base]\naws_access_key_id = BK\naws_secret_access_key = BS\n",
     .config = "[default]\nrole_arn = arn:b\nsource_profile = a\n"
               "[profile a]\nrole_arn = arn:a\nsource_profile = base\n",
     .answers = {{.status = 200, .body = STS_KEYS}, {.status = 200, .body = STS_KEYS}},
     .access_key = "RK",
     .text = "profile default, role arn:b, by profile a, role arn:a, by profile base"},
    {.name = "roles in a circle",
     .config = "[default]\nrole_arn = arn:b\nsource_profile = a\n"
               "[profile a]\nrole_arn = arn:a\nsource_profile = default\n",
     .want = UNPEG_INPUT,
     .text = "leads in a circle"},
    {.name = "a role by the environment",
     .variables = {{"AWS_PROFILE", "role"}},
     .config = "[profile role]\nrole_arn = arn:x\ncredential_source = Environment\n",
     .want = UNPEG_PERMISSION,
     .text = "no keys to assume the role of profile role with: Environment has none"},
    {.name = "a role by the instance",
     .config = "[default]\nrole_arn = arn:x\ncredential_source = Ec2InstanceMetadata\n",
     .answers =
         {{.status = 200, .body = "T0KEN", .wants_url = "http://169.254.169.254/latest/api/token"},
          {.status = 200, .body = "my-role\n", .wants_url = "/security-credentials/"},
          {.status = 200, .body = METADATA_KEYS, .wants_url = "/security-credentials/my-role"},
          {.status = 200, .body = STS_KEYS}},
     .access_key = "RK",
     .text = "profile default, role arn:x, by instance role my-role"},
    {.name = "a role by something unknown",
     .config = "[default]\nrole_arn = arn:x\ncredential_source = Moon\n",
     .want = UNPEG_INPUT,
     .text = "credential_source Moon is none of"},
    {.name = "a role by nothing",
     .config = "[default]\nrole_arn = arn:x\n",
     .want = UNPEG_INPUT,
     .text = "neither source_profile and credential_source"},
    {.name = "a role by a profile that is not there",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = gone\n",
     .want = UNPEG_INPUT,
     .text = "there is no profile \"gone\" (source_profile)"},
    {.name = "a role that is refused",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = default\n"
               "aws_access_key_id = BK\naws_secret_access_key = BS\n",
     .answers = {{.status = 403, .body = STS_DENIED}},
     .want = UNPEG_PERMISSION,
     .text = "STS (sts.us-east-1.amazonaws.com) answered 403 AccessDenied: no"},
    {.name = "STS recovers",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = default\n"
               "aws_access_key_id = BK\naws_secret_access_key = BS\n",
     .answers = {{.status = 500}, {.may_retry = true}, {.status = 200, .body = STS_KEYS}},
     .access_key = "RK",
     .text = "profile default, role arn:x, by profile default"},
    {.name = "STS answers something else",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = default\n"
               "aws_access_key_id = BK\naws_secret_access_key = BS\n",
     .answers = {{.status = 200, .body = "<a><Credentials/></a>"}},
     .want = UNPEG_INPUT,
     .text = "STS answered without keys"},
    {.name = "a role that wants a code",
     .config = "[default]\nrole_arn = arn:x\nsource_profile = b\nmfa_serial = arn:m\n",
     .want = UNPEG_UNSUPPORTED,
     .text = "aws configure export-credentials --profile default --format process"},
    {.name = "SSO",
     .config = "[default]\nsso_session = s\n",
     .want = UNPEG_UNSUPPORTED,
     .text = "set credential_process = aws configure export-credentials"},
    {.name = "a role by a web identity's token in a profile",
     .config = "[default]\nrole_arn = arn:x\nweb_identity_token_file = @token\n",
     .answers = {{.status = 200, .body = STS_KEYS}},
     .access_key = "RK",
     .text = "profile default, web identity, role arn:x"},
    {.name = "web identity before the profile",
     .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "@token"},
                   {"AWS_ROLE_ARN", "arn:w"},
                   {"AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1/sts"}},
     .credentials = "[default]\naws_access_key_id = PK\naws_secret_access_key = PS\n",
     .answers = {{.status = 200, .body = STS_KEYS, .wants_url = "http://127.0.0.1:1/sts/"}},
     .access_key = "RK",
     .text = "web identity, role arn:w"},
    {.name = "STS over http to elsewhere",
     .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "@token"},
                   {"AWS_ROLE_ARN", "arn:w"},
                   {"AWS_ENDPOINT_URL_STS", "http://sts.example"}},
     .want = UNPEG_ARGUMENT,
     .text = "keys are asked for over https only"},
    {.name = "web identity without a role",
     .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "@token"}},
     .want = UNPEG_INPUT,
     .text = "AWS_ROLE_ARN is not"},
    {.name = "web identity without its file",
     .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"}, {"AWS_ROLE_ARN", "arn:w"}},
     .want = UNPEG_INPUT,
     .text = "the token file /nowhere/token cannot be read"},
    {.name = "container, relative",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x"}},
     .answers = {{.status = 200,
                  .body = METADATA_KEYS,
                  .wants_url = "http://169.254.170.2/v2/credentials/x"}},
     .access_key = "MK",
     .text = "container (relative)"},
    {.name = "container, full, with a token",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI",
                    "http://169.254.170.23/v1/credentials?a=b"},
                   {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "from the variable"},
                   {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@token"}},
     .answers = {{.status = 500}, {.status = 200, .body = METADATA_KEYS}},
     .access_key = "MK",
     .text = "container (full)"},
    {.name = "container, full, https to anywhere",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://keys.example/a"}},
     .answers = {{.status = 200, .body = METADATA_KEYS}},
     .access_key = "MK",
     .text = "container (full)"},
    {.name = "container, full, http to elsewhere",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example/a"}},
     .want = UNPEG_INPUT,
     .text = "not to keys.example"},
    {.name = "container without an answer",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"}},
     .answers = {{.may_retry = true}, {.may_retry = true}, {.may_retry = true}},
     .want = UNPEG_REMOTE,
     .text = "the container's credentials endpoint: the connection broke"},
    {.name = "container with something else",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"}},
     .answers = {{.status = 200, .body = "[]"}},
     .want = UNPEG_INPUT,
     .text = "its answer is no JSON object"},
    {.name = "container without keys",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"}},
     .answers = {{.status = 200, .body = "{\"AccessKeyId\":\"A\"}"}},
     .want = UNPEG_INPUT,
     .text = "there are no keys in its answer"},
    {.name = "container with a time that is none",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"}},
     .answers = {{.status = 200,
                  .body =
                      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\",\"Expiration\":\"soon\"}"}},
     .want = UNPEG_INPUT,
     .text = "the expiration in its answer is no time"},
    {.name = "container that refuses",
     .variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/"}},
     .answers = {{.status = 403}},
     .want = UNPEG_PERMISSION,
     .text = "the container's credentials endpoint answered 403"},
    {.name = "instance",
     .variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9/"}},
     .answers =
         {{.status = 200, .body = "T0KEN", .wants_url = "http://127.0.0.1:9/latest/api/token"},
          {.status = 200, .body = "my role", .wants_url = "security-credentials/"},
          {.status = 200, .body = METADATA_KEYS, .wants_url = "security-credentials/my%20role"}},
     .access_key = "MK",
     .text = "instance role my role"},
    {.name = "instance over IPv6",
     .variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}},
     .answers = {{.status = 200, .body = "T", .wants_url = "http://[fd00:ec2::254]/latest"},
                 {.status = 200, .body = "r"},
                 {.status = 200, .body = METADATA_KEYS}},
     .access_key = "MK",
     .text = "instance role r"},
    {.name = "instance without a role",
     .answers = {{.status = 200, .body = "T"}, {.status = 404}},
     .want = UNPEG_PERMISSION,
     .text = "no credentials: not in the environment, profile default"},
    {.name = "instance whose role failed",
     .answers = {{.status = 200, .body = "T"},
                 {.status = 200, .body = "r"},
                 {.status = 200, .body = "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}"}},
     .want = UNPEG_PERMISSION,
     .text = "the instance's metadata refused: AssumeRoleUnauthorizedAccess"},
    {.name = "no instance",
     .answers = {{.may_retry = true}},
     .want = UNPEG_PERMISSION,
     .text = "no credentials"},
    {.name = "instance switched off",
     .variables = {{"AWS_EC2_METADATA_DISABLED", "TRUE"}},
     .want = UNPEG_PERMISSION,
     .text = "no credentials"},
    {.name = "a process that fails",
     .config = "[default]\ncredential_process = sh -c \"exit 3\"\n",
     .want = UNPEG_PERMISSION,
     .text = "credential_process sh failed (exit code 3)"},
    {.name = "a process that is killed",
     .config = "[default]\ncredential_process = sh -c 'kill -9 $$'\n",
     .want = UNPEG_PERMISSION,
     .text = "credential_process sh failed (signal 9)"},
    {.name = "a process that is not there",
     .config = "[default]\ncredential_process = /nowhere/helper\n",
     .want = UNPEG_INPUT,
     .text = "credential_process /nowhere/helper cannot be started"},
    {.name = "a process of another version",
     .config = "[default]\ncredential_process = echo "
               "'{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\"}'\n",
     .want = UNPEG_INPUT,
     .text = "its answer is not of version 1"},
    {.name = "a process that writes too much",
     .config = "[default]\ncredential_process = head -c 70000 /dev/zero\n",
     .want = UNPEG_INPUT,
     .text = "credential_process wrote over 65536 bytes"},
    {.name = "a process with an open quote",
     .config = "[default]\ncredential_process = echo 'a\n",
     .want = UNPEG_INPUT,
     .text = "a quote is not closed"},
    {.name = "a process whose words have quotes and backslashes",
     .config = "[default]\ncredential_process = printf "
               "{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"%s\\\",'\"SecretAccessKey\":\"%s\"'} "
               "\"a b\"'c' d\n",
     .access_key = "a bc",
     .text = "profile default, credential_process"},
};

static size_t count_answers(const fake_answer *answers, size_t limit)
{
    size_t count = 0;
    while (count < limit && (answers[count].status != 0 || answers[count].may_retry))
        count++;
    return count;
}

static void set_case(credential_fixture *f, const chain_case *c)
{
    fake_store_deinit(&f->fake);
    fake_store_init(&f->fake);
    credential_fixture_files(f, c->credentials, c->config);
    for (size_t i = 0; i < VARIABLES && c->variables[i].name != NULL; i++) {
        const char *value = c->variables[i].value;
        fake_store_set(&f->fake, c->variables[i].name,
                       strcmp(value, "@token") == 0 ? f->token : value);
    }
    f->fake.answers = c->answers;
    f->fake.answer_count = count_answers(c->answers, ANSWERS);
}

static void check_case(credential_fixture *f, const chain_case *c)
{
    const credentials *keys;
    unpeg_error error = {0};
    set_case(f, c);
    credential_chain *chain = credential_fixture_chain(f, c->options);
    unpeg_status status = credential_chain_get(chain, &(credential_need){0}, &keys, &error);
    if (status != c->want)
        fail_msg("%s: %s (%s)", c->name, unpeg_status_text(status), error.text);
    if (f->fake.answered != f->fake.answer_count)
        fail_msg("%s: %zu requests of %zu", c->name, f->fake.answered, f->fake.answer_count);
    if (status == UNPEG_OK) {
        assert_string_equal(text_buffer_text(&keys->access_key), c->access_key);
        assert_string_equal(keys->source, c->text);
    } else if (strstr(error.text, c->text) == NULL) {
        fail_msg("%s: the sentence is: %s", c->name, error.text);
    }
    credential_chain_destroy(chain);
}

static void where_keys_come_from(void **state)
{
    for (size_t i = 0; i < COUNT(cases); i++)
        check_case(*state, &cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(where_keys_come_from, credential_fixture_set_up,
                                        credential_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
