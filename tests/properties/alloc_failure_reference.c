/* SPDX-License-Identifier: MIT
 *
 * Whatever allocation fails, strict mode ends with NO_MEMORY and nothing leaked, or prints the
 * same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "failing_alloc.h"
#include "unpeg/prof_process.h"

/* Long enough names and stacks for every table to grow. */
static const char LOG[] =
    "v8-version,14,6,202,34,-node.34,0\n"
    "shared-library,/lib/a\\x2Cb.so,0x7f0000000000,0x7f0000002000,0\n"
    "code-creation,Builtin,3,100,0x1000,256,Odd\\u4e2dName\n"
    "code-creation,RegExp,4,100,0x1100,256,\xff\\ud83d+\n"
    "code-creation,RegExp,4,100,0x1200,256,\xff\\ud83d+\n"
    "code-creation,JS,10,102,0x2000,256,foo f.js:1:2,0x9000,~\n"
    "code-source-info,0x2000,1,2,30,C0O1,F0O3,S0x9000S0x9999\n"
    "script-source,1,/a/f.js,text\\n\n"
    "script-source,2,/b/f.js,text\\n\n"
    "code-creation,JS,13,103,0x3000,256,bar f.js:5:2,0x9100,*\n"
    "code-deopt,5,256,0x3000,-1,7,deopt-eager,<f.js:1:1>,wrong map\n"
    "current-time,1\n"
    "tick,0x2010,1000,0,0x0,0,0x3010,0x1010,0x1110,0x1210,0x7f0000000010,0x9\n"
    "tick,0x1110,1100,0,0x0,0,0x1210,0x3010,overflow,+0x10\n"
    "tick,0x7f0000000010,1200,0,0x0,1\n"
    "current-time,1\n"
    "tick,0x9,1300,0,0x0,5\n"
    "active-runtime-timer,A\n"
    "code-move,0x3000,0x4000\n";

static unpeg_status count_bytes(void *user, const void *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)user += len;
    return UNPEG_OK;
}

static unpeg_status run(const char *option, const char *log, size_t len, size_t *ret_printed)
{
    char *words[] = {(char *)(uintptr_t)option, (char *)(uintptr_t) "x.log"};
    unpeg_prof_options options;
    unpeg_source *source = NULL;
    unpeg_reference *reference = NULL;
    unpeg_writer out = {count_bytes, ret_printed};
    *ret_printed = 0;
    unpeg_status status = unpeg_prof_options_parse(2, words, &options, NULL);
    if (status == UNPEG_OK)
        status = unpeg_source_open_memory(log, len, &source, NULL);
    if (status == UNPEG_OK)
        status = unpeg_reference_run(&options, source, &reference, NULL);
    if (status == UNPEG_OK)
        status = unpeg_reference_print(reference, &out, NULL);
    unpeg_reference_destroy(reference);
    unpeg_source_close(source);
    return status;
}

/* The log with 300 functions and ticks in front of its end. */
static char *long_log(size_t *ret_len)
{
    enum { ROW = 200 };
    char *log = malloc(sizeof LOG + 600 * ROW);
    assert_non_null(log);
    memcpy(log, LOG, sizeof LOG - 1);
    size_t len = sizeof LOG - 1;
    for (int i = 0; i < 300; i++)
        len += (size_t)snprintf(log + len, 2 * ROW,
                                "code-creation,JS,10,1,0x%x,64,f%d f.js:%d:1,0x%x,~\n"
                                "tick,0x%x,%d,0,0x0,0,0x%x,0x%x\n",
                                0x10000 + i * 64, i, i, 0x90000 + i * 8, 0x10000 + i * 64, i,
                                0x10008 + i * 32, 0x2010);
    *ret_len = len;
    return log;
}

static void fail_each_allocation(const char *option)
{
    size_t whole;
    size_t printed;
    size_t len;
    char *log = long_log(&len);
    assert_int_equal(run(option, log, len, &whole), UNPEG_OK);
    size_t calls = 0;
    for (bool failed = true; failed; calls++) {
        failing_alloc_arm(calls);
        unpeg_status status = run(option, log, len, &printed);
        failed = failing_alloc_disarm();
        assert_int_equal(status, failed ? UNPEG_NO_MEMORY : UNPEG_OK);
        assert_true(failed || printed == whole);
    }
    print_message("%s: %zu allocations\n", option, calls - 1);
    assert_true(calls > 50);
    free(log);
}

static void a_failed_allocation_is_a_status(void **state)
{
    (void)state;
    fail_each_allocation("--call-graph-size=20");
    fail_each_allocation("--timed-range");
    fail_each_allocation("--filter-runtime-timer=A");
    fail_each_allocation("--preprocess");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failed_allocation_is_a_status)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
