/* SPDX-License-Identifier: MIT
 *
 * One code object, disassembled, with the samples of each instruction and the loop they sit in.
 *
 *     annotation *notes;
 *     annotation_source from = {.arch = TARGET_X86_64, .code = code, .hits = hits,
 *                               .hit_count = count};
 *     annotation_create(&from, &notes, &error);
 *     if (notes->has_hot_loop)
 *         show(&notes->loops[notes->hot_loop]);
 *     annotation_destroy(notes);
 *
 * A loop is a direct jump backwards inside the code. A processor that is interrupted reports an
 * instruction or two behind the slow one: counts are of where the thread was found.
 */
#ifndef UNPEG_DISASM_ANNOTATION_H
#define UNPEG_DISASM_ANNOTATION_H

#include "disassembler.h"
#include "unpeg/hot_code.h"

enum { ANNOTATION_CODE_LIMIT = 16 << 20 }; /* bytes of code */

typedef struct annotation_source {
    target_arch arch;
    code_view code;
    const unpeg_code_hits *hits; /* in any order; those outside do not count */
    size_t hit_count;
} annotation_source;

typedef struct annotated_instruction {
    disasm_instruction instruction;
    uint64_t samples;
} annotated_instruction;

typedef struct annotated_loop {
    size_t first, last; /* instructions, both inclusive; last is the jump back to first */
    uint64_t samples;
} annotated_loop;

typedef struct annotation {
    annotated_instruction *instructions; /* ascending by address */
    size_t instruction_count;
    annotated_loop *loops; /* in the order of their jumps */
    size_t loop_count;
    uint64_t samples; /* inside the code */
    bool has_hot_loop;
    size_t hot_loop; /* the smallest loop that holds at least 90 % of the samples */
} annotation;

/* A sample inside an instruction, which a jump into its middle can give, counts for that
 * instruction. LIMIT: too much code. UNSUPPORTED, NO_MEMORY as disassembler_create. */
UNPEG_MUST_CHECK unpeg_status annotation_create(const annotation_source *from, annotation **ret,
                                                unpeg_error *error);

/* NULL is allowed. */
void annotation_destroy(annotation *notes);

#endif
