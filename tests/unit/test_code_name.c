/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "code_name.h"

static bool knows_spaced_script(void *user, unpeg_slice script)
{
    (void)user;
    return unpeg_slice_equal(script, unpeg_slice_of("my dir/a b.js"));
}

static const struct {
    const char *raw, *function, *script;
    uint32_t line, column;
    bool has_position;
} rows[] = {
    {"foo /app/a.js:1:2", "foo", "/app/a.js", 1, 2, true},
    {" /app/a.js:1:1", "", "/app/a.js", 1, 1, true},
    {"get x /app/a.js:10:20", "get x", "/app/a.js", 10, 20, true},
    {"f node:internal/timers:3:4", "f", "node:internal/timers", 3, 4, true},
    {"evald :1:16", "evald", "", 1, 16, true},
    {" :1:20", "", "", 1, 20, true},
    {" :-1:20", "", "", 0, 20, true},
    {"a b my dir/a b.js:1:2", "a b", "my dir/a b.js", 1, 2, true},
    {"a b x.js:1:2", "a b", "x.js", 1, 2, true},
    {"name file:///x.js:2:3 /app/odd.js:49:26", "name", "file:///x.js:2:3 /app/odd.js", 49, 26,
     true},
    {"wasm-function[3]", "wasm-function[3]", "", 0, 0, false},
    {"fib:1", "fib:1", "", 0, 0, false},
    {"", "", "", 0, 0, false},
    {":1:2", ":1:2", "", 1, 2, false},
    {"f a.js:99999999999:1", "f a.js:99999999999:1", "", 0, 1, false},
};

static void names_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        code_name name = code_name_split(unpeg_slice_of(rows[i].raw), knows_spaced_script, NULL);
        print_message("%s\n", rows[i].raw);
        assert_int_equal(name.has_position, rows[i].has_position);
        assert_true(unpeg_slice_equal(name.function, unpeg_slice_of(rows[i].function)));
        assert_true(unpeg_slice_equal(name.script, unpeg_slice_of(rows[i].script)));
        if (name.has_position) {
            assert_int_equal(name.line, rows[i].line);
            assert_int_equal(name.column, rows[i].column);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_are_taken_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
