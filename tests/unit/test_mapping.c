/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "mapping.h"

static mapping_list parsed(const char *text)
{
    mapping_list list = {0};
    assert_int_equal(mapping_list_parse(&list, text, strlen(text)), UNPEG_OK);
    return list;
}

static void assert_path(const mapping *item, const char *want)
{
    assert_int_equal(item->path.len, strlen(want));
    assert_memory_equal(item->path.data, want, strlen(want));
}

static const char NODE[] =
    "00400000-00b37000 r--p 00000000 fd:01 5242950                            /usr/bin/node\n"
    "00b38000-01e52000 r-xp 00738000 fd:01 5242950                            /usr/bin/node\n"
    "02d5c000-02d7b000 rw-p 00000000 00:00 0 \n"
    "7f1c00000000-7f1c00021000 rwxs 00000000 00:00 0 \n"
    "7ffc27b5d000-7ffc27b7e000 rw-p 00000000 00:00 0                          [stack]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

static void test_rows(void **state)
{
    (void)state;
    mapping_list list = parsed(NODE);
    assert_int_equal(list.count, 6);
    assert_int_equal(list.damaged, 0);
    const mapping *code = &list.items[1];
    assert_int_equal(code->start, 0xb38000);
    assert_int_equal(code->end, 0x1e52000);
    assert_int_equal(code->offset, 0x738000);
    assert_int_equal(code->inode, 5242950);
    assert_int_equal(code->device_major, 0xfd);
    assert_int_equal(code->device_minor, 1);
    assert_int_equal(code->prot, MAPPING_READ | MAPPING_EXEC);
    assert_false(code->deleted);
    assert_path(code, "/usr/bin/node");
    assert_path(&list.items[2], "");
    assert_int_equal(list.items[3].prot, MAPPING_READ | MAPPING_WRITE | MAPPING_EXEC);
    assert_path(&list.items[4], "[stack]");
    assert_int_equal(list.items[5].prot, MAPPING_EXEC);
    mapping_list_deinit(&list);
    assert_int_equal(list.count, 0);
}

static void test_find(void **state)
{
    (void)state;
    mapping_list list = parsed(NODE);
    assert_null(mapping_find(&list, 0));
    assert_null(mapping_find(&list, 0x3fffff));
    assert_ptr_equal(mapping_find(&list, 0x400000), &list.items[0]);
    assert_ptr_equal(mapping_find(&list, 0xb36fff), &list.items[0]);
    assert_null(mapping_find(&list, 0xb37000));
    assert_ptr_equal(mapping_find(&list, 0xb38000), &list.items[1]);
    assert_ptr_equal(mapping_find(&list, UINT64_C(0xffffffffff600fff)), &list.items[5]);
    assert_null(mapping_find(&list, UINT64_MAX));
    mapping_list_deinit(&list);
    assert_null(mapping_find(&list, 0x400000));
}

static void test_paths(void **state)
{
    (void)state;
    mapping_list list = parsed("1000-2000 r-xp 0 0:0 7   /tmp/a b  c (deleted)\n"
                               "2000-3000 r-xp 0 0:0 7   /tmp/new\\012line\\01x\n"
                               "3000-4000 r-xp 0 0:0 7   /\xff\x01 (deleted) (deleted)\n"
                               "4000-5000 r-xp 0 0:0 7    (deleted)\n"
                               "5000-6000 r-xp 0 0:0 7 /cut");
    assert_int_equal(list.count, 5);
    assert_true(list.items[0].deleted);
    assert_path(&list.items[0], "/tmp/a b  c");
    assert_false(list.items[1].deleted);
    assert_path(&list.items[1], "/tmp/new\nline\\01x");
    assert_path(&list.items[2], "/\xff\x01 (deleted)");
    assert_path(&list.items[3], "(deleted)");
    assert_path(&list.items[4], "/cut");
    mapping_list_deinit(&list);
}

/* Each is no mapping; a good row before and after it is kept. */
static void test_damaged_rows(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "x",
        "2000",
        "2000-",
        "-3000 r-xp 0 0:0 7",
        "2000-3000",
        "2000-3000 r-x",
        "2000-3000 rwzp 0 0:0 7",
        "2000-3000 xwrp 0 0:0 7",
        "2000-3000 r-xq 0 0:0 7",
        "2000-3000 r-xp",
        "2000-3000 r-xp 0 0:0",
        "2000-3000 r-xp 0 00 7",
        "2000-3000 r-xp 0 0:0 7/path",
        "2000-3000 r-xp 0 0:0 f",
        "2000-3000 r-xp 0 100000000:0 7",
        "2000-3000 r-xp 0 0:0 18446744073709551616",
        "2000-10000000000000000 r-xp 0 0:0 7",
        "2000-2000 r-xp 0 0:0 7",
        "3000-2000 r-xp 0 0:0 7",
        "1fff-3000 r-xp 0 0:0 7",
        "0-1000 r-xp 0 0:0 7",
        "0x2000-0x3000 r-xp 0 0:0 7",
        " 2000-3000 r-xp 0 0:0 7",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        snprintf(text, sizeof text, "1000-2000 r-xp 0 0:0 7 /a\n%s\n4000-5000 r-xp 0 0:0 7 /b\n",
                 rows[i]);
        mapping_list list = parsed(text);
        assert_int_equal(list.count, 2);
        assert_int_equal(list.damaged, 1);
        assert_path(&list.items[1], "/b");
        mapping_list_deinit(&list);
    }
}

static void test_empty_and_too_many(void **state)
{
    (void)state;
    mapping_list list = {0};
    assert_int_equal(mapping_list_parse(&list, NULL, 0), UNPEG_OK);
    assert_int_equal(list.count, 0);
    size_t size = 1000000;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, '\n', size);
    assert_int_equal(mapping_list_parse(&list, text, size), UNPEG_LIMIT);
    assert_int_equal(mapping_list_parse(&list, text, size - 1), UNPEG_OK);
    assert_int_equal(list.damaged, size - 1);
    mapping_list_deinit(&list);
    free(text);
}

/* This process is a witness: its own code and stack are where its maps say. */
static void test_own_maps(void **state)
{
    (void)state;
    static char text[1 << 20];
    FILE *file = fopen("/proc/self/maps", "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    mapping_list list = {0};
    assert_int_equal(mapping_list_parse(&list, text, size), UNPEG_OK);
    assert_int_equal(list.damaged, 0);
    const mapping *code = mapping_find(&list, (unpeg_addr)(uintptr_t)test_own_maps);
    assert_non_null(code);
    assert_int_equal(code->prot, MAPPING_READ | MAPPING_EXEC);
    assert_int_not_equal(code->inode, 0);
    const mapping *data = mapping_find(&list, (unpeg_addr)(uintptr_t)text);
    assert_non_null(data);
    assert_int_equal(data->prot, MAPPING_READ | MAPPING_WRITE);
    mapping_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_damaged_rows),
        cmocka_unit_test(test_empty_and_too_many),
        cmocka_unit_test(test_own_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
