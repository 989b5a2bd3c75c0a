/* SPDX-License-Identifier: MIT */
#include "unpeg/capture_key.h"

#include <stdio.h>
#include <time.h>

enum { SEGMENT_COUNT = 5, HASH_DIGITS = 8, FILE_NAME_MAX = 255 };

/* As in the key. */
enum { SEGMENT_ENV, SEGMENT_REALM, SEGMENT_JOB, SEGMENT_CARD, SEGMENT_STEP };

/* The C library's depend on the locale. */
static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_kept(char c)
{
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Between blanks, behind "http://" or "https://", and without the dashes that would be at its
 * ends. */
static unpeg_slice significant(const char *text)
{
    while (is_blank(*text))
        text++;
    if (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0)
        text = strstr(text, "://") + 3;
    while (*text && (!is_kept(*text) || *text == '-'))
        text++;
    size_t len = strlen(text);
    while (len > 0 && (!is_kept(text[len - 1]) || text[len - 1] == '-'))
        len--;
    return (unpeg_slice){text, len};
}

/* "." and ".." would lead elsewhere in a folder. */
static void hide_dots(unpeg_key_segment *segment)
{
    if (strcmp(segment->text, ".") == 0 || strcmp(segment->text, "..") == 0)
        memset(segment->text, '_', segment->len);
}

void unpeg_key_segment_make(const char *text, unpeg_key_segment *ret)
{
    unpeg_slice from = significant(text);
    bool in_run = false;
    ret->len = 0;
    for (size_t i = 0; i < from.len && ret->len < UNPEG_KEY_SEGMENT_MAX; i++) {
        char c = from.data[i];
        if (is_kept(c) || !in_run)
            ret->text[ret->len++] = (char)(is_kept(c) ? c : '-');
        in_run = !is_kept(c);
    }
    ret->text[ret->len] = '\0';
    hide_dots(ret);
}

static void make_or(const char *text, const char *absent, unpeg_key_segment *ret)
{
    unpeg_key_segment_make(text ? text : "", ret);
    if (ret->len == 0)
        unpeg_key_segment_make(absent, ret);
}

/* FNV-1a: the same digits on every machine. */
static uint32_t hash_of(const unpeg_key_segment *segment)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < segment->len; i++)
        hash = (hash ^ (unsigned char)segment->text[i]) * UINT32_C(16777619);
    return hash;
}

/* Makes it up to excess bytes shorter, with its hash at the end; returns by how many. */
static size_t shorten(unpeg_key_segment *segment, size_t excess)
{
    size_t before = segment->len;
    if (excess == 0 || before <= HASH_DIGITS)
        return 0;
    size_t len = before - HASH_DIGITS > excess ? before - excess : HASH_DIGITS;
    char digits[HASH_DIGITS + 1];
    snprintf(digits, sizeof digits, "%08x", (unsigned)hash_of(segment));
    memcpy(segment->text + len - HASH_DIGITS, digits, sizeof digits);
    segment->len = len;
    return before - len;
}

/* TIME-SEQ-RANDOM.SUFFIX; the random digits come last, so that what was known of the form before
 * them is still where it was. */
static bool make_file_name(const unpeg_capture_name *name, char *ret, size_t size)
{
    time_t seconds = (time_t)(name->time_us / 1000000);
    unpeg_key_segment suffix;
    struct tm utc;
    char date[32];
    if (name->time_us < 0 || !gmtime_r(&seconds, &utc) || utc.tm_year > 9999 - 1900)
        return false;
    make_or(name->suffix, "v8log", &suffix);
    strftime(date, sizeof date, "%Y-%m-%dT%H-%M-%S", &utc);
    int len = snprintf(ret, size, "%s-%03dZ-%u-%08x.%s%s", date, (int)(name->time_us / 1000 % 1000),
                       (unsigned)name->seq, (unsigned)name->random, suffix.text,
                       name->is_zstd ? ".zst" : "");
    return len > 0 && (size_t)len < size;
}

static void make_segments(const unpeg_capture_name *name, unpeg_key_segment segments[])
{
    make_or(name->env, "unknown", &segments[SEGMENT_ENV]);
    make_or(name->realm, "no-realm", &segments[SEGMENT_REALM]);
    make_or(name->job, "no-job", &segments[SEGMENT_JOB]);
    make_or(name->card, "no-card", &segments[SEGMENT_CARD]);
    make_or(name->step, "no-step", &segments[SEGMENT_STEP]);
}

/* What is left too long when everything was shortened. */
static size_t fit(unpeg_key_segment segments[], size_t file_name_len, size_t max)
{
    static const unsigned char order[] = {SEGMENT_CARD, SEGMENT_JOB, SEGMENT_STEP, SEGMENT_REALM,
                                          SEGMENT_ENV};
    size_t len = file_name_len + SEGMENT_COUNT;
    for (size_t i = 0; i < SEGMENT_COUNT; i++)
        len += segments[i].len;
    size_t excess = len > max ? len - max : 0;
    for (size_t i = 0; i < sizeof order; i++)
        excess -= shorten(&segments[order[i]], excess);
    return excess;
}

unpeg_status unpeg_capture_key(const unpeg_capture_name *name, unpeg_key *ret, unpeg_error *error)
{
    unpeg_key_segment segments[SEGMENT_COUNT];
    char file_name[FILE_NAME_MAX + 1];
    size_t max =
        name->max_bytes && name->max_bytes < UNPEG_KEY_MAX ? name->max_bytes : UNPEG_KEY_MAX;
    make_segments(name, segments);
    if (!make_file_name(name, file_name, sizeof file_name))
        return unpeg_error_set(error, UNPEG_ARGUMENT, "no time that a key can name");
    if (fit(segments, strlen(file_name), max) != 0)
        return unpeg_error_set(error, UNPEG_LIMIT, "no room for a key in %zu bytes", max);
    ret->len = 0;
    for (size_t i = 0; i < SEGMENT_COUNT; i++) {
        memcpy(ret->text + ret->len, segments[i].text, segments[i].len);
        ret->len += segments[i].len;
        ret->text[ret->len++] = '/';
    }
    memcpy(ret->text + ret->len, file_name, strlen(file_name) + 1);
    ret->len += strlen(file_name);
    return UNPEG_OK;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* How a text appears within a realm's segment that has a "-" added at both ends: like a segment,
 * but with the dashes at its own ends. */
static void make_needle(const char *text, unpeg_key_segment *ret)
{
    unpeg_slice from = significant(text);
    const char *end = from.data + from.len;
    const char *begin = from.data;
    bool has_before = begin > text && strncmp(text, "http", 4) != 0 && !is_blank(begin[-1]);
    bool has_after = *end && !is_blank(*end);
    unpeg_key_segment_make(text, ret);
    if (ret->len == 0 || ret->len + 2 > UNPEG_KEY_SEGMENT_MAX)
        return;
    memmove(ret->text + has_before, ret->text, ret->len);
    ret->len += (size_t)has_before + has_after;
    if (has_before)
        ret->text[0] = '-';
    if (has_after)
        ret->text[ret->len - 1] = '-';
}

/* The character of a realm's segment with a "-" added at both ends. */
static char padded_at(const char *segment, size_t len, size_t at)
{
    return (char)(at == 0 || at > len ? '-' : segment[at - 1]);
}

static bool is_at(unpeg_slice segment, size_t at, const unpeg_key_segment *needle)
{
    for (size_t i = 0; i < needle->len; i++)
        if (lower(padded_at(segment.data, segment.len, at + i)) != lower(needle->text[i]))
            return false;
    return true;
}

bool unpeg_key_has_realm(const char *key, const char *realm)
{
    unpeg_key_segment needle;
    const char *segment = strchr(key, '/');
    if (realm[0] == '\0')
        return true;
    if (!segment)
        return false;
    size_t len = strcspn(++segment, "/");
    make_needle(realm, &needle);
    if (needle.len == 0)
        make_or(NULL, "no-realm", &needle);
    for (size_t at = 0; at + needle.len <= len + 2; at++)
        if (is_at((unpeg_slice){segment, len}, at, &needle))
            return true;
    return false;
}

/* Of so many digits. */
static int number_at(const char *text, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

/* Every letter of the form stands for itself, but 0 for any digit. */
static bool has_form(const char *text, const char *form)
{
    for (; *form; text++, form++)
        if (*form == '0' ? !is_digit(*text) : *text != *form)
            return false;
    return true;
}

int64_t unpeg_key_time_us(const char *key)
{
    const char *slash = strrchr(key, '/');
    const char *text = slash ? slash + 1 : key;
    if (!has_form(text, "0000-00-00T00-00-00-000Z"))
        return 0;
    struct tm utc = {.tm_year = number_at(text, 4) - 1900,
                     .tm_mon = number_at(text + 5, 2) - 1,
                     .tm_mday = number_at(text + 8, 2),
                     .tm_hour = number_at(text + 11, 2),
                     .tm_min = number_at(text + 14, 2),
                     .tm_sec = number_at(text + 17, 2)};
    return (int64_t)timegm(&utc) * 1000000 + (int64_t)number_at(text + 20, 3) * 1000;
}
