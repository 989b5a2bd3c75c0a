/* SPDX-License-Identifier: MIT */
#include "v8_machine.h"

/* c3, and c2 with bytes to pop: any byte may be an instruction's first. */
static bool returns_x86_64(const unsigned char *code, size_t size)
{
    return memchr(code, 0xc3, size) || memchr(code, 0xc2, size);
}

/* ret, and its forms that check a signature. */
static bool returns_aarch64(const unsigned char *code, size_t size)
{
    for (size_t at = 0; at + 4 <= size; at += 4) {
        uint32_t word = (uint32_t)code[at] | (uint32_t)code[at + 1] << 8 |
                        (uint32_t)code[at + 2] << 16 | (uint32_t)code[at + 3] << 24;
        if (word == 0xd65f03c0 || (word & 0xfffffbff) == 0xd65f0bff)
            return true;
    }
    return false;
}

const v8_machine *v8_machine_of(target_arch arch)
{
    static const v8_machine x86_64 = {.function = REG_X86_RDI,
                                      .bytecode_offset = REG_X86_R9,
                                      .bytecode_array = REG_X86_R12,
                                      .root = REG_X86_R13,
                                      .root_bias = 128,
                                      .returns = returns_x86_64};
    static const v8_machine aarch64 = {.function = REG_ARM_X0 + 1,
                                       .bytecode_offset = REG_ARM_X0 + 19,
                                       .bytecode_array = REG_ARM_X0 + 20,
                                       .root = REG_ARM_X0 + 26,
                                       .root_bias = 256,
                                       .returns = returns_aarch64};
    return arch == TARGET_AARCH64 ? &aarch64 : &x86_64;
}
