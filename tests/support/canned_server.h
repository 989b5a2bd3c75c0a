/* SPDX-License-Identifier: MIT
 *
 * A server on loopback that reads requests and gives the answers that were written down, to see
 * what really goes over the wire.
 *
 *     canned_server server;
 *     canned_server_start(&server, answers, 2);
 *     ... canned_server_url(&server, "/path", url, sizeof url) ...
 *     canned_server_stop(&server);
 *     assert_non_null(strstr(server.requests[0].head, "PUT /path HTTP/1.1"));
 */
#ifndef UNPEG_TESTS_CANNED_SERVER_H
#define UNPEG_TESTS_CANNED_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { CANNED_REQUESTS = 8, CANNED_HEAD = 4096, CANNED_BODY = 64 };

typedef enum canned_end {
    CANNED_KEEP,  /* the connection stays for the next request */
    CANNED_CLOSE, /* behind the answer */
    CANNED_STALL, /* nothing more comes until the other side gives up */
} canned_end;

typedef struct canned_answer {
    const char *text; /* the whole answer; NULL: none */
    size_t filler;    /* so many bytes behind it */
    canned_end end;
    bool unread; /* the request's body is not read */
} canned_answer;

typedef struct canned_request {
    char head[CANNED_HEAD];
    char body[CANNED_BODY]; /* its beginning */
    size_t body_size;
    size_t connection; /* which, from 0 on */
} canned_request;

typedef struct canned_server {
    int listener;
    unsigned port;
    pthread_t thread;
    const canned_answer *answers;
    size_t answer_count;
    canned_request requests[CANNED_REQUESTS]; /* to be read after stop */
    size_t request_count;
    size_t connections;
} canned_server;

void canned_server_start(canned_server *server, const canned_answer *answers, size_t count);
void canned_server_url(const canned_server *server, const char *path, char *ret, size_t size);
void canned_server_stop(canned_server *server);

#endif
