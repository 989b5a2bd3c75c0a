/* SPDX-License-Identifier: MIT
 *
 * Whatever allocation fails, the loading of a log ends cleanly: with NO_MEMORY and nothing leaked
 * (the leak checker of the asan preset sees to that), or with the same profile as ever.
 */
#include <stdlib.h>

#include "check.h"
#include "failing_alloc.h"
#include "fixture_walk.h"
#include "unpeg/log.h"
#include "unpeg/view.h"

static unpeg_status load(const char *log, size_t len, size_t *ret_ticks)
{
    const unpeg_log_options options = {.struct_size = sizeof options};
    unpeg_source *source = NULL;
    unpeg_profile *profile = NULL;
    unpeg_view *view = NULL;
    unpeg_error error;
    unpeg_status status = unpeg_source_open_memory(log, len, &source, &error);
    if (status == UNPEG_OK)
        status = unpeg_log_load(&options, source, &profile, &error);
    if (status == UNPEG_OK) {
        *ret_ticks = unpeg_profile_tick_count(profile);
        status = unpeg_view_create(profile, NULL, &view, &error);
    }
    unpeg_view_destroy(view);
    unpeg_profile_destroy(profile);
    unpeg_source_close(source);
    return status;
}

static void fail_each_allocation(const char *name, const char *log, size_t len)
{
    size_t ticks;
    size_t ticks_then = 0;
    assert_int_equal(load(log, len, &ticks), UNPEG_OK);
    size_t calls = 0;
    for (bool failed = true; failed; calls++) {
        failing_alloc_arm(calls);
        unpeg_status status = load(log, len, &ticks_then);
        failed = failing_alloc_disarm();
        if (status == UNPEG_OK)
            assert_int_equal(ticks_then, ticks);
        else
            assert_int_equal(status, UNPEG_NO_MEMORY);
    }
    print_message("%s: %zu allocations\n", name, calls - 1);
    assert_true(calls > 20);
}

static void fail_fixture(const char *name)
{
    char path[1024];
    size_t len;
    assert_true(fixture_log_path(name, path, sizeof path));
    char *log = fixture_read(path, &len);
    fail_each_allocation(name, log, len);
    free(log);
}

static void a_failed_allocation_is_a_status(void **state)
{
    (void)state;
    fail_fixture("logs/odd-names-node20");
    fail_fixture("logs/moves-node12");
    fail_fixture("bad/two-writers");
}

static void the_same_for_a_saved_profile(void **state)
{
    (void)state;
    static const char text[] =
        "unpeg-profile,1\nv8,12,4,254,21,-node.33\nlibrary,/bin/node,,stripped,no symbols\n"
        "frame,root,,,0,,,,0,0,0\nframe,js,turbofan,,0,spin,/a.js,JS,3,7,0\nnode,0,1\n"
        "tick,1000,1,js,0\ntick,2000,1,js,0\nend,2\n";
    fail_each_allocation("a saved profile", text, sizeof text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failed_allocation_is_a_status),
                                       cmocka_unit_test(the_same_for_a_saved_profile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
