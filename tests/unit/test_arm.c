/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <unistd.h>

#include "capture_world.h"
#include "check.h"
#include "text_sink.h"
#include "unpeg/arm.h"

static unpeg_arm *arm(const char *dir, unpeg_arm_options options)
{
    unpeg_arm *result = NULL;
    unpeg_error error = {0};
    options.struct_size = sizeof options;
    options.dir = dir;
    if (unpeg_arm_create(&options, &result, &error) != UNPEG_OK)
        fail_msg("%s", error.text);
    return result;
}

static void assert_arg(const unpeg_arm *a, size_t at, const char *format)
{
    char want[400];
    const char *place = strchr(format, '@');
    assert_non_null(place);
    snprintf(want, sizeof want, "%.*s%s%s", (int)(place - format), format, a->dir, place + 1);
    assert_true(at < a->arg_count);
    assert_string_equal(a->args[at], want);
}

static void chromium(void **state)
{
    (void)state;
    capture_world w;
    static const char *const existing[] = {"--headless", "--js-flags=--a", "--no-sandbox",
                                           "--js-flags=--expose-gc,--no-logfile-per-isolate"};
    world_open(&w);
    unpeg_arm *a = arm(
        w.logs, (unpeg_arm_options){
                    .enabled = true, .prefix = "p-", .existing = existing, .existing_count = 4});
    assert_int_equal(a->arg_count, 1);
    assert_arg(a, 0, "--js-flags=--expose-gc --prof --logfile=@/p-%p.log");
    assert_null(a->warning);
    assert_true(world_has(&w, ".p-armed"));
    assert_true(a->armed_at_ms / 1000 >= w.now_s - 1);
    unpeg_arm_destroy(a);
    a = arm(w.logs, (unpeg_arm_options){.enabled = true});
    assert_arg(a, 0, "--js-flags=--prof --logfile=@/unpeg-%p.log");
    assert_non_null(strstr(a->warning, "--no-sandbox"));
    unpeg_arm_destroy(a);
    world_close(&w);
}

static void node(void **state)
{
    (void)state;
    capture_world w;
    static const char *const existing[] = {"--no_logfile_per_isolate"};
    world_open(&w);
    unpeg_arm *a = arm(w.logs, (unpeg_arm_options){.target = UNPEG_ARM_NODE,
                                                   .enabled = true,
                                                   .interval_us = 500,
                                                   .existing = existing,
                                                   .existing_count = 1});
    assert_int_equal(a->arg_count, 4);
    assert_string_equal(a->args[0], "--prof");
    assert_arg(a, 1, "--logfile=@/unpeg-%p.log");
    assert_string_equal(a->args[2], "--logfile-per-isolate");
    assert_string_equal(a->args[3], "--prof-sampling-interval=500");
    unpeg_arm_destroy(a);
    world_close(&w);
}

static void off_sweeps_all_the_same(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_log(&w, "isolate-0x1-999999999-unpeg-999999999.log", 10, 60);
    unpeg_arm *a = arm(w.logs, (unpeg_arm_options){.enabled = false});
    assert_int_equal(a->arg_count, 0);
    assert_int_equal(a->sweep->removed_count, 1);
    assert_false(world_has(&w, "isolate-0x1-999999999-unpeg-999999999.log"));
    unpeg_arm_destroy(a);
    world_close(&w);
}

static void a_folder_is_made_when_it_is_needed(void **state)
{
    (void)state;
    capture_world w;
    char path[128];
    world_open(&w);
    snprintf(path, sizeof path, "%s/new%%p", w.logs);
    unpeg_arm *a = arm(path, (unpeg_arm_options){.enabled = false});
    assert_null(a->dir);
    assert_int_equal(access(path, F_OK), -1);
    unpeg_arm_destroy(a);
    a = arm(path, (unpeg_arm_options){.enabled = true, .target = UNPEG_ARM_NODE});
    assert_int_equal(access(path, W_OK), 0);
    assert_non_null(strstr(a->args[1], "/new%%p/unpeg-%p.log"));
    unpeg_arm_destroy(a);
    world_close(&w);
}

typedef struct bad_case {
    const char *dir, *prefix; /* dir NULL: a good one */
    unpeg_arm_target target;
    unpeg_status want;
} bad_case;

static const bad_case bad[] = {
    {"", "p-", UNPEG_ARM_NODE, UNPEG_ARGUMENT},
    {"/nonexistent/logs", "p-", UNPEG_ARM_NODE, UNPEG_NOT_FOUND},
    {"/dev/null", "p-", UNPEG_ARM_NODE, UNPEG_NOT_FOUND},
    {NULL, "", UNPEG_ARM_NODE, UNPEG_ARGUMENT},
    {NULL, "a/b", UNPEG_ARM_NODE, UNPEG_ARGUMENT},
    {NULL, "a\nb", UNPEG_ARM_NODE, UNPEG_ARGUMENT},
    {NULL, "a b", UNPEG_ARM_CHROMIUM, UNPEG_ARGUMENT},
    {NULL, "a,b", UNPEG_ARM_CHROMIUM, UNPEG_ARGUMENT},
    {NULL, "a b,", UNPEG_ARM_NODE, UNPEG_OK},
};

static void what_flags_cannot_hold(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unpeg_arm *a = NULL;
        unpeg_error error = {0};
        const unpeg_arm_options options = {.struct_size = sizeof options,
                                           .dir = bad[i].dir ? bad[i].dir : w.logs,
                                           .prefix = bad[i].prefix,
                                           .target = bad[i].target,
                                           .enabled = true};
        unpeg_status got = unpeg_arm_create(&options, &a, &error);
        if (got != bad[i].want)
            fail_msg("%zu: %s: %s", i, unpeg_status_text(got), error.text);
        unpeg_arm_destroy(a);
    }
    world_close(&w);
}

static void a_stamp_is_no_link_of_somebody(void **state)
{
    (void)state;
    capture_world w;
    char path[128];
    unpeg_arm *a = NULL;
    unpeg_error error = {0};
    world_open(&w);
    snprintf(path, sizeof path, "%s/.unpeg-armed", w.logs);
    assert_int_equal(symlink("victim", path), 0);
    const unpeg_arm_options options = {
        .struct_size = sizeof options, .dir = w.logs, .enabled = true};
    assert_int_equal(unpeg_arm_create(&options, &a, &error), UNPEG_PERMISSION);
    assert_false(world_has(&w, "victim"));
    world_close(&w);
}

static void as_json(void **state)
{
    (void)state;
    capture_world w;
    text_sink sink = {0};
    const unpeg_writer writer = text_sink_writer(&sink);
    world_open(&w);
    unpeg_arm *a = arm(w.logs, (unpeg_arm_options){.enabled = true});
    assert_int_equal(unpeg_arm_json(a, &writer), UNPEG_OK);
    assert_non_null(strstr(sink.text, "\"schema\": \"unpeg.arm/1\""));
    assert_non_null(strstr(sink.text, "\"args\": [\"--js-flags=--prof --logfile="));
    text_sink_free(&sink);
    unpeg_arm_destroy(a);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chromium),
        cmocka_unit_test(node),
        cmocka_unit_test(off_sweeps_all_the_same),
        cmocka_unit_test(a_folder_is_made_when_it_is_needed),
        cmocka_unit_test(what_flags_cannot_hold),
        cmocka_unit_test(a_stamp_is_no_link_of_somebody),
        cmocka_unit_test(as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
