/* SPDX-License-Identifier: MIT
 *
 * What the kernel's register sets look like, one table for each architecture: arch_x86_64.c and
 * arch_aarch64.c.
 *
 *     const sampler_arch *arch = sampler_arch_here();
 *     sampler_arch_from_regset(arch, words, count, &registers);     PTRACE_GETREGSET, NT_PRSTATUS
 *     attr.sample_regs_user = arch->perf_mask;
 *     sampler_arch_from_perf(arch, words, &registers);               PERF_SAMPLE_REGS_USER
 */
#ifndef UNPEG_SAMPLER_ARCH_H
#define UNPEG_SAMPLER_ARCH_H

#include "registers.h"

enum { SAMPLER_REGSET_MAX = 40, SAMPLER_REGISTER_NONE = 255 };

typedef struct sampler_arch {
    target_arch arch;
    uint64_t perf_mask;        /* bits of the kernel's perf_regs.h */
    const uint8_t *perf_order; /* DWARF numbers, in the order of the mask's bits */
    uint8_t perf_count;
    uint8_t regset_count;  /* words of NT_PRSTATUS */
    const uint8_t *regset; /* DWARF number of each word, or SAMPLER_REGISTER_NONE */
    uint8_t sp, pc;        /* DWARF numbers */
} sampler_arch;

extern const sampler_arch sampler_arch_x86_64, sampler_arch_aarch64;

/* Of this machine; NULL: the live sampler does not know it. */
const sampler_arch *sampler_arch_here(void);
const sampler_arch *sampler_arch_of(target_arch arch);

/* Words that are missing leave their registers unknown. */
void sampler_arch_from_regset(const sampler_arch *arch, const uint64_t *words, size_t count,
                              target_registers *ret);
void sampler_arch_from_perf(const sampler_arch *arch, const uint64_t *words, target_registers *ret);

#endif
