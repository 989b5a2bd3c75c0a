/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "store_backend.h"

/* An object on its way from a thread that fetches it to who reads the source. The socket pair is
 * the buffer between them; unlike a pipe, it can be written without a SIGPIPE. */
typedef struct object_source {
    unpeg_store *store;
    char *key;
    int write_fd; /* the thread's */
    int read_fd;
    pthread_t thread;
    bool joined;
    unpeg_status status; /* of the fetching; valid when joined */
    unpeg_error error;
} object_source;

static unpeg_status hand_on(void *user, const void *bytes, size_t len)
{
    const object_source *s = user;
    const char *at = bytes;
    while (len != 0) {
        ssize_t sent = send(s->write_fd, at, len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return UNPEG_STOPPED;
        at += sent > 0 ? sent : 0;
        len -= sent > 0 ? (size_t)sent : 0;
    }
    return UNPEG_OK;
}

static void *fetch(void *user)
{
    object_source *s = user;
    const unpeg_writer out = {hand_on, s};
    s->status = unpeg_store_get(s->store, s->key, &out, &s->error);
    close(s->write_fd);
    return NULL;
}

static void join(object_source *s)
{
    if (!s->joined)
        pthread_join(s->thread, NULL);
    s->joined = true;
}

/* The end of the bytes is the end of the object only if the fetching says so. */
static unpeg_status read_object(void *user, void *buffer, size_t size, size_t *ret,
                                unpeg_error *error)
{
    object_source *s = user;
    ssize_t got;
    do {
        got = recv(s->read_fd, buffer, size, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return store_os_error(error, errno, "cannot read");
    *ret = (size_t)got;
    if (got != 0 || size == 0)
        return UNPEG_OK;
    join(s);
    if (s->status != UNPEG_OK && error)
        *error = s->error;
    return s->status;
}

static void close_object(void *user)
{
    object_source *s = user;
    atomic_store(&s->store->cancelled, true);
    shutdown(s->read_fd, SHUT_RDWR);
    join(s);
    atomic_store(&s->store->cancelled, false);
    close(s->read_fd);
    free(s->key);
    free(s);
}

/* Signals are for the threads of the program. */
static bool start_thread(object_source *s)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_BLOCK, &all, &before) != 0)
        return false;
    bool started = pthread_create(&s->thread, NULL, fetch, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static unpeg_status start(object_source *s, unpeg_store *store, const char *key)
{
    s->store = store;
    int fds[2];
    s->key = strdup(key);
    if (!s->key)
        return UNPEG_NO_MEMORY;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return UNPEG_OS;
    s->read_fd = fds[0];
    s->write_fd = fds[1];
    if (start_thread(s))
        return UNPEG_OK;
    close(fds[0]);
    close(fds[1]);
    return UNPEG_OS;
}

unpeg_status unpeg_store_open_source(unpeg_store *store, const char *key, unpeg_source **ret,
                                     unpeg_error *error)
{
    object_source *s = calloc(1, sizeof *s);
    unpeg_status status = s ? start(s, store, key) : UNPEG_NO_MEMORY;
    if (status != UNPEG_OK) {
        if (s)
            free(s->key);
        free(s);
        return unpeg_error_set(error, status, "cannot start to fetch");
    }
    const unpeg_reader reader = {read_object, close_object, s};
    status = unpeg_source_open_reader(&reader, ret, error);
    if (status != UNPEG_OK)
        close_object(s);
    return status;
}
