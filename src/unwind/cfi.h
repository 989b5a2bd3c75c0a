/* SPDX-License-Identifier: MIT
 *
 * Call frame information of an ELF image: from the address of an instruction to the rule that
 * leads to the caller.
 *
 *     cfi_table table;
 *     cfi_table_init(&table, image);
 *     cfi_rule rule = cfi_table_find(&table, vaddr, &cfi_x86_64);
 *     if (rule.kind == CFI_REGISTER)
 *         cfa = value_of(rule.cfa_register) + rule.cfa_offset;
 *
 * Reads .eh_frame through the sorted table of .eh_frame_hdr, as the GNU and LLVM linkers write it.
 * Any bytes give a rule or say CFI_UNSUPPORTED; work is bounded by the size of one FDE.
 */
#ifndef UNPEG_UNWIND_CFI_H
#define UNPEG_UNWIND_CFI_H

#include "code_image.h"

typedef enum cfi_kind {
    CFI_NONE,        /* no FDE covers the address */
    CFI_REGISTER,    /* CFA = cfa_register + cfa_offset */
    CFI_DEREFERENCE, /* CFA = [cfa_register + cfa_offset] + cfa_add */
    CFI_PLT,         /* CFA = sp + 8, and 8 more from instruction cfa_offset of 16 bytes on */
    CFI_SIGNAL,      /* the registers are in the signal frame */
    CFI_END,         /* the outermost frame: its return address is said to be undefined */
    CFI_UNSUPPORTED,
} cfi_kind;

/* Where the caller's value of a register is. */
typedef enum cfi_place {
    CFI_SAME,        /* not touched */
    CFI_AT_CFA,      /* [CFA + offset] */
    CFI_AT_REGISTER, /* [frame pointer + offset] */
    CFI_UNDEFINED,   /* said to be nowhere */
    CFI_ELSEWHERE,   /* in a way that no rule here says */
} cfi_place;

/* How to come from one frame to its caller: 16 bytes, kept by the thousand. */
typedef struct cfi_rule {
    uint8_t kind;         /* cfi_kind */
    uint8_t cfa_register; /* DWARF number */
    uint8_t places;       /* cfi_place of the frame pointer, and << 4 of the return address */
    int8_t cfa_add;
    int32_t cfa_offset;
    int32_t fp_offset;
    int32_t ra_offset;
} cfi_rule;

/* CFI_SAME, CFI_AT_CFA, CFI_AT_REGISTER or CFI_UNDEFINED. */
static inline cfi_place cfi_fp_place(const cfi_rule *rule)
{
    return (cfi_place)(rule->places & 15);
}

/* CFI_SAME (in the link register) or CFI_AT_CFA. */
static inline cfi_place cfi_ra_place(const cfi_rule *rule)
{
    return (cfi_place)(rule->places >> 4);
}

/* What is tracked, by DWARF number. */
typedef struct cfi_registers {
    uint8_t stack, frame, return_address, program_counter;
} cfi_registers;

enum { CFI_CIE_CACHE = 8 };

/* Of a register or of the CFA while a program runs. */
typedef struct cfi_value {
    cfi_place place;
    int32_t offset;
} cfi_value;

typedef struct cfi_row {
    cfi_kind kind; /* CFI_REGISTER, CFI_DEREFERENCE, CFI_PLT or CFI_UNSUPPORTED */
    uint8_t cfa_register;
    int8_t cfa_add;
    int32_t cfa_offset;
    cfi_value fp, ra;
} cfi_row;

/* What an FDE's CIE says, with the row that its program ends in. */
typedef struct cfi_cie {
    uint64_t vaddr; /* 0: none */
    uint64_t code_factor;
    int64_t data_factor;
    uint8_t pointer_encoding; /* DW_EH_PE_ */
    bool augmented, signal, usable;
    cfi_row row;
} cfi_cie;

typedef struct cfi_table {
    code_image *image; /* NULL: none */
    uint64_t header;   /* address of .eh_frame_hdr: entries are relative to it */
    uint64_t entries;  /* address of the first */
    size_t count;
    cfi_cie cies[CFI_CIE_CACHE]; /* by their address; images have a handful */
} cfi_table;

extern const cfi_registers cfi_x86_64, cfi_aarch64;

/* image may be NULL; it must outlive the table. */
void cfi_table_init(cfi_table *table, code_image *image);

/* One table is asked for one architecture only. */
cfi_rule cfi_table_find(cfi_table *table, uint64_t vaddr, const cfi_registers *registers);

#endif
