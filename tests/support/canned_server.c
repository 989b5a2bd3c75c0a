/* SPDX-License-Identifier: MIT */
#include "canned_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

static bool read_head(int fd, canned_request *request)
{
    size_t len = 0;
    while (len < CANNED_HEAD - 1 && recv(fd, request->head + len, 1, 0) == 1) {
        len++;
        request->head[len] = '\0';
        if (len >= 4 && memcmp(request->head + len - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    return false;
}

static size_t content_length(const char *head)
{
    const char *header = strcasestr(head, "\r\ncontent-length: ");
    return header != NULL ? strtoul(header + strlen("\r\ncontent-length: "), NULL, 10) : 0;
}

static void send_text(int fd, const char *text)
{
    size_t len = strlen(text);
    (void)!send(fd, text, len, MSG_NOSIGNAL);
}

static void read_body(int fd, canned_request *request)
{
    char piece[65536];
    size_t left = content_length(request->head);
    if (strcasestr(request->head, "\r\nexpect: 100-continue") != NULL)
        send_text(fd, "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n");
    while (left > 0) {
        ssize_t got = recv(fd, piece, left < sizeof piece ? left : sizeof piece, 0);
        if (got <= 0)
            return;
        size_t kept = request->body_size < CANNED_BODY ? CANNED_BODY - request->body_size : 0;
        memcpy(request->body + (CANNED_BODY - kept), piece,
               (size_t)got < kept ? (size_t)got : kept);
        request->body_size += (size_t)got;
        left -= (size_t)got;
    }
}

static void send_answer(int fd, const canned_answer *answer)
{
    char piece[65536];
    memset(piece, 'x', sizeof piece);
    if (answer->text != NULL)
        send_text(fd, answer->text);
    for (size_t left = answer->filler; left > 0;) {
        ssize_t sent = send(fd, piece, left < sizeof piece ? left : sizeof piece, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        left -= (size_t)sent;
    }
}

static void wait_for_end(int fd)
{
    char byte;
    while (recv(fd, &byte, 1, 0) > 0)
        ;
}

static void serve(canned_server *server, int fd)
{
    canned_end end = CANNED_KEEP;
    while (end == CANNED_KEEP && server->request_count < server->answer_count) {
        canned_request *request = &server->requests[server->request_count];
        const canned_answer *answer = &server->answers[server->request_count];
        if (!read_head(fd, request))
            return;
        request->connection = server->connections;
        server->request_count++;
        if (!answer->unread)
            read_body(fd, request);
        send_answer(fd, answer);
        end = answer->end;
        if (end == CANNED_STALL)
            wait_for_end(fd);
    }
}

/* Until the listener is shut down. */
static void *run(void *user)
{
    canned_server *server = user;
    while (server->request_count < server->answer_count) {
        int fd = accept(server->listener, NULL, NULL);
        if (fd < 0)
            break;
        serve(server, fd);
        server->connections++;
        close(fd);
    }
    return NULL;
}

void canned_server_start(canned_server *server, const canned_answer *answers, size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    assert_true(count <= CANNED_REQUESTS);
    *server = (canned_server){.answers = answers, .answer_count = count};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listener >= 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 4), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

void canned_server_url(const canned_server *server, const char *path, char *ret, size_t size)
{
    snprintf(ret, size, "http://127.0.0.1:%u%s", server->port, path);
}

void canned_server_stop(canned_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}
