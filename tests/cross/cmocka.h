/* SPDX-License-Identifier: MIT
 *
 * As much of cmocka's interface as the tests use that run on another processor, for which Debian
 * has no cmocka without its whole world of packages. The first check that fails ends the program.
 *
 *     assert_int_equal(found, expected);
 *     const struct CMUnitTest tests[] = {cmocka_unit_test(test_something)};
 *     return cmocka_run_group_tests(tests, NULL, NULL);
 */
#ifndef UNPEG_TESTS_CROSS_CMOCKA_H
#define UNPEG_TESTS_CROSS_CMOCKA_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
    int (*set_up)(void **state);
    int (*tear_down)(void **state);
};

#define cmocka_unit_test(function)                                                                 \
    {                                                                                              \
#function, function, NULL, NULL                                                            \
    }

#define cmocka_unit_test_setup_teardown(function, before, after)                                   \
    {                                                                                              \
#function, function, before, after                                                         \
    }

#define fail_msg(...)                                                                              \
    do {                                                                                           \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                            \
        fprintf(stderr, __VA_ARGS__);                                                              \
        fputc('\n', stderr);                                                                       \
        exit(1);                                                                                   \
    } while (0)

#define unpeg_require(condition, text)                                                             \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s", text);                                                                  \
    } while (0)

#define unpeg_compare(a, operator, b)                                                              \
    do {                                                                                           \
        unsigned long long unpeg_a = (unsigned long long)(a);                                      \
        unsigned long long unpeg_b = (unsigned long long)(b);                                      \
        if (!(unpeg_a operator unpeg_b))                                                           \
            fail_msg("%s " #operator" %s: %#llx, %#llx", #a, #b, unpeg_a, unpeg_b);                \
    } while (0)

#define assert_true(c) unpeg_require((c), #c)
#define assert_false(c) unpeg_require(!(c), "not " #c)
#define assert_null(c) unpeg_require((c) == NULL, #c " is NULL")
#define assert_non_null(c) unpeg_require((c) != NULL, #c " is not NULL")
#define assert_ptr_equal(a, b) unpeg_require((a) == (b), #a " == " #b)
#define assert_int_equal(a, b) unpeg_compare(a, ==, b)
#define assert_int_not_equal(a, b) unpeg_compare(a, !=, b)
#define assert_in_range(value, low, high)                                                          \
    do {                                                                                           \
        unpeg_compare(value, >=, low);                                                             \
        unpeg_compare(value, <=, high);                                                            \
    } while (0)
#define assert_string_equal(a, b) unpeg_require(strcmp((a), (b)) == 0, #a " == " #b)
#define assert_string_not_equal(a, b) unpeg_require(strcmp((a), (b)) != 0, #a " != " #b)
#define assert_memory_equal(a, b, size) unpeg_require(memcmp((a), (b), (size)) == 0, #a " == " #b)

static inline int unpeg_run_tests(const struct CMUnitTest *tests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *state = NULL;
        fprintf(stderr, "%s\n", tests[i].name);
        if (tests[i].set_up && tests[i].set_up(&state) != 0)
            fail_msg("%s: no set-up", tests[i].name);
        tests[i].run(&state);
        if (tests[i].tear_down && tests[i].tear_down(&state) != 0)
            fail_msg("%s: no tear-down", tests[i].name);
    }
    return 0;
}

#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    unpeg_run_tests(tests, sizeof(tests) / sizeof *(tests))

#endif
