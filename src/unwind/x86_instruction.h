/* SPDX-License-Identifier: MIT
 *
 * One x86-64 instruction: how long it is, and what the unwinder wants to know of it.
 *
 *     x86_instruction insn;
 *     if (x86_instruction_decode(bytes, size, &insn) && insn.map == X86_ONE_BYTE && insn.opcode ==
 * 0xc3) returns(address); next = address + insn.length;
 *
 * Lengths hold for every instruction that compilers and V8 emit; what cannot be (or is cut off by
 * size) gives false.
 */
#ifndef UNPEG_UNWIND_X86_INSTRUCTION_H
#define UNPEG_UNWIND_X86_INSTRUCTION_H

#include "unpeg/base.h"

typedef enum x86_map {
    X86_ONE_BYTE,
    X86_0F,
    X86_0F38,
    X86_0F3A,
    X86_VECTOR, /* VEX or EVEX */
} x86_map;

enum { X86_NO_REGISTER = 255, X86_INSTRUCTION_LIMIT = 15 };

/* Registers are in the numbering of the instruction set: rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi,
 * r8 to r15. */
typedef struct x86_instruction {
    uint8_t length;
    uint8_t map; /* x86_map */
    uint8_t opcode;
    bool wide;    /* 64-bit operands by REX.W */
    bool modrm;   /* reg and what follows are set */
    bool memory;  /* the other operand is in memory: base, index, scale, displacement */
    uint8_t reg;  /* or the extension of the opcode, in its low three bits */
    uint8_t rm;   /* the other operand, where it is a register; without ModRM: that of the opcode */
    uint8_t base; /* X86_NO_REGISTER: none, or rip */
    uint8_t index;
    uint8_t scale; /* 1, 2, 4 or 8 */
    int32_t displacement;
    int64_t immediate; /* sign-extended; 0: none. Of a relative jump: from the next instruction */
} x86_instruction;

bool x86_instruction_decode(const unsigned char *bytes, size_t size, x86_instruction *ret);

#endif
