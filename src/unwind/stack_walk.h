/* SPDX-License-Identifier: MIT
 *
 * From registers and stack to frames: C++ with and without CFI, V8's generated code, its builtins.
 *
 *     stack_walker *walker;
 *     stack_walker_create(space, &walker);
 *     target_memory memory = snapshot_memory(&view, snapshot, &live);
 *     stack_trace trace = {0};
 *     if (stack_walk(walker, &snapshot->registers, &memory, &trace) == UNPEG_OK)
 *         for (size_t i = 0; i < trace.count; i++) use(&trace.frames[i]);
 *     stack_trace_deinit(&trace);
 *
 * A trace can be used again; after some walks nothing is allocated any more. Where the walk ends
 * with STACK_END_UNMAPPED the mappings may be old: read them again and walk once more.
 */
#ifndef UNPEG_UNWIND_STACK_WALK_H
#define UNPEG_UNWIND_STACK_WALK_H

#include "address_space.h"
#include "registers.h"

typedef enum stack_frame_kind {
    STACK_FRAME_NATIVE,    /* an FDE of a file covers it */
    STACK_FRAME_TEXT,      /* code of a file without CFI: embedded builtins, Chromium's C++ */
    STACK_FRAME_GENERATED, /* executable memory of no ELF file: JIT code, copied builtins */
} stack_frame_kind;

/* How the caller of a frame was found. */
typedef enum stack_frame_rule {
    STACK_RULE_NONE, /* it was not: the outermost frame, or trace.end says why */
    STACK_RULE_CFI,
    STACK_RULE_SIGNAL,        /* the frame of a signal handler's return; the next is interrupted */
    STACK_RULE_FRAME_POINTER, /* [fp], [fp+8] */
    STACK_RULE_NO_FRAME,      /* prologue not begun, frameless, or frame gone already */
    STACK_RULE_HALF_FRAME,    /* between push of the frame pointer and setting it */
} stack_frame_rule;

typedef struct stack_frame {
    unpeg_addr pc;
    unpeg_addr sp;
    unpeg_addr fp; /* the frame pointer register while this frame runs */
    uint8_t kind;  /* stack_frame_kind */
    uint8_t rule;  /* stack_frame_rule */
    /* pc is the next instruction: the innermost frame, or one that a signal interrupted. Else pc is
     * a return address, and pc - 1 lies in the call. */
    bool interrupted;
    /* fp is still or again the caller's: nothing of this frame is found relative to it. */
    bool not_built;
} stack_frame;

typedef enum stack_end {
    STACK_END_COMPLETE,    /* _start, or the first function of a thread */
    STACK_END_UNMAPPED,    /* end_at, a return address, is in no executable mapping */
    STACK_END_UNREADABLE,  /* memory at end_at cannot be read */
    STACK_END_NOT_UPWARD,  /* the next frame, at end_at, would not be further out: damage, cycle */
    STACK_END_UNSUPPORTED, /* the rule for the code at end_at cannot be followed */
    STACK_END_LIMIT,       /* STACK_FRAME_LIMIT frames */
} stack_end;

enum { STACK_FRAME_LIMIT = 65536 };

typedef struct stack_trace {
    stack_frame *frames; /* innermost first */
    size_t count, capacity;
    stack_end end;
    unpeg_addr end_at;
} stack_trace;

typedef struct stack_walker stack_walker;

/* space must outlive the walker. */
UNPEG_MUST_CHECK unpeg_status stack_walker_create(address_space *space, stack_walker **ret);
void stack_walker_destroy(stack_walker *walker);

/* Replaces what is in trace. A broken stack is a trace with the end that it has; fails with
 * NO_MEMORY, ARGUMENT (pc, stack or frame pointer not known), or the status with which memory
 * ended the work. */
UNPEG_MUST_CHECK unpeg_status stack_walk(stack_walker *walker, const target_registers *registers,
                                         const target_memory *memory, stack_trace *trace);
void stack_trace_deinit(stack_trace *trace);

/* A short sentence; static. */
const char *stack_end_text(stack_end end);

#endif
