/* SPDX-License-Identifier: MIT */
#include "units.h"

#include <stddef.h>
#include <string.h>

#define LIMIT ((uint64_t)INT64_MAX)

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

static const unit durations[] = {{"us", 1},       {"ms", 1000},      {"s", 1000000},
                                 {"m", 60000000}, {"h", 3600000000}, {NULL, 0}};

static const unit range_durations[] = {{"", 1000},     {"us", 1},       {"ms", 1000},
                                       {"s", 1000000}, {"m", 60000000}, {"h", 3600000000},
                                       {NULL, 0}};

#define SIZES(letter, factor)                                                                      \
    {letter, factor}, {letter "B", factor},                                                        \
    {                                                                                              \
        letter "iB", factor                                                                        \
    }

static const unit sizes[] = {{"", 1},
                             {"B", 1},
                             SIZES("K", 1ULL << 10),
                             SIZES("k", 1ULL << 10),
                             SIZES("M", 1ULL << 20),
                             SIZES("G", 1ULL << 30),
                             SIZES("T", 1ULL << 40),
                             {NULL, 0}};

static const unit counts[] = {{"", 1}, {NULL, 0}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whole digits at text; false on overflow or if there are none. */
static bool take_digits(const char **text, uint64_t *ret)
{
    if (!is_digit(**text))
        return false;
    *ret = 0;
    for (; is_digit(**text); (*text)++) {
        if (__builtin_mul_overflow(*ret, 10, ret) ||
            __builtin_add_overflow(*ret, (uint64_t)(**text - '0'), ret))
            return false;
    }
    return true;
}

/* ".25" of factor, rounded down; digits behind the ninth are worth nothing to any unit here. */
static bool take_fraction(const char **text, uint64_t factor, uint64_t *ret)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t parts = 0;
    uint64_t whole = 1;
    *ret = 0;
    if (**text != '.')
        return true;
    (*text)++;
    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); (*text)++) {
        if (whole == 1000000000)
            continue;
        parts = parts * 10 + (uint64_t)(**text - '0');
        whole *= 10;
    }
    *ret = (uint64_t)((wide)factor * parts / whole);
    return true;
}

static const unit *find_unit(const unit *units, const char *name)
{
    while (units->name != NULL && strcmp(units->name, name) != 0)
        units++;
    return units->name != NULL ? units : NULL;
}

static bool parse(const char *text, const unit *units, uint64_t *ret)
{
    uint64_t whole;
    uint64_t part;
    if (!take_digits(&text, &whole))
        return false;
    const char *name = text;
    if (*name == '.')
        for (name++; is_digit(*name); name++) {
        }
    const unit *found = find_unit(units, name);
    if (found == NULL && *name == '\0' && whole == 0 && *text == '\0') {
        *ret = 0;
        return true;
    }
    if (found == NULL || !take_fraction(&text, found->factor, &part))
        return false;
    if (__builtin_mul_overflow(whole, found->factor, &whole) ||
        __builtin_add_overflow(whole, part, &whole) || whole > LIMIT)
        return false;
    *ret = whole;
    return true;
}

bool units_duration(const char *text, uint64_t *ret)
{
    return parse(text, durations, ret);
}

bool units_size(const char *text, uint64_t *ret)
{
    return parse(text, sizes, ret);
}

bool units_count(const char *text, uint64_t *ret)
{
    return strchr(text, '.') == NULL && parse(text, counts, ret);
}

/* One end of a range; an empty one is open. */
static bool parse_end(const char *text, size_t len, int64_t open, int64_t *ret)
{
    char copy[32];
    uint64_t us;
    *ret = open;
    if (len == 0)
        return true;
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!parse(copy, range_durations, &us))
        return false;
    *ret = (int64_t)us;
    return true;
}

bool units_range(const char *text, units_span *ret)
{
    const char *comma = strchr(text, ',');
    units_span span;
    if (comma == NULL || !parse_end(text, (size_t)(comma - text), INT64_MIN, &span.start_us) ||
        !parse_end(comma + 1, strlen(comma + 1), INT64_MAX, &span.end_us) ||
        span.end_us < span.start_us)
        return false;
    *ret = span;
    return true;
}
