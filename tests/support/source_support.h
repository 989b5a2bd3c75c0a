/* SPDX-License-Identifier: MIT
 *
 * Reading a source to its end and comparing what came.
 *
 *     check_memory(bytes, len, 7, "v8-version,...", NO_DAMAGE);
 *     check_text(source, 64, "tick,0x1,2\n");
 */
#ifndef UNPEG_TESTS_SOURCE_SUPPORT_H
#define UNPEG_TESTS_SOURCE_SUPPORT_H

#include <stdlib.h>

#include "check.h"
#include "unpeg/source.h"

/* How often each kind of damage is to be counted. */
typedef struct source_damage {
    uint64_t cut, bad;
} source_damage;

#define NO_DAMAGE ((source_damage){0, 0})
#define CUT_ONCE ((source_damage){1, 0})

/* Everything up to the end, in reads of chunk bytes; to be freed. */
static inline char *read_text(unpeg_source *source, size_t chunk, size_t *ret_len)
{
    size_t len = 0;
    size_t size = chunk + 1;
    size_t got = 1;
    char *text = malloc(size);
    assert_non_null(text);
    while (got != 0) {
        if (size - len < chunk + 1) {
            size = 2 * size + chunk;
            text = realloc(text, size);
            assert_non_null(text);
        }
        assert_int_equal(unpeg_source_read(source, text + len, chunk, &got, NULL), UNPEG_OK);
        assert_true(got <= chunk);
        len += got;
    }
    text[len] = '\0';
    *ret_len = len;
    return text;
}

static inline void check_text(unpeg_source *source, size_t chunk, const char *want)
{
    size_t len;
    char *text = read_text(source, chunk, &len);
    assert_string_equal(text, want);
    free(text);
}

/* The text of these bytes, and how much damage was counted. */
static inline void check_memory(const void *bytes, size_t len, size_t chunk, const char *want,
                                source_damage expected)
{
    unpeg_source *source;
    assert_int_equal(unpeg_source_open_memory(bytes, len, &source, NULL), UNPEG_OK);
    check_text(source, chunk, want);
    const unpeg_damage *damage = unpeg_source_damage(source);
    assert_int_equal(damage->kinds[UNPEG_DAMAGE_CUT_COMPRESSION].count, expected.cut);
    assert_int_equal(damage->kinds[UNPEG_DAMAGE_BAD_ENCODING].count, expected.bad);
    unpeg_source_close(source);
}

#endif
