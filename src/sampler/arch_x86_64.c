/* SPDX-License-Identifier: MIT */
#include "sampler_arch.h"

enum { NONE = SAMPLER_REGISTER_NONE };

/* struct user_regs_struct: r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip
 * cs eflags rsp ss fs_base gs_base ds es fs gs. */
static const uint8_t regset[] = {
    15,   14,          13,          12,          REG_X86_RBP, REG_X86_RBX, 11,   10,          9,
    8,    REG_X86_RAX, REG_X86_RCX, REG_X86_RDX, REG_X86_RSI, REG_X86_RDI, NONE, REG_X86_RIP, NONE,
    NONE, REG_X86_RSP, NONE,        NONE,        NONE,        NONE,        NONE, NONE,        NONE,
};

/* asm/perf_regs.h: AX BX CX DX SI DI BP SP IP, then R8 to R15 from bit 16 on. */
static const uint8_t perf_order[] = {
    REG_X86_RAX, REG_X86_RBX, REG_X86_RCX, REG_X86_RDX, REG_X86_RSI, REG_X86_RDI,
    REG_X86_RBP, REG_X86_RSP, REG_X86_RIP, 8,           9,           10,
    11,          12,          13,          14,          15,
};

const sampler_arch sampler_arch_x86_64 = {
    .arch = TARGET_X86_64,
    .perf_mask = 0xff01ff,
    .perf_order = perf_order,
    .perf_count = sizeof perf_order,
    .regset_count = sizeof regset,
    .regset = regset,
    .sp = REG_X86_RSP,
    .pc = REG_X86_RIP,
};
