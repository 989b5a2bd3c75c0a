/* SPDX-License-Identifier: MIT
 *
 * AArch64 code whose frame is not built yet, half built, built, or gone: where the caller is.
 * Instructions are as an assembler writes them, named beside their words.
 */
#include <stdio.h>

#include "check.h"
#include "unwind_arch.h"

enum { STACK_AT = 0x7000, FP_AT = 0x7200, LINK = 0x401234, WORDS = 8 };

#define SIGNED (UINT64_C(0x002b) << 48)

enum {
    NOP = (int)0xd503201fU,
    PACIASP = (int)0xd503233fU,
    STP_PRE = (int)0xa9be7bfdU, /* stp x29, x30, [sp, -32]! */
    MOV_FP = (int)0x910003fdU,  /* mov x29, sp */
    ADD_FP = (int)0x910043fdU,  /* add x29, sp, 16 */
    LDP_POST = (int)0xa8c27bfdU,
    MOV_SP = (int)0x910003bfU, /* mov sp, x29 */
    RET = (int)0xd65f03c0U,
    RETAA = (int)0xd65f0bffU,
    RET_X1 = (int)0xd65f0020U,
    BR_X2 = (int)0xd61f0040U,
    BRAA = (int)0xd71f0841U, /* braa x2, x1 */
    BLR_X3 = (int)0xd63f0060U,
    BL = (int)0x94000010U,
    B_SELF = (int)0x14000000U,
    B_2 = (int)0x14000002U,
    CBZ_2 = (int)0x34000040U,     /* cbz w0, two on */
    TBNZ_2 = (int)0x37000040U,    /* tbnz w0, 0, two on */
    BEQ_2 = (int)0x54000040U,     /* b.eq two on */
    BEQ_BACK = (int)0x54ffffe0U,  /* b.eq one back */
    LDR_FP = (int)0xf85f83a1U,    /* ldr x1, [x29, -8] */
    STR_SP = (int)0xf90007e1U,    /* str x1, [sp, 8] */
    STP_OTHER = (int)0xa90153f3U, /* stp x19, x20, [sp, 16] */
    LDP_LR = (int)0xa9427bfdU,    /* ldp x29, x30, [sp, 32] */
    UDF = 0,
};

static const uint64_t stack[] = {0x7300, 0x405678, 0x7400, SIGNED | 0x40abcd};

static unpeg_status read_stack(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    if (address < STACK_AT || address - STACK_AT > sizeof stack - size)
        return UNPEG_NOT_FOUND;
    memcpy(bytes, (const char *)stack + (address - STACK_AT), size);
    return UNPEG_OK;
}

typedef struct code_row {
    const char *name;
    int before;
    int words[WORDS]; /* to the first 0 */
    leaf_answer answer;
    bool half;
    uint64_t pc, sp, fp; /* where the answer has a caller */
} code_row;

#define FROM_LINK .pc = LINK, .sp = STACK_AT, .fp = FP_AT

static const code_row ROWS[] = {
    {"leaf", NOP, {NOP, RET}, LEAF_UNBUILT, FROM_LINK},
    {"leaf, signed", NOP, {NOP, RETAA}, LEAF_UNBUILT, FROM_LINK},
    {"prologue", NOP, {STP_PRE, MOV_FP}, LEAF_UNBUILT, FROM_LINK},
    {"prologue that signs", NOP, {PACIASP, STP_PRE, MOV_FP}, LEAF_UNBUILT, FROM_LINK},
    {"after a check", NOP, {CBZ_2, NOP, STP_PRE}, LEAF_UNBUILT, FROM_LINK},
    {"half", STP_PRE, {MOV_FP, NOP, RET}, LEAF_UNBUILT, true, 0x405678, STACK_AT + 16, 0x7300},
    {"half, record above",
     STP_PRE,
     {ADD_FP, NOP},
     LEAF_UNBUILT,
     true,
     SIGNED | 0x40abcd,
     STACK_AT + 32,
     0x7400},
    {"frame set without a record", NOP, {MOV_FP, RET}, .answer = LEAF_UNKNOWN},
    {"record taken down", NOP, {NOP, LDP_POST, RET}, .answer = LEAF_BUILT},
    {"link taken from the stack", NOP, {LDP_LR, RET}, .answer = LEAF_BUILT},
    {"stack from the frame pointer", NOP, {MOV_SP, NOP}, .answer = LEAF_BUILT},
    {"uses its frame", NOP, {LDR_FP, RET}, .answer = LEAF_BUILT},
    {"uses the stack only", NOP, {STR_SP, STP_OTHER, RET}, LEAF_UNBUILT, FROM_LINK},
    {"calls", NOP, {BL, RET}, .answer = LEAF_UNKNOWN},
    {"calls through a register", NOP, {BLR_X3, RET}, .answer = LEAF_UNKNOWN},
    {"a call on one side", NOP, {TBNZ_2, BL, RET}, LEAF_UNBUILT, FROM_LINK},
    {"the other side returns", NOP, {BEQ_2, BLR_X3, RET}, LEAF_UNBUILT, FROM_LINK},
    {"jumps over", NOP, {B_2, BL, RET}, LEAF_UNBUILT, FROM_LINK},
    {"jumps for ever", NOP, {B_SELF, RET}, .answer = LEAF_UNKNOWN},
    {"branches for ever", NOP, {NOP, BEQ_BACK, B_SELF}, .answer = LEAF_UNKNOWN},
    {"tail jump", NOP, {NOP, BR_X2}, LEAF_JUMPS, FROM_LINK},
    {"tail jump, signed", NOP, {BRAA, NOP}, LEAF_JUMPS, FROM_LINK},
    {"returns elsewhere", NOP, {RET_X1, RET}, .answer = LEAF_UNKNOWN},
    {"no instruction", NOP, {UDF}, .answer = LEAF_UNKNOWN},
};

static leaf_answer answer(const code_row *row, uint64_t known, leaf_caller *caller)
{
    static const target_memory memory = {.read = read_stack};
    target_registers registers = {.arch = TARGET_AARCH64, .known = known};
    registers.value[REG_ARM_LR] = LINK;
    leaf_site site = {.registers = &registers, .memory = &memory, .sp = STACK_AT, .fp = FP_AT};
    site.code = (const unsigned char *)row->words;
    while (site.code_size < sizeof row->words && row->words[site.code_size / 4] != 0)
        site.code_size += 4;
    memcpy(site.before + CALL_BYTES - 4, &row->before, 4);
    memset(caller, 0, sizeof *caller);
    return unwind_aarch64.find_unbuilt(&site, caller);
}

static void test_where_the_caller_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const code_row *row = &ROWS[i];
        leaf_caller caller;
        leaf_answer found = answer(row, UINT64_C(1) << REG_ARM_LR, &caller);
        if (found != row->answer)
            fail_msg("%s: answer %d", row->name, found);
        if (found == LEAF_BUILT || found == LEAF_UNKNOWN)
            continue;
        if (caller.pc != row->pc || caller.sp != row->sp || caller.fp != row->fp ||
            caller.half != row->half)
            fail_msg("%s: caller %#llx, %#llx, %#llx", row->name, (unsigned long long)caller.pc,
                     (unsigned long long)caller.sp, (unsigned long long)caller.fp);
    }
}

/* In a frame further out the link register is long lost. */
static void test_without_the_link_register(void **state)
{
    (void)state;
    leaf_caller caller;
    assert_int_equal(answer(&ROWS[0], 0, &caller), LEAF_UNKNOWN);
}

static void test_code_that_is_cut(void **state)
{
    (void)state;
    static const unsigned char ret[] = {0xc0, 0x03, 0x5f, 0xd6};
    static const target_memory memory = {.read = read_stack};
    target_registers registers = {.known = UINT64_C(1) << REG_ARM_LR};
    leaf_site site = {.registers = &registers, .memory = &memory, .code = ret};
    leaf_caller caller;
    for (site.code_size = 0; site.code_size < sizeof ret; site.code_size++)
        assert_int_equal(unwind_aarch64.find_unbuilt(&site, &caller), LEAF_UNKNOWN);
    assert_int_equal(unwind_aarch64.find_unbuilt(&site, &caller), LEAF_UNBUILT);
}

static void test_signatures_are_taken_off(void **state)
{
    (void)state;
    static const struct {
        uint64_t top, address, expected;
    } rows[] = {
        {UINT64_C(0xfffff7fff000), UINT64_C(0x002bffff12345678), 0xffff12345678},
        {UINT64_C(0xfffff7fff000), UINT64_C(0xff2b000000401000), 0x401000},
        {UINT64_C(0xfffff7fff000), 0x401000, 0x401000},
        {UINT64_C(0x7ffffff000), UINT64_C(0x002b557f12345678), 0x7f12345678}, /* 39 bits */
        {UINT64_C(0x8000000000), UINT64_C(0x002b557f12345678), 0x7f12345678},
        {UINT64_C(0xfffffffff7000), UINT64_C(0x00a3ffff12345678), 0x3ffff12345678}, /* 52 bits */
        {0, UINT64_C(0xff23456789abcdef), 0x23456789abcdef},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(unwind_aarch64.strip(rows[i].address, rows[i].top), rows[i].expected);
}

static void test_calls_before_a_return_address(void **state)
{
    (void)state;
    static const struct {
        int word;
        bool call;
    } rows[] = {{BL, true}, {BLR_X3, true}, {BR_X2, false}, {RET, false}, {B_2, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char before[CALL_BYTES] = {0};
        memcpy(before + CALL_BYTES - 4, &rows[i].word, 4);
        assert_int_equal(unwind_aarch64.ends_in_call(before), rows[i].call);
    }
}

static void test_return_from_a_signal(void **state)
{
    (void)state;
    static const uint32_t code[] = {0xd2801168, 0xd4000001};
    assert_true(unwind_aarch64.is_signal_return((const unsigned char *)code, 8));
    assert_false(unwind_aarch64.is_signal_return((const unsigned char *)code, 7));
    assert_false(unwind_aarch64.is_signal_return((const unsigned char *)(code + 1), 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_the_caller_is),
        cmocka_unit_test(test_without_the_link_register),
        cmocka_unit_test(test_code_that_is_cut),
        cmocka_unit_test(test_signatures_are_taken_off),
        cmocka_unit_test(test_calls_before_a_return_address),
        cmocka_unit_test(test_return_from_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
