/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "unpeg/log_parser.h"

/* The printed records of a log, one a line, and what the parser counted. */
typedef struct parse_result {
    char text[8192];
    size_t len;
    unpeg_damage damage;
    unpeg_log_counters counters;
} parse_result;

static unpeg_status print_record(void *user, const unpeg_record *record)
{
    parse_result *result = user;
    size_t room = sizeof result->text - result->len;
    size_t len = unpeg_record_print(record, result->text + result->len, room);
    assert_true(len + 2 < room);
    result->len += len;
    result->text[result->len++] = '\n';
    result->text[result->len] = '\0';
    return UNPEG_OK;
}

static void parse(const char *log, size_t len, size_t chunk, uint64_t wanted, parse_result *result)
{
    unpeg_log_parser *parser;
    unpeg_log_parser_options options = {.struct_size = sizeof options, .wanted = wanted};
    *result = (parse_result){.len = 0};
    assert_int_equal(unpeg_log_parser_create(&options, print_record, result, &parser), UNPEG_OK);
    for (size_t at = 0; at < len; at += chunk) {
        /* A copy of its own, so that ASan sees a read behind the chunk. */
        size_t size = len - at < chunk ? len - at : chunk;
        char *copy = malloc(size);
        memcpy(copy, log + at, size);
        assert_int_equal(unpeg_log_parser_feed(parser, copy, size), UNPEG_OK);
        free(copy);
    }
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_OK);
    result->damage = *unpeg_log_parser_damage(parser);
    result->counters = *unpeg_log_parser_counters(parser);
    unpeg_log_parser_destroy(parser);
}

/* Every chunk size gives the same records, counts and places. */
static void parse_chunked(const char *log, size_t len, uint64_t wanted, parse_result *whole)
{
    parse(log, len, len ? len : 1, wanted, whole);
    for (size_t chunk = 1; chunk < 60; chunk++) {
        parse_result *part = malloc(sizeof *part);
        parse(log, len, chunk, wanted, part);
        assert_string_equal(part->text, whole->text);
        assert_memory_equal(&part->damage, &whole->damage, sizeof part->damage);
        assert_memory_equal(&part->counters, &whole->counters, sizeof part->counters);
        free(part);
    }
}

typedef struct row_case {
    const char *name, *log, *records, *damage; /* damage: the kinds counted, in order */
} row_case;

#define HEAD "v8-version,11,3,244,8,-node.38,0\n"
#define HEAD_TEXT "v8-version version=11.3.244.8 embedder=\"-node.38\" candidate=0\n"

static const row_case cases[] = {
    {"header of Chromium", "v8-version,15,6,75,27,0\n",
     "v8-version version=15.6.75.27 embedder=\"\" candidate=0\n", ""},
    {"library, with an escaped comma", HEAD "shared-library,/a\\x2Cb,0x400000,0xb71000,0\n",
     HEAD_TEXT "shared-library path=\"/a\\x2Cb\" start=0x400000 end=0xb71000 slide=0\n", ""},
    {"profiler", HEAD "profiler,begin,1000\nprofiler,end\n",
     HEAD_TEXT "profiler begin=1 interval_us=1000\nprofiler begin=0 interval_us=0\n", ""},
    {"builtin", HEAD "code-creation,Builtin,3,100,0x2000,256,Abort,x\n",
     HEAD_TEXT "code-creation tag=\"Builtin\" kind=3 time_us=100 address=0x2000 size=256 "
               "name=\"Abort,x\"\n",
     ""},
    {"function", HEAD "code-creation,JS,10,5,0x2000,34,f a.js:1:2,0xe6bf,o+'\n",
     HEAD_TEXT "code-creation tag=\"JS\" kind=10 time_us=5 address=0x2000 size=34 "
               "name=\"f a.js:1:2\" function=0xe6bf marker=\"o+'\"\n",
     ""},
    {"function with commas in its name",
     HEAD "code-creation,JS,10,5,0x2000,34,a,b,0xg /a.js:8:261,0xe6b,~\n",
     HEAD_TEXT "code-creation tag=\"JS\" kind=10 time_us=5 address=0x2000 size=34 "
               "name=\"a,b,0xg /a.js:8:261\" function=0xe6b marker=\"~\"\n",
     ""},
    {"tick", HEAD "tick,0x2010,1000,0,0x0,0,0x4010,0x4020\n",
     HEAD_TEXT "tick pc=0x2010 time_us=1000 external=0 callback=0x0 state=0 "
               "frames=\",0x4010,0x4020\"\n",
     ""},
    {"tick after lost samples", HEAD "tick,0x2010,1000,1,0x3010,6,overflow,0x4010\n",
     HEAD_TEXT "tick pc=0x2010 time_us=1000 external=1 callback=0x3010 state=6 overflow=1 "
               "frames=\",0x4010\"\n",
     ""},
    {"tick without frames", HEAD "tick,8208,1000,0,0x0,1\n",
     HEAD_TEXT "tick pc=0x2010 time_us=1000 external=0 callback=0x0 state=1 frames=\"\"\n", ""},
    {"cut tick", HEAD "tick,0x2010\ntick\n", HEAD_TEXT, "bad-row 2 "},
    {"moves", HEAD "code-move,0x1,0x2\nsfi-move,0x3,0x4\ncode-delete,0x5\n",
     HEAD_TEXT "code-move from=0x1 to=0x2\nsfi-move from=0x3 to=0x4\ncode-delete address=0x5\n",
     ""},
    {"unknown event and empty line", HEAD "\nno-such-event,1\n", HEAD_TEXT,
     "empty-line 1 unknown-event 1 "},
    {"CRLF", "v8-version,15,6,75,27,0\r\ntick,0x1,2,0,0x0,0\r\n",
     "v8-version version=15.6.75.27 embedder=\"\" candidate=0\n"
     "tick pc=0x1 time_us=2 external=0 callback=0x0 state=0 frames=\"\"\n",
     ""},
    {"no header", "tick,0x1,2,0,0x0,0\n",
     "tick pc=0x1 time_us=2 external=0 callback=0x0 state=0 frames=\"\"\n", "no-header 1 "},
    {"two headers", HEAD HEAD, HEAD_TEXT HEAD_TEXT, "extra-header 1 "},
    {"last row without its end", HEAD "tick,0x1,2,0,0x0,0",
     HEAD_TEXT "tick pc=0x1 time_us=2 external=0 callback=0x0 state=0 frames=\"\" cut=1\n",
     "cut-last-row 1 "},
    {"last row cut", HEAD "tick,0x1,2,0", HEAD_TEXT, "cut-last-row 1 "},
    {"numbers that do not fit",
     HEAD "code-move,0x11112222333344445,0x2\ncode-move,-1,2\n"
          "code-delete,99999999999999999999\n",
     HEAD_TEXT, "bad-row 3 "},
    {"a row of another flag", HEAD "current-time,77\nfunction,full-parse,3,0,9,0.1,5,f\n",
     HEAD_TEXT "current-time time_us=77\nfunction fields=\"full-parse,3,0,9,0.1,5,f\"\n", ""},
    {"deopt", HEAD "code-deopt,9,460,0x7f,-1,-1,deopt-eager,</a.js:4:5>,wrong map\n",
     HEAD_TEXT "code-deopt time_us=9 size=460 address=0x7f inlining=-1 offset=-1 "
               "kind=\"deopt-eager\" location=\"</a.js:4:5>\" reason=\"wrong map\"\n",
     ""},
    {"source info and script",
     HEAD "code-source-info,0x7f,81,93,182,C0O93,F0O1,S0x74\nscript-source,3,/a.js,f\\n,g\n",
     HEAD_TEXT "code-source-info address=0x7f script=81 start=93 end=182 positions=\"C0O93\" "
               "inlining=\"F0O1\" functions=\"S0x74\"\n"
               "script-source script=3 url=\"/a.js\" source_bytes=5\n",
     ""},
    {"allocation", HEAD "new,CodeRange,0x7f00,0\ndelete,MemoryChunk,0x1\n",
     HEAD_TEXT "new kind=\"CodeRange\" address=0x7f00 size=0\n"
               "delete kind=\"MemoryChunk\" address=0x1 size=0\n",
     ""},
};

static void describe_damage(const unpeg_damage *damage, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int k = 0; k < UNPEG_DAMAGE_COUNT; k++)
        if (damage->kinds[k].count)
            used += (size_t)snprintf(text + used, size - used, "%s %d ",
                                     unpeg_damage_name((unpeg_damage_kind)k),
                                     (int)damage->kinds[k].count);
}

static void rows_become_records(void **state)
{
    (void)state;
    parse_result *result = malloc(sizeof *result);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const row_case *c = &cases[i];
        char damage[512];
        parse_chunked(c->log, strlen(c->log), UNPEG_RECORD_ALL, result);
        describe_damage(&result->damage, damage, sizeof damage);
        print_message("%s\n", c->name);
        assert_string_equal(result->text, c->records);
        assert_string_equal(damage, c->damage);
    }
    free(result);
}

static void names_broken_over_lines_are_joined(void **state)
{
    (void)state;
    static const char log[] = HEAD "code-creation,JS,10,5,0x2000,34,a\n"
                                   "b c /a.js:8:1,0xe6b,\n"
                                   "tick,0x1,2,0,0x0,0\n";
    parse_result *result = malloc(sizeof *result);
    parse_chunked(log, sizeof log - 1, UNPEG_RECORD_ALL, result);
    assert_non_null(
        strstr(result->text, "name=\"a\\x0ab c /a.js:8:1\" function=0xe6b marker=\"\""));
    assert_non_null(strstr(result->text, "tick pc=0x1"));
    assert_int_equal(result->damage.kinds[UNPEG_DAMAGE_SPLIT_NAME].count, 1);
    assert_int_equal(result->damage.kinds[UNPEG_DAMAGE_SPLIT_NAME].places[0].line, 2);
    assert_int_equal(result->counters.lines, 4);
    free(result);
}

/* The next row is a known one: the broken row stays alone and costs nothing else. */
static void a_broken_name_does_not_eat_the_next_row(void **state)
{
    (void)state;
    static const char log[] = HEAD "code-creation,JS,10,5,0x2000,34,a\n"
                                   "tick,0x1,2,0,0x0,0\n";
    parse_result *result = malloc(sizeof *result);
    parse_chunked(log, sizeof log - 1, UNPEG_RECORD_ALL, result);
    assert_non_null(strstr(result->text, "name=\"a\"\n"));
    assert_non_null(strstr(result->text, "tick pc=0x1"));
    assert_int_equal(result->damage.kinds[UNPEG_DAMAGE_BAD_ROW].count, 1);
    free(result);
}

static void unwanted_rows_are_counted_and_not_kept(void **state)
{
    (void)state;
    char log[4096];
    int len = snprintf(log, sizeof log,
                       HEAD "script-source,1,/a.js,%0900d\ntick,0x1,2,0,0x0,0\n"
                            "unknown-event,%0900d\nscript-source,2,/b.js,%0500d",
                       0, 0, 0);
    parse_result *result = malloc(sizeof *result);
    parse_chunked(log, (size_t)len, UNPEG_RECORD_MASK(UNPEG_RECORD_TICK), result);
    assert_string_equal(result->text,
                        "tick pc=0x1 time_us=2 external=0 callback=0x0 state=0 frames=\"\"\n");
    assert_int_equal(result->counters.records[UNPEG_RECORD_SCRIPT_SOURCE], 2);
    assert_int_equal(result->counters.records[UNPEG_RECORD_V8_VERSION], 1);
    free(result);
}

static void rows_over_the_limit_are_skipped(void **state)
{
    (void)state;
    char log[4096];
    int len = snprintf(log, sizeof log, HEAD "tick,0x1,2,0,0x0,0,%02000d\ntick,0x1,2,0,0x0,0\n", 0);
    parse_result *result = malloc(sizeof *result);
    *result = (parse_result){.len = 0};
    unpeg_log_parser_options options = {.struct_size = sizeof options, .max_row_bytes = 1000};
    unpeg_log_parser *parser;
    assert_int_equal(unpeg_log_parser_create(&options, print_record, result, &parser), UNPEG_OK);
    for (int at = 0; at < len; at += 100)
        assert_int_equal(
            unpeg_log_parser_feed(parser, log + at, (size_t)(len - at < 100 ? len - at : 100)),
            UNPEG_OK);
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_damage(parser)->kinds[UNPEG_DAMAGE_ROW_TOO_LONG].count, 1);
    assert_int_equal(
        unpeg_log_parser_damage(parser)->kinds[UNPEG_DAMAGE_ROW_TOO_LONG].places[0].line, 2);
    assert_non_null(strstr(result->text, "tick pc=0x1 time_us=2"));
    unpeg_log_parser_destroy(parser);
    free(result);
}

static unpeg_status stop_at_tick(void *user, const unpeg_record *record)
{
    unsigned *calls = user;
    ++*calls;
    return record->kind == UNPEG_RECORD_TICK ? UNPEG_STOPPED : UNPEG_OK;
}

static void a_failing_callback_stops_for_good(void **state)
{
    (void)state;
    static const char log[] = HEAD "tick,0x1,2,0,0x0,0\ntick,0x1,2,0,0x0,0\n";
    unpeg_log_parser *parser;
    unsigned calls = 0;
    assert_int_equal(unpeg_log_parser_create(NULL, stop_at_tick, &calls, &parser), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_feed(parser, log, sizeof log - 1), UNPEG_STOPPED);
    assert_int_equal(unpeg_log_parser_feed(parser, log, sizeof log - 1), UNPEG_STOPPED);
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_STOPPED);
    assert_int_equal(calls, 2);
    unpeg_log_parser_destroy(parser);
}

static void a_tail_begins_at_its_first_whole_row(void **state)
{
    (void)state;
    static const char log[] = "x0,0x77\ntick,0x1,2,0,0x0,0\n";
    parse_result *result = malloc(sizeof *result);
    *result = (parse_result){.len = 0};
    unpeg_log_parser_options options = {.struct_size = sizeof options,
                                        .first_line = 100,
                                        .first_offset = 5000,
                                        .starts_inside_a_row = true};
    unpeg_log_parser *parser;
    assert_int_equal(unpeg_log_parser_create(&options, print_record, result, &parser), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_feed(parser, log, sizeof log - 1), UNPEG_OK);
    assert_int_equal(unpeg_log_parser_finish(parser), UNPEG_OK);
    assert_string_equal(result->text,
                        "tick pc=0x1 time_us=2 external=0 callback=0x0 state=0 frames=\"\"\n");
    assert_int_equal(unpeg_log_parser_damage(parser)->kinds[UNPEG_DAMAGE_NO_HEADER].count, 0);
    unpeg_log_parser_destroy(parser);
    free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_records),
        cmocka_unit_test(names_broken_over_lines_are_joined),
        cmocka_unit_test(a_broken_name_does_not_eat_the_next_row),
        cmocka_unit_test(unwanted_rows_are_counted_and_not_kept),
        cmocka_unit_test(rows_over_the_limit_are_skipped),
        cmocka_unit_test(a_failing_callback_stops_for_good),
        cmocka_unit_test(a_tail_begins_at_its_first_whole_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
