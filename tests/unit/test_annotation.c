/* SPDX-License-Identifier: MIT
 *
 * Machine code whose instructions and loops are known: x86-64 written out by hand.
 */
#include "annotation.h"
#include "check.h"

enum { START = 0x401000 };

/* Two nested loops. */
static const unsigned char nested[] = {
    0x31, 0xc0,             /* 1000 xor eax, eax */
    0x31, 0xc9,             /* 1002 xor ecx, ecx      outer: */
    0xff, 0xc1,             /* 1004 inc ecx           inner: */
    0x01, 0xc8,             /* 1006 add eax, ecx */
    0x83, 0xf9, 0x0a,       /* 1008 cmp ecx, 10 */
    0x75, 0xf7,             /* 100b jne 1004 */
    0x3d, 0x00, 0x10, 0, 0, /* 100d cmp eax, 0x1000 */
    0x75, 0xee,             /* 1012 jne 1002 */
    0xc3,                   /* 1014 ret */
};

static annotation *annotate(const unsigned char *bytes, size_t size, const unpeg_code_hits *hits,
                            size_t count)
{
    annotation *notes = NULL;
    unpeg_error error;
    annotation_source from = {
        .code = {.address = START, .bytes = bytes, .size = size}, .hits = hits, .hit_count = count};
    assert_int_equal(annotation_create(&from, &notes, &error), UNPEG_OK);
    return notes;
}

static void instructions_are_told_apart(void **state)
{
    (void)state;
    annotation *notes = annotate(nested, sizeof nested, NULL, 0);
    assert_int_equal(notes->instruction_count, 9);
    assert_string_equal(notes->instructions[0].instruction.text, "xor eax, eax");
    assert_int_equal(notes->instructions[5].instruction.address, START + 0xb);
    assert_true(notes->instructions[5].instruction.is_jump);
    assert_int_equal(notes->instructions[5].instruction.target, START + 4);
    assert_true(notes->instructions[8].instruction.is_return);
    assert_false(notes->instructions[8].instruction.is_jump);
    assert_int_equal(notes->loop_count, 2);
    assert_false(notes->has_hot_loop);
    annotation_destroy(notes);
}

static void the_smallest_loop_with_the_samples_is_hot(void **state)
{
    (void)state;
    const unpeg_code_hits inner[] = {
        {6, 3}, {9, 1},    {0xb, 1},           {4, 1},         {8, 1}, {0xb, 1},
        {6, 1}, {0x12, 1}, {sizeof nested, 5}, {UINT32_MAX, 7}};
    annotation *notes = annotate(nested, sizeof nested, inner, 10);
    assert_int_equal(notes->samples, 10);
    assert_int_equal(notes->instructions[3].samples, 4);
    assert_int_equal(notes->instructions[4].samples, 2); /* one inside the instruction */
    assert_true(notes->has_hot_loop);
    assert_int_equal(notes->loops[notes->hot_loop].first, 2);
    assert_int_equal(notes->loops[notes->hot_loop].samples, 9);
    annotation_destroy(notes);
    const unpeg_code_hits outer[] = {{2, 1}, {6, 1}, {0xd, 1}, {0x12, 1}};
    notes = annotate(nested, sizeof nested, outer, 4);
    assert_int_equal(notes->loops[notes->hot_loop].first, 1);
    assert_int_equal(notes->loops[notes->hot_loop].samples, 4);
    annotation_destroy(notes);
}

static void any_bytes_are_taken(void **state)
{
    (void)state;
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37 + 6);
    annotation *notes = annotate(bytes, sizeof bytes, NULL, 0);
    uint64_t size = 0;
    for (size_t i = 0; i < notes->instruction_count; i++) {
        assert_int_equal(notes->instructions[i].instruction.address, START + size);
        size += notes->instructions[i].instruction.size;
    }
    assert_int_equal(size, sizeof bytes);
    annotation_destroy(notes);
    notes = annotate((const unsigned char[]){0x06}, 1, NULL, 0);
    assert_string_equal(notes->instructions[0].instruction.text, ".byte 0x06");
    annotation_destroy(notes);
}

static void aarch64(void **state)
{
    (void)state;
    /* add x0, x0, #1; tbnz w0, #3, .-4; b .-8; ret */
    static const unsigned char bytes[] = {0x00, 0x04, 0x00, 0x91, 0xe0, 0xff, 0x1f, 0x37,
                                          0xfe, 0xff, 0xff, 0x17, 0xc0, 0x03, 0x5f, 0xd6};
    annotation *notes = NULL;
    annotation_source from = {.arch = TARGET_AARCH64,
                              .code = {.address = START, .bytes = bytes, .size = sizeof bytes}};
    assert_int_equal(annotation_create(&from, &notes, NULL), UNPEG_OK);
    assert_int_equal(notes->instruction_count, 4);
    assert_int_equal(notes->loop_count, 2);
    assert_int_equal(notes->loops[0].first, 0);
    assert_int_equal(notes->loops[1].first, 0);
    assert_true(notes->instructions[3].instruction.is_return);
    annotation_destroy(notes);
}

static void too_much_code(void **state)
{
    (void)state;
    annotation *notes = NULL;
    annotation_source from = {
        .code = {.address = START, .bytes = nested, .size = ANNOTATION_CODE_LIMIT + 1}};
    assert_int_equal(annotation_create(&from, &notes, NULL), UNPEG_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instructions_are_told_apart),
        cmocka_unit_test(the_smallest_loop_with_the_samples_is_hot),
        cmocka_unit_test(any_bytes_are_taken),
        cmocka_unit_test(aarch64),
        cmocka_unit_test(too_much_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
