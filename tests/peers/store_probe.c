/* SPDX-License-Identifier: MIT
 *
 * The parts of the store below its public interface, for tests that are not written in C.
 *
 *     store_probe sign < REQUESTS               one JSON request a line; prints Authorization
 *     store_probe request METHOD KEY [BODY]     to UNPEG_PROBE_BUCKET; prints what became of it
 *     store_probe credentials [PROFILE]         prints the chosen source and the access key
 *
 * Only for made-up keys: the last two print what the product never prints.
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "credentials.h"
#include "s3_client.h"
#include "sigv4.h"
#include "uri_text.h"

enum { PAIR_LIMIT = 64, BUDGET_MS = 20000 };

static const char *member(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    if (text == NULL) {
        fprintf(stderr, "no \"%s\" in the request\n", name);
        exit(2);
    }
    return text;
}

/* [["name", "value"], ...] */
static size_t pairs_of(const cJSON *object, const char *name, http_pair ret[PAIR_LIMIT])
{
    const cJSON *pair;
    size_t count = 0;
    cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(object, name))
    {
        if (count == PAIR_LIMIT)
            exit(2);
        ret[count++] = (http_pair){cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0)),
                                   cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1))};
    }
    return count;
}

static void sign_one(const crypto *lib, const cJSON *object)
{
    http_pair query[PAIR_LIMIT];
    http_pair headers[PAIR_LIMIT];
    text_buffer path = {0};
    text_buffer canonical = {0};
    sigv4_signature signature = {0};
    size_t query_count = pairs_of(object, "query", query);
    size_t header_count = pairs_of(object, "headers", headers);
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(object, "unix_s");
    uri_encode(&path, unpeg_slice_of(member(object, "path")), true);
    unpeg_status status = uri_query(&canonical, query, query_count);
    sigv4_request request = {.method = member(object, "method"),
                             .host = member(object, "host"),
                             .path = text_buffer_text(&path),
                             .query = text_buffer_text(&canonical),
                             .headers = headers,
                             .header_count = header_count,
                             .payload_sha256 = member(object, "payload")};
    sigv4_keys keys = {member(object, "access_key"), member(object, "secret_key")};
    sigv4_scope scope = {member(object, "region"), member(object, "service"),
                         (int64_t)cJSON_GetNumberValue(time)};
    if (status == UNPEG_OK)
        status = sigv4_sign(lib, &request, &keys, &scope, &signature);
    puts(status == UNPEG_OK ? signature.authorization.bytes : unpeg_status_text(status));
    sigv4_signature_deinit(&signature);
    text_buffer_deinit(&path);
    text_buffer_deinit(&canonical);
}

static int sign(void)
{
    crypto lib;
    char *line = NULL;
    size_t size = 0;
    if (crypto_load(&lib, NULL) != UNPEG_OK)
        return 2;
    while (getline(&line, &size, stdin) > 0) {
        cJSON *object = cJSON_Parse(line);
        if (object == NULL)
            return 2;
        sign_one(&lib, object);
        cJSON_Delete(object);
    }
    free(line);
    return 0;
}

static void print_response(const s3_client *client, const s3_response *response)
{
    const char *etag = s3_response_header(response, "etag");
    printf("http %d code %s attempts %u region %s skew %lld etag %s\n", response->http.status,
           response->code[0] != '\0' ? response->code : "-", response->attempts,
           s3_client_region(client), (long long)s3_client_clock_skew_s(client),
           etag != NULL ? etag : "-");
    printf("source %s\n", s3_client_credential_source(client));
    printf("body %s\n", text_buffer_text(&response->http.body));
}

static int request(const char *method, const char *key, const char *body)
{
    s3_client *client;
    unpeg_error error = {0};
    s3_response response = {0};
    const char *virtual_host = getenv("UNPEG_PROBE_VIRTUAL");
    s3_client_options options = {.bucket = getenv("UNPEG_PROBE_BUCKET"),
                                 .addressing = virtual_host != NULL ? S3_ADDRESSING_VIRTUAL
                                                                    : S3_ADDRESSING_AUTO};
    store_budget budget = {.deadline_ms = store_now_ms(NULL) + BUDGET_MS};
    s3_request request = {.method = method, .key = key[0] != '\0' ? key : NULL, .budget = &budget};
    if (body != NULL)
        request.body = (http_body){.bytes = body, .size = strlen(body)};
    unpeg_status status = s3_client_create(&options, &client, &error);
    if (status == UNPEG_OK) {
        status = s3_client_send(client, &request, &response, &error);
        print_response(client, &response);
        s3_response_deinit(&response);
        s3_client_destroy(client);
    }
    printf("status %s\n", unpeg_status_text(status));
    printf("error %s\n", error.text);
    return status == UNPEG_OK ? 0 : 1;
}

static int print_credentials(const char *profile)
{
    credential_chain *chain;
    const credentials *keys;
    http_client *http;
    unpeg_error error = {0};
    store_budget budget = {.deadline_ms = store_now_ms(NULL) + BUDGET_MS};
    if (http_client_create(&(http_client_options){0}, &http, &error) != UNPEG_OK)
        return 2;
    credential_options options = {.profile = profile, .transport = http_client_transport(http)};
    if (credential_chain_create(&options, &chain, &error) != UNPEG_OK)
        return 2;
    unpeg_status status =
        credential_chain_get(chain, &(credential_need){.budget = &budget}, &keys, &error);
    if (status == UNPEG_OK)
        printf("source %s\naccess_key %s\nsecret_key %s\nsession_token %s\nexpires %lld\n",
               keys->source, text_buffer_text(&keys->access_key),
               text_buffer_text(&keys->secret_key), text_buffer_text(&keys->session_token),
               (long long)keys->expires_unix_s);
    else
        printf("status %s\nerror %s\n", unpeg_status_text(status), error.text);
    credential_chain_destroy(chain);
    http_client_destroy(http);
    return status == UNPEG_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "sign") == 0)
        return sign();
    if ((argc == 4 || argc == 5) && strcmp(argv[1], "request") == 0)
        return request(argv[2], argv[3], argv[4]);
    if ((argc == 2 || argc == 3) && strcmp(argv[1], "credentials") == 0)
        return print_credentials(argv[2]);
    fprintf(stderr,
            "usage: store_probe sign | request METHOD KEY [BODY] | credentials [PROFILE]\n");
    return 2;
}
