/* SPDX-License-Identifier: MIT */
#include "sampler_arch.h"

const sampler_arch *sampler_arch_here(void)
{
#if defined(__x86_64__)
    return &sampler_arch_x86_64;
#elif defined(__aarch64__)
    return &sampler_arch_aarch64;
#else
    return NULL;
#endif
}

const sampler_arch *sampler_arch_of(target_arch arch)
{
    return arch == TARGET_AARCH64 ? &sampler_arch_aarch64 : &sampler_arch_x86_64;
}

static void set_register(target_registers *registers, uint8_t number, uint64_t value)
{
    if (number >= TARGET_REGISTER_COUNT)
        return;
    registers->value[number] = value;
    registers->known |= UINT64_C(1) << number;
}

void sampler_arch_from_regset(const sampler_arch *arch, const uint64_t *words, size_t count,
                              target_registers *ret)
{
    *ret = (target_registers){.arch = arch->arch};
    for (size_t i = 0; i < count && i < arch->regset_count; i++)
        set_register(ret, arch->regset[i], words[i]);
}

void sampler_arch_from_perf(const sampler_arch *arch, const uint64_t *words, target_registers *ret)
{
    *ret = (target_registers){.arch = arch->arch};
    for (size_t i = 0; i < arch->perf_count; i++)
        set_register(ret, arch->perf_order[i], words[i]);
}
