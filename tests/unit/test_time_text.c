/* SPDX-License-Identifier: MIT */
#include "time_text.h"

#include "check.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { NONE = -1 };

typedef struct time_case {
    const char *text;
    int64_t unix_s; /* NONE: refused */
} time_case;

static const time_case http[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Thu, 29 Feb 2024 23:59:60 GMT", 1709251200},
    {"Sun, 06 Nov 1994 08:49:37", NONE},
    {"Sun, 06 anF 1994 08:49:37 GMT", NONE},
    {"Sun, 00 Nov 1994 08:49:37 GMT", NONE},
    {"Sun, 06 Nov 1994 24:49:37 GMT", NONE},
    {"Sunday, 06-Nov-94 08:49:37 GMT", NONE},
    {"", NONE},
};

static const time_case iso[] = {
    {"1994-11-06T08:49:37Z", 784111777},
    {"1994-11-06T08:49:37.123456Z", 784111777},
    {"1994-11-06T09:49:37+01:00", 784111777},
    {"1994-11-06T03:19:37-05:30", 784111777},
    {"1994-11-06T08:49:37", NONE},
    {"1994-11-06T08:49:37+1", NONE},
    {"1994-11-06T08:49:37+01:99", NONE},
    {"1994-11-06T08:49:37Zx", NONE},
    {"1994-13-06T08:49:37Z", NONE},
    {"1969-12-31T00:00:00Z", NONE},
    {"1994-11-06 08:49:37Z", NONE},
    {"", NONE},
};

static void check(const time_case *cases, size_t count, bool (*parse)(const char *, int64_t *))
{
    for (size_t i = 0; i < count; i++) {
        int64_t unix_s = 0;
        bool parsed = parse(cases[i].text, &unix_s);
        assert_int_equal(parsed, cases[i].unix_s != NONE);
        if (parsed)
            assert_int_equal(unix_s, cases[i].unix_s);
    }
}

static void http_dates(void **state)
{
    (void)state;
    check(http, COUNT(http), time_text_http);
}

static void iso_dates(void **state)
{
    (void)state;
    check(iso, COUNT(iso), time_text_iso);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_dates),
        cmocka_unit_test(iso_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
