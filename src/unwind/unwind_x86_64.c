/* SPDX-License-Identifier: MIT
 *
 * Prologues, epilogues and signal frames of x86-64.
 */
#include "unwind_arch.h"

#include "x86_instruction.h"

enum {
    STEP_LIMIT = 48,
    BRANCH_LIMIT = 4,
    PATH_LIMIT = 16,
    ARGUMENTS_LIMIT = 1 << 20, /* bytes; V8 has 65535 at the most */
};

/* Numbers of the instruction set, not of DWARF. */
enum { RSP = 4, RBP = 5 };

enum {
    OP_PUSH = 0x50, /* to 0x57 */
    OP_POP = 0x58,
    OP_JCC = 0x70, /* to 0x7f; with 0f: 0x80 to 0x8f */
    OP_GROUP_1 = 0x81,
    OP_GROUP_1_BYTE = 0x83,
    OP_MOV_STORE = 0x89,
    OP_MOV_LOAD = 0x8b,
    OP_LEA = 0x8d,
    OP_RET_N = 0xc2,
    OP_RET = 0xc3,
    OP_ENTER = 0xc8,
    OP_LEAVE = 0xc9,
    OP_INT3 = 0xcc,
    OP_LOOP = 0xe0, /* to 0xe3: loops and jrcxz */
    OP_CALL = 0xe8,
    OP_JUMP = 0xe9,
    OP_JUMP_BYTE = 0xeb,
    OP_GROUP_5 = 0xff, /* reg: 2, 3 call, 4, 5 jump, 6 push */
};

/* A path through the code that is followed without running it. */
typedef struct path {
    size_t at; /* in the site's code */
    uint64_t sp;
    uint64_t pushed, pushed_at; /* the last push; at 0: none */
    bool pushed_known;
    uint32_t known; /* bit n: register n still has its value of the site */
    uint64_t value[16];
    bool saved_rbp; /* the instruction before was push rbp */
} path;

typedef struct walk {
    const leaf_site *site;
    leaf_caller *caller;
    path branches[BRANCH_LIMIT]; /* taken sides of conditional jumps, to be tried later */
    size_t branch_count;
} walk;

typedef enum step_result {
    STEP_ON,
    STEP_DEAD_END,
    STEP_BUILT,
    STEP_UNBUILT,
    STEP_JUMPS
} step_result;

/* DWARF numbers of rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 ... */
static const uint8_t DWARF_OF[16] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

static void begin_path(path *p, const leaf_site *site)
{
    *p = (path){.sp = site->sp};
    for (size_t i = 0; i < 16; i++) {
        p->value[i] = site->registers->value[DWARF_OF[i]];
        if (site->registers->known >> DWARF_OF[i] & 1)
            p->known |= UINT32_C(1) << i;
    }
    p->value[RBP] = site->fp;
    p->known |= UINT32_C(1) << RBP;
}

static void forget(path *p, uint8_t number)
{
    if (number < 16)
        p->known &= ~(UINT32_C(1) << number);
}

static bool stack_word(const walk *w, const path *p, uint64_t address, uint64_t *ret)
{
    if (p->pushed_at != 0 && p->pushed_at == address) {
        *ret = p->pushed;
        return p->pushed_known;
    }
    return memory_read_u64(w->site->memory, address, ret) == UNPEG_OK;
}

/* Arguments that the callee drops are left: how many is not always known, and the caller of such
 * code has a frame pointer. */
static step_result return_at(const walk *w, const path *p, step_result result)
{
    if (!stack_word(w, p, p->sp, &w->caller->pc))
        return STEP_DEAD_END;
    w->caller->sp = p->sp + 8;
    w->caller->fp = w->site->fp;
    w->caller->half = false;
    return result;
}

static bool is_set_frame(const x86_instruction *in)
{
    return in->map == X86_ONE_BYTE && in->wide && in->modrm && !in->memory &&
           ((in->opcode == OP_MOV_STORE && in->rm == RBP && in->reg == RSP) ||
            (in->opcode == OP_MOV_LOAD && in->reg == RBP && in->rm == RSP));
}

/* mov rbp, rsp: the frame pointer was pushed on this path, or just before it began. */
static step_result frame_begins(const walk *w, path *p)
{
    uint64_t fp;
    bool half = p->at == 0 && w->site->before[CALL_BYTES - 1] == OP_PUSH + RBP;
    if ((!half && !p->saved_rbp) || !stack_word(w, p, p->sp, &fp))
        return STEP_DEAD_END;
    p->sp += 8;
    step_result result = return_at(w, p, STEP_UNBUILT);
    w->caller->fp = fp;
    w->caller->half = half;
    return result;
}

static step_result push(path *p, uint8_t number)
{
    p->sp -= 8;
    p->pushed_at = p->sp;
    p->pushed = p->value[number];
    p->pushed_known = p->known >> number & 1;
    p->saved_rbp = number == RBP;
    return STEP_ON;
}

static step_result pop(const walk *w, path *p, uint8_t number)
{
    if (number == RBP || number == RSP)
        return STEP_BUILT;
    if (!stack_word(w, p, p->sp, &p->value[number]))
        return STEP_DEAD_END;
    p->known |= UINT32_C(1) << number;
    p->sp += 8;
    return STEP_ON;
}

/* lea rsp, [rsp + ...]; with the frame pointer a frame is taken down. Other registers hold where
 * the arguments end, when the frame was taken down already. */
static step_result move_stack(path *p, const x86_instruction *in)
{
    uint64_t sp = p->sp;
    if (in->base != RSP && (in->base >= 16 || in->base == RBP || !(p->known >> in->base & 1)))
        return STEP_BUILT;
    if (in->base != RSP)
        p->sp = p->value[in->base];
    p->sp += (uint64_t)(int64_t)in->displacement;
    if (in->base != RSP && (p->sp < sp || p->sp - sp > ARGUMENTS_LIMIT))
        return STEP_BUILT;
    if (in->index == X86_NO_REGISTER)
        return STEP_ON;
    if (!(p->known >> in->index & 1))
        return STEP_DEAD_END;
    p->sp += p->value[in->index] * in->scale;
    return STEP_ON;
}

/* add and sub with an immediate, on rsp. */
static step_result adjust_stack(path *p, const x86_instruction *in)
{
    uint8_t operation = in->reg & 7;
    if (operation == 0)
        p->sp += (uint64_t)in->immediate;
    else if (operation == 5)
        p->sp -= (uint64_t)in->immediate;
    else
        return operation == 7 ? STEP_ON : STEP_DEAD_END;
    return STEP_ON;
}

static bool jump_target(const walk *w, const path *p, int64_t distance, size_t *ret)
{
    int64_t target = (int64_t)p->at + distance;
    *ret = (size_t)target;
    return target >= 0 && target < (int64_t)w->site->code_size;
}

static step_result branch(walk *w, const path *p, int64_t distance)
{
    size_t target;
    if (w->branch_count < BRANCH_LIMIT && jump_target(w, p, distance, &target)) {
        w->branches[w->branch_count] = *p;
        w->branches[w->branch_count++].at = target;
    }
    return STEP_ON;
}

static step_result jump(const walk *w, path *p, int64_t distance)
{
    size_t target;
    if (!jump_target(w, p, distance, &target))
        return STEP_DEAD_END;
    p->at = target;
    return STEP_ON;
}

static step_result group_5(const walk *w, const path *p, const x86_instruction *in)
{
    uint8_t operation = in->reg & 7;
    if (operation == 4)
        return return_at(w, p, STEP_JUMPS);
    return operation < 2 ? STEP_ON : STEP_DEAD_END;
}

/* cmp, test, and what stores into memory. */
static bool only_reads(const x86_instruction *in)
{
    uint8_t op = in->opcode;
    if (in->map != X86_ONE_BYTE || !in->modrm)
        return false;
    if (op <= 0x3b)
        return op >= 0x38 || (in->memory && !(op & 2));
    if (op >= 0x80 && op <= 0x83)
        return in->memory || (in->reg & 7) == 7;
    return op == 0x84 || op == 0x85 || (in->memory && (op == 0x88 || op == OP_MOV_STORE));
}

/* Groups, in which the register's number chooses the operation. */
static bool is_group(const x86_instruction *in)
{
    static const uint8_t groups[] = {0x80, 0x81, 0x83, 0x8f, 0xc0, 0xc1, 0xc6, 0xc7,
                                     0xd0, 0xd1, 0xd2, 0xd3, 0xf6, 0xf7, 0xfe, OP_GROUP_5};
    return in->map == X86_ONE_BYTE && memchr(groups, in->opcode, sizeof groups) != NULL;
}

/* What writes registers in ways that are not followed. */
static void forget_written(path *p, const x86_instruction *in)
{
    if (in->modrm) {
        if (!is_group(in))
            forget(p, in->reg);
        if (!in->memory)
            forget(p, in->rm);
    } else {
        p->known &= ~UINT32_C(0xff);
        forget(p, in->rm);
    }
}

static bool uses_frame(const x86_instruction *in)
{
    return in->memory && in->base == RBP;
}

static bool writes_register(const x86_instruction *in, uint8_t number)
{
    if (in->map != X86_ONE_BYTE || !in->modrm)
        return false;
    if (in->opcode == OP_MOV_LOAD || in->opcode == OP_LEA)
        return in->reg == number;
    return in->opcode == OP_MOV_STORE && !in->memory && in->rm == number;
}

static step_result other_step(path *p, const x86_instruction *in)
{
    if (writes_register(in, RSP) || writes_register(in, RBP))
        return STEP_BUILT;
    if (only_reads(in))
        return STEP_ON;
    if (in->modrm && ((in->reg == RSP && !is_group(in)) || (!in->memory && in->rm == RSP)))
        return STEP_DEAD_END;
    forget_written(p, in);
    return STEP_ON;
}

static step_result control_step(walk *w, path *p, const x86_instruction *in)
{
    switch (in->opcode) {
    case OP_RET:
    case OP_RET_N:
        return return_at(w, p, STEP_UNBUILT);
    case OP_LEAVE:
        return STEP_BUILT;
    case OP_JUMP:
    case OP_JUMP_BYTE:
        return jump(w, p, in->immediate);
    case OP_GROUP_5:
        return group_5(w, p, in);
    case OP_CALL:
    case OP_ENTER:
    case OP_INT3:
        return STEP_DEAD_END;
    default:
        return other_step(p, in);
    }
}

static bool is_conditional(const x86_instruction *in)
{
    if (in->map == X86_0F)
        return (in->opcode & 0xf0) == 0x80;
    return in->map == X86_ONE_BYTE &&
           ((in->opcode & 0xf0) == OP_JCC || (in->opcode & 0xfc) == OP_LOOP);
}

static step_result stack_step(walk *w, path *p, const x86_instruction *in)
{
    bool one_byte = in->map == X86_ONE_BYTE;
    bool on_rsp = in->modrm && !in->memory && in->rm == RSP;
    if (one_byte && (in->opcode & 0xf8) == OP_PUSH)
        return push(p, in->rm);
    if (one_byte && (in->opcode & 0xf8) == OP_POP)
        return pop(w, p, in->rm);
    if (one_byte && in->opcode == OP_LEA && in->reg == RSP)
        return move_stack(p, in);
    if (one_byte && on_rsp && (in->opcode == OP_GROUP_1 || in->opcode == OP_GROUP_1_BYTE))
        return adjust_stack(p, in);
    return one_byte ? control_step(w, p, in) : other_step(p, in);
}

static step_result step(walk *w, path *p)
{
    x86_instruction in;
    if (p->at >= w->site->code_size ||
        !x86_instruction_decode(w->site->code + p->at, w->site->code_size - p->at, &in))
        return STEP_DEAD_END;
    if (is_set_frame(&in))
        return frame_begins(w, p);
    if (uses_frame(&in))
        return STEP_BUILT;
    p->at += in.length;
    if (is_conditional(&in)) {
        p->saved_rbp = false;
        return branch(w, p, in.immediate);
    }
    bool saved = p->saved_rbp;
    step_result result = stack_step(w, p, &in);
    if (saved)
        p->saved_rbp = false;
    return result;
}

static step_result follow(walk *w, path *p)
{
    step_result result = STEP_ON;
    for (size_t i = 0; i < STEP_LIMIT && result == STEP_ON; i++)
        result = step(w, p);
    return result == STEP_ON ? STEP_DEAD_END : result;
}

/* Wherever the code returns without taking a frame down, there is none. Which side of a
 * conditional jump the thread will take does not matter: both are ways to leave this function. */
static leaf_answer find_unbuilt(const leaf_site *site, leaf_caller *ret)
{
    walk w;
    path p;
    w.site = site;
    w.caller = ret;
    w.branch_count = 0;
    begin_path(&p, site);
    step_result result = follow(&w, &p);
    /* A loop in the code would come by its own branch for ever. */
    for (size_t i = 1; i < PATH_LIMIT && result == STEP_DEAD_END && w.branch_count > 0; i++) {
        p = w.branches[--w.branch_count];
        result = follow(&w, &p);
    }
    if (result == STEP_BUILT)
        return LEAF_BUILT;
    if (result == STEP_UNBUILT)
        return LEAF_UNBUILT;
    return result == STEP_JUMPS ? LEAF_JUMPS : LEAF_UNKNOWN;
}

static unpeg_status guess_caller(const leaf_site *site, leaf_caller *ret)
{
    *ret = (leaf_caller){.sp = site->sp + 8, .fp = site->fp};
    return memory_read_u64(site->memory, site->sp, &ret->pc);
}

/* The kernel's struct ucontext is at the stack pointer; its registers, r8 first, at 40. */
static unpeg_status signal_caller(const target_memory *memory, unpeg_addr sp, leaf_caller *ret)
{
    enum { AT_REGISTERS = 40, AT_RBP = 80, AT_RSP = 120, AT_RIP = 128 };
    *ret = (leaf_caller){0};
    unpeg_status status = memory_read_u64(memory, sp + AT_REGISTERS + AT_RBP, &ret->fp);
    if (status == UNPEG_OK)
        status = memory_read_u64(memory, sp + AT_REGISTERS + AT_RSP, &ret->sp);
    if (status == UNPEG_OK)
        status = memory_read_u64(memory, sp + AT_REGISTERS + AT_RIP, &ret->pc);
    return status;
}

/* e8 rel32, or ff /2 with any operand: 2, 3, 4, 6 or 7 bytes (one more with a prefix). */
static bool ends_in_call(const unsigned char *before)
{
    if (before[CALL_BYTES - 5] == OP_CALL)
        return true;
    for (size_t length = 2; length <= 7; length++) {
        x86_instruction in;
        const unsigned char *at = before + CALL_BYTES - length;
        if (at[0] == OP_GROUP_5 && x86_instruction_decode(at, length, &in) && in.length == length &&
            (in.reg & 7) == 2)
            return true;
    }
    return false;
}

/* mov rax, 15 (either form); syscall. */
static bool is_signal_return(const unsigned char *code, size_t size)
{
    static const unsigned char wide[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    static const unsigned char narrow[] = {0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05};
    return (size >= sizeof wide && memcmp(code, wide, sizeof wide) == 0) ||
           (size >= sizeof narrow && memcmp(code, narrow, sizeof narrow) == 0);
}

static unpeg_addr strip(unpeg_addr address, unpeg_addr top)
{
    (void)top;
    return address;
}

const unwind_arch unwind_x86_64 = {
    .registers = &cfi_x86_64,
    .strip = strip,
    .find_unbuilt = find_unbuilt,
    .guess_caller = guess_caller,
    .signal_caller = signal_caller,
    .ends_in_call = ends_in_call,
    .is_signal_return = is_signal_return,
};
