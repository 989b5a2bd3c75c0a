/* SPDX-License-Identifier: MIT
 *
 * Which part of a local file is stored, and whether it may go afterwards.
 */
#include "local_file.h"

#include <sys/stat.h>

#include "check.h"
#include "scratch_folder.h"

static void test_decisions(void **state)
{
    (void)state;
    static const struct {
        local_file_facts facts;
        const char *reason; /* "" : it may go */
    } rows[] = {{{true, 10, 10, {0, 0}}, ""},
                {{true, 0, 0, {0, 0}}, ""},
                {{false, 10, 10, {0, 0}}, "another file has its name by now"},
                {{true, 11, 10, {0, 0}}, "10 of 11 bytes are stored"},
                {{true, 9, 10, {0, 0}}, "10 of 9 bytes are stored"},
                {{true, 10, 10, {77, 0}}, "process 77 has it open for writing"},
                {{true, 11, 10, {77, 2}}, "process 77 has it open for writing"},
                {{true, 10, 10, {0, 2}}, "2 processes that could write it cannot be looked into"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char reason[128] = "";
        assert_int_equal(local_file_may_go(&rows[i].facts, reason, sizeof reason),
                         rows[i].reason[0] == '\0');
        assert_string_equal(reason, rows[i].reason);
    }
}

static void test_another_file_of_the_name(void **state)
{
    (void)state;
    scratch_folder scratch;
    local_file file;
    char reason[128];
    char path[256];
    scratch_open(&scratch);
    strcpy(path, scratch_write(&scratch, "v8.log", "text\n", 5));
    assert_int_equal(local_file_open(&file, path, NULL), UNPEG_OK);
    assert_true(local_file_is_done(&file, reason, sizeof reason));
    assert_int_equal(rename(scratch_write(&scratch, "other", "text\n", 5), path), 0);
    assert_false(local_file_is_done(&file, reason, sizeof reason));
    assert_int_equal(unlink(path), 0);
    assert_false(local_file_is_done(&file, reason, sizeof reason));
    local_file_close(&file);
    scratch_close(&scratch);
}

static void test_growth(void **state)
{
    (void)state;
    scratch_folder scratch;
    local_file file;
    char reason[128];
    scratch_open(&scratch);
    const char *path = scratch_write(&scratch, "v8.log", "text\n", 5);
    assert_int_equal(local_file_open(&file, path, NULL), UNPEG_OK);
    assert_false(local_file_is_growing(&file));
    scratch_write(&scratch, "v8.log", "text\nmore\n", 10);
    assert_true(local_file_is_growing(&file));
    assert_false(local_file_is_done(&file, reason, sizeof reason));
    assert_string_equal(reason, "5 of 10 bytes are stored");
    local_file_close(&file);
    scratch_close(&scratch);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    scratch_folder scratch;
    local_file file;
    unpeg_error error;
    scratch_open(&scratch);
    assert_int_equal(local_file_open(&file, scratch.path, &error), UNPEG_INPUT);
    assert_int_equal(mkfifo(scratch_path(&scratch, "fifo"), 0600), 0);
    assert_int_equal(local_file_open(&file, scratch.file, &error), UNPEG_INPUT);
    assert_int_equal(local_file_open(&file, "/dev/null", &error), UNPEG_INPUT);
    assert_int_equal(local_file_open(&file, scratch_path(&scratch, "none"), &error),
                     UNPEG_NOT_FOUND);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions), cmocka_unit_test(test_another_file_of_the_name),
        cmocka_unit_test(test_growth), cmocka_unit_test(test_what_is_no_file)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
