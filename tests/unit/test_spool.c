/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "scratch_folder.h"
#include "spool.h"

static const char log_text[] = "v8-version,11\n";

typedef struct name_case {
    const char *name;
    const char *id; /* NULL: no log of the spool */
    uint32_t candidates;
    uint64_t stored;
} name_case;

static const name_case names[] = {
    {"20260101T000000000Z-1-0a.of3.v8log", "20260101T000000000Z-1-0a", 3, 0},
    {"a.of1.stored4096.v8log", "a", 1, 4096},
    {"a.of0.stored18446744073709551615.v8log", "a", 0, UINT64_MAX},
    {"a.of1.stored18446744073709551616.v8log", NULL, 0, 0},
    {"a.of4294967296.v8log", NULL, 0, 0},
    {"a.of.v8log", NULL, 0, 0},
    {"a.of-1.v8log", NULL, 0, 0},
    {"a.of1.v8log.copy", NULL, 0, 0},
    {"a.of1.stored.v8log", NULL, 0, 0},
    {"a.of1.other5.v8log", NULL, 0, 0},
    {".of1.v8log", NULL, 0, 0},
    {"a.state", NULL, 0, 0},
    {"a.lock", NULL, 0, 0},
    {"", NULL, 0, 0},
    {".", NULL, 0, 0},
    {"0123456789012345678901234567890123456789012345678901234567890123.of1.v8log", NULL, 0, 0},
};

static void what_names_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const name_case *c = &names[i];
        spool_entry entry;
        bool is_log = spool_parse(c->name, &entry);
        if (is_log != (c->id != NULL))
            fail_msg("%s", c->name);
        if (!is_log)
            continue;
        assert_string_equal(entry.id, c->id);
        assert_string_equal(entry.log, c->name);
        assert_int_equal(entry.candidates, c->candidates);
        assert_true(entry.stored_bytes == c->stored);
        assert_int_equal(entry.lock_fd, -1);
    }
}

typedef struct place {
    scratch_folder folder;
    char log[256];
    spool spool;
} place;

static void place_open(place *p)
{
    scratch_open(&p->folder);
    strcpy(p->log, scratch_write(&p->folder, "a.log", log_text, sizeof log_text - 1));
    assert_int_equal(spool_open(&p->spool, p->folder.path, NULL, true, NULL), UNPEG_OK);
}

static void place_close(place *p)
{
    spool_close(&p->spool);
    scratch_close(&p->folder);
}

static void add(place *p, uint32_t candidates, spool_entry *ret)
{
    assert_int_equal(spool_add(&p->spool, p->log, candidates, ret, NULL), UNPEG_OK);
}

static bool has(const place *p, const char *name)
{
    struct stat info;
    return fstatat(p->spool.fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

static size_t count_files(const place *p)
{
    size_t count = 0;
    DIR *files = opendir(p->spool.path);
    assert_non_null(files);
    for (const struct dirent *e = readdir(files); e; e = readdir(files))
        count += e->d_name[0] != '.';
    closedir(files);
    return count;
}

static void a_second_name(void **state)
{
    (void)state;
    place p;
    spool_entry entry;
    struct stat first;
    struct stat second;
    char path[SPOOL_PATH_BYTES];
    place_open(&p);
    add(&p, 2, &entry);
    assert_int_equal(stat(p.log, &first), 0);
    assert_int_equal(stat(spool_path(&p.spool, entry.log, path), &second), 0);
    assert_true(first.st_ino == second.st_ino);
    assert_non_null(strstr(entry.log, ".of2.v8log"));
    assert_int_equal(stat(p.spool.path, &first), 0);
    assert_int_equal(first.st_mode & 077, 0);
    assert_int_equal(spool_mark(&p.spool, &entry, 14, NULL), UNPEG_OK);
    assert_non_null(strstr(entry.log, ".of2.stored14.v8log"));
    assert_true(has(&p, entry.log));
    assert_int_equal(spool_remove(&p.spool, &entry, NULL), UNPEG_OK);
    spool_unlock(&p.spool, &entry);
    assert_int_equal(count_files(&p), 0);
    place_close(&p);
}

static void one_at_a_time(void **state)
{
    (void)state;
    place p;
    spool_entry entry;
    spool_entry other;
    place_open(&p);
    add(&p, 1, &entry);
    other = entry;
    assert_false(spool_lock(&p.spool, &other));
    spool_unlock(&p.spool, &entry);
    assert_true(spool_lock(&p.spool, &other));
    spool_unlock(&p.spool, &other);
    place_close(&p);
}

static void the_oldest_first(void **state)
{
    (void)state;
    place p;
    spool_list list;
    place_open(&p);
    static const char *const files[] = {"spool/b.of1.v8log", "spool/a.of1.stored3.v8log",
                                        "spool/c.of9.v8log", "spool/b.state", "spool/other"};
    spool_close(&p.spool);
    assert_int_equal(mkdir(scratch_path(&p.folder, "spool"), 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        scratch_write(&p.folder, files[i], "x", 1);
    assert_int_equal(
        spool_open(&p.spool, p.folder.path, scratch_path(&p.folder, "spool"), false, NULL),
        UNPEG_OK);
    assert_int_equal(spool_read(&p.spool, &list, NULL), UNPEG_OK);
    assert_int_equal(list.count, 3);
    for (size_t i = 0; i < list.count; i++)
        assert_int_equal(list.entries[i].id[0], 'a' + (int)i);
    spool_list_free(&list);
    place_close(&p);
}

static void what_a_killed_process_left(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool stays;
    } files[] = {
        {"a.of1.v8log", true},       {"a.state", true},         {"a.state.x7Yz", false},
        {"b.state", false},          {"b.state.qwerty", false}, {"c.lock", false},
        {"d.of1.v8log.copy", false}, {"e.of2.v8log", true},     {"e.of2.v8log.copy", false},
        {"notes.txt", true},         {"f.statement", true},
    };
    place p;
    spool_entry held;
    place_open(&p);
    add(&p, 1, &held);
    char half[SPOOL_NAME_BYTES + 8];
    snprintf(half, sizeof half, "%s.abcdef", held.state);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        int fd = openat(p.spool.fd, files[i].name, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0 && close(fd) == 0);
    }
    int fd = openat(p.spool.fd, half, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0 && close(fd) == 0);
    spool_tidy(&p.spool);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (has(&p, files[i].name) != files[i].stays)
            fail_msg("%s", files[i].name);
    /* Who works on an entry may be writing its note. */
    assert_true(has(&p, half) && has(&p, held.log));
    spool_unlock(&p.spool, &held);
    spool_tidy(&p.spool);
    assert_false(has(&p, half));
    place_close(&p);
}

static void what_is_no_log(void **state)
{
    (void)state;
    place p;
    spool_entry entry;
    unpeg_error error = {0};
    place_open(&p);
    strcpy(p.log, scratch_path(&p.folder, "link.log"));
    assert_int_equal(symlink("a.log", p.log), 0);
    assert_int_equal(spool_add(&p.spool, p.log, 1, &entry, &error), UNPEG_INPUT);
    strcpy(p.log, scratch_path(&p.folder, "fifo.log"));
    assert_int_equal(mkfifo(p.log, 0600), 0);
    assert_int_equal(spool_add(&p.spool, p.log, 1, &entry, &error), UNPEG_INPUT);
    strcpy(p.log, scratch_path(&p.folder, "none.log"));
    assert_int_equal(spool_add(&p.spool, p.log, 1, &entry, &error), UNPEG_NOT_FOUND);
    assert_int_equal(count_files(&p), 0);
    place_close(&p);
}

static void folders_that_are_none(void **state)
{
    (void)state;
    place p;
    spool other;
    char path[5000];
    unpeg_error error = {0};
    place_open(&p);
    assert_int_equal(
        spool_open(&other, p.folder.path, scratch_path(&p.folder, "none"), false, NULL),
        UNPEG_NOT_FOUND);
    assert_int_not_equal(spool_open(&other, p.folder.path, p.log, true, &error), UNPEG_OK);
    const char *link = scratch_path(&p.folder, "link");
    assert_int_equal(symlink(".", link), 0);
    assert_int_not_equal(spool_open(&other, p.folder.path, link, true, &error), UNPEG_OK);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(spool_open(&other, p.folder.path, path, true, &error), UNPEG_LIMIT);
    place_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_names_say),
        cmocka_unit_test(a_second_name),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(the_oldest_first),
        cmocka_unit_test(what_a_killed_process_left),
        cmocka_unit_test(what_is_no_log),
        cmocka_unit_test(folders_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
