/* SPDX-License-Identifier: MIT
 *
 * The bytes of an object: the same ones however they are read, and frames that end.
 */
#include "body.h"

#include <stdlib.h>
#include <zstd.h>

#include "check.h"
#include "scratch_folder.h"

enum { NOISE_BYTES = 20 << 20 };

typedef struct bytes {
    char *at;
    size_t len;
} bytes;

/* Not compressible, and the same each time. */
static bytes make_noise(size_t len)
{
    bytes noise = {malloc(len + 8), len};
    uint64_t x = 88172645463325252;
    assert_non_null(noise.at);
    for (size_t i = 0; i < len; i += 8) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(noise.at + i, &x, 8);
    }
    return noise;
}

/* All of it, size bytes at a time. */
static bytes read_body(const local_file *file, bool zstd, size_t size)
{
    body *b;
    assert_int_equal(body_open(file, zstd, &b, NULL), UNPEG_OK);
    bytes all = {malloc(body_bytes_max(b) + size), 0};
    size_t len = size;
    assert_non_null(all.at);
    for (bool ended = false; !ended; all.len += len) {
        assert_int_equal(body_read(b, all.at + all.len, size, &len, NULL), UNPEG_OK);
        ended = len < size;
        assert_true(all.len + len <= body_bytes_max(b));
    }
    assert_int_equal(body_read(b, all.at + all.len, size, &len, NULL), UNPEG_OK);
    assert_int_equal(len, 0);
    assert_int_equal(body_position(b), file->bytes);
    body_close(b);
    return all;
}

static void assert_decodes(bytes packed, bytes plain)
{
    char *text = malloc(plain.len + 1);
    assert_non_null(text);
    assert_int_equal(ZSTD_decompress(text, plain.len + 1, packed.at, packed.len), plain.len);
    assert_memory_equal(text, plain.at, plain.len);
    free(text);
}

static void with_file(bytes content, void (*run)(const local_file *file, bytes content))
{
    scratch_folder scratch;
    local_file file;
    scratch_open(&scratch);
    const char *path = scratch_write(&scratch, "v8.log", content.at, content.len);
    assert_int_equal(local_file_open(&file, path, NULL), UNPEG_OK);
    run(&file, content);
    local_file_close(&file);
    scratch_close(&scratch);
}

static void check_frames(const local_file *file, bytes content)
{
    static const size_t sizes[] = {1 << 20, 777777, 16 << 20};
    bytes first = read_body(file, true, 4096);
    unsigned frames = 0;
    for (size_t at = 0; at < first.len; frames++) {
        size_t len = ZSTD_findFrameCompressedSize(first.at + at, first.len - at);
        assert_false(ZSTD_isError(len));
        assert_true(len <= BODY_FRAME_BYTES);
        at += len;
    }
    assert_true(frames >= NOISE_BYTES / BODY_FRAME_BYTES);
    assert_decodes(first, content);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        bytes again = read_body(file, true, sizes[i]);
        assert_int_equal(again.len, first.len);
        assert_memory_equal(again.at, first.at, first.len);
        free(again.at);
    }
    free(first.at);
}

static void test_frames(void **state)
{
    (void)state;
    bytes noise = make_noise(NOISE_BYTES);
    with_file(noise, check_frames);
    free(noise.at);
}

static void check_small(const local_file *file, bytes content)
{
    for (size_t size = 1; size < 9; size++) {
        bytes raw = read_body(file, false, size);
        bytes packed = read_body(file, true, size);
        assert_int_equal(raw.len, content.len);
        assert_memory_equal(raw.at, content.at, content.len);
        assert_decodes(packed, content);
        free(raw.at);
        free(packed.at);
    }
}

static void test_small(void **state)
{
    (void)state;
    char text[] = "tick,0x1,1\n";
    for (size_t len = 0; len < sizeof text; len++)
        with_file((bytes){text, len}, check_small);
}

/* Exactly what is read in one piece, and a byte beside it. */
static void test_edges(void **state)
{
    (void)state;
    static const size_t sizes[] = {(128 << 10) - 1, 128 << 10, (128 << 10) + 1, 256 << 10};
    bytes noise = make_noise(256 << 10);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        with_file((bytes){noise.at, sizes[i]}, check_small);
    free(noise.at);
}

static void test_a_file_that_became_shorter(void **state)
{
    (void)state;
    scratch_folder scratch;
    local_file file;
    body *b;
    char text[16];
    size_t len;
    unpeg_error error;
    scratch_open(&scratch);
    const char *path = scratch_write(&scratch, "v8.log", "0123456789", 10);
    assert_int_equal(local_file_open(&file, path, NULL), UNPEG_OK);
    assert_int_equal(truncate(path, 3), 0);
    for (int zstd = 0; zstd < 2; zstd++) {
        assert_int_equal(body_open(&file, zstd != 0, &b, NULL), UNPEG_OK);
        assert_int_equal(body_read(b, text, sizeof text, &len, &error), UNPEG_OS);
        body_close(b);
    }
    local_file_close(&file);
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_frames), cmocka_unit_test(test_small),
                                       cmocka_unit_test(test_edges),
                                       cmocka_unit_test(test_a_file_that_became_shorter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
