/* SPDX-License-Identifier: MIT */
#include "uri_text.h"

#include "check.h"

typedef struct text_case {
    const char *in;
    const char *out;
} text_case;

static void encoding(void **state)
{
    static const text_case cases[] = {
        {"", ""},
        {"a/b", "a/b"},
        {"AZaz09-_.~", "AZaz09-_.~"},
        {"a b+c%d", "a%20b%2Bc%25d"},
        {"a//b/../c", "a//b/../c"},
        {"?x=1&y", "%3Fx%3D1%26y"},
        {"\xc3\xa9\x01\x7f", "%C3%A9%01%7F"},
        {"!*'()", "%21%2A%27%28%29"},
    };
    text_buffer out = {0};
    text_buffer back = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_buffer_clear(&out);
        text_buffer_clear(&back);
        uri_encode(&out, unpeg_slice_of(cases[i].in), true);
        assert_string_equal(text_buffer_text(&out), cases[i].out);
        uri_decode(&back, text_buffer_slice(&out));
        assert_string_equal(text_buffer_text(&back), cases[i].in);
    }
    text_buffer_clear(&out);
    uri_encode(&out, unpeg_slice_of("a/b"), false);
    assert_string_equal(text_buffer_text(&out), "a%2Fb");
    text_buffer_deinit(&out);
    text_buffer_deinit(&back);
}

static void decoding(void **state)
{
    static const text_case cases[] = {
        {"a+b", "a b"}, {"%2b%2B", "++"},   {"%", "%"},
        {"%4", "%4"},   {"%zz%41", "%zzA"}, {"%4g", "%4g"},
    };
    text_buffer out = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_buffer_clear(&out);
        uri_decode(&out, unpeg_slice_of(cases[i].in));
        assert_string_equal(text_buffer_text(&out), cases[i].out);
    }
    text_buffer_deinit(&out);
}

static void query_is_sorted_when_encoded(void **state)
{
    const http_pair pairs[] = {
        {"uploads", ""}, {"b", "2"}, {"a", "/+"}, {"b", "1"}, {"a-", "x"}, {"\xc3\xa9", "e"},
    };
    text_buffer out = {0};
    (void)state;
    assert_int_equal(uri_query(&out, pairs, sizeof pairs / sizeof pairs[0]), UNPEG_OK);
    assert_string_equal(text_buffer_text(&out), "%C3%A9=e&a=%2F%2B&a-=x&b=1&b=2&uploads=");
    text_buffer_clear(&out);
    assert_int_equal(uri_query(&out, NULL, 0), UNPEG_OK);
    assert_string_equal(text_buffer_text(&out), "");
    text_buffer_deinit(&out);
}

typedef struct address_case {
    const char *text;
    const char *host; /* NULL: refused */
    const char *name;
    const char *path;
    bool tls;
    bool loopback;
} address_case;

static const address_case addresses[] = {
    {"http://127.0.0.1:8000", "127.0.0.1:8000", "127.0.0.1", "", false, true},
    {"http://127.0.0.1:80/", "127.0.0.1", "127.0.0.1", "", false, true},
    {"https://s3.example.com:443/a/b//", "s3.example.com", "s3.example.com", "/a/b", true, false},
    {"https://s3.example.com:80", "s3.example.com:80", "s3.example.com", "", true, false},
    {"https://b.s3.localhost:1", "b.s3.localhost:1", "b.s3.localhost", "", true, true},
    {"http://[::1]:9/x", "[::1]:9", "::1", "/x", false, true},
    {"http://[fd00:ec2::23]/v1", "[fd00:ec2::23]", "fd00:ec2::23", "/v1", false, false},
    {"http://127.example.com", "127.example.com", "127.example.com", "", false, false},
    {"http://localhost.example.com", "localhost.example.com", "localhost.example.com", "", false,
     false},
    {"http://.localhost", ".localhost", ".localhost", "", false, false},
    {.text = ""},
    {.text = "s3.example.com"},
    {.text = "ftp://a"},
    {.text = "HTTP://a"},
    {.text = "http://"},
    {.text = "http:///a"},
    {.text = "http://a:"},
    {.text = "http://a:0"},
    {.text = "http://a:65536"},
    {.text = "http://a:100000"},
    {.text = "http://a:8x"},
    {.text = "http://[::1"},
    {.text = "http://[]"},
    {.text = "http://[::1]x"},
    {.text = "http://user@host"},
    {.text = "http://a b"},
    {.text = "http://a/?x"},
    {.text = "http://a?x"},
    {.text = "http://a/b c"},
    {.text = "http://a\r\nX: y"},
};

static void addresses_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        const address_case *c = &addresses[i];
        uri_address address;
        unpeg_error error = {0};
        unpeg_status status = uri_parse(c->text, &address, &error);
        assert_int_equal(status, c->host != NULL ? UNPEG_OK : UNPEG_ARGUMENT);
        if (c->host == NULL)
            continue;
        assert_string_equal(address.host, c->host);
        assert_string_equal(address.name, c->name);
        assert_string_equal(address.path, c->path);
        assert_int_equal(address.tls, c->tls);
        assert_int_equal(address.loopback, c->loopback);
    }
}

static void lengths_are_limited(void **state)
{
    char text[2 * URI_HOST_LIMIT + 16] = "http://";
    uri_address address;
    (void)state;
    memset(text + 7, 'a', URI_HOST_LIMIT);
    assert_int_equal(uri_parse(text, &address, NULL), UNPEG_OK);
    text[7 + URI_HOST_LIMIT] = 'a';
    assert_int_equal(uri_parse(text, &address, NULL), UNPEG_ARGUMENT);
    strcpy(text + 7 + URI_HOST_LIMIT, ":8");
    assert_int_equal(uri_parse(text, &address, NULL), UNPEG_ARGUMENT);
    strcpy(text, "http://a/");
    memset(text + 9, 'b', URI_HOST_LIMIT);
    assert_int_equal(uri_parse(text, &address, NULL), UNPEG_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoding),
        cmocka_unit_test(decoding),
        cmocka_unit_test(query_is_sorted_when_encoded),
        cmocka_unit_test(addresses_are_taken_apart),
        cmocka_unit_test(lengths_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
