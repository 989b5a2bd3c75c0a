/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "snapshot.h"

enum { STACK_SIZE = 16 };

static unsigned char stack_bytes[STACK_SIZE];

/* Live memory: 0x22 in every byte below 0x10000. */
static unpeg_status read_live(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    if (address >= 0x10000)
        return UNPEG_NOT_FOUND;
    memset(bytes, 0x22, size);
    return UNPEG_OK;
}

static const target_memory live = {.read = read_live};

static uint64_t word_at(const target_memory *memory, unpeg_addr address)
{
    uint64_t word = 0;
    assert_int_equal(memory_read_u64(memory, address, &word), UNPEG_OK);
    return word;
}

static void test_stack_copy_answers_first(void **state)
{
    (void)state;
    memset(stack_bytes, 0x11, sizeof stack_bytes);
    target_snapshot snapshot = {
        .stack_start = 0x1000, .stack = stack_bytes, .stack_size = STACK_SIZE};
    snapshot_view view;
    target_memory memory = snapshot_memory(&view, &snapshot, &live);
    assert_int_equal(word_at(&memory, 0x1000), 0x1111111111111111);
    assert_int_equal(word_at(&memory, 0x1008), 0x1111111111111111);
    assert_int_equal(word_at(&memory, 0xff8), 0x2222222222222222);
    assert_int_equal(word_at(&memory, 0x1010), 0x2222222222222222);
}

/* What the thread has on its stack by now is not what it had: the copy answers for its part. */
static void test_parts_in_the_copy(void **state)
{
    (void)state;
    unsigned char bytes[2 * STACK_SIZE], expected[2 * STACK_SIZE];
    memset(stack_bytes, 0x11, sizeof stack_bytes);
    target_snapshot snapshot = {
        .stack_start = 0x1000, .stack = stack_bytes, .stack_size = STACK_SIZE};
    snapshot_view view;
    target_memory memory = snapshot_memory(&view, &snapshot, &live);
    assert_int_equal(word_at(&memory, 0xffd), 0x1111111111222222);
    assert_int_equal(word_at(&memory, 0x1009), 0x2211111111111111);
    memset(expected, 0x22, sizeof expected);
    memset(expected + 8, 0x11, STACK_SIZE);
    assert_int_equal(memory_read(&memory, 0xff8, bytes, sizeof bytes), UNPEG_OK);
    assert_memory_equal(bytes, expected, sizeof bytes);
    snapshot.stack_start = 0xfff8;
    assert_int_equal(memory_read(&memory, 0xfff0, bytes, 24), UNPEG_OK);
    assert_memory_equal(bytes, expected, 24);
    assert_int_equal(memory_read(&memory, 0xfff0, bytes, 25), UNPEG_NOT_FOUND);
}

static void test_unreadable(void **state)
{
    (void)state;
    target_snapshot snapshot = {
        .stack_start = 0x1000, .stack = stack_bytes, .stack_size = STACK_SIZE};
    snapshot_view view;
    target_memory memory = snapshot_memory(&view, &snapshot, &live);
    uint64_t word;
    uint32_t half;
    uint16_t quarter;
    assert_int_equal(memory_read_u64(&memory, 0x20000, &word), UNPEG_NOT_FOUND);
    assert_int_equal(memory_read_u32(&memory, 0x20000, &half), UNPEG_NOT_FOUND);
    assert_int_equal(memory_read_u16(&memory, UINT64_MAX, &quarter), UNPEG_NOT_FOUND);
    assert_int_equal(memory_read_u64(&memory, UINT64_MAX - 3, &word), UNPEG_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stack_copy_answers_first),
        cmocka_unit_test(test_parts_in_the_copy),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
