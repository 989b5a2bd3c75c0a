/* SPDX-License-Identifier: MIT
 *
 * How the default mode of prof-process differs from the reference on every recorded log, and why.
 * Each label that gains or loses self ticks must fall under one of the causes below; the sums by
 * cause are held against fixtures/.../differences.txt (UNPEG_UPDATE_GOLDEN=1 rewrites them). No
 * native symbols on either side.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "fixture_walk.h"
#include "unpeg/log.h"
#include "unpeg/prof_process.h"
#include "unpeg/prof_view.h"

#define CAUSE_LIST(X)                                                                              \
    X(GC_LINE, "garbage collection: the GC line instead of the function it interrupted")           \
    X(ACCOUNTED, "accounted for: the reference had no code, library or builtin for the pc")        \
    X(BUILTIN, "a builtin named: its row lies inside a library, or is the original of a copy")     \
    X(LIBRARY_LESS, "less in a library: builtins have their names, GC its line")                   \
    X(LIBRARY_MORE, "more in a library: every segment of a file counts")                           \
    X(NAME, "a name that the reference lost: commas, newlines, or a tier it does not know")        \
    X(CALLEE, "less in a function: a builtin it called, or GC, has the tick")                      \
    X(CALLER, "more in a function: the reference gave the tick to an address it took for another")

typedef enum cause {
#define CAUSE_ENUM(name, text) CAUSE_##name,
    CAUSE_LIST(CAUSE_ENUM)
#undef CAUSE_ENUM
        CAUSE_COUNT
} cause;

static const char *const cause_texts[] = {
#define CAUSE_TEXT(name, text) text,
    CAUSE_LIST(CAUSE_TEXT)
#undef CAUSE_TEXT
};

typedef struct difference {
    uint64_t gained[CAUSE_COUNT], lost[CAUSE_COUNT];
} difference;

static uint64_t ticks_of(const unpeg_prof_report *report, unpeg_slice label)
{
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].category != UNPEG_PROF_UNLISTED &&
            unpeg_slice_equal(report->rows[i].label, label))
            return report->rows[i].ticks;
    return 0;
}

static bool starts_with(unpeg_slice label, const char *prefix)
{
    return label.len >= strlen(prefix) && memcmp(label.data, prefix, strlen(prefix)) == 0;
}

static bool is_generated(const unpeg_prof_row *row)
{
    return starts_with(row->label, "Builtin: ") || starts_with(row->label, "BytecodeHandler: ") ||
           starts_with(row->label, "Stub: ");
}

static bool is_new(const unpeg_prof_report *reference, unpeg_slice label)
{
    return ticks_of(reference, label) == 0;
}

static cause why_more(const unpeg_prof_report *reference, const unpeg_prof_row *row)
{
    if (row->category == UNPEG_PROF_LIBRARY)
        return CAUSE_LIBRARY_MORE;
    if (is_generated(row))
        return CAUSE_BUILTIN;
    return is_new(reference, row->label) ? CAUSE_NAME : CAUSE_CALLER;
}

static cause why_less(const unpeg_prof_row *row)
{
    return row->category == UNPEG_PROF_LIBRARY ? CAUSE_LIBRARY_LESS : CAUSE_CALLEE;
}

static void compare(const unpeg_prof_report *reference, const unpeg_prof_report *ours,
                    difference *sum)
{
    for (size_t i = 0; i < ours->row_count; i++) {
        const unpeg_prof_row *row = &ours->rows[i];
        uint64_t before = ticks_of(reference, row->label);
        if (row->category != UNPEG_PROF_UNLISTED && row->ticks > before)
            sum->gained[why_more(reference, row)] += row->ticks - before;
    }
    for (size_t i = 0; i < reference->row_count; i++) {
        const unpeg_prof_row *row = &reference->rows[i];
        uint64_t now = ticks_of(ours, row->label);
        if (row->category != UNPEG_PROF_UNLISTED && row->ticks > now)
            sum->lost[why_less(row)] += row->ticks - now;
    }
    sum->gained[CAUSE_GC_LINE] += ours->gc;
    if (reference->unaccounted > ours->unaccounted)
        sum->lost[CAUSE_ACCOUNTED] += reference->unaccounted - ours->unaccounted;
    else
        sum->gained[CAUSE_ACCOUNTED] += ours->unaccounted - reference->unaccounted;
}

static uint64_t total(const uint64_t *counts)
{
    uint64_t sum = 0;
    for (int c = 0; c < CAUSE_COUNT; c++)
        sum += counts[c];
    return sum;
}

static uint64_t listed(const unpeg_prof_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].category != UNPEG_PROF_UNLISTED)
            sum += report->rows[i].ticks;
    return sum;
}

static size_t describe(const unpeg_prof_report *reference, const unpeg_prof_report *ours,
                       const difference *d, char *text, size_t size)
{
    size_t len = (size_t)snprintf(text, size,
                                  "%" PRIu64 " ticks; unaccounted %" PRIu64 ", was %" PRIu64
                                  "; GC %" PRIu64 "; in lists %" PRIu64 ", was %" PRIu64 "\n",
                                  ours->ticks, ours->unaccounted, reference->unaccounted, ours->gc,
                                  listed(ours), listed(reference));
    for (int c = 0; c < CAUSE_COUNT; c++)
        if (d->gained[c] || d->lost[c])
            len += (size_t)snprintf(text + len, size - len, "+%" PRIu64 " -%" PRIu64 "  %s\n",
                                    d->gained[c], d->lost[c], cause_texts[c]);
    return len;
}

static void hold_against(const char *name, const char *text, size_t len)
{
    char path[1024];
    char want[8192];
    const char *update = getenv("UNPEG_UPDATE_GOLDEN");
    bool rewrite = update && *update == '1';
    snprintf(path, sizeof path, "%s/%s/differences.txt", UNPEG_FIXTURES, name);
    FILE *file = fopen(path, rewrite ? "w" : "r");
    if (!file)
        fail_msg("%s: no differences.txt; tools/update-golden makes it", name);
    if (rewrite) {
        assert_int_equal(fwrite(text, 1, len, file), len);
    } else {
        size_t got = fread(want, 1, sizeof want - 1, file);
        want[got] = '\0';
        if (strcmp(want, text) != 0)
            print_message("%s\n", name);
        assert_string_equal(text, want);
    }
    fclose(file);
}

static unpeg_source *open_text(const char *log, size_t len)
{
    unpeg_source *source;
    assert_int_equal(unpeg_source_open_memory(log, len, &source, NULL), UNPEG_OK);
    return source;
}

static void check_differences(void *user, const char *name, const char *log, size_t len)
{
    const unpeg_log_options loading = {.struct_size = sizeof loading, .no_native_symbols = true};
    unpeg_prof_options options;
    unpeg_reference *reference;
    unpeg_profile *profile;
    unpeg_prof_view *view;
    unsigned *logs = user;
    /* Damaged logs end the reference early or twist its fields; what it does is no measure there.
     */
    if (strncmp(name, "logs/", 5) != 0)
        return;
    unpeg_prof_options_init(&options);
    unpeg_source *source = open_text(log, len);
    assert_int_equal(unpeg_reference_run(&options, source, &reference, NULL), UNPEG_OK);
    unpeg_source_close(source);
    source = open_text(log, len);
    assert_int_equal(unpeg_log_load(&loading, source, &profile, NULL), UNPEG_OK);
    unpeg_source_close(source);
    assert_int_equal(unpeg_prof_view_create(profile, &options, &view, NULL), UNPEG_OK);
    const unpeg_prof_report *was = unpeg_reference_report(reference);
    const unpeg_prof_report *is = unpeg_prof_view_report(view);
    difference sum = {{0}, {0}};
    char text[8192];
    compare(was, is, &sum);
    /* Every tick is somewhere, once; what one label loses another gains. */
    assert_int_equal(listed(is) + is->gc + is->unaccounted, is->ticks);
    if (was->ticks == is->ticks && !was->header_only)
        assert_int_equal(total(sum.gained),
                         total(sum.lost) + (was->ticks - listed(was) - was->unaccounted));
    hold_against(name, text, describe(was, is, &sum, text, sizeof text));
    unpeg_prof_view_destroy(view);
    unpeg_profile_destroy(profile);
    unpeg_reference_destroy(reference);
    ++*logs;
}

static void differences_have_causes(void **state)
{
    (void)state;
    unsigned logs = 0;
    fixture_walk(check_differences, &logs);
    print_message("%u logs\n", logs);
    assert_true(logs > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(differences_have_causes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
