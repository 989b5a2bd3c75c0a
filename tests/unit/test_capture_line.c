/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "capture_line.h"
#include "line_grammar.h"

/* Facts with something to say under each key. */
typedef struct story {
    unpeg_capture_options options;
    pick_report pick;
    summary_report summary;
    settle_result put;
    capture_facts facts;
    line_fields fields;
} story;

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

static story *story_create(size_t max_line)
{
    story *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->options =
        (unpeg_capture_options){.dir = "/var/tmp/v8", .prefix = "unpeg-", .show_credentials = true};
    s->pick.why = UNPEG_PICK_CPU;
    s->pick.candidates = 5;
    s->pick.runner_up_bytes = 3049999;
    copy(s->pick.path, sizeof s->pick.path, "/var/tmp/v8/isolate-0x1-42-unpeg-42.log");
    copy(s->pick.runner_up, sizeof s->pick.runner_up, "isolate-0x2-43-unpeg-43.log");
    s->put.proof = UNPEG_PROOF_HEAD;
    copy(s->put.credentials, sizeof s->put.credentials, "profile ci");
    s->facts = (capture_facts){
        .options = &s->options,
        .max_line = max_line,
        .pick = &s->pick,
        .status = UNPEG_INPUT,
        .reason = "not a V8 log: \x1b[31m \"red\"",
        .log = s->pick.path,
        .upload = "stored",
        .put = &s->put,
        .url = "s3://artifacts/team",
        .key = "env/realm/job/card/step/2026-01-01T00-00-00-000Z-0-0123abcd.v8log",
        .file = s->pick.path,
        .kept = "process 42 has it open for writing",
        .failures = {{"find", 12400, "no renderer of 7 processes is busy"},
                     {"summary", 900, "it said \"no\\\x07\" = \xe2\x80\xae"}},
        .failure_count = 2,
        .elapsed_us = 1234500,
    };
    return s;
}

static void make(story *s, unpeg_line *line)
{
    capture_line_make(&s->facts, line);
    line_fields_read(line->text, line->len, &s->fields);
}

static void assert_field(const story *s, const char *name, const char *want)
{
    const char *got = line_field(&s->fields, name);
    if (!got || strcmp(got, want) != 0)
        fail_msg("%s=%s, not %s", name, got ? got : "(nothing)", want);
}

static void all_of_it(void **state)
{
    (void)state;
    static unpeg_line line;
    story *s = story_create(4000);
    make(s, &line);
    assert_field(s, "status", "not-a-log");
    assert_field(s, "picked", "cpu");
    assert_field(s, "candidates", "5");
    assert_field(s, "runner_up", "isolate-0x2-43-unpeg-43.log");
    assert_field(s, "runner_up_mb", "3.0");
    assert_field(s, "upload", "stored");
    assert_field(s, "verified", "head");
    assert_field(s, "store", "s3://artifacts/team");
    assert_field(s, "key", s->facts.key);
    assert_field(s, "credentials", "profile ci");
    assert_field(s, "file", s->pick.path);
    assert_field(s, "kept", s->facts.kept);
    assert_field(
        s, "failed",
        "find: no renderer of 7 processes is busy (12 ms); summary: it said \"no\\\\x07\" = "
        "\\u{202e} (1 ms)");
    assert_field(s, "total_ms", "1235");
    free(s);
}

static void a_miss(void **state)
{
    (void)state;
    static unpeg_line line;
    story *s = story_create(1000);
    s->pick.path[0] = '\0';
    s->pick.seen = 3;
    copy(s->pick.runner_up, sizeof s->pick.runner_up, "other run.log");
    copy(s->pick.excluded, sizeof s->pick.excluded, "of an earlier run");
    s->facts.log = s->facts.upload = s->facts.url = s->facts.key = s->facts.file = NULL;
    s->facts.kept = NULL;
    s->facts.put = NULL;
    s->facts.status = UNPEG_NOT_FOUND;
    s->facts.reason = "none-matching";
    make(s, &line);
    assert_field(s, "status", "no-log");
    assert_field(s, "reason", "none-matching");
    assert_field(s, "dir", "/var/tmp/v8");
    assert_field(s, "prefix", "unpeg-");
    assert_field(s, "seen", "3");
    assert_field(s, "newest", "other run.log");
    assert_field(s, "newest_is", "of an earlier run");
    assert_null(line_field(&s->fields, "picked"));
    assert_null(line_field(&s->fields, "upload"));
    assert_null(line_field(&s->fields, "log"));
    free(s);
}

static void without_failures(void **state)
{
    (void)state;
    static unpeg_line line;
    story *s = story_create(1000);
    s->facts.failure_count = 0;
    s->options.show_credentials = false;
    s->pick.candidates = 1;
    make(s, &line);
    assert_null(line_field(&s->fields, "failed"));
    assert_null(line_field(&s->fields, "credentials"));
    assert_null(line_field(&s->fields, "runner_up"));
    free(s);
}

/* Summaries of each of the lengths that were asked for. */
static void add_summary(story *s)
{
    size_t limits[STEP_LINES];
    capture_line_limits(s->facts.max_line, limits);
    for (size_t i = 0; i < STEP_LINES; i++) {
        unpeg_line *line = &s->summary.lines[i];
        int len = snprintf(line->text, sizeof line->text, "unpeg v=1 status=ok top1=");
        memset(line->text + len, 'x', limits[i] - (size_t)len);
        line->text[limits[i]] = '\0';
        line->len = limits[i];
    }
    s->facts.summary = &s->summary;
}

/* Every length that can be asked for holds, but for that of a key that is too long itself. */
static void all_lengths(void **state)
{
    (void)state;
    static unpeg_line line;
    for (size_t max = 200; max <= UNPEG_LINE_MAX; max += max < 2000 ? 1 : 499) {
        for (int with_summary = 0; with_summary < 2; with_summary++) {
            story *s = story_create(max);
            if (with_summary)
                add_summary(s);
            make(s, &line);
            assert_non_null(line_field(&s->fields, "status"));
            assert_field(s, "key", s->facts.key);
            assert_field(s, "total_ms", "1235");
            if (line.len > max && max >= 450)
                fail_msg("%zu bytes of %zu: %s", line.len, max, line.text);
            free(s);
        }
    }
}

static void a_key_that_is_too_long(void **state)
{
    (void)state;
    static unpeg_line line;
    char key[UNPEG_KEY_MAX + 1];
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    story *s = story_create(400);
    add_summary(s);
    s->facts.key = key;
    make(s, &line);
    assert_field(s, "status", "ok");
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),
        cmocka_unit_test(a_miss),
        cmocka_unit_test(without_failures),
        cmocka_unit_test(all_lengths),
        cmocka_unit_test(a_key_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
