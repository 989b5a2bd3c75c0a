/* SPDX-License-Identifier: MIT
 *
 * Notes of unfinished uploads: written whole, read back, and refused when they are anything else.
 */
#include "upload_state.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"
#include "scratch_folder.h"

#define MD5 "0123456789abcdef0123456789abcdef"
#define HEAD "unpeg-upload 1\nurl s3://b/p\nkey a/b.v8log\nzstd 1\n"
#define SENT "file-bytes 20000000\npart-bytes 8388608\nupload-id 2~abc\n"

static const upload_part part_one = {.md5 = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01,
                                             0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef},
                                     .etag = "opaque-1"};

static void fill(upload_state *s)
{
    *s = (upload_state){.pending = {.url = "s3://b/p", .key = "a/b.v8log", .zstd = true}};
}

static char *read_text(const char *path)
{
    static char text[4096];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t len = fread(text, 1, sizeof text - 1, in);
    text[len] = '\0';
    fclose(in);
    return text;
}

static void test_there_and_back(void **state)
{
    (void)state;
    scratch_folder scratch;
    upload_state s;
    upload_state back = {0};
    unpeg_pending pending;
    scratch_open(&scratch);
    const char *path = scratch_path(&scratch, "up.state");
    fill(&s);
    assert_int_equal(unpeg_pending_write(path, &s.pending, NULL), UNPEG_OK);
    assert_string_equal(read_text(path), HEAD "end\n");
    assert_int_equal(unpeg_pending_read(path, &pending, NULL), UNPEG_OK);
    assert_memory_equal(&pending, &s.pending, sizeof pending);
    s.pending.file_bytes = 20000000;
    s.part_bytes = 8388608;
    strcpy(s.upload_id, "2~abc");
    assert_int_equal(upload_state_add_part(&s, &part_one), UNPEG_OK);
    assert_int_equal(upload_state_write(&s, path, NULL), UNPEG_OK);
    assert_string_equal(read_text(path), HEAD SENT "part " MD5 " opaque-1\nend\n");
    assert_int_equal(upload_state_read(&back, path, NULL), UNPEG_OK);
    assert_int_equal(back.part_count, 1);
    assert_memory_equal(&back.parts[0], &part_one, sizeof part_one);
    assert_int_equal(back.part_bytes, 8388608);
    assert_string_equal(back.upload_id, "2~abc");
    assert_int_equal(back.pending.stored_bytes, 8388608);
    upload_state_deinit(&back);
    upload_state_deinit(&s);
    scratch_close(&scratch);
}

/* Every begin of a good one is a bad one: a note that was cut is never taken for less work. */
static void test_cut(void **state)
{
    (void)state;
    static const char text[] = HEAD SENT "part " MD5 " " MD5 "\nend\n";
    for (size_t len = 0; len < sizeof text - 1; len++) {
        upload_state s = {0};
        assert_int_equal(upload_state_parse(&s, text, len), UNPEG_INPUT);
        upload_state_deinit(&s);
    }
    upload_state s = {0};
    assert_int_equal(upload_state_parse(&s, text, sizeof text - 1), UNPEG_OK);
    upload_state_deinit(&s);
}

static void test_damaged(void **state)
{
    (void)state;
    static const char *const texts[] = {"unpeg-upload 2\nurl a\nkey b\nzstd 0\nend\n",
                                        "unpeg-upload 1\nurl a\nzstd 0\nend\n",
                                        "unpeg-upload 1\nkey b\nzstd 0\nend\n",
                                        "unpeg-upload 1\nurl \nkey b\nzstd 0\nend\n",
                                        HEAD "end\n\n",
                                        HEAD "zstd 2\nend\n",
                                        HEAD "zstd x\nend\n",
                                        HEAD "word\nend\n",
                                        HEAD "other 1\nend\n",
                                        HEAD "upload-id x\nend\n",
                                        HEAD "part-bytes 8388608\nend\n",
                                        HEAD "part " MD5 " " MD5 "\nend\n",
                                        HEAD "file-bytes 99999999999999999999\nend\n",
                                        HEAD "file-bytes -1\nend\n",
                                        HEAD "file-bytes \nend\n",
                                        HEAD SENT "part " MD5 "\nend\n",
                                        HEAD SENT "part " MD5 " \nend\n",
                                        HEAD SENT "part " MD5 " a b\nend\n",
                                        HEAD SENT "part " MD5 " a<b\nend\n",
                                        HEAD SENT "part 0123456789ABCDEF0123456789abcdef x\nend\n",
                                        HEAD SENT "part 0 x\nend\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        upload_state s = {0};
        if (upload_state_parse(&s, texts[i], strlen(texts[i])) != UNPEG_INPUT)
            fail_msg("row %zu", i);
        upload_state_deinit(&s);
    }
}

static void test_files(void **state)
{
    (void)state;
    scratch_folder scratch;
    unpeg_pending pending = {.url = "s3://b", .key = "two\nlines"};
    unpeg_error error;
    scratch_open(&scratch);
    const char *path = scratch_path(&scratch, "up.state");
    assert_int_equal(unpeg_pending_write(path, &pending, &error), UNPEG_ARGUMENT);
    assert_int_equal(unpeg_pending_read(path, &pending, &error), UNPEG_NOT_FOUND);
    scratch_write(&scratch, "up.state", "text\n", 5);
    assert_int_equal(unpeg_pending_read(path, &pending, &error), UNPEG_INPUT);
    strcpy(pending.key, "k");
    assert_int_equal(unpeg_pending_write(scratch_path(&scratch, "none/up.state"), &pending, &error),
                     UNPEG_NOT_FOUND);
    /* A folder in the way: what was there stays, and nothing else is left. */
    assert_int_equal(mkdir(scratch_path(&scratch, "taken"), 0700), 0);
    assert_int_equal(unpeg_pending_write(scratch.file, &pending, &error), UNPEG_OS);
    assert_int_equal(rmdir(scratch.file), 0);
    assert_int_equal(unlink(scratch_path(&scratch, "up.state")), 0);
    assert_int_equal(rmdir(scratch.path), 0);
}

static void test_what_is_not_replaced(void **state)
{
    (void)state;
    scratch_folder scratch;
    static const struct {
        const char *text;
        size_t len;
        bool may;
    } rows[] = {{"", 0, true},
                {"\0\0\0\0", 4, true},
                {"unpeg-upload 1\nurl s3", 21, true},
                {"unpeg-upload 1", 14, true},
                {"unpeg-upl", 9, false},
                {"v8-version,11,3\n", 16, false},
                {"\0\0x", 3, false}};
    scratch_open(&scratch);
    const char *path = scratch_path(&scratch, "up.state");
    assert_true(upload_state_may_replace(path));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        scratch_write(&scratch, "up.state", rows[i].text, rows[i].len);
        if (upload_state_may_replace(path) != rows[i].may)
            fail_msg("row %zu", i);
    }
    assert_int_equal(unlink(path), 0);
    assert_false(upload_state_may_replace(scratch.path));
    assert_false(upload_state_may_replace("/dev/null"));
    assert_int_equal(rmdir(scratch.path), 0);
}

static void test_etags(void **state)
{
    (void)state;
    assert_true(upload_etag_is_sound(MD5 "-3"));
    assert_false(upload_etag_is_sound(""));
    assert_false(upload_etag_is_sound("a b"));
    assert_false(upload_etag_is_sound("a\"b"));
    assert_false(upload_etag_is_sound("a&b"));
    assert_false(upload_etag_is_sound("a\xc3\xa4"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back),
                                       cmocka_unit_test(test_cut),
                                       cmocka_unit_test(test_damaged),
                                       cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_what_is_not_replaced),
                                       cmocka_unit_test(test_etags)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
