/* SPDX-License-Identifier: MIT */
#include "sampler_arch.h"

/* struct user_regs_struct: x0 to x30, sp, pc, pstate. asm/perf_regs.h has the same order without
 * pstate, and so has DWARF. */
static const uint8_t order[] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,         14,         15,         16,
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, REG_ARM_LR, REG_ARM_SP, REG_ARM_PC,
};

const sampler_arch sampler_arch_aarch64 = {
    .arch = TARGET_AARCH64,
    .perf_mask = (UINT64_C(1) << 33) - 1,
    .perf_order = order,
    .perf_count = sizeof order,
    .regset_count = sizeof order,
    .regset = order,
    .sp = REG_ARM_SP,
    .pc = REG_ARM_PC,
};
