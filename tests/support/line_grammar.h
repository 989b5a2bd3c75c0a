/* SPDX-License-Identifier: MIT
 *
 * A reader of the line's grammar (src/render/line.h), written from the grammar and not from the
 * writer: whatever it does not accept fails the test.
 *
 *     line_fields fields;
 *     line_fields_read(line.text, line.len, &fields);
 *     assert_string_equal(line_field(&fields, "status"), "ok");
 *
 * Values are unescaped.
 */
#ifndef UNPEG_TESTS_LINE_GRAMMAR_H
#define UNPEG_TESTS_LINE_GRAMMAR_H

#include <stdbool.h>
#include <string.h>

#include "check.h"

typedef struct line_fields {
    size_t count;
    struct {
        char key[24];
        char value[8100];
        bool quoted;
    } fields[64];
} line_fields;

static inline bool line_between(unsigned long value, unsigned long first, unsigned long last)
{
    return value >= first && value <= last;
}

/* C0, DEL, C1, bidi controls and line separators. */
static inline bool line_is_control(unsigned long cp)
{
    return cp < 0x20 || line_between(cp, 0x7f, 0x9f) || cp == 0x61c ||
           line_between(cp, 0x200e, 0x200f) || line_between(cp, 0x2028, 0x202e) ||
           line_between(cp, 0x2066, 0x2069);
}

/* Valid UTF-8 without such characters. */
static inline void line_check_text(const char *text, size_t len)
{
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < len;) {
        size_t n = s[i] < 0x80 ? 1 : s[i] >= 0xf0 ? 4 : s[i] >= 0xe0 ? 3 : 2;
        assert_true(n == 1 || line_between(s[i], 0xc2, 0xf4));
        assert_true(i + n <= len);
        unsigned long cp = n == 1 ? s[i] : s[i] & (0xffu >> (n + 1));
        for (size_t k = 1; k < n; k++) {
            assert_int_equal(s[i + k] & 0xc0, 0x80);
            cp = cp << 6 | (s[i + k] & 0x3f);
        }
        assert_true(cp >= least[n] && cp <= 0x10ffff && !line_between(cp, 0xd800, 0xdfff));
        assert_false(line_is_control(cp));
        i += n;
    }
}

static inline bool line_is_key(const char *key)
{
    if (*key < 'a' || *key > 'z')
        return false;
    return strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(key);
}

/* Reads a value at text; returns what follows it. */
static inline const char *line_read_value(const char *text, char *value, bool *quoted)
{
    *quoted = *text == '"';
    if (!*quoted) {
        size_t len = strcspn(text, " ");
        assert_true(len > 0);
        assert_null(memchr(text, '=', len));
        assert_null(memchr(text, '"', len));
        assert_null(memchr(text, '\\', len));
        memcpy(value, text, len);
        value[len] = '\0';
        return text + len;
    }
    for (text++; *text != '"'; text++) {
        assert_true(*text != '\0');
        if (*text == '\\') {
            text++;
            assert_true(*text == '"' || *text == '\\');
        }
        *value++ = *text;
    }
    *value = '\0';
    return text + 1;
}

static inline void line_fields_read(const char *text, size_t len, line_fields *ret)
{
    assert_int_equal(strlen(text), len);
    line_check_text(text, len);
    static const char name[] = "unpeg v=1 status=";
    assert_memory_equal(text, name, sizeof name - 1);
    text += strlen("unpeg");
    ret->count = 0;
    while (*text) {
        assert_int_equal(*text, ' ');
        text++;
        size_t key = strcspn(text, "= ");
        assert_int_equal(text[key], '=');
        assert_true(key < sizeof ret->fields[0].key);
        assert_true(ret->count < sizeof ret->fields / sizeof *ret->fields);
        memcpy(ret->fields[ret->count].key, text, key);
        ret->fields[ret->count].key[key] = '\0';
        assert_true(line_is_key(ret->fields[ret->count].key));
        text = line_read_value(text + key + 1, ret->fields[ret->count].value,
                               &ret->fields[ret->count].quoted);
        ret->count++;
    }
}

/* The value of a key, NULL if there is none; a key comes once. */
static inline const char *line_field(const line_fields *fields, const char *key)
{
    const char *found = NULL;
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->fields[i].key, key) == 0) {
            assert_null(found);
            found = fields->fields[i].value;
        }
    }
    return found;
}

#endif
