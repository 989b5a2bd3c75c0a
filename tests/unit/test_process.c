/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "text_sink.h"
#include "thread_list.h"
#include "unpeg/process.h"
#include "v8_clue.h"

static void test_clues_by_name(void **state)
{
    (void)state;
    static const char *const yes[] = {"/usr/bin/node",
                                      "nodejs",
                                      "/usr/lib/chromium/chromium",
                                      "/opt/google/chrome/chrome",
                                      "chrome-headless-shell",
                                      "/x/d8"};
    static const char *const no[] = {
        "", "/", "/usr/bin/nod", "/usr/node/bash", "d88", "/usr/bin/python3"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(v8_clue_of_name(unpeg_slice_of(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(v8_clue_of_name(unpeg_slice_of(no[i])));
}

static bool clue_of_maps(const char *text)
{
    mapping_list list = {0};
    assert_int_equal(mapping_list_parse(&list, text, strlen(text)), UNPEG_OK);
    bool clue = v8_clue_of_mappings(&list);
    mapping_list_deinit(&list);
    return clue;
}

static void test_clues_by_mapping(void **state)
{
    (void)state;
    assert_true(clue_of_maps("10000-20000 rw-p 0 00:00 0 [anon:v8]\n"));
    assert_true(clue_of_maps("10000-20000 r-xp 0 08:01 7 /usr/lib/libnode.so.108\n"));
    assert_false(clue_of_maps("10000-20000 r-xp 0 08:01 7 /usr/lib/libnode.so.108/x\n"));
    assert_false(clue_of_maps("10000-20000 rw-p 0 00:00 0 [anon:vx]\n"));
    assert_false(clue_of_maps(""));
}

static void add_entry(thread_list *list, thread_entry *items, thread_entry entry)
{
    items[list->count] = entry;
    list->items = items;
    list->count++;
}

/* Loads of threads that stayed, came, and whose id was given to another. */
static void test_measure(void **state)
{
    (void)state;
    thread_entry a[4], b[4];
    thread_list before = {0}, after = {0};
    add_entry(&before, a, (thread_entry){.pid = 1, .tid = 9, .run_ns = 500, .time_ns = 1000});
    add_entry(&before, a, (thread_entry){.pid = 1, .tid = 3, .run_ns = 100, .time_ns = 1000});
    add_entry(&before, a, (thread_entry){.pid = 1, .tid = 5, .run_ns = 9000, .time_ns = 1000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 3, .run_ns = 350, .time_ns = 2000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 5, .run_ns = 10, .time_ns = 2000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 7, .run_ns = 500, .time_ns = 2000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 9, .run_ns = 9500, .time_ns = 2000});
    thread_list_measure(&before, &after);
    assert_int_equal(thread_list_hottest(&after)->tid, 9);
    assert_int_equal(b[0].load_ppm, 1000000);
    assert_int_equal(b[1].tid, 7);
    assert_int_equal(b[1].load_ppm, 500000);
    assert_int_equal(b[2].tid, 3);
    assert_int_equal(b[2].load_ppm, 250000);
    assert_int_equal(b[3].load_ppm, 0);
}

static int32_t hottest_of(uint64_t main_ns, uint64_t helper_ns)
{
    thread_entry a[2], b[2];
    thread_list before = {0}, after = {0};
    add_entry(&before, a, (thread_entry){.pid = 1, .tid = 1, .time_ns = 1000});
    add_entry(&before, a, (thread_entry){.pid = 1, .tid = 2, .time_ns = 1000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 1, .run_ns = main_ns, .time_ns = 2000});
    add_entry(&after, b, (thread_entry){.pid = 1, .tid = 2, .run_ns = helper_ns, .time_ns = 2000});
    thread_list_measure(&before, &after);
    return thread_list_hottest(&after)->tid;
}

static void test_helpers_are_not_what_hangs(void **state)
{
    (void)state;
    assert_int_equal(hottest_of(900, 100), 1);
    assert_int_equal(hottest_of(400, 700), 1);
    assert_int_equal(hottest_of(300, 700), 2);
    assert_int_equal(hottest_of(0, 700), 2);
}

static void test_measure_of_nothing(void **state)
{
    (void)state;
    thread_list before = {0}, after = {0};
    thread_list_measure(&before, &after);
    assert_null(thread_list_hottest(&after));
}

/* This test's own thread is in the list of its process, and its process in the list of all. */
static void test_own_process(void **state)
{
    (void)state;
    thread_list threads = {0};
    process_list all = {0}, tree = {0};
    bool found = false;
    assert_int_equal(thread_list_add(&threads, (int32_t)getpid()), UNPEG_OK);
    for (size_t i = 0; i < threads.count; i++)
        found |= threads.items[i].tid == (int32_t)getpid();
    assert_true(found);
    assert_int_equal(process_list_read(&all, 0), UNPEG_OK);
    assert_int_equal(process_list_read(&tree, (int32_t)getpid()), UNPEG_OK);
    assert_true(all.count >= 1 && tree.count == 1);
    assert_int_equal(tree.pids[0], getpid());
    thread_list_deinit(&threads);
    process_list_deinit(&all);
    process_list_deinit(&tree);
    assert_int_equal(process_list_read(&tree, INT32_MAX), UNPEG_NOT_FOUND);
    process_list_deinit(&tree);
}

static const unpeg_hot_thread hostile = {.pid = 42,
                                         .tid = 43,
                                         .inner_pid = 7,
                                         .load_ppm = 987654,
                                         .state = 'R',
                                         .v8 = "symbols",
                                         .name = "a\x1b[2J\"b",
                                         .type = "renderer",
                                         .exe = "/usr/bin/node",
                                         .command = "node \xff\n--x"};

static void test_hot_threads_printed(void **state)
{
    (void)state;
    unpeg_hot_thread item = hostile;
    const unpeg_hot_threads hot = {.items = &item, .count = 1, .processes = 2, .threads = 3};
    text_sink sink = {0};
    const unpeg_writer writer = text_sink_writer(&sink);
    assert_int_equal(unpeg_hot_threads_text(&hot, &writer), UNPEG_OK);
    assert_non_null(
        strstr(sink.text, " 98.8%       42       43  R  symbols  renderer      a\\x1b[2J\"b"));
    assert_non_null(strstr(sink.text, "(pid 7 inside)\n"));
    assert_null(strchr(sink.text, '\x1b'));
    text_sink_free(&sink);
    assert_int_equal(unpeg_hot_threads_json(&hot, &writer), UNPEG_OK);
    assert_non_null(strstr(sink.text, "\"load\":0.987654,\"state\":\"R\",\"v8\":\"symbols\""));
    assert_non_null(strstr(sink.text, "\"name\":\"a\\u001b[2J\\\"b\""));
    text_sink_free(&sink);
}

static void test_doctor_printed(void **state)
{
    (void)state;
    unpeg_doctor doctor = {.pid = 5, .count = 2, .can_perf = true};
    doctor.checks[0] = (unpeg_doctor_check){.name = "uid", .value = "0, target 0", .remedy = ""};
    doctor.checks[1] = (unpeg_doctor_check){.name = "yama",
                                            .mark = UNPEG_MARK_BAD,
                                            .value = "3",
                                            .text = "no process may be traced",
                                            .remedy = "restart"};
    text_sink sink = {0};
    const unpeg_writer writer = text_sink_writer(&sink);
    assert_int_equal(unpeg_doctor_text(&doctor, &writer), UNPEG_OK);
    assert_string_equal(sink.text, "ok    uid                  0, target 0\n"
                                   "bad   yama                 3\n"
                                   "      no process may be traced\n"
                                   "      -> restart\n"
                                   "read its memory: no, stop it (ptrace): no, perf events: yes\n");
    text_sink_free(&sink);
    assert_int_equal(unpeg_doctor_json(&doctor, &writer), UNPEG_OK);
    assert_non_null(strstr(sink.text, "{\"name\":\"yama\",\"mark\":\"bad\",\"value\":\"3\","));
    text_sink_free(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clues_by_name),
        cmocka_unit_test(test_clues_by_mapping),
        cmocka_unit_test(test_measure),
        cmocka_unit_test(test_helpers_are_not_what_hangs),
        cmocka_unit_test(test_measure_of_nothing),
        cmocka_unit_test(test_own_process),
        cmocka_unit_test(test_hot_threads_printed),
        cmocka_unit_test(test_doctor_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
