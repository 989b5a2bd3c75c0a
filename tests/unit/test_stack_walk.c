/* SPDX-License-Identifier: MIT
 *
 * Stacks made by hand: which frames they are, how each was left, and why the walk ended.
 */
#include "stack_walk.h"

#include <dwarf.h>

#include "check.h"
#include "fake_code.h"
#include "libunwind_cursor.h"

/* The image: code with CFI, then builtins without. Addresses in the process are those of the
 * file. */
enum {
    TEXT = 0x401000,
    START = TEXT,          /* return address undefined */
    MAIN = TEXT + 0x20,    /* push rbp; mov rbp, rsp */
    LEAF = TEXT + 0x60,    /* pushes 24 bytes, rbp at CFA - 16 */
    PLT = TEXT + 0xa0,     /* a stub for each 16 bytes */
    RETURN = TEXT + 0xe0,  /* from signal handlers */
    HELD = TEXT + 0x100,   /* CFA in memory, at rbx */
    ODD = TEXT + 0x120,    /* rbp by an expression */
    BROKEN = TEXT + 0x140, /* nothing that means anything */
    BUILTIN = TEXT + 0x200,
    TEXT_SIZE = 0x400,
    JIT = 0x10000000,
    STACK = 0x7000,
    STACK_WORDS = 64,
};

static const char MAPS[] = "00007000-00009000 rw-p 00000000 00:00 0 [stack]\n"
                           "00401000-00402000 r-xp 00001000 08:01 7 /bin/node\n"
                           "10000000-10001000 rwxp 00000000 00:00 0\n";

static const unsigned char START_RULE[] = {DW_CFA_undefined, 16};
static const unsigned char MAIN_RULE[] = {
    DW_CFA_advance_loc | 1, DW_CFA_def_cfa_offset,   16, DW_CFA_offset | 6, 2,
    DW_CFA_advance_loc | 3, DW_CFA_def_cfa_register, 6};
static const unsigned char LEAF_RULE[] = {DW_CFA_advance_loc | 4, DW_CFA_def_cfa_offset, 32,
                                          DW_CFA_offset | 6, 2};
static const unsigned char PLT_RULE[] = {DW_CFA_def_cfa_expression,
                                         11,
                                         DW_OP_breg7,
                                         8,
                                         DW_OP_breg16,
                                         0,
                                         DW_OP_lit15,
                                         DW_OP_and,
                                         DW_OP_lit11,
                                         DW_OP_ge,
                                         DW_OP_lit3,
                                         DW_OP_shl,
                                         DW_OP_plus};
static const unsigned char HELD_RULE[] = {DW_CFA_def_cfa_expression, 5, DW_OP_breg3, 8, DW_OP_deref,
                                          DW_OP_plus_uconst,         8};
/* rbp was rsp + 64 */
static const unsigned char ODD_RULE[] = {DW_CFA_val_expression, 6, 3, DW_OP_breg7, 0xc0, 0};
static const unsigned char BROKEN_RULE[] = {DW_CFA_restore_state};

static fake_elf elf;
static fake_process process;
static stack_walker *walker;
static stack_trace trace;
static target_registers registers;
static uint64_t stack[STACK_WORDS];
static unsigned char jit[0x1000], text[TEXT_SIZE];

static unpeg_addr at_word(size_t index)
{
    return STACK + 8 * index;
}

static void set_register(unsigned number, uint64_t value)
{
    registers.value[number] = value;
    registers.known |= UINT64_C(1) << number;
}

static void set_registers(unpeg_addr pc, size_t sp_word, unpeg_addr fp)
{
    registers = (target_registers){.arch = TARGET_X86_64};
    set_register(REG_X86_RIP, pc);
    set_register(REG_X86_RSP, at_word(sp_word));
    set_register(REG_X86_RBP, fp);
}

/* e8: what lies before a return address. */
static void put_call(unsigned char *code, size_t end)
{
    code[end - 5] = 0xe8;
}

static int set_up(void **state)
{
    (void)state;
    static const fake_fde fdes[] = {
        {START, 0x20, START_RULE, sizeof START_RULE},    {MAIN, 0x40, MAIN_RULE, sizeof MAIN_RULE},
        {LEAF, 0x40, LEAF_RULE, sizeof LEAF_RULE},       {PLT, 0x40, PLT_RULE, sizeof PLT_RULE},
        {HELD, 0x20, HELD_RULE, sizeof HELD_RULE},       {ODD, 0x20, ODD_RULE, sizeof ODD_RULE},
        {BROKEN, 0x20, BROKEN_RULE, sizeof BROKEN_RULE},
    };
    static const unsigned char signal_return[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    memset(stack, 0, sizeof stack);
    memset(jit, 0xcc, sizeof jit);
    memset(text, 0xcc, sizeof text);
    memcpy(text + RETURN - TEXT, signal_return, sizeof signal_return);
    put_call(text, BUILTIN - TEXT + 0x48);
    put_call(jit, 0x108);
    fake_elf_write(&(fake_elf_spec){.vaddr = TEXT,
                                    .code = text,
                                    .code_size = TEXT_SIZE,
                                    .fdes = fdes,
                                    .fde_count = sizeof fdes / sizeof *fdes},
                   &elf);
    process = (fake_process){.maps = MAPS, .elf = &elf};
    fake_process_put(&process, STACK, stack, sizeof stack);
    fake_process_put(&process, JIT, jit, sizeof jit);
    fake_process_open(&process);
    return stack_walker_create(process.space, &walker) == UNPEG_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    stack_trace_deinit(&trace);
    stack_walker_destroy(walker);
    fake_process_close(&process);
    return 0;
}

static void put_code(unsigned char *code, unpeg_addr base, unpeg_addr at, const void *bytes,
                     size_t size)
{
    memcpy(code + (at - base), bytes, size);
    if (code == text)
        memcpy(elf.bytes + FAKE_CODE_AT, text, TEXT_SIZE);
}

#define PUT_JIT(at, ...)                                                                           \
    put_code(jit, JIT, (at), (const unsigned char[]){__VA_ARGS__},                                 \
             sizeof((const unsigned char[]){__VA_ARGS__}))
#define PUT_BUILTIN(at, ...)                                                                       \
    put_code(text, TEXT, (at), (const unsigned char[]){__VA_ARGS__},                               \
             sizeof((const unsigned char[]){__VA_ARGS__}))

static void walk(void)
{
    assert_int_equal(stack_walk(walker, &registers, &process.memory, &trace), UNPEG_OK);
}

static void expect_end(stack_end end, size_t count)
{
    if (trace.end != end || trace.count != count)
        fail_msg("%zu frames, the end: %s at %#lx", trace.count, stack_end_text(trace.end),
                 (unsigned long)trace.end_at);
}

static void expect_frame(size_t index, unpeg_addr pc, stack_frame_kind kind, stack_frame_rule rule)
{
    assert_true(index < trace.count);
    const stack_frame *frame = &trace.frames[index];
    if (frame->pc != pc || frame->kind != kind || frame->rule != rule)
        fail_msg("frame %zu: pc %#lx, kind %d, rule %d", index, (unsigned long)frame->pc,
                 frame->kind, frame->rule);
    assert_int_equal(frame->interrupted, index == 0);
    assert_true(index == 0 || frame->sp > frame[-1].sp);
}

/* main's frame whose words begin there, called by _start. */
static void put_main(size_t word)
{
    stack[word] = 0;
    stack[word + 1] = START + 8;
}

static void expect_main_and_start(size_t index)
{
    expect_frame(index, MAIN + 0x10, STACK_FRAME_NATIVE, STACK_RULE_CFI);
    expect_frame(index + 1, START + 8, STACK_FRAME_NATIVE, STACK_RULE_NONE);
    expect_end(STACK_END_COMPLETE, index + 2);
}

static void test_cfi_only(void **state)
{
    (void)state;
    set_registers(LEAF + 8, 0, 0x1111);
    stack[2] = at_word(8); /* rbp of main at CFA - 16 */
    stack[3] = MAIN + 0x10;
    put_main(8);
    walk();
    expect_frame(0, LEAF + 8, STACK_FRAME_NATIVE, STACK_RULE_CFI);
    assert_int_equal(trace.frames[0].fp, 0x1111);
    assert_int_equal(trace.frames[1].fp, at_word(8));
    assert_int_equal(trace.frames[1].sp, at_word(4));
    expect_main_and_start(1);
}

/* Each instruction of a prologue and, after pop rbp, of an epilogue that keeps the body's rule. */
static void test_prologue_with_cfi(void **state)
{
    (void)state;
    set_registers(LEAF, 0, at_word(8));
    stack[0] = MAIN + 0x10;
    put_main(8);
    walk();
    expect_main_and_start(1);
    set_registers(MAIN, 4, 0x1234); /* its own first instruction */
    stack[4] = START + 8;
    walk();
    expect_frame(0, MAIN, STACK_FRAME_NATIVE, STACK_RULE_CFI);
    expect_end(STACK_END_COMPLETE, 2);
    set_registers(MAIN + 1, 3, 0x1234); /* pushed */
    stack[3] = 0x5678;
    walk();
    assert_int_equal(trace.frames[1].fp, 0x5678);
    expect_end(STACK_END_COMPLETE, 2);
}

/* "rbp at CFA - 16" where that is below the stack pointer: it was popped, the register holds. */
static void test_frame_pointer_popped_already(void **state)
{
    (void)state;
    set_registers(LEAF + 8, 0, 0);
    registers.value[REG_X86_RSP] = at_word(3);
    registers.value[REG_X86_RBP] = at_word(8);
    stack[2] = 0xdead;
    stack[6] = MAIN + 0x10;
    PUT_BUILTIN(LEAF, 0x90);
    stack[4] = 0xbeef; /* CFA is rsp + 32: rbp at word 5 */
    stack[5] = at_word(8);
    put_main(8);
    walk();
    expect_main_and_start(1);
}

static void test_plt(void **state)
{
    (void)state;
    put_main(8);
    set_registers(PLT + 0x10, 2, at_word(8)); /* before the push */
    stack[2] = MAIN + 0x10;
    walk();
    expect_frame(0, PLT + 0x10, STACK_FRAME_NATIVE, STACK_RULE_CFI);
    expect_main_and_start(1);
    set_registers(PLT + 0x1b, 1, at_word(8)); /* after it */
    walk();
    expect_main_and_start(1);
}

static void test_cfa_in_memory(void **state)
{
    (void)state;
    put_main(8);
    set_registers(HELD + 4, 0, at_word(8));
    set_register(REG_X86_RBX, at_word(1));
    stack[2] = at_word(6);
    stack[6] = MAIN + 0x10; /* CFA = [rbx + 8] + 8; the return address 8 below that */
    walk();
    expect_frame(0, HELD + 4, STACK_FRAME_NATIVE, STACK_RULE_CFI);
    expect_main_and_start(1);
}

/* A row that no rule says: libunwind knows, or the frame pointer has to do. */
static void test_unsupported_row(void **state)
{
    (void)state;
    libunwind_cursor *cursor = NULL;
    bool missing = libunwind_cursor_create(process.space, &cursor) == UNPEG_UNSUPPORTED;
    libunwind_cursor_destroy(cursor);
    stack[0] = MAIN + 0x10;
    stack[2] = at_word(8);
    stack[3] = MAIN + 0x10;
    put_main(8);
    set_registers(ODD + 4, 0, at_word(2));
    walk();
    expect_frame(0, ODD + 4, STACK_FRAME_NATIVE,
                 missing ? STACK_RULE_FRAME_POINTER : STACK_RULE_CFI);
    assert_int_equal(trace.frames[1].sp, at_word(missing ? 4 : 1));
    expect_main_and_start(1);
    set_registers(BROKEN + 4, 0, at_word(2));
    walk();
    expect_frame(0, BROKEN + 4, STACK_FRAME_NATIVE, STACK_RULE_FRAME_POINTER);
    expect_main_and_start(1);
}

/* The same of a frame that called. */
static void test_unsupported_row_of_a_caller(void **state)
{
    (void)state;
    set_registers(LEAF + 8, 0, 0x1111);
    stack[2] = at_word(10);
    stack[3] = ODD + 4;
    stack[4] = MAIN + 0x10;
    stack[10] = at_word(12);
    stack[11] = MAIN + 0x10;
    put_main(12);
    walk();
    expect_main_and_start(2);
}

/* JavaScript that calls JavaScript, through a builtin, from C++. */
static void test_frame_pointers_in_generated_code(void **state)
{
    (void)state;
    PUT_JIT(JIT + 0x40, 0x48, 0x8b, 0x45, 0xf8); /* mov rax, [rbp - 8]: the frame is built */
    set_registers(JIT + 0x40, 0, at_word(4));
    stack[4] = at_word(10);
    stack[5] = JIT + 0x108;
    stack[10] = at_word(14);
    stack[11] = BUILTIN + 0x48;
    stack[14] = at_word(20);
    stack[15] = MAIN + 0x10;
    put_main(20);
    walk();
    expect_frame(0, JIT + 0x40, STACK_FRAME_GENERATED, STACK_RULE_FRAME_POINTER);
    expect_frame(1, JIT + 0x108, STACK_FRAME_GENERATED, STACK_RULE_FRAME_POINTER);
    expect_frame(2, BUILTIN + 0x48, STACK_FRAME_TEXT, STACK_RULE_FRAME_POINTER);
    assert_false(trace.frames[0].not_built);
    expect_main_and_start(3);
}

/* A function that begins at the pc, or one instruction before: both forms of the move, and what
 * old V8 checks before it pushes. */
static void test_prologue_of_generated_code(void **state)
{
    (void)state;
    static const struct {
        unsigned char code[24];
        size_t len, at;
        bool pushed;
    } rows[] = {
        {{0x55, 0x48, 0x89, 0xe5, 0xcc}, 5, 0, false},
        {{0x55, 0x48, 0x8b, 0xec, 0xcc}, 5, 0, false},
        {{0x55, 0x48, 0x89, 0xe5, 0xcc}, 5, 1, true},
        {{0x55, 0x48, 0x8b, 0xec, 0xcc}, 5, 1, true},
        /* mov rbx, [rcx - 32]; test byte [rbx + 15], 1; jne away; then the frame */
        {{0x48, 0x8b, 0x59, 0xe0, 0xf6, 0x43, 0x0f, 0x01, 0x0f, 0x85, 0, 0x10, 0, 0, 0x55, 0x48,
          0x89, 0xe5},
         18,
         0,
         false},
        {{0x48, 0x8b, 0x59, 0xe0, 0xf6, 0x43, 0x0f, 0x01, 0x0f, 0x85, 0, 0x10, 0, 0, 0x55, 0x48,
          0x89, 0xe5},
         18,
         8,
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t top = 3;
        put_code(jit, JIT, JIT + 0x200, rows[i].code, rows[i].len);
        stack[2] = at_word(10); /* pushed rbp; the caller's frame */
        stack[3] = JIT + 0x108;
        stack[10] = at_word(20);
        stack[11] = MAIN + 0x10;
        put_main(20);
        set_registers(JIT + 0x200 + rows[i].at, rows[i].pushed ? top - 1 : top, at_word(10));
        walk();
        expect_frame(0, JIT + 0x200 + rows[i].at, STACK_FRAME_GENERATED,
                     rows[i].pushed ? STACK_RULE_HALF_FRAME : STACK_RULE_NO_FRAME);
        assert_true(trace.frames[0].not_built);
        expect_frame(1, JIT + 0x108, STACK_FRAME_GENERATED, STACK_RULE_FRAME_POINTER);
        expect_main_and_start(2);
    }
}

static void put_caller_of_leaf(size_t word)
{
    stack[word] = JIT + 0x108;
    stack[10] = at_word(20);
    stack[11] = MAIN + 0x10;
    put_main(20);
}

/* pop rbp was the last: ret; or the address is popped and pushed again, as newer V8 does. */
static void test_epilogues(void **state)
{
    (void)state;
    PUT_JIT(JIT + 0x300, 0xc3);
    put_caller_of_leaf(2);
    set_registers(JIT + 0x300, 2, at_word(10));
    walk();
    expect_frame(0, JIT + 0x300, STACK_FRAME_GENERATED, STACK_RULE_NO_FRAME);
    expect_main_and_start(2);
    /* pop rcx; add rsp, 16; push rcx; ret */
    PUT_JIT(JIT + 0x300, 0x59, 0x48, 0x83, 0xc4, 0x10, 0x51, 0xc3);
    walk();
    expect_frame(1, JIT + 0x108, STACK_FRAME_GENERATED, STACK_RULE_FRAME_POINTER);
    expect_main_and_start(2);
    /* leave; ret: still there */
    PUT_JIT(JIT + 0x300, 0xc9, 0xc3);
    stack[4] = at_word(10);
    stack[5] = JIT + 0x108;
    set_registers(JIT + 0x300, 2, at_word(4));
    walk();
    expect_frame(0, JIT + 0x300, STACK_FRAME_GENERATED, STACK_RULE_FRAME_POINTER);
    expect_main_and_start(2);
}

/* A builtin without a frame whose code does not tell: the word on top is taken if it is a return
 * address into code of V8, and only then. */
static void test_frameless_builtin(void **state)
{
    (void)state;
    put_caller_of_leaf(2);
    set_registers(BUILTIN + 0x20, 2, at_word(10));
    walk();
    expect_frame(0, BUILTIN + 0x20, STACK_FRAME_TEXT, STACK_RULE_NO_FRAME);
    expect_main_and_start(2);
    stack[2] = BUILTIN + 0x48;
    walk();
    expect_frame(1, BUILTIN + 0x48, STACK_FRAME_TEXT, STACK_RULE_FRAME_POINTER);
    static const unpeg_addr none[] = {JIT + 0x110, /* no call before it */
                                      MAIN + 0x10, /* C++ */
                                      0x7010,      /* the stack */
                                      0, BUILTIN + 0x60};
    put_call(text, BUILTIN + 0x60 - TEXT); /* the first byte of a builtin, after another's call */
    put_call(text, MAIN + 0x10 - TEXT);
    memcpy(elf.bytes + FAKE_CODE_AT, text, TEXT_SIZE);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        stack[2] = none[i];
        walk();
        expect_frame(0, BUILTIN + 0x20, STACK_FRAME_TEXT, STACK_RULE_FRAME_POINTER);
        expect_main_and_start(1);
    }
}

/* A handler interrupted a leaf of generated code: what it interrupted is again at its pc. */
static void test_signal_frame(void **state)
{
    (void)state;
    enum { REGISTERS = 4 + 5, RBP = 10, RSP = 15, RIP = 16 }; /* words of the signal frame */
    PUT_JIT(JIT + 0x300, 0xc3);
    set_registers(LEAF + 8, 0, 0x1111);
    stack[3] = RETURN;
    stack[REGISTERS + RBP] = at_word(40);
    stack[REGISTERS + RSP] = at_word(36);
    stack[REGISTERS + RIP] = JIT + 0x300;
    stack[36] = JIT + 0x108;
    stack[40] = at_word(44);
    stack[41] = MAIN + 0x10;
    put_main(44);
    walk();
    expect_end(STACK_END_COMPLETE, 6);
    assert_int_equal(trace.frames[1].pc, RETURN);
    assert_int_equal(trace.frames[1].rule, STACK_RULE_SIGNAL);
    assert_int_equal(trace.frames[2].pc, JIT + 0x300);
    assert_true(trace.frames[2].interrupted);
    assert_int_equal(trace.frames[2].rule, STACK_RULE_NO_FRAME);
    assert_int_equal(trace.frames[3].pc, JIT + 0x108);
    assert_false(trace.frames[3].interrupted);
}

/* Signal frames that lead to themselves, as damage or a hostile stack would have it. */
static void test_signal_frame_of_itself(void **state)
{
    (void)state;
    enum { REGISTERS = 5, RSP = 15, RIP = 16 };
    set_registers(LEAF + 8, 0, 0);
    stack[3] = RETURN;
    stack[4 + REGISTERS + RSP] = at_word(0);
    stack[4 + REGISTERS + RIP] = LEAF + 8;
    walk();
    assert_int_equal(trace.end, STACK_END_NOT_UPWARD);
    assert_true(trace.count < 200);
}

static void test_ends(void **state)
{
    (void)state;
    set_registers(START + 4, 0, 0); /* before anything was called */
    walk();
    expect_end(STACK_END_COMPLETE, 1);
    set_registers(LEAF + 8, 0, 0); /* return address 0 */
    walk();
    expect_end(STACK_END_COMPLETE, 1);
    stack[3] = 0x666000;
    walk();
    expect_end(STACK_END_UNMAPPED, 1);
    assert_int_equal(trace.end_at, 0x666000);
    set_registers(0x666000, 0, 0);
    walk();
    expect_end(STACK_END_UNMAPPED, 0);
    set_registers(LEAF + 8, STACK_WORDS - 1, 0);
    walk();
    expect_end(STACK_END_UNREADABLE, 1);
    set_registers(LEAF + 8, 0, 0); /* a thread's first function: C++ without CFI, rbp 0 */
    stack[2] = 0;
    stack[3] = BUILTIN + 0x48;
    walk();
    expect_end(STACK_END_COMPLETE, 2);
}

static void test_frame_pointers_that_go_nowhere(void **state)
{
    (void)state;
    PUT_JIT(JIT + 0x40, 0x48, 0x8b, 0x45, 0xf8);
    set_registers(JIT + 0x40, 4, at_word(4));
    stack[5] = JIT + 0x108;
    stack[4] = at_word(4); /* itself */
    walk();
    expect_end(STACK_END_NOT_UPWARD, 2);
    stack[4] = at_word(2); /* back */
    walk();
    expect_end(STACK_END_NOT_UPWARD, 2);
    stack[4] = at_word(8) + 1; /* no frame is there */
    walk();
    expect_end(STACK_END_NOT_UPWARD, 2);
    stack[4] = at_word(STACK_WORDS + 8);
    walk();
    expect_end(STACK_END_UNREADABLE, 2);
    registers.value[REG_X86_RBP] = UINT64_MAX - 7;
    walk();
    expect_end(STACK_END_UNREADABLE, 1);
}

/* Any words at all on the stack, any registers: the walk ends, and sanitizers see no harm. */
static void test_garbage(void **state)
{
    (void)state;
    static const unpeg_addr bases[] = {STACK, TEXT, JIT, BUILTIN, 0, RETURN, PLT, HELD};
    uint64_t seed = 42;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < STACK_WORDS + 3; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
            uint64_t word = bases[seed >> 61] + (seed >> 32 & 0x1f8);
            if (i < STACK_WORDS)
                stack[i] = word;
            else
                registers.value[(const unsigned[]){REG_X86_RIP, REG_X86_RBP,
                                                   REG_X86_RBX}[i - STACK_WORDS]] = word;
        }
        registers.known = UINT64_MAX;
        registers.value[REG_X86_RSP] = at_word(seed >> 60);
        walk();
        assert_true(trace.count < STACK_FRAME_LIMIT);
        assert_true(trace.end <= STACK_END_LIMIT);
    }
}

static unpeg_status read_nothing(void *user, unpeg_addr address, void *bytes, size_t size)
{
    (void)user;
    (void)address;
    (void)bytes;
    (void)size;
    return UNPEG_DEADLINE;
}

static void test_failures(void **state)
{
    (void)state;
    const target_memory late = {.read = read_nothing};
    set_registers(LEAF + 8, 0, 0);
    assert_int_equal(stack_walk(walker, &registers, &late, &trace), UNPEG_DEADLINE);
    registers.known &= ~(UINT64_C(1) << REG_X86_RBP);
    assert_int_equal(stack_walk(walker, &registers, &process.memory, &trace), UNPEG_ARGUMENT);
    for (int end = STACK_END_COMPLETE; end <= STACK_END_LIMIT; end++)
        assert_true(strlen(stack_end_text((stack_end)end)) > 0);
}

#define WITH_PROCESS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PROCESS(test_cfi_only),
        WITH_PROCESS(test_prologue_with_cfi),
        WITH_PROCESS(test_frame_pointer_popped_already),
        WITH_PROCESS(test_plt),
        WITH_PROCESS(test_cfa_in_memory),
        WITH_PROCESS(test_unsupported_row),
        WITH_PROCESS(test_unsupported_row_of_a_caller),
        WITH_PROCESS(test_frame_pointers_in_generated_code),
        WITH_PROCESS(test_prologue_of_generated_code),
        WITH_PROCESS(test_epilogues),
        WITH_PROCESS(test_frameless_builtin),
        WITH_PROCESS(test_signal_frame),
        WITH_PROCESS(test_signal_frame_of_itself),
        WITH_PROCESS(test_ends),
        WITH_PROCESS(test_frame_pointers_that_go_nowhere),
        WITH_PROCESS(test_garbage),
        WITH_PROCESS(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
