/* SPDX-License-Identifier: MIT
 *
 * The transport over libcurl. Its multi interface is used with one request at a time, because only
 * there the waiting is ours: stop is asked for and a stall is seen within STORE_STOP_INTERVAL_MS.
 */
#include <linux/sockios.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "curl_library.h"
#include "http.h"

enum {
    ERROR_BODY_LIMIT = 1 << 20,
    TRANSFER_BUFFER = 512 << 10,
    CLOCK_APART_MS = 5, /* libcurl's clock ticks otherwise, and must not find the deadline first */
};

struct http_client {
    curl_library curl;
    const store_host *host;
    http_transport transport;
    text_buffer ca_file; /* empty: libcurl's default */
    CURLM *multi;        /* keeps the connections */
    CURL *easy;
    char message[CURL_ERROR_SIZE];
};

/* One request under way. */
typedef struct exchange {
    const http_client *client;
    const http_request *request;
    http_response *response;
    struct curl_slist *headers;
    uint64_t offset;      /* of the body that is sent */
    unpeg_status failure; /* of a callback: what the request ends with */
    bool answered;        /* on_answer was called */
    int64_t moved_at_ms;  /* when bytes went last */
    curl_off_t moved;
} exchange;

static bool to_sink(const exchange *x)
{
    return x->request->sink.write != NULL && x->response->status / 100 == 2;
}

static bool call_on_answer(exchange *x)
{
    const http_request *request = x->request;
    if (!x->answered && request->on_answer != NULL && x->response->status / 100 == 2)
        x->failure = request->on_answer(request->sink.user, x->response);
    x->answered = true;
    return x->failure == UNPEG_OK;
}

static bool keep_body(exchange *x, unpeg_slice bytes)
{
    text_buffer *body = &x->response->body;
    bool good = x->response->status / 100 == 2;
    size_t limit = good ? HTTP_BODY_LIMIT : ERROR_BODY_LIMIT;
    if (bytes.len > limit - body->len) {
        if (good)
            x->failure = unpeg_error_set(&x->response->error, UNPEG_LIMIT,
                                         "the answer is larger than %d bytes", HTTP_BODY_LIMIT);
        return !good;
    }
    text_buffer_add(body, bytes);
    if (body->failed)
        x->failure = UNPEG_NO_MEMORY;
    return !body->failed;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    exchange *x = user;
    size_t len = size * count;
    if (!call_on_answer(x))
        return 0;
    if (!to_sink(x))
        return keep_body(x, (unpeg_slice){bytes, len}) ? len : 0;
    x->failure = x->request->sink.write(x->request->sink.user, bytes, len);
    if (x->failure != UNPEG_OK)
        return 0;
    x->response->delivered += len;
    return len;
}

/* An answer may have others before it (100 Continue): each begins with its status line. */
static size_t take_header(char *bytes, size_t size, size_t count, void *user)
{
    exchange *x = user;
    size_t len = size * count;
    long status = 0;
    const char *colon = memchr(bytes, ':', len);
    if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0) {
        text_buffer_clear(&x->response->headers);
        x->client->curl.easy_getinfo(x->client->easy, CURLINFO_RESPONSE_CODE, &status);
        x->response->status = (int)status;
    } else if (colon != NULL) {
        size_t name_len = (size_t)(colon - bytes);
        http_response_add_header(x->response, (unpeg_slice){bytes, name_len},
                                 (unpeg_slice){colon + 1, len - name_len - 1});
    }
    return len;
}

static size_t give_body(char *buffer, size_t size, size_t count, void *user)
{
    exchange *x = user;
    const http_body *body = &x->request->body;
    size_t wanted = size * count;
    size_t got = 0;
    if (wanted > body->size - x->offset)
        wanted = (size_t)(body->size - x->offset);
    if (wanted == 0)
        return 0;
    if (body->read == NULL) {
        memcpy(buffer, (const char *)body->bytes + x->offset, wanted);
        got = wanted;
    } else {
        x->failure = body->read(body->user, x->offset, buffer, wanted, &got);
        if (x->failure == UNPEG_OK && (got == 0 || got > wanted))
            x->failure = UNPEG_STATE;
    }
    x->offset += got;
    return x->failure == UNPEG_OK ? got : CURL_READFUNC_ABORT;
}

static int seek_body(void *user, curl_off_t offset, int origin)
{
    exchange *x = user;
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > x->request->body.size)
        return CURL_SEEKFUNC_CANTSEEK;
    x->offset = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

static bool sends_body(const http_request *request)
{
    return request->body.size != 0 || strcmp(request->method, "PUT") == 0 ||
           strcmp(request->method, "POST") == 0;
}

/* "Name:" would take the header away; an empty one is "Name;". */
static bool add_line(exchange *x, const char *name, const char *value)
{
    text_buffer line = {0};
    bool empty = value[strspn(value, " \t")] == '\0';
    text_buffer_add_text(&line, name);
    text_buffer_add_text(&line, empty ? ";" : ": ");
    text_buffer_add_text(&line, empty ? "" : value);
    struct curl_slist *more =
        line.failed ? NULL : x->client->curl.slist_append(x->headers, line.bytes);
    text_buffer_deinit(&line);
    if (more != NULL)
        x->headers = more;
    return more != NULL;
}

/* Expect pays only where a refusal saves sending much: libcurl sends it with every PUT. */
static bool add_headers(exchange *x)
{
    const http_request *request = x->request;
    bool added = true;
    for (size_t i = 0; i < request->header_count && added; i++)
        added = add_line(x, request->headers[i].name, request->headers[i].value);
    if (added && request->body.size < HTTP_EXPECT_BYTES) {
        struct curl_slist *more = x->client->curl.slist_append(x->headers, "Expect:");
        added = more != NULL;
        x->headers = added ? more : x->headers;
    }
    return added;
}

typedef struct long_option {
    CURLoption option;
    long value;
} long_option;

static void set_longs(const http_client *client, const long_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        client->curl.easy_setopt(client->easy, options[i].option, options[i].value);
}

static int64_t or_default(int64_t value, int64_t other)
{
    return value != 0 ? value : other;
}

static long shorter_ms(int64_t a, int64_t b)
{
    int64_t shorter = a < b ? a : b;
    return shorter < 1 ? 1 : shorter > INT32_MAX ? INT32_MAX : (long)shorter;
}

static void set_fixed_options(http_client *client)
{
    static const long_option options[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_QUICK_EXIT, 1}, /* no waiting for a name when time is up */
        {CURLOPT_PATH_AS_IS, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_UPLOAD_BUFFERSIZE, TRANSFER_BUFFER},
        {CURLOPT_BUFFERSIZE, TRANSFER_BUFFER},
    };
    const curl_library *curl = &client->curl;
    set_longs(client, options, sizeof options / sizeof options[0]);
    curl->easy_setopt(client->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(client->easy, CURLOPT_USERAGENT, "unpeg");
    curl->easy_setopt(client->easy, CURLOPT_ERRORBUFFER, client->message);
    if (client->ca_file.len != 0)
        curl->easy_setopt(client->easy, CURLOPT_CAINFO, client->ca_file.bytes);
}

/* Every body goes as an upload: as a POST libcurl would add a Content-Type, which the store would
 * take for the object's. */
static void set_method(const http_client *client, const http_request *request)
{
    const curl_library *curl = &client->curl;
    if (strcmp(request->method, "HEAD") == 0) {
        curl->easy_setopt(client->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (sends_body(request)) {
        curl->easy_setopt(client->easy, CURLOPT_UPLOAD, 1L);
        curl->easy_setopt(client->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body.size);
    }
    curl->easy_setopt(client->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_callbacks(exchange *x)
{
    const curl_library *curl = &x->client->curl;
    CURL *easy = x->client->easy;
    curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl->easy_setopt(easy, CURLOPT_WRITEDATA, x);
    curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl->easy_setopt(easy, CURLOPT_HEADERDATA, x);
    curl->easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl->easy_setopt(easy, CURLOPT_READDATA, x);
    curl->easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_body);
    curl->easy_setopt(easy, CURLOPT_SEEKDATA, x);
    curl->easy_setopt(easy, CURLOPT_HTTPHEADER, x->headers);
}

static void set_request(exchange *x, int64_t left_ms)
{
    const curl_library *curl = &x->client->curl;
    const http_request *request = x->request;
    int64_t connect_ms = or_default(request->connect_ms, HTTP_CONNECT_MS);
    int64_t late_ms = left_ms < INT64_MAX - CLOCK_APART_MS ? left_ms + CLOCK_APART_MS : INT64_MAX;
    const long_option times[] = {
        {CURLOPT_CONNECTTIMEOUT_MS, shorter_ms(connect_ms, late_ms)},
        {CURLOPT_TIMEOUT_MS, left_ms == INT64_MAX ? 0 : shorter_ms(late_ms, late_ms)},
    };
    set_longs(x->client, times, sizeof times / sizeof times[0]);
    curl->easy_setopt(x->client->easy, CURLOPT_URL, request->url);
    if (request->direct)
        curl->easy_setopt(x->client->easy, CURLOPT_NOPROXY, "*");
    set_method(x->client, request);
    set_callbacks(x);
}

/* Changes whenever something moves: bytes through libcurl, and those that the kernel still holds,
 * which may be megabytes. */
static curl_off_t progress_of(const http_client *client)
{
    static const CURLINFO sizes[] = {CURLINFO_SIZE_UPLOAD_T, CURLINFO_SIZE_DOWNLOAD_T};
    curl_off_t sum = 0;
    curl_off_t value = 0;
    long headers = 0;
    curl_socket_t fd = CURL_SOCKET_BAD;
    int queued = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (client->curl.easy_getinfo(client->easy, sizes[i], &value) == CURLE_OK)
            sum += value;
    }
    if (client->curl.easy_getinfo(client->easy, CURLINFO_HEADER_SIZE, &headers) == CURLE_OK)
        sum += headers;
    if (client->curl.easy_getinfo(client->easy, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
        fd != CURL_SOCKET_BAD && ioctl(fd, SIOCOUTQ, &queued) == 0)
        sum -= queued;
    return sum;
}

static bool is_stalled(exchange *x)
{
    int64_t now = store_now_ms(x->client->host);
    curl_off_t moved = progress_of(x->client);
    if (moved != x->moved) {
        x->moved = moved;
        x->moved_at_ms = now;
    }
    return now - x->moved_at_ms >= or_default(x->request->stall_ms, HTTP_STALL_MS);
}

bool http_code_is_transient(int code)
{
    static const unsigned char transient[] = {
        CURLE_COULDNT_RESOLVE_PROXY,
        CURLE_COULDNT_RESOLVE_HOST,
        CURLE_COULDNT_CONNECT,
        CURLE_HTTP2,
        CURLE_PARTIAL_FILE,
        CURLE_OPERATION_TIMEDOUT,
        CURLE_SSL_CONNECT_ERROR,
        CURLE_GOT_NOTHING,
        CURLE_SEND_ERROR,
        CURLE_RECV_ERROR,
        CURLE_SEND_FAIL_REWIND,
        CURLE_HTTP2_STREAM,
    };
    return memchr(transient, code, sizeof transient) != NULL;
}

static unpeg_status fail(exchange *x, CURLcode code, const char *message)
{
    bool untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    x->response->transport_code = (int)code;
    x->response->may_retry = http_code_is_transient((int)code);
    return unpeg_error_set(&x->response->error, UNPEG_REMOTE, "%s%s", message,
                           untrusted ? " (certificates to trust: package ca-certificates, or "
                                       "AWS_CA_BUNDLE)"
                                     : "");
}

/* What a finished transfer means. */
static unpeg_status conclude(exchange *x, CURLcode code, const store_budget *budget)
{
    const http_client *client = x->client;
    if (x->failure != UNPEG_OK)
        return x->failure;
    if (code == CURLE_OK)
        return call_on_answer(x) ? UNPEG_OK : x->failure;
    if (code == CURLE_OUT_OF_MEMORY)
        return UNPEG_NO_MEMORY;
    if (code == CURLE_OPERATION_TIMEDOUT && store_left_ms(client->host, budget) == 0)
        return store_budget_check(client->host, budget, &x->response->error);
    return fail(x, code,
                client->message[0] != '\0' ? client->message : client->curl.easy_strerror(code));
}

static CURLcode result_of(const http_client *client)
{
    int left = 0;
    const CURLMsg *message = client->curl.multi_info_read(client->multi, &left);
    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_FAILED_INIT;
}

static unpeg_status transfer(exchange *x, const store_budget *budget)
{
    const http_client *client = x->client;
    int running = 1;
    x->moved_at_ms = store_now_ms(client->host);
    while (client->curl.multi_perform(client->multi, &running) == CURLM_OK && running != 0) {
        unpeg_status status = store_budget_check(client->host, budget, &x->response->error);
        if (status != UNPEG_OK)
            return status;
        if (is_stalled(x))
            return fail(x, CURLE_OPERATION_TIMEDOUT, "the connection stalled");
        int64_t left_ms = store_left_ms(client->host, budget);
        client->curl.multi_poll(client->multi, NULL, 0,
                                (int)shorter_ms(left_ms, STORE_STOP_INTERVAL_MS), NULL);
    }
    return conclude(x, result_of(client), budget);
}

/* Writing to a connection that the other side closed raises SIGPIPE, which a library must neither
 * let through nor ignore for the whole process: it is held back here and taken away. */
static void hold_back_sigpipe(sigset_t *old)
{
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, old);
}

static void take_away_sigpipe(const sigset_t *old)
{
    sigset_t pipe;
    const struct timespec none = {0};
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    if (!sigismember(old, SIGPIPE))
        sigtimedwait(&pipe, NULL, &none);
    pthread_sigmask(SIG_SETMASK, old, NULL);
}

static unpeg_status run(exchange *x, const store_budget *budget)
{
    const http_client *client = x->client;
    sigset_t old;
    long request_bytes = 0;
    hold_back_sigpipe(&old);
    unpeg_status status = UNPEG_NO_MEMORY;
    if (client->curl.multi_add_handle(client->multi, client->easy) == CURLM_OK) {
        status = transfer(x, budget);
        client->curl.easy_getinfo(client->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
        client->curl.multi_remove_handle(client->multi, client->easy);
    }
    take_away_sigpipe(&old);
    x->response->sent = request_bytes > 0;
    if (status != UNPEG_OK && x->response->error.status == UNPEG_OK)
        unpeg_error_set(&x->response->error, status, "%s", unpeg_status_text(status));
    return status;
}

static unpeg_status send_request(void *user, const http_request *request,
                                 const store_budget *budget, http_response *response)
{
    http_client *client = user;
    exchange x = {.client = client, .request = request, .response = response};
    unpeg_status status = store_budget_check(client->host, budget, &response->error);
    if (status != UNPEG_OK)
        return status;
    client->message[0] = '\0';
    client->curl.easy_reset(client->easy);
    set_fixed_options(client);
    if (add_headers(&x)) {
        set_request(&x, store_left_ms(client->host, budget));
        status = run(&x, budget);
    } else {
        status = unpeg_error_set(&response->error, UNPEG_NO_MEMORY, "no memory for a request");
    }
    client->curl.slist_free_all(x.headers);
    return status;
}

static bool choose_ca_file(http_client *client, const char *option)
{
    const char *file = option;
    if (file == NULL)
        file = store_variable(client->host, "AWS_CA_BUNDLE");
    if (file == NULL)
        file = store_variable(client->host, "SSL_CERT_FILE");
    if (file != NULL)
        text_buffer_add_text(&client->ca_file, file);
    return !client->ca_file.failed;
}

unpeg_status http_client_create(const http_client_options *options, http_client **ret,
                                unpeg_error *error)
{
    http_client *client = calloc(1, sizeof *client);
    *ret = NULL;
    if (client == NULL)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for an HTTP client");
    unpeg_status status = curl_library_load(&client->curl, error);
    if (status != UNPEG_OK) {
        free(client);
        return status;
    }
    client->host = options->host;
    client->transport = (http_transport){send_request, client};
    if (client->curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
        client->multi = client->curl.multi_init();
        client->easy = client->curl.easy_init();
    }
    if (client->multi == NULL || client->easy == NULL ||
        !choose_ca_file(client, options->ca_file)) {
        http_client_destroy(client);
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for an HTTP client");
    }
    *ret = client;
    return UNPEG_OK;
}

const http_transport *http_client_transport(const http_client *client)
{
    return &client->transport;
}

void http_client_destroy(http_client *client)
{
    if (client == NULL)
        return;
    if (client->easy != NULL)
        client->curl.easy_cleanup(client->easy);
    if (client->multi != NULL)
        client->curl.multi_cleanup(client->multi);
    client->curl.global_cleanup();
    text_buffer_deinit(&client->ca_file);
    free(client);
}
