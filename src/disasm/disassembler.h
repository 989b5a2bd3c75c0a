/* SPDX-License-Identifier: MIT
 *
 * Machine code, one instruction after the other.
 *
 *     disassembler *machine;
 *     disassembler_create(TARGET_X86_64, &machine, &error);
 *     code_view code = {.address = start, .bytes = bytes, .size = size};
 *     while (disassembler_next(machine, &code, &instruction))
 *         printf("%s\n", instruction.text);
 *     disassembler_destroy(machine);
 *
 * Any bytes are taken: what is no instruction comes out as a one-byte ".byte".
 */
#ifndef UNPEG_DISASM_DISASSEMBLER_H
#define UNPEG_DISASM_DISASSEMBLER_H

#include "registers.h"
#include "unpeg/status.h"

typedef struct disassembler disassembler;

/* What is left of the code; moved forward by disassembler_next. */
typedef struct code_view {
    unpeg_addr address; /* of the first byte */
    const unsigned char *bytes;
    size_t size;
} code_view;

enum { DISASM_TEXT_MAX = 192 };

typedef struct disasm_instruction {
    unpeg_addr address;
    uint32_t size; /* bytes */
    bool is_jump;  /* conditional or not, but neither call nor return */
    bool is_return;
    bool has_target; /* of a direct jump */
    unpeg_addr target;
    char text[DISASM_TEXT_MAX + 1]; /* "jne 0x12ab" */
} disasm_instruction;

/* UNSUPPORTED where libcapstone is not installed or lacks the architecture. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status disassembler_create(target_arch arch, disassembler **ret,
                                                  unpeg_error *error);

/* False at the end of the code. */
bool disassembler_next(disassembler *machine, code_view *code, disasm_instruction *ret);

/* NULL is allowed. */
void disassembler_destroy(disassembler *machine);

#endif
