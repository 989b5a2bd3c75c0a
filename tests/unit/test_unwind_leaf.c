/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "unwind_arch.h"

enum { STACK_AT = 0x7000 };

static const uint64_t stack[] = {0x1234, 0x7100, 0x5678};

static unpeg_status read_stack(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    if (address < STACK_AT || address - STACK_AT > sizeof stack - size)
        return UNPEG_NOT_FOUND;
    memcpy(bytes, (const char *)stack + (address - STACK_AT), size);
    return UNPEG_OK;
}

static leaf_answer answer(const unsigned char *code, size_t size, leaf_caller *caller)
{
    static const target_memory memory = {.read = read_stack};
    static const target_registers none = {.arch = TARGET_X86_64};
    leaf_site site = {.registers = &none, .memory = &memory, .sp = STACK_AT, .fp = 0x7200};
    site.code = code;
    site.code_size = size;
    return unwind_x86_64.find_unbuilt(&site, caller);
}

static void returns_without_a_frame(void **state)
{
    (void)state;
    static const unsigned char code[] = {0x31, 0xC0, 0xC3}; /* xor eax, eax; ret */
    leaf_caller caller;
    assert_int_equal(answer(code, sizeof code, &caller), LEAF_UNBUILT);
    assert_int_equal(caller.pc, 0x1234);
    assert_int_equal(caller.sp, STACK_AT + 8);
    assert_int_equal(caller.fp, 0x7200);
}

static void takes_a_frame_down(void **state)
{
    (void)state;
    static const unsigned char code[] = {0x31, 0xC0, 0xC9, 0xC3}; /* xor eax, eax; leave; ret */
    leaf_caller caller;
    assert_int_equal(answer(code, sizeof code, &caller), LEAF_BUILT);
}

/* Two loops, one in the other, and then nothing that tells: branches lead back to themselves. */
static void loops_end(void **state)
{
    (void)state;
    static const unsigned char code[] = {
        0x48, 0x83, 0xEF, 0x01, /* sub rdi, 1 */
        0x48, 0x83, 0xFF, 0x0B, /* cmp rdi, 11 */
        0x77, 0xF6,             /* ja to the start */
        0x75, 0xF4,             /* jne to the start */
        0xCC,                   /* int3 */
    };
    leaf_caller caller;
    assert_int_equal(answer(code, sizeof code, &caller), LEAF_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returns_without_a_frame),
        cmocka_unit_test(takes_a_frame_down),
        cmocka_unit_test(loops_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
