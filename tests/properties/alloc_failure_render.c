/* SPDX-License-Identifier: MIT
 *
 * Whatever allocation fails, a report ends with NO_MEMORY and nothing leaked, and there is a line.
 */
#include <string.h>

#include "check.h"
#include "failing_alloc.h"
#include "odd_profile.h"
#include "unpeg/render.h"

static unpeg_status count_bytes(void *user, const void *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)user += len;
    return UNPEG_OK;
}

typedef unpeg_status (*report_fn)(const unpeg_profile *, const unpeg_report_options *,
                                  const unpeg_writer *, unpeg_error *);

static void fail_each_allocation(report_fn fn, const unpeg_profile *profile)
{
    size_t whole = 0;
    unpeg_writer out = {count_bytes, &whole};
    assert_int_equal(fn(profile, NULL, &out, NULL), UNPEG_OK);
    size_t calls = 0;
    for (bool failed = true; failed; calls++) {
        size_t written = 0;
        out.user = &written;
        unpeg_error error = {.status = UNPEG_OK};
        failing_alloc_arm(calls);
        unpeg_status status = fn(profile, NULL, &out, &error);
        failed = failing_alloc_disarm();
        assert_int_equal(status, failed ? UNPEG_NO_MEMORY : UNPEG_OK);
        assert_int_equal(error.status, status);
        assert_true(failed || written == whole);
    }
    assert_true(calls > 20);
}

static void a_report_ends_with_the_status(void **state)
{
    (void)state;
    unpeg_profile *profile = odd_profile_make();
    fail_each_allocation(unpeg_report_text, profile);
    fail_each_allocation(unpeg_report_json, profile);
    unpeg_profile_destroy(profile);
}

static void there_is_always_a_line(void **state)
{
    (void)state;
    static unpeg_line line;
    unpeg_profile *profile = odd_profile_make();
    const unpeg_line_options options = {.struct_size = sizeof options, .profile = profile};
    size_t calls = 0;
    for (bool failed = true; failed; calls++) {
        failing_alloc_arm(calls);
        unpeg_line_make(&options, &line);
        failed = failing_alloc_disarm();
        const char *status = failed ? "unpeg v=1 status=no-memory " : "unpeg v=1 status=ok ";
        assert_memory_equal(line.text, status, strlen(status));
        assert_non_null(strstr(line.text, " partial=1 ticks=75 "));
    }
    assert_true(calls > 20);
    unpeg_profile_destroy(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_ends_with_the_status),
        cmocka_unit_test(there_is_always_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
