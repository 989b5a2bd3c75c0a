/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "worker.h"

enum { LARGE = 300000, FOREVER_S = 1000 };

typedef struct large {
    unsigned char bytes[LARGE];
} large;

static const uint64_t LONG_US = 60000000;

static worker_limit limit_of(uint64_t us)
{
    return (worker_limit){.deadline_us = worker_clock_us() + us};
}

/* A result that no pipe holds at once. */
static void fill(void *user, void *result)
{
    memset(((large *)result)->bytes, *(const int *)user, LARGE);
}

static void a_result(void **state)
{
    (void)state;
    static large result;
    int value = 7;
    const worker_job job = {fill, &value, sizeof result};
    const worker_limit limit = limit_of(LONG_US);
    assert_int_equal(worker_run(&job, &limit, &result, NULL), UNPEG_OK);
    assert_int_equal(result.bytes[0], 7);
    assert_int_equal(result.bytes[LARGE - 1], 7);
}

static void hang(void *user, void *result)
{
    (void)user;
    *(int *)result = 1;
    signal(SIGTERM, SIG_IGN);
    for (;;)
        sleep(FOREVER_S);
}

static bool after_three(void *user)
{
    int *asked = user;
    return ++*asked == 3;
}

static void a_step_that_hangs(void **state)
{
    (void)state;
    int result = 5;
    int asked = 0;
    unpeg_error error = {0};
    const worker_job job = {hang, NULL, sizeof result};
    worker_limit limit = limit_of(50000);
    assert_int_equal(worker_run(&job, &limit, &result, &error), UNPEG_DEADLINE);
    assert_string_equal(error.text, "it did not end in time");
    assert_int_equal(result, 5);
    limit = limit_of(LONG_US);
    limit.stop = after_three;
    limit.stop_user = &asked;
    assert_int_equal(worker_run(&job, &limit, &result, &error), UNPEG_STOPPED);
    assert_int_equal(asked, 3);
    /* Neither is left behind. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void die(void *user, void *result)
{
    (void)result;
    if (*(const int *)user == 0)
        _exit(3);
    raise(*(const int *)user);
}

static void a_step_that_dies(void **state)
{
    (void)state;
    static const struct {
        int signal;
        const char *text;
    } cases[] = {{SIGKILL, "its process died of signal 9 (Killed)"},
                 {0, "its process ended early"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int result = 5;
        int number = cases[i].signal;
        unpeg_error error = {0};
        const worker_job job = {die, &number, sizeof result};
        const worker_limit limit = limit_of(LONG_US);
        assert_int_equal(worker_run(&job, &limit, &result, &error), UNPEG_OS);
        assert_string_equal(error.text, cases[i].text);
        assert_int_equal(result, 5);
    }
}

/* Who waits for the end of the caller's output does not wait for a step that was left behind. */
static void look_at_files(void *user, void *result)
{
    struct stat info;
    *(bool *)result = fcntl(*(const int *)user, F_GETFD) < 0 && fstat(STDOUT_FILENO, &info) == 0 &&
                      S_ISCHR(info.st_mode);
}

static void files_stay_with_the_caller(void **state)
{
    (void)state;
    int fds[2];
    bool closed = false;
    assert_int_equal(pipe(fds), 0);
    const worker_job job = {look_at_files, &fds[1], sizeof closed};
    const worker_limit limit = limit_of(LONG_US);
    assert_int_equal(worker_run(&job, &limit, &closed, NULL), UNPEG_OK);
    assert_true(closed);
    close(fds[0]);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result),
        cmocka_unit_test(a_step_that_hangs),
        cmocka_unit_test(a_step_that_dies),
        cmocka_unit_test(files_stay_with_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
