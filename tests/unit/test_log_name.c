/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "log_name.h"

typedef struct name_case {
    const char *name, *prefix;
    bool is_log;
    log_name want;
} name_case;

static const name_case cases[] = {
    {"isolate-0x3d8ad1e0-8224-P8224.log", "P", true, {true, 0x3d8ad1e0, 8224}},
    {"isolate-0x7f79e0000f00-8224-P8224.log", "P", true, {true, 0x7f79e0000f00, 8224}},
    {"isolate-0x1-2-v8.log", "v8", true, {true, 1, 2}},
    {"isolate-0x1-2-v8.log", "", true, {true, 1, 2}},
    {"isolate-0xFFFFFFFFFFFFFFFF-2147483647-a.log", "a", true, {true, UINT64_MAX, 2147483647}},
    /* behind the prefix, with an isolate, anything */
    {"isolate-0x1-2-P-old-3.log", "P", true, {true, 1, 2}},
    {"P77.log", "P", true, {false, 0, 77}},
    {"P.log", "P", true, {false, 0, 0}},
    {"v8.log", "v8", true, {false, 0, 0}},
    /* an isolate's log can be what the prefix asks for, too */
    {"isolate-0x12.log", "isolate-0x", true, {false, 0, 12}},

    {"isolate-0x1-2-Q2.log", "P", false, {0}},
    {"Pother.log", "P", false, {0}},
    {"P7x.log", "P", false, {0}},
    {"P0.log", "P", false, {0}},
    {"P2147483648.log", "P", false, {0}},
    {"P99999999999999999999999.log", "P", false, {0}},
    {"P7.log.zst", "P", false, {0}},
    {"P7", "P", false, {0}},
    {"v8.log", "", false, {0}},
    {".log", "", false, {0}},
    {"", "", false, {0}},
    {"isolate-0x1-2-v8.json", "", false, {0}},
    {"isolate-0x-2-v8.log", "", false, {0}},
    {"isolate-0x1-v8.log", "", false, {0}},
    {"isolate-0x1-0-v8.log", "", false, {0}},
    {"isolate-0x1--v8.log", "", false, {0}},
    {"isolate-0x1-2147483648-v8.log", "", false, {0}},
    {"isolate-0x12345678901234567-2-v8.log", "", false, {0}},
    {"isolate-1-2-v8.log", "", false, {0}},
    {"isolate-0xg-2-v8.log", "", false, {0}},
    {"isolate-0x1-2.log", "", false, {0}},
};

static void names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const name_case *c = &cases[i];
        log_name got = {true, 99, 99};
        bool is_log = log_name_parse(c->name, c->prefix, &got);
        if (is_log != c->is_log)
            fail_msg("%s with %s: %d", c->name, c->prefix, is_log);
        if (is_log && (got.has_isolate != c->want.has_isolate || got.isolate != c->want.isolate ||
                       got.pid != c->want.pid))
            fail_msg("%s with %s: isolate %d %llx, pid %d", c->name, c->prefix, got.has_isolate,
                     (unsigned long long)got.isolate, got.pid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
