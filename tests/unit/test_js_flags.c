/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "check.h"
#include "js_flags.h"

#define WISH "--prof --logfile=/l/p-%p.log"

typedef struct merge_case {
    const char *existing, *want;
    uint32_t interval_us;
} merge_case;

static const merge_case cases[] = {
    {"", WISH, 0},
    {"  , ", WISH, 0},
    {"--expose-gc", "--expose-gc " WISH, 0},
    {"--expose-gc --max-old-space-size=4096", "--expose-gc --max-old-space-size=4096 " WISH, 0},
    {"--expose-gc,--jitless", "--expose-gc --jitless " WISH, 0},
    {"--no-prof --noprof --no_prof -noprof --prof", WISH, 0},
    {"--logfile=/x.log --a", "--a " WISH, 0},
    {"--logfile /x.log --a", "--a " WISH, 0},
    {"--logfile --a", "--a " WISH, 0},
    {"--a --logfile", "--a " WISH, 0},
    {"--no-logfile-per-isolate", WISH, 0},
    {"--nologfile_per_isolate", WISH, 0},
    {"--logfile_per_isolate --logfile-per-isolation", "--logfile-per-isolation " WISH, 0},
    {"--profile-deserialization --prof-cpp", "--profile-deserialization --prof-cpp " WISH, 0},
    {"--prof-sampling-interval=50", "--prof-sampling-interval=50 " WISH, 0},
    {"--prof-sampling-interval=50", WISH " --prof-sampling-interval=500", 500},
    {"--prof_sampling_interval 50 --a", "--a " WISH " --prof-sampling-interval=500", 500},
    {"x --", "x -- " WISH, 0},
};

static void flags_are_merged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const js_flags_wish wish = {.log_path = "/l/p-%p.log", .interval_us = cases[i].interval_us};
        char *got = js_flags_merge(cases[i].existing, &wish);
        assert_string_equal(got, cases[i].want);
        free(got);
    }
}

static void arguments(void **state)
{
    (void)state;
    assert_string_equal(js_flags_argument("--js-flags=--a --b", "js-flags"), "--a --b");
    assert_string_equal(js_flags_argument("-js-flags=", "js-flags"), "");
    assert_null(js_flags_argument("--js-flags", "js-flags"));
    assert_null(js_flags_argument("--js-flags-x=1", "js-flags"));
    assert_null(js_flags_argument("js-flags=1", "js-flags"));
    assert_null(js_flags_argument("", "js-flags"));
}

static void percent_signs_are_doubled(void **state)
{
    (void)state;
    char *got = js_flags_escape("/a%p/%%");
    assert_string_equal(got, "/a%%p/%%%%");
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_are_merged),
        cmocka_unit_test(arguments),
        cmocka_unit_test(percent_signs_are_doubled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
