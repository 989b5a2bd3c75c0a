/* SPDX-License-Identifier: MIT
 *
 * Strict mode equals what the reference printed, for every case of this folder and every fixture.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "strict_run.h"

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void cases_equal_the_reference(void **state)
{
    (void)state;
    char folder[1024];
    struct dirent **entries;
    size_t compared = 0;
    int count = scandir(UNPEG_TESTS "/golden/reference/cases", &entries, is_case, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        snprintf(folder, sizeof folder, UNPEG_TESTS "/golden/reference/cases/%s",
                 entries[i]->d_name);
        size_t outputs = strict_check_folder(folder);
        assert_true(outputs > 0);
        compared += outputs;
        free(entries[i]);
    }
    free(entries);
    print_message("%d cases, %zu outputs\n", count, compared);
}

static void check_fixture(void *user, const char *name, const char *log, size_t len)
{
    char folder[1024];
    size_t *compared = user;
    (void)log;
    (void)len;
    snprintf(folder, sizeof folder, "%s/%s", UNPEG_FIXTURES, name);
    *compared += strict_check_folder(folder);
}

static void fixtures_equal_the_reference(void **state)
{
    (void)state;
    size_t compared = 0;
    fixture_walk(check_fixture, &compared);
    print_message("%zu outputs\n", compared);
    assert_true(compared > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_equal_the_reference),
        cmocka_unit_test(fixtures_equal_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
