/* SPDX-License-Identifier: MIT
 *
 * A program to be profiled: what it prints at its end says whether anything was lost on the way.
 *
 *     spinner loop MILLISECONDS      a computation in spin_leaf under spin_middle
 *     spinner signals COUNT          COUNT signals to itself; says how many were lost
 *     spinner deep MILLISECONDS      the computation under 2000 frames of recursion
 *     spinner threads MILLISECONDS   threads that come and go beside the computation
 *     spinner exec MILLISECONDS      runs itself anew every few milliseconds
 *     spinner sleep MILLISECONDS     epoll_wait; says how often it ended early
 *     spinner hidden MILLISECONDS    the computation, not dumpable
 *
 * SIGTERM ends any of them early, as if the time were over. "ready" on standard output says that it
 * begins; the last line is "done ..." with a figure that is known beforehand.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 2000, STEPS = 20000 };

static volatile sig_atomic_t ticks;
static volatile sig_atomic_t time_is_over;

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

__attribute__((noinline)) static uint64_t spin_leaf(uint64_t seed)
{
    for (int i = 0; i < STEPS; i++)
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return seed;
}

/* The same figure however often it ran: each round begins anew. */
__attribute__((noinline)) static uint64_t spin_middle(int64_t ms)
{
    int64_t end = now_ms() + ms;
    uint64_t result = 0;
    do
        result = spin_leaf(42);
    while (!time_is_over && now_ms() < end);
    return result;
}

__attribute__((noinline)) static uint64_t dive(int depth, int64_t ms)
{
    volatile char frame[64] = {0};
    if (depth == 0)
        return spin_middle(ms);
    uint64_t result = dive(depth - 1, ms);
    return result + (uint64_t)frame[depth & 63];
}

static void on_end(int signal_number)
{
    (void)signal_number;
    time_is_over = 1;
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
    ticks = ticks + 1;
}

/* Signals sent to itself: none may be lost or come twice. */
static uint64_t count_signals(int64_t count)
{
    signal(SIGUSR1, on_alarm);
    int64_t sent = 0;
    for (; sent < count && !time_is_over; sent++) {
        spin_leaf((uint64_t)sent);
        raise(SIGUSR1);
    }
    return (uint64_t)(sent - ticks);
}

static void *short_life(void *unused)
{
    spin_middle(2);
    return unused;
}

static uint64_t thread_churn(int64_t ms)
{
    int64_t end = now_ms() + ms;
    do {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
            if (pthread_create(&threads[i], NULL, short_life, NULL) != 0)
                exit(1);
        for (int i = 0; i < 4; i++)
            pthread_join(threads[i], NULL);
    } while (now_ms() < end);
    return spin_leaf(42);
}

static uint64_t run_anew(char **argv, int64_t ms)
{
    char left[32];
    uint64_t result = spin_middle(5);
    snprintf(left, sizeof left, "%lld", (long long)(ms - 5));
    char word[] = "exec";
    char *words[] = {argv[0], word, left, NULL};
    if (ms > 5)
        execv("/proc/self/exe", words);
    return result;
}

static uint64_t sleep_long(int64_t ms)
{
    struct epoll_event event;
    uint64_t early = 0;
    int64_t end = now_ms() + ms;
    int fd = epoll_create1(0);
    while (now_ms() < end)
        early += epoll_wait(fd, &event, 1, (int)ms) < 0 && errno == EINTR;
    close(fd);
    return early;
}

static uint64_t run(char **argv, int64_t value)
{
    if (strcmp(argv[1], "signals") == 0)
        return count_signals(value);
    if (strcmp(argv[1], "deep") == 0)
        return dive(DEPTH, value);
    if (strcmp(argv[1], "threads") == 0)
        return thread_churn(value);
    if (strcmp(argv[1], "exec") == 0)
        return run_anew(argv, value);
    if (strcmp(argv[1], "sleep") == 0)
        return sleep_long(value);
    if (strcmp(argv[1], "hidden") == 0)
        prctl(PR_SET_DUMPABLE, 0);
    return spin_middle(value);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    signal(SIGTERM, on_end);
    printf("ready\n");
    fflush(stdout);
    printf("done %llu\n", (unsigned long long)run(argv, atoll(argv[2])));
    return 0;
}
