/* SPDX-License-Identifier: MIT
 *
 * Which host and path a bucket's requests go to.
 */
#include "check.h"
#include "fake_store.h"
#include "s3_client.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct place_case {
    s3_client_options options;
    const char *address; /* NULL: refused */
    const char *url;     /* of key "k" */
} place_case;

static const place_case places[] = {
    {{.bucket = "artifacts"},
     "https://artifacts.s3.us-east-1.amazonaws.com",
     "GET https://artifacts.s3.us-east-1.amazonaws.com/k"},
    {{.bucket = "a.b.c"},
     "https://s3.us-east-1.amazonaws.com/a.b.c",
     "GET https://s3.us-east-1.amazonaws.com/a.b.c/k"},
    {{.bucket = "artifacts", .region = "cn-north-1", .addressing = S3_ADDRESSING_PATH},
     "https://s3.cn-north-1.amazonaws.com.cn/artifacts",
     "GET https://s3.cn-north-1.amazonaws.com.cn/artifacts/k"},
    {{.bucket = "artifacts", .endpoint = "http://127.0.0.1:8000/"},
     "http://127.0.0.1:8000/artifacts",
     "GET http://127.0.0.1:8000/artifacts/k"},
    {{.bucket = "artifacts", .endpoint = "https://gate.example:443/s3"},
     "https://gate.example/s3/artifacts",
     "GET https://gate.example/s3/artifacts/k"},
    {{.bucket = "artifacts",
      .endpoint = "https://s3.localhost:8443",
      .addressing = S3_ADDRESSING_VIRTUAL},
     "https://artifacts.s3.localhost:8443",
     "GET https://artifacts.s3.localhost:8443/k"},
    {{.bucket = "artifacts", .endpoint = "http://minio:9000", .allow_http = true},
     "http://minio:9000/artifacts",
     "GET http://minio:9000/artifacts/k"},
    {{.bucket = "artifacts", .endpoint = "http://minio:9000"}, NULL, NULL},
    {{.bucket = "artifacts", .endpoint = "minio:9000"}, NULL, NULL},
    {{.bucket = "artifacts", .region = "eu west"}, NULL, NULL},
    {{.bucket = "ab"}, NULL, NULL},
    {{.bucket = "a/b/c"}, NULL, NULL},
    {{.bucket = ".abc"}, NULL, NULL},
    {{.bucket = NULL}, NULL, NULL},
};

static void addresses(void **state)
{
    static const fake_answer answers[] = {{.status = 200}};
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        fake_store fake;
        s3_client *client;
        s3_response response = {0};
        s3_client_options options = places[i].options;
        s3_request request = {.method = "GET", .key = "k"};
        fake_store_init(&fake);
        fake.answers = answers;
        fake.answer_count = 1;
        options.host = &fake.host;
        options.access_key = options.secret_key = "K";
        unpeg_status status = s3_client_create(&options, &client, NULL);
        assert_int_equal(status, places[i].address != NULL ? UNPEG_OK : UNPEG_ARGUMENT);
        if (status == UNPEG_OK) {
            assert_string_equal(s3_client_address(client), places[i].address);
            assert_int_equal(s3_client_send(client, &request, &response, NULL), UNPEG_OK);
            assert_string_equal(fake_request_line(&fake, 0), places[i].url);
        }
        s3_response_deinit(&response);
        s3_client_destroy(client);
        fake_store_deinit(&fake);
    }
}

typedef struct variable_case {
    http_pair variables[4];
    s3_client_options options;
    const char *region;
    const char *address;
} variable_case;

static const variable_case variables[] = {
    {{{"AWS_DEFAULT_REGION", "d-1"}}, {0}, "d-1", "https://artifacts.s3.d-1.amazonaws.com"},
    {{{"AWS_DEFAULT_REGION", "d-1"}, {"AWS_REGION", "r-1"}},
     {0},
     "r-1",
     "https://artifacts.s3.r-1.amazonaws.com"},
    {{{"AWS_REGION", "r-1"}, {"PRERENDER_ARTIFACTS_REGION", "p-1"}},
     {0},
     "p-1",
     "https://artifacts.s3.p-1.amazonaws.com"},
    {{{"PRERENDER_ARTIFACTS_REGION", "p-1"}},
     {.region = "o-1"},
     "o-1",
     "https://artifacts.s3.o-1.amazonaws.com"},
    {{{"AWS_ENDPOINT_URL", "https://all"}}, {0}, "us-east-1", "https://all/artifacts"},
    {{{"AWS_ENDPOINT_URL", "https://all"}, {"AWS_ENDPOINT_URL_S3", "https://s3"}},
     {0},
     "us-east-1",
     "https://s3/artifacts"},
    {{{"AWS_ENDPOINT_URL_S3", "https://s3"}},
     {.endpoint = "https://opt"},
     "us-east-1",
     "https://opt/artifacts"},
    {{{"AWS_ENDPOINT_URL_S3", "https://s3"}, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}},
     {0},
     "us-east-1",
     "https://artifacts.s3.us-east-1.amazonaws.com"},
    {{{"AWS_REGION", ""}}, {0}, "us-east-1", "https://artifacts.s3.us-east-1.amazonaws.com"},
};

static void region_and_endpoint_from_the_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(variables); i++) {
        fake_store fake;
        s3_client *client;
        fake_store_init(&fake);
        for (size_t v = 0; v < 4 && variables[i].variables[v].name != NULL; v++)
            fake_store_set(&fake, variables[i].variables[v].name, variables[i].variables[v].value);
        s3_client_options options = variables[i].options;
        options.bucket = "artifacts";
        options.host = &fake.host;
        assert_int_equal(s3_client_create(&options, &client, NULL), UNPEG_OK);
        assert_string_equal(s3_client_region(client), variables[i].region);
        assert_string_equal(s3_client_address(client), variables[i].address);
        s3_client_destroy(client);
        fake_store_deinit(&fake);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(region_and_endpoint_from_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
