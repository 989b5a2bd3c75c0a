/* SPDX-License-Identifier: MIT
 *
 * What differs between processors when a stack is walked.
 *
 *     const unwind_arch *arch = unwind_arch_of(registers->arch);
 *     pc = arch->strip(return_address, end_of_last_mapping);
 *     if (arch->find_unbuilt(&leaf, &caller) == LEAF_UNBUILT)
 *         go_on_with(caller.pc, caller.sp, caller.fp);
 *
 * Alike on both: a built frame has the caller's frame pointer at [fp] and the return address at
 * [fp + 8]. On x86-64 the caller's stack pointer was fp + 16; on AArch64 that or more.
 */
#ifndef UNPEG_UNWIND_ARCH_H
#define UNPEG_UNWIND_ARCH_H

#include "cfi.h"
#include "memory.h"
#include "registers.h"

enum {
    LEAF_CODE_LIMIT = 256, /* bytes of code from pc on that are looked at */
    CALL_BYTES = 8,        /* before a return address */
};

/* Where the innermost (or interrupted) frame of code without CFI stands. */
typedef struct leaf_site {
    const target_registers *registers;
    const target_memory *memory;
    unpeg_addr pc, sp, fp;
    const unsigned char *code; /* from pc on */
    size_t code_size;
    unsigned char before[CALL_BYTES]; /* the bytes before pc; zeros where there are none */
} leaf_site;

typedef struct leaf_caller {
    unpeg_addr pc, sp, fp;
    unpeg_addr link; /* after a signal: the link register, where there is one */
    bool half;       /* the frame pointer was pushed, but not set */
} leaf_caller;

typedef enum leaf_answer {
    LEAF_UNKNOWN, /* the code does not tell */
    LEAF_BUILT,   /* the frame is there: its frame pointer says where the caller is */
    LEAF_UNBUILT, /* not yet, no more, or never: the caller is found */
    LEAF_JUMPS,   /* as UNBUILT if what is found is a return address: ends in an indirect jump */
} leaf_answer;

typedef struct unwind_arch {
    const cfi_registers *registers;
    /* A return address without what the processor may have mixed in: nothing of the process is at
     * or above top. */
    unpeg_addr (*strip)(unpeg_addr address, unpeg_addr top);
    /* Follows the code to its end to see whether a frame is taken down before it returns. */
    leaf_answer (*find_unbuilt)(const leaf_site *site, leaf_caller *ret);
    /* A guess where the code does not tell: what a frameless function's caller would be. */
    unpeg_status (*guess_caller)(const leaf_site *site, leaf_caller *ret);
    /* The interrupted registers: where they are saved when the handler returns into the
     * trampoline. */
    unpeg_status (*signal_caller)(const target_memory *memory, unpeg_addr sp, leaf_caller *ret);
    /* Whether the CALL_BYTES before an address end in a call. */
    bool (*ends_in_call)(const unsigned char *before);
    /* Whether code is the return from a signal handler. */
    bool (*is_signal_return)(const unsigned char *code, size_t size);
} unwind_arch;

const unwind_arch *unwind_arch_of(target_arch arch);

extern const unwind_arch unwind_x86_64, unwind_aarch64;

#endif
