/* SPDX-License-Identifier: MIT
 *
 * Compressed sources: gzip and zstd, whole, concatenated, cut at every byte, and damaged.
 */
#include <stdio.h>
/* next_in as pointer to const. */
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "check.h"
#include "source_support.h"

enum { PACKED_MAX = 1 << 16 };

typedef struct packed {
    unsigned char bytes[PACKED_MAX];
    size_t len;
} packed;

static void add_bytes(packed *p, const void *bytes, size_t len)
{
    assert_true(p->len + len <= PACKED_MAX);
    memcpy(p->bytes + p->len, bytes, len);
    p->len += len;
}

static void add_gzip(packed *p, const char *text, size_t len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (const Bytef *)text;
    z.avail_in = (uInt)len;
    z.next_out = p->bytes + p->len;
    z.avail_out = (uInt)(PACKED_MAX - p->len);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    p->len += z.total_out;
    deflateEnd(&z);
}

/* One frame, flushed after each line, so that it has many blocks. */
static void add_zstd(packed *p, const char *text, size_t len)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    for (size_t at = 0; at < len;) {
        const char *line_end = memchr(text + at, '\n', len - at);
        size_t line_len = line_end != NULL ? (size_t)(line_end - text) + 1 - at : len - at;
        ZSTD_inBuffer in = {text + at, line_len, 0};
        ZSTD_outBuffer out = {p->bytes, PACKED_MAX, p->len};
        assert_int_equal(ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush), 0);
        p->len = out.pos;
        at += line_len;
    }
    ZSTD_inBuffer in = {text, 0, 0};
    ZSTD_outBuffer out = {p->bytes, PACKED_MAX, p->len};
    assert_int_equal(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0);
    p->len = out.pos;
    ZSTD_freeCCtx(context);
}

typedef void (*add_fn)(packed *p, const char *text, size_t len);
static const add_fn formats[] = {add_gzip, add_zstd};

static size_t make_lines(char *text, size_t size)
{
    size_t len = 0;
    for (unsigned i = 0; len + 64 < size; i++)
        len += (size_t)snprintf(text + len, size - len, "tick,0x%x,%u,0,%u\n", i * 2654435761U,
                                i * 1000, i % 7);
    return len;
}

static void packed_text_comes_out_in_any_chunks(void **state)
{
    (void)state;
    static char text[20000];
    size_t len = make_lines(text, sizeof text);
    static const size_t chunks[] = {1, 2, 3, 5, 31, 4095, 100000};
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, text, len);
        for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++)
            check_memory(p.bytes, p.len, chunks[c], text, NO_DAMAGE);
    }
}

static void concatenated_pieces_are_one_text(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, "one\n", 4);
        formats[f](&p, "", 0);
        formats[f](&p, "two\n", 4);
        check_memory(p.bytes, p.len, 3, "one\ntwo\n", NO_DAMAGE);
        check_memory(p.bytes, p.len, 4, "one\ntwo\n", NO_DAMAGE);
    }
}

static void nothing_packed_is_nothing(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, "", 0);
        check_memory(p.bytes, p.len, 16, "", NO_DAMAGE);
    }
}

static void padding_behind_gzip_is_no_damage(void **state)
{
    (void)state;
    packed p = {0};
    add_gzip(&p, "one\n", 4);
    add_bytes(&p, "\0\0\0\0\0", 5);
    check_memory(p.bytes, p.len, 16, "one\n", NO_DAMAGE);
    add_gzip(&p, "two\n", 4);
    check_memory(p.bytes, p.len, 16, "one\ntwo\n", NO_DAMAGE);
}

static void garbage_behind_is_damage(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, "one\n", 4);
        add_bytes(&p, "garbage", 7);
        check_memory(p.bytes, p.len, 2, "one\n", CUT_ONCE);
    }
}

static void skippable_frames_are_skipped(void **state)
{
    (void)state;
    packed p = {0};
    add_bytes(&p, "\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
    add_zstd(&p, "one\n", 4);
    add_bytes(&p, "\x50\x2a\x4d\x18\0\0\0\0", 8);
    add_zstd(&p, "two\n", 4);
    add_bytes(&p, "\x5f\x2a\x4d\x18\x01\0\0\0x", 9);
    check_memory(p.bytes, p.len, 64, "one\ntwo\n", NO_DAMAGE);
}

/* What comes out of the first len bytes is a beginning of text; returns its length. */
static size_t check_cut(const packed *p, size_t len, const char *text, uint64_t want_damage)
{
    unpeg_source *source;
    size_t text_len;
    assert_int_equal(unpeg_source_open_memory(p->bytes, len, &source, NULL), UNPEG_OK);
    char *out = read_text(source, 700, &text_len);
    assert_int_equal(memcmp(out, text, text_len), 0);
    const unpeg_damage_entry *cut =
        &unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_CUT_COMPRESSION];
    assert_int_equal(cut->count, want_damage);
    if (want_damage != 0)
        assert_int_equal(cut->places[0].offset, text_len);
    free(out);
    unpeg_source_close(source);
    return text_len;
}

static void every_cut_delivers_what_came_before_it(void **state)
{
    (void)state;
    static char text[6000];
    size_t len = make_lines(text, sizeof text);
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, text, len / 2);
        size_t boundary = p.len;
        formats[f](&p, text + len / 2, len - len / 2);
        size_t before = 0;
        /* Fewer than 4 bytes are not recognised as compressed. */
        for (size_t cut = 4; cut < p.len; cut++) {
            size_t now = check_cut(&p, cut, text, cut == boundary ? 0 : 1);
            assert_true(now >= before);
            before = now;
        }
        assert_true(before > len * 9 / 10);
        assert_int_equal(check_cut(&p, p.len, text, 0), len);
        assert_int_equal(check_cut(&p, boundary, text, 0), len / 2);
    }
}

static void a_flipped_bit_ends_the_text_at_worst(void **state)
{
    (void)state;
    static char text[1500];
    size_t len = make_lines(text, sizeof text);
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, text, len);
        size_t damaged = 0;
        for (size_t bit = 40; bit < p.len * 8; bit++) {
            unpeg_source *source;
            size_t got = 1;
            char out[512];
            p.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
            if (unpeg_source_open_memory(p.bytes, p.len, &source, NULL) == UNPEG_OK) {
                while (got != 0 &&
                       unpeg_source_read(source, out, sizeof out, &got, NULL) == UNPEG_OK) {
                }
                damaged += unpeg_source_damage(source)->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count;
                unpeg_source_close(source);
            }
            p.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        }
        /* Nearly every bit counts: the checksum covers the text. */
        assert_true(damaged > (p.len * 8 - 40) * 9 / 10);
    }
}

/* A frame header with this window byte, and one raw block "x". */
static unpeg_status open_window(unsigned char window, unpeg_source **ret, unpeg_error *error)
{
    static unsigned char frame[] = "\x28\xb5\x2f\xfd\0\0\x09\0\0x";
    frame[5] = window;
    return unpeg_source_open_memory(frame, sizeof frame - 1, ret, error);
}

static void a_zstd_window_over_the_limit_is_said(void **state)
{
    (void)state;
    unpeg_source *source;
    unpeg_error error = {0};
    /* exponent << 3: 2^(10 + 17) is 128 MiB, one more is too much. */
    assert_int_equal(open_window(17 << 3, &source, &error), UNPEG_OK);
    check_text(source, 16, "x");
    unpeg_source_close(source);
    assert_int_equal(open_window(18 << 3, &source, &error), UNPEG_LIMIT);
    assert_string_equal(error.text, "zstd window larger than 128 MiB");
}

static void a_zstd_dictionary_is_said(void **state)
{
    (void)state;
    unpeg_source *source;
    unpeg_error error = {0};
    static const char frame[] = "\x28\xb5\x2f\xfd\x01\x38\x05\x09\0\0x";
    assert_int_equal(unpeg_source_open_memory(frame, sizeof frame - 1, &source, &error),
                     UNPEG_UNSUPPORTED);
    /* Behind text that came out it is damage like any other. */
    packed p = {0};
    add_zstd(&p, "text", 4);
    add_bytes(&p, frame, sizeof frame - 1);
    check_memory(p.bytes, p.len, 16, "text", CUT_ONCE);
}

static void encodings_inside_compression(void **state)
{
    (void)state;
    for (size_t f = 0; f < 2; f++) {
        packed p = {0};
        formats[f](&p, "\xef\xbb\xbfv8", 5);
        check_memory(p.bytes, p.len, 1, "v8", NO_DAMAGE);
        p.len = 0;
        formats[f](&p, "\xff\xfev\0008\0\n\0-\0", 10);
        check_memory(p.bytes, p.len, 1, "v8\n-", NO_DAMAGE);
        p.len = 0;
        formats[f](&p, "v\0008\0\n\0-\0", 8);
        check_memory(p.bytes, p.len - 1, 1, "v8\n-", CUT_ONCE);
    }
}

static void compressed_sources_do_not_seek(void **state)
{
    (void)state;
    packed p = {0};
    unpeg_source *source;
    add_gzip(&p, "one\n", 4);
    assert_int_equal(unpeg_source_open_memory(p.bytes, p.len, &source, NULL), UNPEG_OK);
    assert_false(unpeg_source_can_seek(source));
    assert_int_equal(unpeg_source_seek(source, 0, NULL), UNPEG_UNSUPPORTED);
    assert_int_equal(unpeg_source_size(source), p.len);
    check_text(source, 16, "one\n");
    assert_int_equal(unpeg_source_position(source), p.len);
    unpeg_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_text_comes_out_in_any_chunks),
        cmocka_unit_test(concatenated_pieces_are_one_text),
        cmocka_unit_test(nothing_packed_is_nothing),
        cmocka_unit_test(padding_behind_gzip_is_no_damage),
        cmocka_unit_test(garbage_behind_is_damage),
        cmocka_unit_test(skippable_frames_are_skipped),
        cmocka_unit_test(every_cut_delivers_what_came_before_it),
        cmocka_unit_test(a_flipped_bit_ends_the_text_at_worst),
        cmocka_unit_test(a_zstd_window_over_the_limit_is_said),
        cmocka_unit_test(a_zstd_dictionary_is_said),
        cmocka_unit_test(encodings_inside_compression),
        cmocka_unit_test(compressed_sources_do_not_seek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
