/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ref_lines.h"
#include "ref_row.h"

static bool begins_with_w(void *user, unpeg_slice head)
{
    int *asked = user;
    ++*asked;
    assert_int_equal(head.len, REF_LINE_HEAD);
    return head.data[0] == 'w';
}

typedef struct reading {
    unpeg_source *source;
    ref_lines lines;
    int asked;
} reading;

static void begin(reading *r, const char *text, size_t len)
{
    *r = (reading){.source = NULL};
    assert_int_equal(unpeg_source_open_memory(text, len, &r->source, NULL), UNPEG_OK);
    r->lines = (ref_lines){.source = r->source, .wanted = begins_with_w, .user = &r->asked};
}

static void end(reading *r)
{
    ref_lines_deinit(&r->lines);
    unpeg_source_close(r->source);
}

static unpeg_slice next(reading *r)
{
    unpeg_slice line;
    assert_int_equal(ref_lines_next(&r->lines, &line, NULL), UNPEG_OK);
    return line;
}

static void assert_next(reading *r, const char *want, uint64_t number)
{
    unpeg_slice line = next(r);
    assert_int_equal(line.len, strlen(want));
    assert_memory_equal(line.data, want, line.len);
    assert_int_equal(r->lines.line, number);
}

static void reading_ends_at_an_empty_line(void **state)
{
    reading r;
    (void)state;
    begin(&r, "one\ntwo\n\nthree\n", 15);
    assert_next(&r, "one", 1);
    assert_next(&r, "two", 2);
    assert_int_equal(next(&r).len, 0);
    end(&r);
}

static void a_cut_last_line_is_none(void **state)
{
    reading r;
    (void)state;
    begin(&r, "one\r\ntwo", 8);
    assert_next(&r, "one\r", 1);
    assert_int_equal(next(&r).len, 0);
    assert_int_equal(next(&r).len, 0);
    end(&r);
    begin(&r, "", 0);
    assert_int_equal(next(&r).len, 0);
    end(&r);
}

/* Lines of up to 1.5 MB, longer than any read: those with w arrive whole, the others cost nothing
 * but their scan. */
static void long_lines_arrive_whole_or_not_at_all(void **state)
{
    static const size_t LENGTHS[] = {5, 600000, 511, 262144, 262143, 1500000, 3, 262145, 700};
    enum { COUNT = sizeof LENGTHS / sizeof *LENGTHS };
    char *text = malloc(4000000);
    size_t len = 0;
    reading r;
    (void)state;
    assert_non_null(text);
    for (int i = 0; i < COUNT; i++) {
        memset(text + len, i % 3 == 1 ? 'x' : 'w', LENGTHS[i]);
        text[len + LENGTHS[i]] = '\n';
        len += LENGTHS[i] + 1;
    }
    begin(&r, text, len);
    for (int i = 0; i < COUNT; i++) {
        if (i % 3 == 1)
            continue;
        unpeg_slice line = next(&r);
        while (line.data[0] == 'x') { /* one that was in the buffer from end to end */
            assert_true(line.len < 500000);
            line = next(&r);
        }
        assert_int_equal(line.len, LENGTHS[i]);
        assert_int_equal(r.lines.line, i + 1);
    }
    assert_int_equal(next(&r).len, 0);
    assert_true(r.asked >= 3 && r.asked <= 20);
    end(&r);
    free(text);
}

static void events_are_known_by_their_text(void **state)
{
    static const struct {
        const char *line;
        ref_event want;
    } ROWS[] = {
        {"tick,0x1", REF_EVENT_TICK},
        {"tick", REF_EVENT_TICK},
        {"ti\\x63k,0x1", REF_EVENT_TICK},
        {"\\u0074ick", REF_EVENT_TICK},
        {"tick ,0x1", REF_EVENT_NONE},
        {" tick,0x1", REF_EVENT_NONE},
        {"tick\r", REF_EVENT_NONE},
        {"ticks,1", REF_EVENT_NONE},
        {",tick", REF_EVENT_NONE},
        {"code-creation,JS", REF_EVENT_CODE_CREATION},
        {"code\\x2dcreation,JS", REF_EVENT_CODE_CREATION},
        {"script-source,1", REF_EVENT_SCRIPT_SOURCE},
        {"profiler,begin,1", REF_EVENT_NONE},
        {"__proto__,1", REF_EVENT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (ref_event_of(unpeg_slice_of(ROWS[i].line)) != ROWS[i].want)
            fail_msg("%s", ROWS[i].line);
}

static void fields_are_split_before_escapes(void **state)
{
    ref_row row = {.scratch = NULL};
    ref_fields fields;
    (void)state;
    ref_row_open(&row, unpeg_slice_of("event,a\\x2Cb,\\n,,\xff,c"));
    assert_int_equal(ref_row_fields(&row, 4, &fields), UNPEG_OK);
    assert_int_equal(fields.count, 4);
    assert_true(unpeg_slice_equal(fields.text[0], unpeg_slice_of("a,b")));
    assert_true(unpeg_slice_equal(fields.text[1], unpeg_slice_of("\n")));
    assert_int_equal(fields.text[2].len, 0);
    assert_true(unpeg_slice_equal(fields.text[3], unpeg_slice_of("\xef\xbf\xbd")));
    ref_row_open(&row, unpeg_slice_of("event"));
    assert_int_equal(ref_row_fields(&row, 4, &fields), UNPEG_OK);
    assert_int_equal(fields.count, 0);
    ref_row_deinit(&row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_ends_at_an_empty_line),
        cmocka_unit_test(a_cut_last_line_is_none),
        cmocka_unit_test(long_lines_arrive_whole_or_not_at_all),
        cmocka_unit_test(events_are_known_by_their_text),
        cmocka_unit_test(fields_are_split_before_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
