// SPDX-License-Identifier: MIT
// Runs a command with its output thrown away and prints what it cost:
//   exit status, CPU microseconds (user + system), peak RSS in KB, wall microseconds.
// A program of its own because a child's peak RSS begins with that of the process that started it.
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

static long long now_us(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0)
        return 0;
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void become(char **command)
{
    int sink = open("/dev/null", O_RDWR);
    if (sink >= 0 && dup2(sink, 0) >= 0 && dup2(sink, 1) >= 0 && dup2(sink, 2) >= 0)
        execvp(command[0], command);
    _exit(127);
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;
    if (argc < 2)
        return 2;
    long long start = now_us();
    pid_t child = fork();
    if (child == 0)
        become(argv + 1);
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 1;
    printf("%d %lld %ld %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
           microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss,
           now_us() - start);
    return 0;
}
