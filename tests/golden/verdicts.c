/* SPDX-License-Identifier: MIT
 *
 * Known answers: what each recorded program was written to do (fixtures/.../meta) against the
 * verdict and the path to the stuck frame that are found in its log.
 */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "unpeg/log.h"
#include "unpeg/peg.h"

/* The value of a "key: value" line; empty when there is none, or when it is "-". */
static void read_meta(const char *name, const char *key, char *value, size_t size)
{
    char path[1024];
    char line[1024];
    value[0] = '\0';
    snprintf(path, sizeof path, "%s/%s/meta", UNPEG_FIXTURES, name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        size_t len = strlen(key);
        if (strncmp(line, key, len) == 0 && strncmp(line + len, ": ", 2) == 0)
            snprintf(value, size, "%s", line + len + 2);
    }
    fclose(file);
    if (strcmp(value, "-") == 0)
        value[0] = '\0';
}

static unpeg_profile *load(const char *log, size_t len)
{
    const unpeg_log_options options = {.struct_size = sizeof options, .no_native_symbols = true};
    unpeg_source *source;
    unpeg_profile *profile = NULL;
    unpeg_error error;
    assert_int_equal(unpeg_source_open_memory(log, len, &source, &error), UNPEG_OK);
    assert_int_equal(unpeg_log_load(&options, source, &profile, &error), UNPEG_OK);
    unpeg_source_close(source);
    return profile;
}

/* The function that hangs is the stuck frame, or its caller when that is native or a builtin. */
static bool names_function(const unpeg_profile *profile, const unpeg_peg *peg, const char *want)
{
    size_t last = peg->path_count > 3 ? peg->path_count - 3 : 0;
    for (size_t i = last; i < peg->path_count; i++)
        if (unpeg_slice_equal(unpeg_profile_frame(profile, peg->path[i].frame)->name,
                              unpeg_slice_of(want)))
            return true;
    return false;
}

typedef struct answer_count {
    unsigned verdicts, functions, wrong;
} answer_count;

static void check_answer(void *user, const char *name, const char *log, size_t len)
{
    char verdict[64];
    char stuck[256];
    answer_count *count = user;
    if (strncmp(name, "logs/", 5) != 0)
        return;
    read_meta(name, "verdict", verdict, sizeof verdict);
    read_meta(name, "stuck", stuck, sizeof stuck);
    unpeg_profile *profile = load(log, len);
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(profile, NULL, &peg, NULL), UNPEG_OK);
    const char *got = unpeg_verdict_text(peg->verdict);
    if (verdict[0] && strcmp(got, verdict) != 0) {
        print_message("%s: %s, not %s\n", name, got, verdict);
        count->wrong++;
    }
    if (stuck[0] && !names_function(profile, peg, stuck)) {
        print_message("%s: the path does not end in %s\n", name, stuck);
        count->wrong++;
    }
    count->verdicts += verdict[0] != '\0';
    count->functions += stuck[0] != '\0';
    unpeg_peg_destroy(peg);
    unpeg_profile_destroy(profile);
}

static void recorded_hangs_are_found(void **state)
{
    (void)state;
    answer_count count = {0};
    fixture_walk(check_answer, &count);
    print_message("%u verdicts, %u functions\n", count.verdicts, count.functions);
    assert_true(count.verdicts > 30 && count.functions > 20);
    assert_int_equal(count.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_hangs_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
