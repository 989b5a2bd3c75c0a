/* SPDX-License-Identifier: MIT
 *
 * Names for the V8 frames of a stack: what the rest of the profiler calls.
 *
 *     v8_process process = {.memory = &live, .mappings = &mappings, .root = "/proc/4711/root"};
 *     v8_namer *namer;
 *     if (v8_namer_create(&process, &namer) == UNPEG_OK) {
 *         v8_stack stack = {.memory = &stack_first, .registers = &snapshot->registers};
 *         v8_named names[V8_NAMED_LIMIT];
 *         v8_namer_name(namer, &stack, &frame, names, &count);      innermost first
 *     }
 *
 * One physical frame gives one logical frame for each function that was inlined into it. A name or
 * a line that does not stand up to the checks is left out, and `line_state` and v8_namer_health say
 * so. Slices live until the namer is destroyed.
 */
#ifndef UNPEG_V8HEAP_V8_NAMER_H
#define UNPEG_V8HEAP_V8_NAMER_H

#include "mapping.h"
#include "memory.h"
#include "registers.h"
#include "unpeg/profile.h"
#include "v8_builtins.h"
#include "v8_layout.h"
#include "v8_script.h"

typedef struct v8_namer v8_namer;

/* All of it outlives the namer, or the next refresh in the case of mappings. */
typedef struct v8_process {
    const target_memory *memory;
    const mapping_list *mappings;
    const char *root; /* before every path that is opened; NULL or "": none */
} v8_process;

/* Where a frame's own words are read: the copied stack first. */
typedef struct v8_stack {
    const target_memory *memory;
    const target_registers *registers; /* of the innermost frame; NULL: not known */
} v8_stack;

typedef struct v8_frame {
    unpeg_addr pc, fp;
    unpeg_addr sp;    /* 0: not known; only v8_namer_regexp needs it */
    bool interrupted; /* pc is the next instruction, not a return address */
    bool not_built;   /* fp is still, or again, the caller's */
    bool handled; /* it called the innermost frame, which is not built: registers hold for both */
} v8_frame;

/* Why a logical frame has no current line, or no exact one. */
typedef enum v8_line_state {
    V8_LINE_KNOWN,
    V8_LINE_NONE,      /* the code has no source text: builtins, stubs */
    V8_LINE_LAZY,      /* V8 has not collected positions for this function */
    V8_LINE_UNCERTAIN, /* V8 keeps where it is in a register at this moment */
    V8_LINE_NO_SOURCE, /* the source text cannot be read */
    V8_LINE_WITHHELD,  /* found, but it does not stand up to the checks */
    V8_LINE_APART,     /* in machine code that V8 gives no position of its own */
    V8_LINE_LOOP       /* current is where a loop begins; it is somewhere in that */
} v8_line_state;

typedef struct v8_named {
    unpeg_frame_kind kind; /* JS, BUILTIN, BYTECODE_HANDLER, REGEXP, WASM, STUB, UNKNOWN */
    unpeg_tier tier;       /* of JS */
    bool inlined;          /* into the next one */
    v8_line_state line_state;
    unpeg_slice name;    /* "" for an anonymous function */
    unpeg_slice script;  /* name or URL; "" without one */
    unpeg_slice builtin; /* the builtin whose code runs; "" for none */
    v8_place start;      /* of the function */
    v8_place current;    /* where it is */
} v8_named;

enum { V8_NAMED_LIMIT = 32 };

/* How the layout was found and what became of the checks. */
typedef struct v8_health {
    const char *layout_source;             /* "v8dbg", "table", "structure", "saved" */
    uint64_t functions, functions_refused; /* JS frames; those whose function is none */
    uint64_t tables, tables_refused;       /* of positions; those that do not fit the text */
    uint64_t lines, lines_refused;         /* positions looked up; those that make no sense */
    bool names_withheld, lines_withheld;   /* too many were refused: all are left out */
    const char *problem;                   /* one sentence, static; NULL: none */
} v8_health;

/* NOT_FOUND: no mapped file looks like V8, and no memory is mapped for code that it generates.
 * NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status v8_namer_create(const v8_process *process, v8_namer **ret);

/* With what another namer found, for a saved process. Copies layout; takes builtins (places as
 * in v8_image.h, file: the path of the image). UNSUPPORTED: v8_layout_problem has one. */
UNPEG_MUST_CHECK unpeg_status v8_namer_create_saved(const v8_process *process,
                                                    const v8_layout *layout, v8_builtins *builtins,
                                                    unpeg_slice file, v8_namer **ret);
void v8_namer_destroy(v8_namer *namer);

/* A binary without symbols: its heap is understood from the stacks that are shown to it. Show it
 * each one before its frames are named, innermost first, with the registers of the innermost. */
bool v8_namer_learns(const v8_namer *namer);
bool v8_namer_knows(const v8_namer *namer); /* functions can be named from now on */
UNPEG_MUST_CHECK unpeg_status v8_namer_learn(v8_namer *namer, const v8_stack *stack,
                                             const v8_frame *frames, size_t count);

/* Call it when the mappings were read again, and about once a second of a long recording. */
void v8_namer_refresh(v8_namer *namer, const mapping_list *mappings);

/* *ret_count is at least 1 after OK: what cannot be named is of kind UNKNOWN. NO_MEMORY, and what
 * the memory fails with other than NOT_FOUND. ret has room for V8_NAMED_LIMIT. */
UNPEG_MUST_CHECK unpeg_status v8_namer_name(v8_namer *namer, const v8_stack *stack,
                                            const v8_frame *frame, v8_named *ret,
                                            size_t *ret_count);

/* The code object, or builtin, that holds pc. NOT_FOUND. */
typedef struct v8_code_range {
    unpeg_addr start;
    uint64_t size;
    bool builtin;
    bool handler; /* of a bytecode: runs in the interpreter's frame */
} v8_code_range;
UNPEG_MUST_CHECK unpeg_status v8_namer_code(v8_namer *namer, unpeg_addr pc, v8_code_range *ret);

const v8_layout *v8_namer_layout(const v8_namer *namer);
const v8_builtins *v8_namer_builtins(const v8_namer *namer);
unpeg_slice v8_namer_file(const v8_namer *namer); /* the mapped file that V8 is in */
v8_health v8_namer_health(const v8_namer *namer);
const char *v8_line_state_text(v8_line_state state); /* static; "" for KNOWN */

#endif
