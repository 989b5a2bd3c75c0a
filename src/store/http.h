/* SPDX-License-Identifier: MIT
 *
 * One HTTP request, one attempt: no redirects, no retries, no signature.
 *
 *     http_client *client;
 *     http_client_create(&(http_client_options){0}, &client, &error);
 *     http_request request = {.method = "GET", .url = "https://host/path"};
 *     http_response response = {0};
 *     status = http_send(http_client_transport(client), &request, &budget, &response);
 *     http_response_deinit(&response);
 *     http_client_destroy(client);
 *
 * http_client is libcurl, loaded when the client is created; connections are kept for the next
 * request. Tests put their own transport in its place.
 */
#ifndef UNPEG_STORE_HTTP_H
#define UNPEG_STORE_HTTP_H

#include "store_host.h"
#include "text_buffer.h"
#include "unpeg/writer.h"

enum {
    HTTP_BODY_LIMIT = 16 << 20,   /* of an answer that is kept in memory */
    HTTP_HEADER_LIMIT = 64 << 10, /* of all headers of an answer */
    HTTP_CONNECT_MS = 3000,
    HTTP_STALL_MS = 15000,       /* without a byte in either direction */
    HTTP_EXPECT_BYTES = 1 << 20, /* bodies from this size on wait for 100-continue */
};

typedef struct http_pair {
    const char *name;
    const char *value;
} http_pair;

/* What is sent: size bytes from memory, or asked for piece by piece. Libcurl may repeat a request
 * on a connection that turned out dead, and a retry sends it again: any offset may come again.
 * read gives at least one byte or fails; a failure ends the request with its status. */
typedef struct http_body {
    const void *bytes;
    unpeg_status (*read)(void *user, uint64_t offset, void *buffer, size_t size, size_t *ret);
    void *user;
    uint64_t size;
} http_body;

typedef struct http_response {
    int status;          /* of the answer; 0: there was none */
    int transport_code;  /* libcurl's CURLcode when there was no whole answer, else 0 */
    bool may_retry;      /* what failed may work the next time (a broken connection, a stall) */
    bool sent;           /* without an answer: the other side may have got the request */
    text_buffer headers; /* name, zero, value, zero, ...: see http_response_header */
    text_buffer body;    /* unless it went to the sink */
    uint64_t delivered;  /* bytes that went to the sink */
    unpeg_error error;   /* why the request failed */
} http_response;

typedef struct http_request {
    const char *method;
    const char *url;          /* encoded already; sent as it is */
    const http_pair *headers; /* without Host, Content-Length and Expect */
    size_t header_count;
    http_body body;
    /* Called once, before the first byte of a body with a 2xx status; not OK ends the request. */
    unpeg_status (*on_answer)(void *user, const http_response *response);
    unpeg_writer sink;  /* takes the body of a 2xx answer; write NULL: it is kept in the response;
                           its user is on_answer's as well */
    int64_t connect_ms; /* 0: HTTP_CONNECT_MS */
    int64_t stall_ms;   /* 0: HTTP_STALL_MS */
    bool direct;        /* never through a proxy */
} http_request;

/* OK when a whole answer came, whatever its status. REMOTE when none came, DEADLINE, STOPPED,
 * UNSUPPORTED, LIMIT (answer too large), NO_MEMORY, or what body, on_answer or sink returned.
 * The sentence is in response->error. */
typedef unpeg_status (*http_send_fn)(void *user, const http_request *request,
                                     const store_budget *budget, http_response *response);

typedef struct http_transport {
    http_send_fn send;
    void *user;
} http_transport;

/* Empties the response first. */
UNPEG_MUST_CHECK unpeg_status http_send(const http_transport *transport,
                                        const http_request *request, const store_budget *budget,
                                        http_response *response);

/* The value of a header, by its lower-case name; NULL when it did not come. */
const char *http_response_header(const http_response *response, const char *name);

/* Adds a header as it came, name in any case. For transports. */
void http_response_add_header(http_response *response, unpeg_slice name, unpeg_slice value);

/* A whole number in a header; false when it is not there or none. */
bool http_response_number(const http_response *response, const char *name, uint64_t *ret);

/* Empty again, ready for the next request. */
void http_response_clear(http_response *response);
void http_response_deinit(http_response *response);

typedef struct http_client http_client;

typedef struct http_client_options {
    const store_host *host; /* NULL: the system */
    const char *ca_file;    /* NULL: AWS_CA_BUNDLE, SSL_CERT_FILE, libcurl's default */
} http_client_options;

/* UNSUPPORTED when libcurl is not there. */
UNPEG_MUST_CHECK unpeg_status http_client_create(const http_client_options *options,
                                                 http_client **ret, unpeg_error *error);

/* Whether what libcurl failed with may be gone the next time. */
bool http_code_is_transient(int code);

/* Lives as long as the client. */
const http_transport *http_client_transport(const http_client *client);

/* NULL is allowed. */
void http_client_destroy(http_client *client);

#endif
