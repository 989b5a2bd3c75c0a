/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_MS = 20, REAP_TRIES = 50, FIRST_OTHER_FD = 3 };
static const long REAP_PAUSE_NS = 1000000;

typedef struct worker {
    const worker_job *job;
    const worker_limit *limit;
    char *buffer;
    size_t got;
    pid_t pid;
    int fd; /* the parent's end */
} worker;

uint64_t worker_clock_us(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len != 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno != EINTR)
            return;
        bytes += done > 0 ? done : 0;
        len -= done > 0 ? (size_t)done : 0;
    }
}

/* Standard streams become /dev/null, the pipe stays, all else is closed. */
static int leave_files(int pipe_fd)
{
    int null_fd = open("/dev/null", O_RDWR);
    int own = fcntl(pipe_fd, F_DUPFD, FIRST_OTHER_FD);
    for (int fd = 0; fd < FIRST_OTHER_FD && null_fd >= 0; fd++)
        dup2(null_fd, fd);
    if (own > FIRST_OTHER_FD)
        close_range(FIRST_OTHER_FD, (unsigned)own - 1, 0);
    close_range((unsigned)own + 1, ~0U, 0);
    return own;
}

/* The parent decides when a step ends, also when a terminal signals them both. */
static void leave_signals_to_parent(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], SIG_IGN);
}

static _Noreturn void be_child(const worker *w, int pipe_fd, pid_t parent)
{
    leave_signals_to_parent();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    int fd = leave_files(pipe_fd);
    if (fd < 0)
        _exit(EXIT_FAILURE);
    w->job->run(w->job->user, w->buffer);
    write_all(fd, w->buffer, w->job->result_bytes);
    _exit(EXIT_SUCCESS);
}

static unpeg_status start(worker *w, unpeg_error *error)
{
    int fds[2];
    pid_t self = getpid();
    if (pipe2(fds, O_CLOEXEC) != 0)
        return unpeg_error_set(error, UNPEG_OS, "no pipe to a child: %s", strerror(errno));
    w->pid = fork();
    if (w->pid == 0)
        be_child(w, fds[1], self);
    int number = errno;
    close(fds[1]);
    w->fd = fds[0];
    if (w->pid > 0)
        return UNPEG_OK;
    close(fds[0]);
    return unpeg_error_set(error, UNPEG_OS, "no child process: %s", strerror(number));
}

/* Waits for more of the result, for a slice of time at most. True at its end. */
static bool take_some(worker *w)
{
    struct pollfd ready = {.fd = w->fd, .events = POLLIN};
    if (poll(&ready, 1, SLICE_MS) <= 0)
        return false;
    ssize_t done = read(w->fd, w->buffer + w->got, w->job->result_bytes - w->got);
    w->got += done > 0 ? (size_t)done : 0;
    return done == 0 || w->got == w->job->result_bytes || (done < 0 && errno != EINTR);
}

static unpeg_status receive(worker *w)
{
    for (;;) {
        if (take_some(w))
            return UNPEG_OK;
        if (w->limit->stop && w->limit->stop(w->limit->stop_user))
            return UNPEG_STOPPED;
        if (worker_clock_us() >= w->limit->deadline_us)
            return UNPEG_DEADLINE;
    }
}

/* One that hangs in the kernel is not waited for: it ends when the kernel lets it. False if so. */
static bool reap(const worker *w, int *ret_state)
{
    const struct timespec pause = {.tv_nsec = REAP_PAUSE_NS};
    *ret_state = 0;
    for (int i = 0; i < REAP_TRIES; i++) {
        pid_t pid = waitpid(w->pid, ret_state, WNOHANG);
        if (pid == w->pid || (pid < 0 && errno != EINTR))
            return pid == w->pid;
        nanosleep(&pause, NULL);
    }
    return false;
}

static unpeg_status judge(const worker *w, unpeg_status received, unpeg_error *error)
{
    int state;
    if (received != UNPEG_OK)
        kill(w->pid, SIGKILL);
    bool reaped = reap(w, &state);
    if (received == UNPEG_DEADLINE)
        return unpeg_error_set(error, received, "it did not end in time%s",
                               reaped ? "" : ", and hangs in the kernel");
    if (received != UNPEG_OK)
        return unpeg_error_set(error, received, "a signal came");
    if (w->got == w->job->result_bytes)
        return UNPEG_OK;
    if (reaped && WIFSIGNALED(state))
        return unpeg_error_set(error, UNPEG_OS, "its process died of signal %d (%s)",
                               WTERMSIG(state), strsignal(WTERMSIG(state)));
    return unpeg_error_set(error, UNPEG_OS, "its process ended early");
}

unpeg_status worker_run(const worker_job *job, const worker_limit *limit, void *result,
                        unpeg_error *error)
{
    worker w = {.job = job, .limit = limit, .buffer = calloc(1, job->result_bytes)};
    if (!w.buffer)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a step");
    unpeg_status status = start(&w, error);
    if (status == UNPEG_OK) {
        status = judge(&w, receive(&w), error);
        close(w.fd);
    }
    if (status == UNPEG_OK)
        memcpy(result, w.buffer, job->result_bytes);
    free(w.buffer);
    return status;
}
