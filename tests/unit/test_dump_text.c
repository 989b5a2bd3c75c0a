/* SPDX-License-Identifier: MIT
 *
 * A dump as text and as JSON: what a thread is in, with names that a program chose.
 */
#include "check.h"
#include "unpeg/live.h"

#include <stdio.h>

typedef struct collected {
    char text[8192];
    size_t size;
} collected;

static unpeg_status collect(void *user, const void *bytes, size_t size)
{
    collected *to = user;
    if (size >= sizeof to->text - to->size)
        return UNPEG_LIMIT;
    memcpy(to->text + to->size, bytes, size);
    to->size += size;
    to->text[to->size] = '\0';
    return UNPEG_OK;
}

typedef unpeg_status (*print_fn)(const unpeg_live_dump *dump, const unpeg_writer *out);

static const char *print(const unpeg_live_stack *stack, print_fn how, collected *to)
{
    const unpeg_live_dump dump = {
        .pid = 7, .program = "node", .withheld = "", .stacks = stack, .stack_count = 1};
    const unpeg_writer writer = {.write = collect, .user = to};
    to->size = 0;
    assert_int_equal(how(&dump, &writer), UNPEG_OK);
    return to->text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in: %s", part, text);
}

static unpeg_live_stack stack_in(const char *source)
{
    static const unpeg_live_frame frames[] = {
        {.frame = {.kind = UNPEG_FRAME_REGEXP}, .line_text = ""},
        {.frame = {.kind = UNPEG_FRAME_JS, .name = {"match", 5}, .file = {"a.js", 4}, .line = 3},
         .line = 4,
         .column = 2,
         .line_text = ""},
    };
    unpeg_live_stack stack = {.tid = 7, .state = 'R', .frames = frames, .frame_count = 2};
    stack.complete = true;
    stack.end_text = "complete";
    stack.regexp = (unpeg_live_regexp){.known = true, .source = unpeg_slice_of(source)};
    return stack;
}

static void a_regular_expression(void **state)
{
    (void)state;
    collected out;
    unpeg_live_stack stack = stack_in("^(a+)+$");
    snprintf(stack.regexp.flags, sizeof stack.regexp.flags, "gi");
    assert_has(print(&stack, unpeg_live_dump_text, &out),
               "runs (regexp), called from match a.js:4:2\n"
               "      in the regular expression /^(a+)+$/gi\n");
    stack.regexp.subject_known = true;
    stack.regexp.subject_length = 1;
    assert_has(print(&stack, unpeg_live_dump_text, &out), "/gi on a string of 1 character\n");
    stack.regexp.subject_length = 30;
    assert_has(print(&stack, unpeg_live_dump_text, &out), "/gi on a string of 30 characters\n");
    assert_has(print(&stack, unpeg_live_dump_json, &out), "\"source\": \"^(a+)+$\"");
    assert_has(out.text, "\"subject_length\": 30");
}

static void what_is_not_known_is_not_told(void **state)
{
    (void)state;
    collected out;
    unpeg_live_stack stack = stack_in("x");
    assert_null(strstr(print(&stack, unpeg_live_dump_text, &out), "on a string"));
    assert_null(strstr(print(&stack, unpeg_live_dump_json, &out), "subject_length"));
    stack.regexp.known = false;
    assert_null(strstr(print(&stack, unpeg_live_dump_text, &out), "regular expression"));
    assert_null(strstr(print(&stack, unpeg_live_dump_json, &out), "\"regexp\": {"));
}

static void a_source_with_control_characters(void **state)
{
    (void)state;
    collected out;
    unpeg_live_stack stack = stack_in("a\x1b[2J\nb\xe2\x80\xae");
    stack.regexp.cut = true;
    const char *text = print(&stack, unpeg_live_dump_text, &out);
    assert_null(strchr(text, 0x1b));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_null(strstr(text, "[2J\nb"));
    assert_has(text, ".../\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_regular_expression),
        cmocka_unit_test(what_is_not_known_is_not_told),
        cmocka_unit_test(a_source_with_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
