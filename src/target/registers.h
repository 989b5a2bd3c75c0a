/* SPDX-License-Identifier: MIT
 *
 * The user registers of a stopped thread, by DWARF number so that one index serves the CFI
 * evaluator, the unwinder and the heap reader.
 *
 *     target_registers registers = {.arch = TARGET_X86_64};
 *     registers.value[REG_X86_RIP] = 0x55d0;
 *     registers.known |= UINT64_C(1) << REG_X86_RIP;
 *
 * Numbers: System V ABI, x86-64 psABI 1.0 figure 3.36; DWARF for the Arm 64-bit architecture.
 */
#ifndef UNPEG_TARGET_REGISTERS_H
#define UNPEG_TARGET_REGISTERS_H

#include "unpeg/base.h"

typedef enum target_arch { TARGET_X86_64, TARGET_AARCH64 } target_arch;

enum {
    REG_X86_RAX = 0,
    REG_X86_RDX = 1,
    REG_X86_RCX = 2,
    REG_X86_RBX = 3,
    REG_X86_RSI = 4,
    REG_X86_RDI = 5,
    REG_X86_RBP = 6,
    REG_X86_RSP = 7,
    REG_X86_R8 = 8, /* to R15 = 15 */
    REG_X86_R9 = 9,
    REG_X86_R12 = 12,
    REG_X86_R13 = 13,
    REG_X86_R14 = 14,
    REG_X86_RIP = 16, /* DWARF's return address column */
};

enum {
    REG_ARM_X0 = 0, /* to X30 */
    REG_ARM_FP = 29,
    REG_ARM_LR = 30,
    REG_ARM_SP = 31,
    REG_ARM_PC = 32,
};

enum { TARGET_REGISTER_COUNT = 33 };

typedef struct target_registers {
    target_arch arch;
    uint64_t known; /* bit n: value[n] was recorded */
    uint64_t value[TARGET_REGISTER_COUNT];
} target_registers;

static inline unpeg_addr target_stack_pointer(const target_registers *registers)
{
    return registers->value[registers->arch == TARGET_AARCH64 ? REG_ARM_SP : REG_X86_RSP];
}

#endif
