/* SPDX-License-Identifier: MIT
 *
 * Suggestions, the progress line, and what the environment says about colours.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "progress.h"
#include "suggest.h"
#include "terminal.h"

static const char *suggested(const char *typed, const char *const *names)
{
    suggest_search search = {.typed = typed};
    for (; *names != NULL; names++)
        suggest_offer(&search, *names);
    return search.best;
}

static void slips_are_understood(void **state)
{
    static const char *const names[] = {"report", "line", "prof-process", "help", NULL};
    static const struct {
        const char *typed, *want;
    } cases[] = {
        {"reprot", "report"},
        {"repor", "report"},
        {"rport", "report"},
        {"Report", "report"},
        {"lnie", "line"},
        {"prof", "prof-process"},
        {"profprocess", "prof-process"},
        {"hlep", "help"},
        {"x", NULL},
        {"", NULL},
        {"dump", NULL},
        {"linehelpreport", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = suggested(cases[i].typed, names);
        if (got == NULL || cases[i].want == NULL)
            assert_ptr_equal(got, cases[i].want);
        else
            assert_string_equal(got, cases[i].want);
    }
}

static void distances_count_edits(void **state)
{
    static const char wide[] = "0123456789012345678901234567890123456789";
    (void)state;
    assert_int_equal(suggest_distance("", ""), 0);
    assert_int_equal(suggest_distance("", "abc"), 3);
    assert_int_equal(suggest_distance("abc", "abc"), 0);
    assert_int_equal(suggest_distance("abc", "acb"), 1);
    assert_int_equal(suggest_distance("abc", "xabc"), 1);
    assert_int_equal(suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(suggest_distance(wide, wide), 0);
    assert_true(suggest_distance(wide, "0") == SIZE_MAX);
}

static void the_progress_line_says_how_far(void **state)
{
    progress bar = {.name = "v8\x1b.log"};
    char text[120];
    (void)state;
    progress_format(&bar, 21000000, 42000000, text, sizeof text);
    assert_string_equal(text, " 50% [###############               ] 21.0 of 42.0 MB  v8\\x1b.log");
    progress_format(&bar, 50000000, 42000000, text, sizeof text);
    assert_string_equal(text, "100% [##############################] 50.0 of 42.0 MB  v8\\x1b.log");
    progress_format(&bar, 1500000, 0, text, sizeof text);
    assert_string_equal(text, "v8\\x1b.log  1.5 MB");
    progress_format(&bar, 0, 42000000, text, 10);
    assert_string_equal(text, "  0% [   ");
}

static void colours_follow_option_and_environment(void **state)
{
    terminal_color color;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    assert_false(terminal_wants_color(TERMINAL_COLOR_AUTO, ends[1]));
    assert_true(terminal_wants_color(TERMINAL_COLOR_ALWAYS, ends[1]));
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(terminal_wants_color(TERMINAL_COLOR_AUTO, ends[1]));
    assert_false(terminal_wants_color(TERMINAL_COLOR_NEVER, ends[1]));
    setenv("NO_COLOR", "1", 1);
    assert_false(terminal_wants_color(TERMINAL_COLOR_AUTO, ends[1]));
    assert_true(terminal_wants_color(TERMINAL_COLOR_ALWAYS, ends[1]));
    assert_int_equal(terminal_width(ends[1]), 0);
    assert_true(terminal_parse_color("never", &color) && color == TERMINAL_COLOR_NEVER);
    assert_false(terminal_parse_color("Always", &color));
    close(ends[0]);
    close(ends[1]);
}

static void the_locale_says_utf8(void **state)
{
    (void)state;
    unsetenv("LC_CTYPE");
    setenv("LANG", "de_DE.UTF-8", 1);
    setenv("LC_ALL", "", 1);
    assert_true(terminal_is_utf8());
    setenv("LC_ALL", "C", 1);
    assert_false(terminal_is_utf8());
    setenv("LC_ALL", "C.utf8", 1);
    assert_true(terminal_is_utf8());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_understood),
        cmocka_unit_test(distances_count_edits),
        cmocka_unit_test(the_progress_line_says_how_far),
        cmocka_unit_test(colours_follow_option_and_environment),
        cmocka_unit_test(the_locale_says_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
