/* SPDX-License-Identifier: MIT
 *
 * libcurl against a server of our own: what is on the wire, and what each way to fail becomes.
 */
#include "http.h"

#include <stdio.h>
#include <stdlib.h>

#include "canned_server.h"
#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OK_EMPTY "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

typedef struct fixture {
    canned_server server;
    http_client *client;
    http_response response;
    char url[128];
} fixture;

static void set_up(fixture *f, const canned_answer *answers, size_t count, const char *path)
{
    *f = (fixture){0};
    canned_server_start(&f->server, answers, count);
    canned_server_url(&f->server, path, f->url, sizeof f->url);
    assert_int_equal(http_client_create(&(http_client_options){0}, &f->client, NULL), UNPEG_OK);
}

static void tear_down(fixture *f)
{
    http_response_deinit(&f->response);
    http_client_destroy(f->client);
    canned_server_stop(&f->server);
}

static unpeg_status send_it(fixture *f, http_request request, const store_budget *budget)
{
    request.url = f->url;
    return http_send(http_client_transport(f->client), &request, budget, &f->response);
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strcasestr(text, part) != NULL)
        fail_msg("\"%s\" in: %s", part, text);
}

static void a_get_and_its_answer(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 206 Partial\r\nETag: \"a\"\r\nX-Amz-Request-ID:  7 \r\n"
                 "Content-Length: 5\r\nNegative: -1\r\nEmpty:\r\n\r\nhello"}};
    const http_pair headers[] = {{"range", "bytes=3-"}, {"x-empty", ""}};
    fixture f;
    uint64_t number = 0;
    (void)state;
    set_up(&f, answers, COUNT(answers), "/a//b/../c%2f?x=%20&y=");
    http_request request = {.method = "GET", .headers = headers, .header_count = COUNT(headers)};
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    assert_int_equal(f.response.status, 206);
    assert_string_equal(text_buffer_text(&f.response.body), "hello");
    assert_string_equal(http_response_header(&f.response, "etag"), "\"a\"");
    assert_string_equal(http_response_header(&f.response, "x-amz-request-id"), "7");
    assert_string_equal(http_response_header(&f.response, "empty"), "");
    assert_null(http_response_header(&f.response, "x-absent"));
    assert_true(http_response_number(&f.response, "content-length", &number));
    assert_int_equal(number, 5);
    assert_false(http_response_number(&f.response, "negative", &number));
    tear_down(&f);
    assert_has(f.server.requests[0].head, "GET /a//b/../c%2f?x=%20&y= HTTP/1.1\r\n");
    assert_has(f.server.requests[0].head, "\r\nrange: bytes=3-\r\n");
    assert_has(f.server.requests[0].head, "\r\nx-empty:\r\n");
    assert_lacks(f.server.requests[0].head, "expect");
    assert_lacks(f.server.requests[0].head, "content-length");
}

static void bodies_on_the_wire(void **state)
{
    static const canned_answer answers[] = {
        {.text = OK_EMPTY}, {.text = OK_EMPTY}, {.text = OK_EMPTY}, {.text = OK_EMPTY}};
    fixture f;
    char *large = calloc(1, HTTP_EXPECT_BYTES);
    (void)state;
    assert_non_null(large);
    set_up(&f, answers, COUNT(answers), "/k");
    http_request request = {.method = "PUT", .body = {.bytes = "abc", .size = 3}};
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    request = (http_request){.method = "POST"};
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    request = (http_request){.method = "PUT", .body = {.bytes = large, .size = HTTP_EXPECT_BYTES}};
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    assert_null(http_response_header(&f.response, "x-early")); /* of the 100 before */
    request = (http_request){.method = "DELETE"};
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    tear_down(&f);
    free(large);
    const canned_request *seen = f.server.requests;
    assert_has(seen[0].head, "PUT /k HTTP/1.1\r\n");
    assert_has(seen[0].head, "\r\nContent-Length: 3\r\n");
    assert_memory_equal(seen[0].body, "abc", 3);
    assert_has(seen[1].head, "POST /k HTTP/1.1\r\n");
    assert_has(seen[1].head, "\r\nContent-Length: 0\r\n");
    assert_has(seen[2].head, "\r\nExpect: 100-continue\r\n");
    assert_int_equal(seen[2].body_size, HTTP_EXPECT_BYTES);
    assert_has(seen[3].head, "DELETE /k HTTP/1.1\r\n");
    for (size_t i = 0; i < COUNT(answers); i++) {
        assert_int_equal(seen[i].connection, 0);
        assert_lacks(seen[i].head, "content-type");
        assert_lacks(seen[i].head, "transfer-encoding");
        if (i != 2)
            assert_lacks(seen[i].head, "expect");
    }
}

static void a_head_has_no_body(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"}, {.text = OK_EMPTY}};
    fixture f;
    uint64_t number = 0;
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, (http_request){.method = "HEAD"}, NULL), UNPEG_OK);
    assert_true(http_response_number(&f.response, "content-length", &number));
    assert_int_equal(number, 12345);
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_OK);
    tear_down(&f);
    assert_int_equal(f.server.requests[1].connection, 0);
}

static void redirects_are_answers(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 307 Go\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"}};
    fixture f;
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_OK);
    assert_int_equal(f.response.status, 307);
    assert_string_equal(http_response_header(&f.response, "location"), "/other");
    tear_down(&f);
}

typedef struct failure_case {
    canned_answer answer;
    int transport_code;
    bool may_retry;
} failure_case;

static const failure_case failures[] = {
    {{.text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .end = CANNED_CLOSE}, 18, true},
    {{.text = NULL, .end = CANNED_CLOSE}, 52, true},
    {{.text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .end = CANNED_STALL}, 28, true},
    {{.text = NULL, .end = CANNED_STALL}, 28, true},
    {{.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .end = CANNED_CLOSE},
     56,
     true},
    {{.text = "nonsense\r\n\r\n", .end = CANNED_CLOSE}, 1, false},
};

static void failures_have_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        fixture f;
        set_up(&f, &failures[i].answer, 1, "/k");
        http_request request = {.method = "GET", .stall_ms = 200};
        assert_int_equal(send_it(&f, request, NULL), UNPEG_REMOTE);
        assert_int_equal(f.response.transport_code, failures[i].transport_code);
        assert_int_equal(f.response.may_retry, failures[i].may_retry);
        assert_true(f.response.sent);
        assert_string_not_equal(f.response.error.text, "");
        tear_down(&f);
    }
}

/* Each code there is, also those that no server of these tests can cause. */
static void what_is_tried_again(void **state)
{
    static const int transient[] = {5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 65, 92};
    size_t next = 0;
    (void)state;
    for (int code = 0; code < 128; code++) {
        bool wanted = next < COUNT(transient) && transient[next] == code;
        next += wanted;
        if (http_code_is_transient(code) != wanted)
            fail_msg("code %d", code);
    }
}

static void nobody_listens(void **state)
{
    static const canned_answer answers[] = {{.text = OK_EMPTY}};
    fixture f;
    (void)state;
    set_up(&f, answers, 1, "/k");
    canned_server_stop(&f.server);
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_REMOTE);
    assert_int_equal(f.response.transport_code, 7);
    assert_true(f.response.may_retry);
    assert_false(f.response.sent);
    http_response_deinit(&f.response);
    http_client_destroy(f.client);
}

static bool is_true(void *user)
{
    const bool *value = user;
    return *value;
}

static unpeg_status stop_soon(void *user, const http_response *response)
{
    (void)response;
    *(bool *)user = true;
    return UNPEG_OK;
}

static unpeg_status discard(void *user, const void *bytes, size_t len)
{
    (void)user;
    (void)bytes;
    (void)len;
    return UNPEG_OK;
}

static void budgets_end_a_stalled_request(void **state)
{
    static const canned_answer answers[] = {
        {.text = NULL, .end = CANNED_STALL},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .end = CANNED_STALL}};
    fixture f;
    bool stopped = false;
    store_budget budget = {.deadline_ms = store_now_ms(NULL) + 150};
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, &budget), UNPEG_DEADLINE);
    assert_true(store_now_ms(NULL) >= budget.deadline_ms);
    budget = (store_budget){.stop = is_true, .user = &stopped};
    http_request request = {.method = "GET", .on_answer = stop_soon, .sink = {discard, &stopped}};
    assert_int_equal(send_it(&f, request, &budget), UNPEG_STOPPED);
    assert_int_equal(f.response.delivered, 4);
    stopped = true;
    assert_int_equal(send_it(&f, request, &budget), UNPEG_STOPPED);
    tear_down(&f);
    assert_int_equal(f.server.request_count, 2);
}

typedef struct taken {
    text_buffer text;
    int status_at_answer;
    unpeg_status answer_with, take_with;
} taken;

static unpeg_status take_answer(void *user, const http_response *response)
{
    taken *t = user;
    assert_int_equal(t->text.len, 0);
    t->status_at_answer = response->status;
    return t->answer_with;
}

static unpeg_status take_bytes(void *user, const void *bytes, size_t len)
{
    taken *t = user;
    text_buffer_add(&t->text, (unpeg_slice){bytes, len});
    return t->take_with;
}

static void sinks(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"},
        {.text = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"},
        {.text = OK_EMPTY},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"}};
    taken t = {0};
    fixture f;
    http_request request = {.method = "GET", .on_answer = take_answer, .sink = {take_bytes, &t}};
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    assert_string_equal(text_buffer_text(&t.text), "body");
    assert_int_equal(t.status_at_answer, 200);
    assert_int_equal(f.response.delivered, 4);
    assert_int_equal(f.response.body.len, 0);
    t.status_at_answer = 0;
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    assert_string_equal(text_buffer_text(&f.response.body), "busy");
    assert_int_equal(t.status_at_answer, 0);
    text_buffer_clear(&t.text);
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    assert_int_equal(t.status_at_answer, 200);
    t.take_with = UNPEG_SYNTAX;
    assert_int_equal(send_it(&f, request, NULL), UNPEG_SYNTAX);
    assert_false(f.response.may_retry);
    text_buffer_clear(&t.text);
    t.answer_with = UNPEG_MISMATCH;
    assert_int_equal(send_it(&f, request, NULL), UNPEG_MISMATCH);
    assert_int_equal(t.text.len, 0);
    tear_down(&f);
    text_buffer_deinit(&t.text);
}

static void answers_that_are_too_large(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 16777216\r\n\r\n", .filler = HTTP_BODY_LIMIT},
        {.text = "HTTP/1.1 500 No\r\nContent-Length: 16777217\r\n\r\n",
         .filler = HTTP_BODY_LIMIT + 1},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n",
         .filler = HTTP_BODY_LIMIT + 1},
    };
    fixture f;
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_OK);
    assert_int_equal(f.response.body.len, HTTP_BODY_LIMIT);
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_OK);
    assert_in_range(f.response.body.len, 1, 1 << 20);
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_LIMIT);
    tear_down(&f);
}

static unpeg_status read_letter(void *user, uint64_t offset, void *buffer, size_t size, size_t *ret)
{
    uint64_t *fails_at = user;
    (void)size;
    *ret = 1;
    *(char *)buffer = (char)('a' + offset);
    return offset == *fails_at ? UNPEG_OS : UNPEG_OK;
}

/* A kept connection that was closed behind our back: libcurl begins anew, and so does the body. */
static void a_dead_connection_is_replaced(void **state)
{
    static const canned_answer answers[] = {{.text = OK_EMPTY, .end = CANNED_CLOSE},
                                            {.text = OK_EMPTY, .end = CANNED_CLOSE},
                                            {.text = OK_EMPTY}};
    uint64_t fails_at = 100;
    fixture f;
    http_request request = {.method = "PUT",
                            .body = {.read = read_letter, .user = &fails_at, .size = 3}};
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(send_it(&f, request, NULL), UNPEG_OK);
    fails_at = 1;
    assert_int_equal(send_it(&f, request, NULL), UNPEG_OS);
    tear_down(&f);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(f.server.requests[i].connection, i);
        assert_memory_equal(f.server.requests[i].body, "abc", 3);
    }
}

static void what_is_not_sent(void **state)
{
    static const http_pair bad[] = {{"a", "b\r\nc: d"}, {"a b", "c"},  {"a:", "c"},
                                    {"", "c"},          {"a", "\x7f"}, {"a\n", "c"}};
    static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd", "http://a b/",
                                       "http://127.0.0.1/\r\nx", ""};
    http_client *client;
    http_response response = {0};
    (void)state;
    assert_int_equal(http_client_create(&(http_client_options){0}, &client, NULL), UNPEG_OK);
    const http_transport *transport = http_client_transport(client);
    for (size_t i = 0; i < COUNT(bad); i++) {
        http_request request = {
            .method = "GET", .url = "http://127.0.0.1:1/", .headers = &bad[i], .header_count = 1};
        assert_int_equal(http_send(transport, &request, NULL, &response), UNPEG_ARGUMENT);
    }
    for (size_t i = 0; i < COUNT(urls); i++) {
        http_request request = {.method = "GET", .url = urls[i]};
        assert_int_equal(http_send(transport, &request, NULL, &response), UNPEG_ARGUMENT);
    }
    http_response_deinit(&response);
    http_client_destroy(client);
}

/* The address of a metadata service means another machine at the proxy. */
static void proxies(void **state)
{
    static const canned_answer answers[] = {{.text = OK_EMPTY, .end = CANNED_CLOSE},
                                            {.text = OK_EMPTY}};
    char proxy[64];
    fixture f;
    (void)state;
    set_up(&f, answers, COUNT(answers), "/k");
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", f.server.port);
    setenv("http_proxy", proxy, 1);
    strcpy(f.url, "http://metadata.invalid/k");
    assert_int_equal(send_it(&f, (http_request){.method = "GET"}, NULL), UNPEG_OK);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    canned_server_url(&f.server, "/k", f.url, sizeof f.url);
    assert_int_equal(send_it(&f, (http_request){.method = "GET", .direct = true}, NULL), UNPEG_OK);
    unsetenv("http_proxy");
    tear_down(&f);
    assert_has(f.server.requests[0].head, "GET http://metadata.invalid/k HTTP/1.1\r\n");
    assert_has(f.server.requests[1].head, "GET /k HTTP/1.1\r\n");
}

/* Without the holding back, the signal of a write to a closed connection would end this program. */
static void an_upload_that_is_cut_off(void **state)
{
    static const canned_answer answers[] = {
        {.text = "HTTP/1.1 100 Continue\r\n\r\n", .end = CANNED_CLOSE, .unread = true}};
    size_t size = 8 << 20;
    char *large = calloc(1, size);
    fixture f;
    http_request request = {.method = "PUT", .body = {.bytes = large, .size = size}};
    (void)state;
    assert_non_null(large);
    set_up(&f, answers, COUNT(answers), "/k");
    assert_int_equal(send_it(&f, request, NULL), UNPEG_REMOTE);
    assert_true(f.response.may_retry);
    assert_true(f.response.sent);
    tear_down(&f);
    free(large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_and_its_answer),
        cmocka_unit_test(bodies_on_the_wire),
        cmocka_unit_test(a_head_has_no_body),
        cmocka_unit_test(redirects_are_answers),
        cmocka_unit_test(failures_have_kinds),
        cmocka_unit_test(what_is_tried_again),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(budgets_end_a_stalled_request),
        cmocka_unit_test(sinks),
        cmocka_unit_test(answers_that_are_too_large),
        cmocka_unit_test(a_dead_connection_is_replaced),
        cmocka_unit_test(what_is_not_sent),
        cmocka_unit_test(proxies),
        cmocka_unit_test(an_upload_that_is_cut_off),
    };
    unsetenv("http_proxy");
    unsetenv("no_proxy");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
