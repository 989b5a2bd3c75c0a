/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_world.h"
#include "check.h"
#include "stamp.h"
#include "sweep_rules.h"
#include "text_sink.h"

typedef struct decision {
    log_kind kind;
    bool ours;
    int64_t modified_ns, launch_ns;
    log_writer writer;
    unpeg_sweep_reason want;
} decision;

static const decision decisions[] = {
    {LOG_REGULAR, true, 99, 100, {0}, UNPEG_SWEEP_STALE},
    {LOG_REGULAR, true, 100, 100, {0}, UNPEG_SWEEP_CURRENT},
    {LOG_REGULAR, true, 101, 100, {0}, UNPEG_SWEEP_CURRENT},
    {LOG_REGULAR, true, 99, STAMP_NONE, {0}, UNPEG_SWEEP_NO_LAUNCH},
    {LOG_REGULAR, true, 99, 100, {7, true}, UNPEG_SWEEP_WRITTEN},
    {LOG_REGULAR, true, 99, 100, {7, false}, UNPEG_SWEEP_ALIVE},
    {LOG_REGULAR, false, 99, 100, {0}, UNPEG_SWEEP_FOREIGN},
    {LOG_LINK, true, 99, 100, {0}, UNPEG_SWEEP_LINK},
    {LOG_SPECIAL, true, 99, 100, {0}, UNPEG_SWEEP_SPECIAL},
    {LOG_GONE, true, 99, 100, {0}, UNPEG_SWEEP_SPECIAL},
};

static void decisions_follow_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++) {
        const decision *d = &decisions[i];
        const log_file file = {
            .is_log = true, .kind = d->kind, .ours = d->ours, .modified_ns = d->modified_ns};
        unpeg_sweep_reason got = sweep_decide(&file, d->writer, d->launch_ns);
        if (got != d->want)
            fail_msg("%zu: %s instead of %s", i, unpeg_sweep_reason_text(got),
                     unpeg_sweep_reason_text(d->want));
    }
}

static unpeg_sweep *sweep(const capture_world *w, unpeg_sweep_options options)
{
    unpeg_sweep *result = NULL;
    unpeg_error error;
    options.struct_size = sizeof options;
    options.dir = w->logs;
    if (!options.prefix)
        options.prefix = "p-";
    assert_int_equal(sweep_run_at(w->proc, &options, &result, &error), UNPEG_OK);
    return result;
}

static unpeg_sweep_reason reason_of(const unpeg_sweep *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->files[i].name, name) == 0)
            return s->files[i].reason;
    }
    return UNPEG_SWEEP_COUNT;
}

static void make_links(const capture_world *w)
{
    char path[200];
    snprintf(path, sizeof path, "%s/isolate-0x6-6-p-6.log", w->logs);
    assert_int_equal(symlink("isolate-0x1-1-p-1.log", path), 0);
    snprintf(path, sizeof path, "%s/isolate-0x7-7-p-7.log", w->logs);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void only_earlier_logs_go(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_launch(&w, "p-", 10);
    world_log(&w, "isolate-0x1-1-p-1.log", 100, 60);
    world_log(&w, "p-2.log", 20, 60);
    world_log(&w, "isolate-0x3-3-p-3.log", 7, 5);
    world_log(&w, "isolate-0x4-4-p-4.log", 8, 60); /* idle for long, but open */
    world_log(&w, "isolate-0x5-5-p-5.log", 9, 60); /* its process does not show what it has open */
    world_log(&w, "isolate-0x8-8-p-8.log", 6, 60); /* 8 began after it was written: another 8 */
    world_log(&w, "isolate-0x9-9-p-9.log", 5, 60); /* 9 lives, and has closed it */
    world_log(&w, "isolate-0x1-1-q-1.log", 1, 60);
    world_log(&w, "p-notes.txt", 1, 60);
    world_log(&w, "p-notes.log", 1, 60);
    make_links(&w);
    world_process(&w, (world_proc){.pid = 44, .inner_pid = 4, .age_s = 100});
    world_process(&w, (world_proc){.pid = 5, .inner_pid = 5, .age_s = 100, .hides_files = true});
    world_process(&w, (world_proc){.pid = 8, .inner_pid = 8, .age_s = 20, .hides_files = true});
    world_process(&w, (world_proc){.pid = 9, .inner_pid = 9, .age_s = 100});
    world_hold(&w, 44, "isolate-0x4-4-p-4.log", true);
    world_hold(&w, 44, "isolate-0x1-1-p-1.log", false);
    unpeg_sweep *s = sweep(&w, (unpeg_sweep_options){0});
    assert_int_equal(reason_of(s, "isolate-0x1-1-p-1.log"), UNPEG_SWEEP_STALE);
    assert_int_equal(reason_of(s, "p-2.log"), UNPEG_SWEEP_STALE);
    assert_int_equal(reason_of(s, "isolate-0x3-3-p-3.log"), UNPEG_SWEEP_CURRENT);
    assert_int_equal(reason_of(s, "isolate-0x4-4-p-4.log"), UNPEG_SWEEP_WRITTEN);
    assert_int_equal(reason_of(s, "isolate-0x5-5-p-5.log"), UNPEG_SWEEP_ALIVE);
    assert_int_equal(reason_of(s, "isolate-0x6-6-p-6.log"), UNPEG_SWEEP_LINK);
    assert_int_equal(reason_of(s, "isolate-0x7-7-p-7.log"), UNPEG_SWEEP_SPECIAL);
    assert_int_equal(reason_of(s, "isolate-0x8-8-p-8.log"), UNPEG_SWEEP_STALE);
    assert_int_equal(reason_of(s, "isolate-0x9-9-p-9.log"), UNPEG_SWEEP_STALE);
    assert_int_equal(s->count, 9);
    assert_int_equal(s->removed_count, 4);
    assert_int_equal(s->removed_bytes, 100 + 20 + 6 + 5);
    assert_int_equal(s->kept_bytes, 7 + 8 + 9);
    for (size_t i = 0; i < s->count; i++)
        assert_int_equal(world_has(&w, s->files[i].name),
                         !unpeg_sweep_is_removal(s->files[i].reason));
    assert_true(world_has(&w, "isolate-0x1-1-q-1.log") && world_has(&w, "p-notes.txt") &&
                world_has(&w, "p-notes.log") && world_has(&w, ".p-armed"));
    unpeg_sweep_destroy(s);
    world_close(&w);
}

static void without_a_launch_all_stay(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_launch(&w, "other-", 10);
    world_log(&w, "isolate-0x1-1-p-1.log", 100, 60);
    unpeg_sweep *s = sweep(&w, (unpeg_sweep_options){0});
    assert_int_equal(reason_of(s, "isolate-0x1-1-p-1.log"), UNPEG_SWEEP_NO_LAUNCH);
    assert_true(world_has(&w, "isolate-0x1-1-p-1.log"));
    unpeg_sweep_destroy(s);
    world_close(&w);
}

static void a_dry_run_removes_nothing(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_launch(&w, "p-", 10);
    world_log(&w, "isolate-0x1-1-p-1.log", 100, 60);
    unpeg_sweep *s = sweep(&w, (unpeg_sweep_options){.dry_run = true});
    assert_int_equal(s->removed_count, 1);
    assert_true(world_has(&w, "isolate-0x1-1-p-1.log"));
    unpeg_sweep_destroy(s);
    world_close(&w);
}

static void the_total_is_limited(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_launch(&w, "p-", 10);
    world_log(&w, "isolate-0x1-1-p-1.log", 100, 5);
    world_log(&w, "isolate-0x2-2-p-2.log", 100, 7);
    world_log(&w, "isolate-0x3-3-p-3.log", 100, 9); /* the oldest, but open */
    world_log(&w, "isolate-0x4-4-p-4.log", 100, 6);
    world_process(&w, (world_proc){.pid = 3, .inner_pid = 3});
    world_hold(&w, 3, "isolate-0x3-3-p-3.log", true);
    unpeg_sweep *s = sweep(&w, (unpeg_sweep_options){.max_total_bytes = 400});
    assert_int_equal(s->removed_count, 0);
    unpeg_sweep_destroy(s);
    s = sweep(&w, (unpeg_sweep_options){.max_total_bytes = 399});
    assert_int_equal(s->removed_count, 1);
    assert_int_equal(reason_of(s, "isolate-0x2-2-p-2.log"), UNPEG_SWEEP_OVER_TOTAL);
    unpeg_sweep_destroy(s);
    s = sweep(&w, (unpeg_sweep_options){.max_total_bytes = 1});
    assert_int_equal(s->removed_count, 2);
    assert_true(world_has(&w, "isolate-0x3-3-p-3.log"));
    unpeg_sweep_destroy(s);
    world_close(&w);
}

static void failures_are_told(void **state)
{
    (void)state;
    unpeg_sweep *s = NULL;
    unpeg_error error;
    unpeg_sweep_options options = {.struct_size = sizeof options, .dir = "/nonexistent"};
    assert_int_equal(unpeg_sweep_run(&options, &s, &error), UNPEG_NOT_FOUND);
    assert_string_equal(error.text, "/nonexistent: No such file or directory");
    options.dir = NULL;
    assert_int_equal(unpeg_sweep_run(&options, &s, NULL), UNPEG_ARGUMENT);
    unpeg_sweep_destroy(NULL);
}

static void as_json(void **state)
{
    (void)state;
    capture_world w;
    world_open(&w);
    world_launch(&w, "p-", 10);
    world_log(&w, "isolate-0x1-1-p-1.log", 100, 60);
    unpeg_sweep *s = sweep(&w, (unpeg_sweep_options){0});
    text_sink sink = {0};
    const unpeg_writer writer = text_sink_writer(&sink);
    assert_int_equal(unpeg_sweep_json(s, &writer), UNPEG_OK);
    assert_non_null(strstr(sink.text, "{\"name\":\"isolate-0x1-1-p-1.log\",\"bytes\":100,"
                                      "\"removed\":true,\"reason\":\"stale\"}"));
    text_sink_free(&sink);
    unpeg_sweep_destroy(s);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_follow_the_table),
        cmocka_unit_test(only_earlier_logs_go),
        cmocka_unit_test(without_a_launch_all_stay),
        cmocka_unit_test(a_dry_run_removes_nothing),
        cmocka_unit_test(the_total_is_limited),
        cmocka_unit_test(failures_are_told),
        cmocka_unit_test(as_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
