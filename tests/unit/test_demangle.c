/* SPDX-License-Identifier: MIT */
#include "demangle.h"

#include <stdio.h>

#include "check.h"

static void check_name(const char *mangled, const char *want)
{
    demangled text;
    assert_true(demangle(mangled, &text));
    assert_string_equal(text.bytes, want);
    assert_int_equal(text.len, strlen(want));
}

static void cpp_names(void **state)
{
    (void)state;
    check_name("_ZN2v88internal4HeapC1Ev", "v8::internal::Heap::Heap()");
    check_name("_ZNKSt6vectorIiSaIiEE4sizeEv",
               "std::vector<int, std::allocator<int> >::size() const");
    check_name("_Z3fooi.constprop.0", "foo(int) [clone .constprop.0]");
}

static void rust_names(void **state)
{
    (void)state;
    check_name("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
    check_name("_RNvC6_123foo3bar", "123foo::bar");
}

static void plain_names(void **state)
{
    static const char *const names[] = {"",    "main", "_",      "_start",           "_Z",
                                        "_ZN", "_R",   "memcpy", "__libc_start_main"};
    demangled text;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_false(demangle(names[i], &text));
}

/* f(pair<pair<...>, pair<...>>): each level names the level before twice. */
static void a_bomb_ends(void **state)
{
    char name[1024] = "_Z1fSt4pairIiiE";
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    demangled text;
    (void)state;
    for (int level = 0; level < 35; level++) {
        size_t len = strlen(name);
        snprintf(name + len, sizeof name - len, "S_IS%c_S%c_E", digits[level], digits[level]);
    }
    assert_false(demangle(name, &text));
    strcpy(name, "_Z1fSt4pairIiiE");
    strcat(name, "S_IS0_S0_E");
    assert_true(demangle(name, &text));
}

/* The same in Rust: a tuple of twice the tuple before. */
static void a_rust_bomb_ends(void **state)
{
    char name[512] = "_RINvC1a1f";
    size_t at = strlen("INvC1a1f");
    demangled text;
    (void)state;
    strcat(name, "Tmm");
    size_t previous = at;
    strcat(name, "E");
    for (int level = 0; level < 40; level++) {
        static const char digits[] =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        char back[8];
        size_t here = strlen(name) - 2;
        if (previous == 0)
            snprintf(back, sizeof back, "B_");
        else if (previous - 1 < 62)
            snprintf(back, sizeof back, "B%c_", digits[previous - 1]);
        else
            snprintf(back, sizeof back, "B%c%c_", digits[(previous - 1) / 62],
                     digits[(previous - 1) % 62]);
        strcat(name, "T");
        strcat(name, back);
        strcat(name, back);
        strcat(name, "E");
        previous = here;
    }
    strcat(name, "E");
    assert_false(demangle(name, &text));
}

static void a_long_name_stays(void **state)
{
    static char name[DEMANGLE_INPUT_LIMIT + 64];
    demangled text;
    (void)state;
    memset(name, 'a', sizeof name - 1);
    memcpy(name, "_Z2100", 6);
    assert_false(demangle(name, &text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpp_names),        cmocka_unit_test(rust_names),
        cmocka_unit_test(plain_names),      cmocka_unit_test(a_bomb_ends),
        cmocka_unit_test(a_rust_bomb_ends), cmocka_unit_test(a_long_name_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
