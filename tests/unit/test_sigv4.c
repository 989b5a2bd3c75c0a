/* SPDX-License-Identifier: MIT
 *
 * Signatures that AWS published, and cases that botocore's signer computed.
 */
#include "sigv4.h"

#include "check.h"
#include "uri_text.h"

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FILE_SHA256 "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

enum { MAY_24_2013 = 1369353600, AUGUST_30_2015 = 1440938160, HEADERS = 5, PAIRS = 4 };

static const sigv4_keys published_keys = {"AKIAIOSFODNN7EXAMPLE",
                                          "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
static const sigv4_keys suite_keys = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};

typedef struct signature_case {
    const char *method;
    const char *host;
    const char *path; /* not encoded */
    http_pair query[PAIRS];
    http_pair headers[HEADERS];
    const char *payload;
    const sigv4_keys *keys;
    sigv4_scope scope;
    const char *want;
} signature_case;

static const signature_case cases[] = {
    {.method = "GET",
     .host = "examplebucket.s3.amazonaws.com",
     .path = "/test.txt",
     .headers = {{"range", "bytes=0-9"}, {"x-amz-content-sha256", EMPTY_SHA256}},
     .payload = EMPTY_SHA256,
     .keys = &published_keys,
     .scope = {"us-east-1", "s3", MAY_24_2013},
     .want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
             "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
             "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {.method = "PUT",
     .host = "examplebucket.s3.amazonaws.com",
     .path = "/test$file.text",
     .headers = {{"x-amz-storage-class", "REDUCED_REDUNDANCY"},
                 {"date", "Fri, 24 May 2013 00:00:00 GMT"},
                 {"x-amz-content-sha256", FILE_SHA256}},
     .payload = FILE_SHA256,
     .keys = &published_keys,
     .scope = {"us-east-1", "s3", MAY_24_2013},
     .want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
             "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
             "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {.method = "GET",
     .host = "examplebucket.s3.amazonaws.com",
     .path = "/",
     .query = {{"lifecycle", ""}},
     .headers = {{"x-amz-content-sha256", EMPTY_SHA256}},
     .payload = EMPTY_SHA256,
     .keys = &published_keys,
     .scope = {"us-east-1", "s3", MAY_24_2013},
     .want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
             "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
             "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {.method = "GET",
     .host = "examplebucket.s3.amazonaws.com",
     .path = "/",
     .query = {{"prefix", "J"}, {"max-keys", "2"}},
     .headers = {{"x-amz-content-sha256", EMPTY_SHA256}},
     .payload = EMPTY_SHA256,
     .keys = &published_keys,
     .scope = {"us-east-1", "s3", MAY_24_2013},
     .want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
             "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
             "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {.method = "GET",
     .host = "iam.amazonaws.com",
     .path = "/",
     .query = {{"Version", "2010-05-08"}, {"Action", "ListUsers"}},
     .headers = {{"content-type", "  application/x-www-form-urlencoded;   charset=utf-8 "}},
     .payload = EMPTY_SHA256,
     .keys = &suite_keys,
     .scope = {"us-east-1", "iam", AUGUST_30_2015},
     .want = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
             "SignedHeaders=content-type;host;x-amz-date, "
             "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
};

static size_t count_pairs(const http_pair *pairs, size_t limit)
{
    size_t count = 0;
    while (count < limit && pairs[count].name != NULL)
        count++;
    return count;
}

static void sign_case(const crypto *lib, const signature_case *c, sigv4_signature *ret)
{
    text_buffer path = {0};
    text_buffer query = {0};
    uri_encode(&path, unpeg_slice_of(c->path), true);
    assert_int_equal(uri_query(&query, c->query, count_pairs(c->query, PAIRS)), UNPEG_OK);
    sigv4_request request = {.method = c->method,
                             .host = c->host,
                             .path = text_buffer_text(&path),
                             .query = text_buffer_text(&query),
                             .headers = c->headers,
                             .header_count = count_pairs(c->headers, HEADERS),
                             .payload_sha256 = c->payload};
    assert_int_equal(sigv4_sign(lib, &request, c->keys, &c->scope, ret), UNPEG_OK);
    text_buffer_deinit(&path);
    text_buffer_deinit(&query);
}

static void published_signatures(void **state)
{
    crypto lib;
    sigv4_signature signature = {0};
    (void)state;
    assert_int_equal(crypto_load(&lib, NULL), UNPEG_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sign_case(&lib, &cases[i], &signature);
        assert_string_equal(text_buffer_text(&signature.authorization), cases[i].want);
    }
    sigv4_signature_deinit(&signature);
}

static unpeg_status sign_headers(const http_pair *headers, size_t count, int64_t unix_s)
{
    crypto lib;
    sigv4_signature signature = {0};
    sigv4_request request = {"GET", "h", "/", "", headers, count, EMPTY_SHA256};
    sigv4_scope scope = {"r", "s3", unix_s};
    assert_int_equal(crypto_load(&lib, NULL), UNPEG_OK);
    unpeg_status status = sigv4_sign(&lib, &request, &suite_keys, &scope, &signature);
    sigv4_signature_deinit(&signature);
    return status;
}

static void refuses_what_cannot_be_signed(void **state)
{
    http_pair many[SIGV4_HEADER_LIMIT + 1];
    (void)state;
    for (size_t i = 0; i <= SIGV4_HEADER_LIMIT; i++)
        many[i] = (http_pair){"x-amz-a", "1"};
    assert_int_equal(sign_headers(many, 1, 0), UNPEG_OK);
    assert_int_equal(sign_headers(many, 2, 0), UNPEG_ARGUMENT);
    assert_int_equal(sign_headers(many, SIGV4_HEADER_LIMIT + 1, 0), UNPEG_ARGUMENT);
    assert_int_equal(sign_headers(many, 1, -86400), UNPEG_ARGUMENT);
    assert_int_equal(sign_headers(many, 1, INT64_MAX), UNPEG_ARGUMENT);
    assert_int_equal(sign_headers(&(http_pair){"host", "x"}, 1, 0), UNPEG_ARGUMENT);
}

static void check_hex(const unsigned char *bytes, size_t len, const char *want)
{
    text_buffer hex = {0};
    text_buffer_add_hex(&hex, bytes, len);
    assert_string_equal(text_buffer_text(&hex), want);
    text_buffer_deinit(&hex);
}

static void digests(void **state)
{
    crypto lib;
    crypto_digest digest;
    unsigned char bytes[CRYPTO_SHA256_SIZE];
    (void)state;
    assert_int_equal(crypto_load(&lib, NULL), UNPEG_OK);
    assert_int_equal(crypto_sha256(&lib, NULL, 0, bytes), UNPEG_OK);
    check_hex(bytes, CRYPTO_SHA256_SIZE, EMPTY_SHA256);
    assert_int_equal(crypto_md5(&lib, "abc", 3, bytes), UNPEG_OK);
    check_hex(bytes, CRYPTO_MD5_SIZE, "900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(crypto_md5_begin(&lib, &digest), UNPEG_OK);
    assert_int_equal(crypto_digest_add(&digest, "a", 1), UNPEG_OK);
    assert_int_equal(crypto_digest_add(&digest, "bc", 2), UNPEG_OK);
    assert_int_equal(crypto_digest_end(&digest, bytes), UNPEG_OK);
    check_hex(bytes, CRYPTO_MD5_SIZE, "900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(crypto_sha256_begin(&lib, &digest), UNPEG_OK);
    crypto_digest_drop(&digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_signatures),
        cmocka_unit_test(refuses_what_cannot_be_signed),
        cmocka_unit_test(digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
