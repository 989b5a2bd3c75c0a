/* SPDX-License-Identifier: MIT
 *
 * Every allocation of putting, listing and getting fails once: nothing is claimed that is not so,
 * and nothing is left behind.
 */
#include <sys/stat.h>

#include "failing_alloc.h"
#include "s3_case.h"

#define KEY "e/r/j/c/s/1.v8log"
#define URL_BYTES 128

enum { CALLS_MAX = 2000 };

/* A writer that allocates nothing: only the store's own allocations are to fail. */
typedef struct fixed_sink {
    char text[URL_BYTES];
    size_t len;
} fixed_sink;

static unpeg_status take(void *user, const void *bytes, size_t len)
{
    fixed_sink *sink = user;
    assert_true(len < sizeof sink->text - sink->len);
    memcpy(sink->text + sink->len, bytes, len);
    sink->len += len;
    return UNPEG_OK;
}

typedef struct folder_case {
    scratch_folder scratch;
    char log[URL_BYTES], url[URL_BYTES];
} folder_case;

/* A file of the store that is no object. */
static int find_rest(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)where;
    return kind == FTW_F && strstr(path, "/.unpeg-") != NULL;
}

static unpeg_status put_list_get(unpeg_store *store, const unpeg_put *put, fixed_sink *sink)
{
    unpeg_stored stored;
    unpeg_listing listing;
    const unpeg_writer out = {take, sink};
    unpeg_status status = unpeg_store_put(store, put, &stored, NULL);
    assert_true(status == UNPEG_OK || !stored.may_delete);
    if (status == UNPEG_OK) {
        status = unpeg_store_list(store, NULL, &listing, NULL);
        if (status == UNPEG_OK) {
            assert_int_equal(listing.count, 1);
            assert_string_equal(listing.objects[0].key, KEY);
            unpeg_listing_deinit(&listing);
        }
    }
    return status == UNPEG_OK ? unpeg_store_get(store, KEY, &out, NULL) : status;
}

static unpeg_status use_folder(const folder_case *f, const unpeg_put *put, fixed_sink *sink)
{
    unpeg_store *store;
    unpeg_status status = unpeg_store_open(f->url, NULL, &store, NULL);
    if (status != UNPEG_OK)
        return status;
    status = put_list_get(store, put, sink);
    unpeg_store_close(store);
    return status;
}

/* True when nothing failed any more. */
static bool try_folder(size_t call, bool zstd)
{
    folder_case f;
    fixed_sink sink = {.len = 0};
    scratch_open(&f.scratch);
    strcpy(f.log, scratch_write(&f.scratch, "v8.log", TEXT, strlen(TEXT)));
    snprintf(f.url, sizeof f.url, "file://%s/store", f.scratch.path);
    const unpeg_put put = {.struct_size = sizeof put, .path = f.log, .key = KEY, .zstd = zstd};
    failing_alloc_arm(call);
    unpeg_status status = use_folder(&f, &put, &sink);
    bool failed = failing_alloc_disarm();
    if (status == UNPEG_OK && !zstd)
        assert_string_equal(sink.text, TEXT);
    assert_true(failed || status == UNPEG_OK);
    assert_int_equal(nftw(f.scratch.path, find_rest, 16, FTW_PHYS), 0);
    scratch_close(&f.scratch);
    return !failed;
}

static void test_folder(void **state)
{
    (void)state;
    for (int zstd = 0; zstd < 2; zstd++) {
        size_t call = 0;
        while (!try_folder(call, zstd != 0))
            assert_true(++call < CALLS_MAX);
        assert_true(call > 3);
    }
}

static const fake_answer put_answers[] = {{.status = 200, .headers = {ETAG(MD5)}}, HEAD_GOOD};

#define OBJECT(key)                                                                                \
    "<Contents><Key>team/" key "</Key><LastModified>2026-11-25T20:00:00Z</LastModified>"           \
    "<Size>17</Size></Contents>"

static const fake_answer list_answers[] = {
    {.status = 200,
     .body = "<ListBucketResult>" OBJECT("a") OBJECT("b") OBJECT("c") "</ListBucketResult>"}};

static const fake_answer get_answers[] = {
    {.status = 200, .body = TEXT, .headers = {ETAG(MD5), LENGTH}}};

static unpeg_status put(s3_case *c)
{
    unpeg_status status = run_put(c);
    assert_int_equal(c->stored.may_delete, status == UNPEG_OK);
    return status;
}

static unpeg_status list(s3_case *c)
{
    unpeg_listing listing;
    unpeg_status status = unpeg_store_list(c->store, NULL, &listing, NULL);
    if (status == UNPEG_OK) {
        assert_int_equal(listing.count, 3);
        unpeg_listing_deinit(&listing);
    }
    return status;
}

static unpeg_status get(s3_case *c)
{
    fixed_sink sink = {.len = 0};
    const unpeg_writer out = {take, &sink};
    unpeg_status status = unpeg_store_get(c->store, "k", &out, NULL);
    if (status == UNPEG_OK)
        assert_string_equal(sink.text, TEXT);
    return status;
}

static void test_bucket(void **state)
{
    (void)state;
    static const struct {
        unpeg_status (*run)(s3_case *c);
        const fake_answer *answers;
        size_t count;
    } rows[] = {{put, put_answers, COUNT(put_answers)},
                {list, list_answers, COUNT(list_answers)},
                {get, get_answers, COUNT(get_answers)}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool failed = true;
        for (size_t call = 0; failed; call++) {
            s3_case c;
            assert_true(call < CALLS_MAX);
            open_case(&c, rows[i].answers, rows[i].count);
            failing_alloc_arm(call);
            unpeg_status status = rows[i].run(&c);
            failed = failing_alloc_disarm();
            assert_true(failed || status == UNPEG_OK);
            close_case(&c);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_folder),
                                       cmocka_unit_test(test_bucket)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
