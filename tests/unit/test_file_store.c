/* SPDX-License-Identifier: MIT
 *
 * A folder as a store: what is put is there whole, is never replaced, is listed and read back.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <zstd.h>

#include "check.h"
#include "scratch_folder.h"
#include "text_sink.h"
#include "unpeg/store.h"

#define LOG "v8-version,1,2,3\ntick,0x1,1,0,0x0,0\n"
#define KEY "unknown/r/j/c/s/2026-11-25T20-15-28-123Z-0-00000001.v8log"

typedef struct fixture {
    scratch_folder scratch;
    char log[128];
    unpeg_store *store;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    char url[128];
    assert_non_null(f);
    scratch_open(&f->scratch);
    strcpy(f->log, scratch_write(&f->scratch, "v8.log", LOG, strlen(LOG)));
    snprintf(url, sizeof url, "file://%s/store///", f->scratch.path);
    assert_int_equal(unpeg_store_open(url, NULL, &f->store, NULL), UNPEG_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    unpeg_store_close(f->store);
    scratch_close(&f->scratch);
    free(f);
    return 0;
}

static unpeg_status put(fixture *f, const char *key, unpeg_stored *stored, unpeg_error *error)
{
    const unpeg_put wanted = {.struct_size = sizeof wanted, .path = f->log, .key = key};
    return unpeg_store_put(f->store, &wanted, stored, error);
}

static void assert_object(fixture *f, const char *key, const char *text)
{
    text_sink sink = {0};
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_store_get(f->store, key, &out, NULL), UNPEG_OK);
    assert_int_equal(sink.len, strlen(text));
    assert_string_equal(sink.text ? sink.text : "", text);
    text_sink_free(&sink);
}

static size_t count_of(unpeg_store *store, const unpeg_list_query *query)
{
    unpeg_listing listing;
    assert_int_equal(unpeg_store_list(store, query, &listing, NULL), UNPEG_OK);
    size_t count = listing.count;
    unpeg_listing_deinit(&listing);
    return count;
}

static void test_put_and_get(void **state)
{
    fixture *f = *state;
    unpeg_stored stored;
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    assert_int_equal(stored.proof, UNPEG_PROOF_FILE);
    assert_int_equal(stored.file_bytes, strlen(LOG));
    assert_int_equal(stored.stored_bytes, strlen(LOG));
    assert_false(stored.was_there);
    assert_true(stored.may_delete);
    assert_string_equal(stored.keep_reason, "");
    assert_object(f, KEY, LOG);
    struct stat info;
    assert_int_equal(stat(scratch_path(&f->scratch, "store/" KEY), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(info.st_nlink, 1);
}

static void test_again(void **state)
{
    fixture *f = *state;
    unpeg_stored stored;
    unpeg_error error;
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    assert_true(stored.was_there && stored.may_delete);
    assert_int_equal(stored.proof, UNPEG_PROOF_FILE);
    scratch_write(&f->scratch, "v8.log", LOG "more\n", strlen(LOG) + 5);
    assert_int_equal(put(f, KEY, &stored, &error), UNPEG_STATE);
    assert_false(stored.may_delete);
    assert_int_equal(stored.proof, UNPEG_PROOF_NONE);
    assert_object(f, KEY, LOG);
    assert_int_equal(count_of(f->store, NULL), 1);
}

static void test_zstd(void **state)
{
    fixture *f = *state;
    const unpeg_put wanted = {
        .struct_size = sizeof wanted, .path = f->log, .key = KEY ".zst", .zstd = true};
    unpeg_stored stored;
    text_sink sink = {0};
    char text[sizeof LOG];
    assert_int_equal(unpeg_store_put(f->store, &wanted, &stored, NULL), UNPEG_OK);
    assert_true(stored.may_delete);
    const unpeg_writer out = text_sink_writer(&sink);
    assert_int_equal(unpeg_store_get(f->store, KEY ".zst", &out, NULL), UNPEG_OK);
    assert_int_equal(sink.len, stored.stored_bytes);
    assert_int_equal(ZSTD_decompress(text, sizeof text, sink.text, sink.len), strlen(LOG));
    assert_memory_equal(text, LOG, strlen(LOG));
    text_sink_free(&sink);
}

static void test_bad_keys(void **state)
{
    fixture *f = *state;
    static const char *const keys[] = {"",     "/a", "a/",     "a//b", ".",
                                       "a/..", "..", "a/../b", "./a",  "a/./b"};
    unpeg_stored stored;
    unpeg_error error;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(put(f, keys[i], &stored, &error), UNPEG_ARGUMENT);
    char key[UNPEG_KEY_MAX + 2];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    assert_int_equal(put(f, key, &stored, &error), UNPEG_LIMIT);
    assert_int_equal(count_of(f->store, NULL), 0);
}

static void test_missing(void **state)
{
    fixture *f = *state;
    text_sink sink = {0};
    const unpeg_writer out = text_sink_writer(&sink);
    unpeg_stored stored;
    unpeg_error error;
    assert_int_equal(unpeg_store_get(f->store, KEY, &out, &error), UNPEG_NOT_FOUND);
    unlink(f->log);
    assert_int_equal(put(f, KEY, &stored, &error), UNPEG_NOT_FOUND);
    assert_false(stored.may_delete);
    mkdir(f->log, 0700);
    assert_int_equal(put(f, KEY, &stored, &error), UNPEG_INPUT);
    assert_int_equal(count_of(f->store, NULL), 0);
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_INPUT);
    assert_int_equal(unpeg_store_get(f->store, "unknown", &out, &error), UNPEG_NOT_FOUND);
    assert_null(sink.text);
}

static void test_empty_file(void **state)
{
    fixture *f = *state;
    unpeg_stored stored;
    scratch_write(&f->scratch, "v8.log", "", 0);
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    assert_true(stored.may_delete);
    assert_object(f, KEY, "");
}

/* A child that has the log open for writing until it is killed. */
static pid_t start_writer(const char *path)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY | O_APPEND);
        (void)!write(ready[1], fd >= 0 ? "y" : "n", 1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void test_growing_file(void **state)
{
    fixture *f = *state;
    unpeg_stored stored;
    unpeg_stored whole;
    scratch_write(&f->scratch, "v8.log", LOG "tick,0x", strlen(LOG) + 7);
    pid_t writer = start_writer(f->log);
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    assert_object(f, KEY, LOG);
    assert_int_equal(stored.file_bytes, strlen(LOG));
    assert_int_equal(stored.proof, UNPEG_PROOF_FILE);
    assert_false(stored.may_delete);
    char reason[64];
    snprintf(reason, sizeof reason, "process %ld has it open for writing", (long)writer);
    assert_string_equal(stored.keep_reason, reason);
    /* Of a file that nobody writes the cut row is kept. */
    assert_int_equal(put(f, "other", &whole, NULL), UNPEG_OK);
    assert_true(whole.may_delete);
    assert_object(f, "other", LOG "tick,0x");
}

static bool say_stop(void *user)
{
    (void)user;
    return true;
}

static void test_ends(void **state)
{
    fixture *f = *state;
    unpeg_stored stored;
    unpeg_error error;
    unpeg_listing listing;
    unpeg_store_set_deadline(f->store, 1);
    assert_int_equal(put(f, KEY, &stored, &error), UNPEG_DEADLINE);
    assert_int_equal(unpeg_store_list(f->store, NULL, &listing, &error), UNPEG_DEADLINE);
    unpeg_store_set_deadline(f->store, 0);
    assert_int_equal(count_of(f->store, NULL), 0);
    unpeg_store *store;
    const unpeg_store_options options = {.struct_size = sizeof options, .stop = say_stop};
    assert_int_equal(unpeg_store_open(unpeg_store_url(f->store), &options, &store, NULL), UNPEG_OK);
    const unpeg_put wanted = {.struct_size = sizeof wanted, .path = f->log, .key = KEY};
    assert_int_equal(unpeg_store_put(store, &wanted, &stored, &error), UNPEG_STOPPED);
    assert_false(stored.may_delete);
    unpeg_store_close(store);
    assert_int_equal(count_of(f->store, NULL), 0);
}

static void set_time(fixture *f, const char *key, time_t seconds)
{
    char name[256];
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    snprintf(name, sizeof name, "store/%s", key);
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(&f->scratch, name), times, 0), 0);
}

static void assert_listed(fixture *f, const unpeg_list_query *query, const char *expected)
{
    unpeg_listing listing;
    char keys[1024] = "";
    assert_int_equal(unpeg_store_list(f->store, query, &listing, NULL), UNPEG_OK);
    for (size_t i = 0; i < listing.count; i++)
        snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s ", listing.objects[i].key);
    assert_string_equal(keys, expected);
    unpeg_listing_deinit(&listing);
}

static void test_list(void **state)
{
    fixture *f = *state;
    /* Key and modification time, newest first. */
    static const struct {
        const char *key;
        time_t time;
    } rows[] = {{"e/r1/j/c/s/2026-01-01T00-00-00-000Z-0-1.v8log", 300},
                {"e/r2/j/c/s/2026-03-01T00-00-00-000Z-0-1.v8log.zst", 200},
                {"e/r2/j/c/s/2026-02-01T00-00-00-000Z-0-1.v8log", 200},
                {"x", 200},
                {"e/r2/note.txt", 100}};
    unpeg_stored stored;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(put(f, rows[i].key, &stored, NULL), UNPEG_OK);
        set_time(f, rows[i].key, rows[i].time);
    }
    scratch_write(&f->scratch, "store/.unpeg-left", "x", 1);
    assert_int_equal(symlink("/etc", scratch_path(&f->scratch, "store/link")), 0);
    unpeg_list_query query = {.struct_size = sizeof query};
    assert_listed(f, NULL,
                  "e/r1/j/c/s/2026-01-01T00-00-00-000Z-0-1.v8log "
                  "e/r2/j/c/s/2026-03-01T00-00-00-000Z-0-1.v8log.zst "
                  "e/r2/j/c/s/2026-02-01T00-00-00-000Z-0-1.v8log x e/r2/note.txt ");
    query.realm = "R2";
    assert_listed(f, &query,
                  "e/r2/j/c/s/2026-03-01T00-00-00-000Z-0-1.v8log.zst "
                  "e/r2/j/c/s/2026-02-01T00-00-00-000Z-0-1.v8log e/r2/note.txt ");
    query.logs_only = true;
    assert_listed(f, &query,
                  "e/r2/j/c/s/2026-03-01T00-00-00-000Z-0-1.v8log.zst "
                  "e/r2/j/c/s/2026-02-01T00-00-00-000Z-0-1.v8log ");
    query = (unpeg_list_query){.struct_size = sizeof query, .prefix = "e/r1/"};
    assert_listed(f, &query, "e/r1/j/c/s/2026-01-01T00-00-00-000Z-0-1.v8log ");
    query.prefix = "e/r2/n";
    assert_listed(f, &query, "e/r2/note.txt ");
    query.prefix = "e/r";
    assert_int_equal(count_of(f->store, &query), 4);
    query.prefix = "e/r2/none";
    assert_listed(f, &query, "");
}

static size_t read_source(unpeg_source *source, char *text, size_t size, unpeg_status *ret)
{
    size_t len = 0;
    size_t got = 1;
    *ret = UNPEG_OK;
    while (*ret == UNPEG_OK && got != 0) {
        *ret = unpeg_source_read(source, text + len, size - len, &got, NULL);
        len += got;
    }
    return len;
}

static void test_source(void **state)
{
    fixture *f = *state;
    const unpeg_put wanted = {
        .struct_size = sizeof wanted, .path = f->log, .key = KEY, .zstd = true};
    unpeg_stored stored;
    unpeg_source *source;
    unpeg_status status;
    char text[sizeof LOG + 1];
    assert_int_equal(unpeg_store_put(f->store, &wanted, &stored, NULL), UNPEG_OK);
    assert_int_equal(unpeg_store_open_source(f->store, KEY, &source, NULL), UNPEG_OK);
    assert_int_equal(read_source(source, text, sizeof text, &status), strlen(LOG));
    assert_int_equal(status, UNPEG_OK);
    assert_memory_equal(text, LOG, strlen(LOG));
    unpeg_source_close(source);
    /* A source that nobody reads holds nobody up. */
    assert_int_equal(unpeg_store_open_source(f->store, KEY, &source, NULL), UNPEG_OK);
    unpeg_source_close(source);
    assert_int_equal(count_of(f->store, NULL), 1);
}

static void test_source_of_nothing(void **state)
{
    fixture *f = *state;
    unpeg_source *source;
    unpeg_error error = {.status = UNPEG_OK};
    char text[8];
    size_t len;
    assert_int_equal(unpeg_store_open_source(f->store, KEY, &source, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_read(source, text, sizeof text, &len, &error), UNPEG_NOT_FOUND);
    assert_string_equal(error.text, "cannot open the object: No such file or directory");
    unpeg_source_close(source);
}

/* More than the socket between the threads holds, and left in its middle. */
static void test_source_left_early(void **state)
{
    fixture *f = *state;
    const size_t size = 4 << 20;
    char *bytes = calloc(1, size);
    unpeg_stored stored;
    unpeg_source *source;
    char text[8];
    size_t len;
    assert_non_null(bytes);
    scratch_write(&f->scratch, "v8.log", bytes, size);
    free(bytes);
    assert_int_equal(put(f, KEY, &stored, NULL), UNPEG_OK);
    assert_int_equal(unpeg_store_open_source(f->store, KEY, &source, NULL), UNPEG_OK);
    assert_int_equal(unpeg_source_read(source, text, sizeof text, &len, NULL), UNPEG_OK);
    unpeg_source_close(source);
    assert_int_equal(put(f, "after", &stored, NULL), UNPEG_OK);
}

static void test_urls(void **state)
{
    (void)state;
    static const char *const bad[] = {"",        "file:", "file://", "file://host/dir",
                                      "ftp://x", "/dir",  "file:///"};
    static const char *const environment[] = {"UNPEG_STORES=x", "UNPEG_STORE=file:///from/env",
                                              NULL};
    const unpeg_store_options options = {.struct_size = sizeof options, .environment = environment};
    unpeg_store *store;
    unpeg_error error;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(unpeg_store_open(bad[i], NULL, &store, &error), UNPEG_ARGUMENT);
    assert_int_equal(unpeg_store_open(NULL, NULL, &store, &error), UNPEG_ARGUMENT);
    assert_int_equal(unpeg_store_open(NULL, &options, &store, &error), UNPEG_OK);
    assert_string_equal(unpeg_store_url(store), "file:///from/env");
    assert_string_equal(unpeg_store_credentials(store), "");
    unpeg_store_close(store);
    unpeg_store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_and_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zstd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_growing_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_source_of_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_source_left_early, set_up, tear_down),
        cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
