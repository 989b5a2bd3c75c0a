/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "scratch_folder.h"
#include "settle.h"
#include "unpeg/capture.h"

enum { TEXT_MAX = 4096 };

static const char first_rows[] = "v8-version,11,3,244,8,-node.1,0\ntick,0x10,1,0,0x0,0\n";
static const char more_rows[] = "tick,0x10,2,0,0x0,0\n";
static const char key[] = "env/realm/job/card/step/2026-01-01T00-00-00-000Z-0-0123abcd.v8log";
static const char next_key[] = "env/realm/job/card/step/2026-01-01T00-00-00-000Z-1-0123abcd.v8log";

typedef struct key_case {
    const char *key;
    const char *next; /* NULL: none */
} key_case;

static const key_case keys[] = {
    {key, next_key},
    {"a/T-9-x.v8log", "a/T-10-x.v8log"},
    {"T-9-x.v8log.zst", "T-10-x.v8log.zst"},
    {"a/T-18446744073709551614-x", "a/T-18446744073709551615-x"},
    {"a-1-b/T.v8log", NULL},
    {"a/whole", NULL},
    {"a/9-x", NULL},
    {"a/T--x", NULL},
    {"", NULL},
};

static void the_next_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char got[200] = "";
        bool made = settle_next_key(keys[i].key, got, sizeof got);
        if (made != (keys[i].next != NULL) || (made && strcmp(got, keys[i].next) != 0))
            fail_msg("%s: %s", keys[i].key, got);
    }
    char small[8];
    assert_false(settle_next_key("a/T-9-x", small, sizeof small));
    assert_true(settle_next_key("a/T-8-x", small, sizeof small));
}

/* A folder of logs with one in the spool, and a store beside it. */
typedef struct scene {
    scratch_folder folder;
    char log[256];
    char store[128];
    spool spool;
    spool_entry entry;
} scene;

static void note(const scene *s, const char *url, const char *wanted_key)
{
    char path[SPOOL_PATH_BYTES];
    unpeg_pending pending = {.zstd = false};
    snprintf(pending.url, sizeof pending.url, "%s", url);
    snprintf(pending.key, sizeof pending.key, "%s", wanted_key);
    assert_int_equal(
        unpeg_pending_write(spool_path(&s->spool, s->entry.state, path), &pending, NULL), UNPEG_OK);
}

static void scene_open(scene *s, uint32_t candidates)
{
    scratch_open(&s->folder);
    strcpy(s->log,
           scratch_write(&s->folder, "isolate-0x1-2-p.log", first_rows, sizeof first_rows - 1));
    snprintf(s->store, sizeof s->store, "file://%s/store", s->folder.path);
    assert_int_equal(spool_open(&s->spool, s->folder.path, NULL, true, NULL), UNPEG_OK);
    assert_int_equal(spool_add(&s->spool, s->log, candidates, &s->entry, NULL), UNPEG_OK);
    note(s, s->store, key);
}

static void scene_close(scene *s)
{
    spool_unlock(&s->spool, &s->entry);
    spool_close(&s->spool);
    scratch_close(&s->folder);
}

static settle_result settle_scene(scene *s)
{
    settle_result result;
    const settle_wish wish = {.spool = &s->spool, .logs_dir = s->folder.path, .url = s->store};
    settle(&wish, &s->entry, &result);
    return result;
}

static void append(const scene *s, const char *text)
{
    FILE *log = fopen(s->log, "a");
    assert_non_null(log);
    assert_true(fputs(text, log) >= 0);
    assert_int_equal(fclose(log), 0);
}

static bool exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static bool in_spool(const scene *s, const char *name)
{
    char path[SPOOL_PATH_BYTES];
    return exists(spool_path(&s->spool, name, path));
}

static void assert_object(const scene *s, const char *object, const char *text)
{
    char path[512];
    char got[TEXT_MAX] = "";
    snprintf(path, sizeof path, "%s/%s", s->store + strlen("file://"), object);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t len = fread(got, 1, sizeof got - 1, in);
    fclose(in);
    got[len] = '\0';
    assert_string_equal(got, text);
}

static void stored_and_gone(void **state)
{
    (void)state;
    scene s;
    scene_open(&s, 1);
    settle_result r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_int_equal(r.proof, UNPEG_PROOF_FILE);
    assert_string_equal(r.key, key);
    assert_string_equal(r.url, s.store);
    assert_int_equal(r.file_bytes, sizeof first_rows - 1);
    assert_true(r.spool_gone && r.log_gone);
    assert_string_equal(r.kept, "");
    assert_false(exists(s.log) || in_spool(&s, s.entry.log) || in_spool(&s, s.entry.state));
    assert_object(&s, key, first_rows);
    scene_close(&s);
}

static void one_of_several_stays(void **state)
{
    (void)state;
    scene s;
    scene_open(&s, 3);
    settle_result r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_true(r.spool_gone && !r.log_gone);
    assert_string_equal(r.kept, "it was picked from 3 logs");
    assert_true(exists(s.log));
    assert_object(&s, key, first_rows);
    scene_close(&s);
}

/* Renamed over by the next run: another file has the name by now. */
static void a_name_of_another_file_stays(void **state)
{
    (void)state;
    scene s;
    scene_open(&s, 1);
    assert_int_equal(unlink(s.log), 0);
    append(&s, "another run\n");
    settle_result r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_true(r.spool_gone && !r.log_gone);
    assert_string_equal(r.kept, "it is not among the logs, or cannot be removed");
    assert_true(exists(s.log));
    scene_close(&s);
}

/* In a process of its own: who stores a log does not count as its writer. */
static pid_t begin_writing(const scene *s)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int log = open(s->log, O_WRONLY | O_APPEND);
        _exit(log < 0 || write(ready[1], "r", 1) != 1 || pause());
    }
    assert_true(pid > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void end_writing(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void a_log_that_grows(void **state)
{
    (void)state;
    scene s;
    char all[TEXT_MAX];
    char kept[80];
    scene_open(&s, 1);
    pid_t writer = begin_writing(&s);
    append(&s, "tick,0x10,2");
    settle_result r = settle_scene(&s);
    snprintf(kept, sizeof kept, "process %ld has it open for writing", (long)writer);
    assert_int_equal(r.status, UNPEG_OK);
    assert_string_equal(r.kept, kept);
    assert_false(r.spool_gone || r.log_gone);
    assert_int_equal(r.file_bytes, sizeof first_rows - 1);
    assert_object(&s, key, first_rows);
    /* Again while it is written: nothing is to be done. */
    r = settle_scene(&s);
    assert_true(r.status == UNPEG_OK && r.was_stored && !r.spool_gone);
    assert_string_equal(r.kept, kept);
    assert_string_equal(r.key, key);
    /* And when it is over: under the next key, whole. */
    append(&s, ",0,0x0,0\n");
    append(&s, more_rows);
    end_writing(writer);
    r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_true(!r.was_stored && r.spool_gone && r.log_gone);
    assert_string_equal(r.key, next_key);
    snprintf(all, sizeof all, "%s%s%s", first_rows, more_rows, more_rows);
    assert_object(&s, next_key, all);
    assert_object(&s, key, first_rows);
    scene_close(&s);
}

static void a_row_without_end_is_no_growth(void **state)
{
    (void)state;
    scene s;
    scene_open(&s, 1);
    pid_t writer = begin_writing(&s);
    settle_result r = settle_scene(&s);
    assert_false(r.spool_gone);
    append(&s, "tick,0x10,2");
    end_writing(writer);
    r = settle_scene(&s);
    assert_true(r.status == UNPEG_OK && r.was_stored && r.spool_gone && r.log_gone);
    scene_close(&s);
}

/* Killed before its note, or without a store: only who drains knows where to. */
static void notes_without_a_store(void **state)
{
    (void)state;
    for (int noted = 0; noted < 2; noted++) {
        scene s;
        char path[SPOOL_PATH_BYTES];
        scene_open(&s, 1);
        if (noted)
            note(&s, SETTLE_NO_STORE, key);
        else
            assert_int_equal(unlink(spool_path(&s.spool, s.entry.state, path)), 0);
        settle_result r = settle_scene(&s);
        assert_int_equal(r.status, UNPEG_OK);
        assert_string_equal(r.url, s.store);
        if (noted)
            assert_string_equal(r.key, key);
        else
            assert_memory_equal(r.key, "unknown/no-realm/no-job/no-card/no-step/", 40);
        assert_object(&s, r.key, first_rows);
        scene_close(&s);
    }
}

/* Killed between the store and the disk: it is there already, shorter, under this key. */
static void a_key_that_was_used(void **state)
{
    (void)state;
    scene s;
    char all[TEXT_MAX];
    scene_open(&s, 1);
    pid_t writer = begin_writing(&s);
    settle_result r = settle_scene(&s);
    assert_int_equal(spool_mark(&s.spool, &s.entry, 0, NULL), UNPEG_OK);
    append(&s, more_rows);
    end_writing(writer);
    r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_string_equal(r.key, next_key);
    snprintf(all, sizeof all, "%s%s", first_rows, more_rows);
    assert_object(&s, next_key, all);
    assert_object(&s, key, first_rows);
    scene_close(&s);
}

static void what_cannot_be_stored_stays(void **state)
{
    (void)state;
    scene s;
    scene_open(&s, 1);
    scratch_write(&s.folder, "store", "no folder", 9);
    settle_result r = settle_scene(&s);
    assert_int_not_equal(r.status, UNPEG_OK);
    assert_non_null(strstr(r.reason, "Not a directory"));
    assert_true(exists(s.log) && in_spool(&s, s.entry.log) && in_spool(&s, s.entry.state));
    scene_close(&s);
}

/* What it is of is lost with the note, and not the log. */
static void a_damaged_note(void **state)
{
    (void)state;
    scene s;
    char path[SPOOL_PATH_BYTES];
    scene_open(&s, 1);
    FILE *state_file = fopen(spool_path(&s.spool, s.entry.state, path), "w");
    assert_true(state_file && fputs("unpeg-upload 1\nkey x\n", state_file) >= 0);
    assert_int_equal(fclose(state_file), 0);
    settle_result r = settle_scene(&s);
    assert_int_equal(r.status, UNPEG_OK);
    assert_non_null(strstr(r.key, "no-realm/no-job/no-card/no-step/"));
    assert_true(r.log_gone && r.spool_gone);
    scene_close(&s);
}

static void keep_drained(void *user, const unpeg_drained *drained)
{
    unpeg_drained *last = user;
    *last = *drained;
    last->id = last->reason = last->kept = last->store = last->key = last->credentials = NULL;
}

static void a_drain(void **state)
{
    (void)state;
    scene s;
    unpeg_drain result;
    unpeg_drained last;
    scene_open(&s, 1);
    unpeg_drain_options options = {.struct_size = sizeof options, .dir = s.folder.path};
    /* Locked by this very test. */
    assert_int_equal(unpeg_drain_run(&options, keep_drained, &last, &result, NULL), UNPEG_OK);
    assert_true(last.is_busy && !last.is_stored && result.left_count == 1);
    spool_unlock(&s.spool, &s.entry);
    const unpeg_store_options over = {.struct_size = sizeof over, .deadline_us = 1};
    options.store_options = &over;
    assert_int_equal(unpeg_drain_run(&options, NULL, NULL, &result, NULL), UNPEG_OK);
    assert_true(result.left_count == 1 && result.stored_count == 0);
    options.store_options = NULL;
    assert_int_equal(unpeg_drain_run(&options, keep_drained, &last, &result, NULL), UNPEG_OK);
    assert_true(last.is_stored && last.is_gone && last.log_gone);
    assert_true(result.left_count == 0 && result.stored_count == 1);
    assert_object(&s, key, first_rows);
    assert_int_equal(unpeg_drain_run(&options, keep_drained, &last, &result, NULL), UNPEG_OK);
    assert_true(result.left_count == 0 && result.stored_count == 0);
    options.dir = NULL;
    assert_int_equal(unpeg_drain_run(&options, NULL, NULL, &result, NULL), UNPEG_ARGUMENT);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_key),
        cmocka_unit_test(stored_and_gone),
        cmocka_unit_test(one_of_several_stays),
        cmocka_unit_test(a_name_of_another_file_stays),
        cmocka_unit_test(a_log_that_grows),
        cmocka_unit_test(a_row_without_end_is_no_growth),
        cmocka_unit_test(notes_without_a_store),
        cmocka_unit_test(a_key_that_was_used),
        cmocka_unit_test(what_cannot_be_stored_stays),
        cmocka_unit_test(a_damaged_note),
        cmocka_unit_test(a_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
