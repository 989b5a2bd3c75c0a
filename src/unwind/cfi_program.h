/* SPDX-License-Identifier: MIT
 *
 * The bytecode of a CIE or FDE, run up to one address.
 *
 *     cfi_program program = {.registers = &cfi_x86_64, .code_factor = 1, .data_factor = -8,
 *                            .location = start, .target = vaddr};
 *     cfi_row row = cie->row;
 *     cfi_program_run(&program, (byte_cursor){bytes, end, false}, &row);
 *
 * DWARF 5, section 6.4.2, and what GNU adds. Only the frame pointer, the return address and the
 * CFA are kept; a row that needs more is CFI_UNSUPPORTED.
 */
#ifndef UNPEG_UNWIND_CFI_PROGRAM_H
#define UNPEG_UNWIND_CFI_PROGRAM_H

#include "byte_cursor.h"
#include "cfi.h"

typedef struct cfi_program {
    const cfi_registers *registers;
    uint64_t code_factor;
    int64_t data_factor;
    uint64_t location;      /* of the instruction that the row holds for */
    uint64_t target;        /* runs while location <= target */
    const cfi_row *initial; /* of the CIE; NULL while its own program runs */
} cfi_program;

/* row is the row before, then the one at target. */
void cfi_program_run(cfi_program *program, byte_cursor code, cfi_row *row);

#endif
