/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "capture_world.h"
#include "check.h"
#include "process_table.h"

static void processes_are_read(void **state)
{
    (void)state;
    capture_world w;
    process_table table;
    uint64_t ticks;
    world_open(&w);
    world_process(&w, (world_proc){.pid = 40, .inner_pid = 7, .ticks = 31, .age_s = 50});
    world_process(&w, (world_proc){.pid = 9, .inner_pid = 9, .ticks = 1, .hides_files = true});
    assert_int_equal(process_table_read(w.proc, NULL, 0, &table), UNPEG_OK);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.items[0].pid, 9);
    const process *p = process_table_find(&table, 40);
    assert_int_equal(p->inner_pid, 7);
    assert_int_equal(p->ticks, 31);
    assert_int_equal(p->start_s, w.now_s - 50);
    assert_ptr_equal(process_table_find_inner(&table, 7), p);
    assert_null(process_table_find(&table, 7));
    assert_null(process_table_find_inner(&table, 40));
    assert_true(process_ticks(w.proc, 40, &ticks));
    assert_int_equal(ticks, 31);
    assert_false(process_ticks(w.proc, 41, &ticks));
    process_table_free(&table);
    world_close(&w);
}

/* Two containers in which a process calls itself 7: the number says nothing. */
static void a_number_that_two_have_finds_neither(void **state)
{
    (void)state;
    capture_world w;
    process_table table;
    world_open(&w);
    world_process(&w, (world_proc){.pid = 40, .inner_pid = 7});
    world_process(&w, (world_proc){.pid = 50, .inner_pid = 7});
    assert_int_equal(process_table_read(w.proc, NULL, 0, &table), UNPEG_OK);
    assert_null(process_table_find_inner(&table, 7));
    process_table_free(&table);
    world_close(&w);
}

static open_file file_of(const capture_world *w, const char *name, int named_pid)
{
    char path[256];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", w->logs, name);
    assert_int_equal(stat(path, &info), 0);
    return (open_file){
        .name = name, .device = info.st_dev, .inode = info.st_ino, .named_pid = named_pid};
}

static void writers_are_found(void **state)
{
    (void)state;
    capture_world w;
    process_table table;
    world_open(&w);
    for (const char *name = "a.log"; name; name = *name == 'a' ? "b.log" : NULL)
        world_log(&w, name, 1, 1);
    world_log(&w, "c.log", 1, 1);
    world_process(&w, (world_proc){.pid = 10, .inner_pid = 3});
    world_process(&w, (world_proc){.pid = 11, .inner_pid = 11});
    world_process(&w, (world_proc){.pid = 12, .inner_pid = 12, .hides_files = true});
    world_hold(&w, 10, "a.log", true);
    world_hold(&w, 11, "a.log", true);
    world_hold(&w, 11, "b.log", false);
    world_hold(&w, 11, "c.log", false);
    world_hold(&w, 11, "c.log", true);
    open_file files[] = {file_of(&w, "a.log", 3), file_of(&w, "b.log", 11),
                         file_of(&w, "c.log", 99)};
    assert_int_equal(process_table_read(w.proc, files, 3, &table), UNPEG_OK);
    assert_int_equal(files[0].writer, 10); /* the one it is named for, not who inherited it */
    assert_int_equal(files[1].writer, 0);
    assert_int_equal(files[2].writer, 11);
    assert_false(process_table_find(&table, 11)->files_hidden);
    assert_true(process_table_find(&table, 12)->files_hidden);
    process_table_free(&table);
    world_close(&w);
}

static void another_file_of_that_name_is_not_it(void **state)
{
    (void)state;
    capture_world w;
    process_table table;
    world_open(&w);
    world_log(&w, "a.log", 1, 1);
    world_process(&w, (world_proc){.pid = 10, .inner_pid = 10});
    world_hold(&w, 10, "a.log", true);
    open_file file = file_of(&w, "a.log", 10);
    file.inode++;
    assert_int_equal(process_table_read(w.proc, &file, 1, &table), UNPEG_OK);
    assert_int_equal(file.writer, 0);
    process_table_free(&table);
    world_close(&w);
}

static void there_may_be_no_proc(void **state)
{
    (void)state;
    process_table table;
    assert_int_equal(process_table_read("/nonexistent", NULL, 0, &table), UNPEG_OK);
    assert_int_equal(table.count, 0);
    assert_null(process_table_find(&table, 1));
    process_table_free(&table);
}

/* This process, as the real /proc shows it. */
static void the_real_one(void **state)
{
    (void)state;
    process_table table;
    char path[] = "/tmp/unpeg-open-XXXXXX";
    struct stat info;
    int fd = mkstemp(path);
    assert_int_equal(fstat(fd, &info), 0);
    open_file file = {.name = path + 5, .device = info.st_dev, .inode = info.st_ino};
    assert_int_equal(process_table_read("/proc", &file, 1, &table), UNPEG_OK);
    assert_int_equal(file.writer, getpid());
    const process *self = process_table_find(&table, getpid());
    assert_non_null(self);
    assert_true(self->start_s <= time(NULL) + 2 && self->start_s > time(NULL) - 3600);
    process_table_free(&table);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_are_read),
        cmocka_unit_test(a_number_that_two_have_finds_neither),
        cmocka_unit_test(writers_are_found),
        cmocka_unit_test(another_file_of_that_name_is_not_it),
        cmocka_unit_test(there_may_be_no_proc),
        cmocka_unit_test(the_real_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
