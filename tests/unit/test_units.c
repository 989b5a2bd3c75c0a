/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "units.h"

typedef struct value_case {
    const char *text;
    bool good;
    uint64_t want;
} value_case;

typedef bool (*parse_fn)(const char *text, uint64_t *ret);

static void check_values(parse_fn parse, const value_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const value_case *c = &cases[i];
        uint64_t got = 12345;
        bool good = parse(c->text, &got);
        uint64_t want = c->good ? c->want : 12345;
        if (good != c->good || got != want)
            fail_msg("%s: %d %" PRIu64 " instead of %d %" PRIu64, c->text, good, got, c->good,
                     want);
    }
}

#define CHECK(parse, cases) check_values(parse, cases, sizeof cases / sizeof cases[0])

static void durations(void **state)
{
    static const value_case cases[] = {
        {"2s", true, 2000000},
        {"500ms", true, 500000},
        {"1.5m", true, 90000000},
        {"1h", true, 3600000000},
        {"7us", true, 7},
        {"0", true, 0},
        {"0s", true, 0},
        {"00.5s", true, 500000},
        {"0.0000019s", true, 1},
        {"1.999999s", true, 1999999},
        {"0.123456789h", true, 444444440},
        {"2562047788h", true, 9223372036800000000U},
        {"2562047789h", false, 0},
        {"9223372036854775807us", true, INT64_MAX},
        {"9223372036854775808us", false, 0},
        {"18446744073709551616us", false, 0},
        {"9223372036854775807.9us", true, INT64_MAX},
        {"", false, 0},
        {"s", false, 0},
        {"5", false, 0},
        {"0.", false, 0},
        {"0.5", false, 0},
        {"1.s", false, 0},
        {".5s", false, 0},
        {"1.5.5s", false, 0},
        {"-1s", false, 0},
        {"+1s", false, 0},
        {" 1s", false, 0},
        {"1 s", false, 0},
        {"1s ", false, 0},
        {"1S", false, 0},
        {"1e3s", false, 0},
        {"0x1s", false, 0},
        {"1sec", false, 0},
    };
    (void)state;
    CHECK(units_duration, cases);
}

static void sizes(void **state)
{
    static const value_case cases[] = {
        {"16M", true, 16777216},
        {"1000", true, 1000},
        {"1000B", true, 1000},
        {"64k", true, 65536},
        {"64K", true, 65536},
        {"64KB", true, 65536},
        {"64KiB", true, 65536},
        {"2G", true, 2147483648},
        {"1T", true, 1099511627776},
        {"1.5K", true, 1536},
        {"0.999999999999T", true, 1099511626676},
        {"0.3K", true, 307},
        {"8388608T", false, 0},
        {"8388607T", true, 9223370937343148032U},
        {"16m", false, 0},
        {"16MBit", false, 0},
        {"", false, 0},
        {"M", false, 0},
    };
    (void)state;
    CHECK(units_size, cases);
}

static void counts(void **state)
{
    static const value_case cases[] = {
        {"0", true, 0},    {"20", true, 20}, {"9223372036854775807", true, INT64_MAX},
        {"1.0", false, 0}, {"-1", false, 0}, {"9223372036854775808", false, 0},
        {"1k", false, 0},  {"", false, 0},
    };
    (void)state;
    CHECK(units_count, cases);
}

typedef struct range_case {
    const char *text;
    bool good;
    units_span want;
} range_case;

static void ranges(void **state)
{
    static const range_case cases[] = {
        {"1000,2500", true, {1000000, 2500000}},
        {"1s,2.5s", true, {1000000, 2500000}},
        {"0.5,1s", true, {500, 1000000}},
        {",", true, {INT64_MIN, INT64_MAX}},
        {",7us", true, {INT64_MIN, 7}},
        {"0,", true, {0, INT64_MAX}},
        {"5,5", true, {5000, 5000}},
        {"5,4", false, {0, 0}},
        {"5", false, {0, 0}},
        {"", false, {0, 0}},
        {"1,2,3", false, {0, 0}},
        {"1s,x", false, {0, 0}},
        {"-1,2", false, {0, 0}},
        {"00000000000000000000000000000000000000001,2", false, {0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        units_span got = {77, 77};
        bool good = units_range(cases[i].text, &got);
        units_span want = cases[i].good ? cases[i].want : (units_span){77, 77};
        if (good != cases[i].good || got.start_us != want.start_us || got.end_us != want.end_us)
            fail_msg("%s: %d %" PRId64 " %" PRId64, cases[i].text, good, got.start_us, got.end_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(sizes),
        cmocka_unit_test(counts),
        cmocka_unit_test(ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
