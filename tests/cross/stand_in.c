/* SPDX-License-Identifier: MIT
 *
 * One check that does not hold, by its name; "ok": all that hold.
 */
#include "check.h"

static void check_all(void **state)
{
    (void)state;
    assert_int_equal(1, 1);
    assert_int_not_equal(1, 2);
    assert_in_range(2, 1, 3);
    assert_true(true);
    assert_false(false);
    assert_null(NULL);
    assert_memory_equal("ab", "ac", 1);
    assert_string_equal("a", "a");
}

static int refuse(void **state)
{
    (void)state;
    return -1;
}

int main(int argc, char **argv)
{
    const char *which = argc > 1 ? argv[1] : "";
    if (strcmp(which, "int") == 0)
        assert_int_equal(1, 2);
    if (strcmp(which, "range") == 0)
        assert_in_range(4, 1, 3);
    if (strcmp(which, "true") == 0)
        assert_true(argc == 1);
    if (strcmp(which, "memory") == 0)
        assert_memory_equal("ab", "ac", 2);
    if (strcmp(which, "string") == 0)
        assert_string_equal(which, "other");
    if (strcmp(which, "message") == 0)
        fail_msg("%s", which);
    bool before = strcmp(which, "before") == 0;
    bool after = strcmp(which, "after") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_all),
        cmocka_unit_test_setup_teardown(check_all, before ? refuse : NULL, after ? refuse : NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
