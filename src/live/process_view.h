/* SPDX-License-Identifier: MIT
 *
 * All that turns a snapshot of a thread into named frames: the process' memory, its mappings, the
 * unwinder, V8's heap, native symbols, what it wrote down about its code. The process may be alive
 * or saved.
 *
 *     process_view *target;
 *     process_view_create(&source, &target);
 *     live_stack stack = {0};
 *     process_view_stack(target, &snapshot, &stack);
 *     for (size_t i = 0; i < stack.count; i++)
 *         print(&stack.frames[i]);
 *     live_stack_deinit(&stack);
 *     process_view_destroy(target);
 */
#ifndef UNPEG_PROCESS_VIEW_H
#define UNPEG_PROCESS_VIEW_H

#include "code_file.h"
#include "jit_files.h"
#include "native_names.h"
#include "snapshot.h"
#include "stack_walk.h"
#include "v8_regexp.h"

typedef struct process_view process_view;

/* Where the process is. All of it outlives the target. */
typedef struct live_source {
    target_memory memory;
    code_file_source files; /* of what is mapped */
    const char *root;       /* before every path that is opened; "" for none */
    /* The mappings as text, to be freed by the caller's own rules: valid until the next call. With
     * fresh they are read anew. */
    unpeg_status (*maps)(void *user, bool fresh, unpeg_slice *ret);
    void *user;
    /* Where the process is saved: V8's layout, else it is looked for in the files; and the name of
     * the native code at a program counter, else it is looked for as well. NULL, or with user. */
    unpeg_status (*v8)(void *user, const v8_process *process, v8_namer **ret);
    bool (*native)(void *user, unpeg_addr pc, native_name *ret);
    /* Is told of every such name that was looked for. NULL, or with user. */
    void (*note_native)(void *user, unpeg_addr pc, const native_name *name);
    jit_files *jit; /* NULL, or what names code that V8's heap does not */
    /* Where the process is saved: what jit said of the code at a program counter. NULL, or with
     * user. */
    bool (*written)(void *user, unpeg_addr pc, unpeg_frame *ret);
    /* Is told of what jit says; NULL for the frame: nothing. NULL, or with user. */
    void (*note_written)(void *user, unpeg_addr pc, const unpeg_frame *frame);
    bool native_off; /* native frames get no names */
} live_source;

/* One function on the stack; several may share one physical frame. */
typedef struct live_frame {
    unpeg_frame frame; /* its slices live with the target */
    unpeg_addr pc;
    uint64_t offset;          /* native: of pc from the start of the function, or of the file */
    unpeg_slice module;       /* the mapped file, also with the target; empty for generated code */
    uint32_t line, column;    /* where it is; 0: not known */
    v8_line_state line_state; /* why not */
    bool inlined;             /* into the next one */
} live_frame;

typedef struct live_stack {
    live_frame *frames; /* innermost first */
    size_t count, capacity;
    bool has_v8;      /* V8's code is on it */
    bool in_regexp;   /* the innermost JavaScript function matches a regular expression */
    v8_regexp regexp; /* then: which */
    uint64_t unnamed; /* JavaScript frames without a function */
    stack_end end;
    unpeg_addr end_at;
} live_stack;

/* Fails with NO_MEMORY, or what reading the mappings fails with. A process without V8 is fine. */
UNPEG_MUST_CHECK unpeg_status process_view_create(const live_source *source, process_view **ret);
void process_view_destroy(process_view *target); /* NULL is allowed */

/* Replaces what is in stack. A stack that breaks off is a success that says so. NO_MEMORY, or what
 * the memory ends the work with. */
UNPEG_MUST_CHECK unpeg_status process_view_stack(process_view *target,
                                                 const target_snapshot *snapshot,
                                                 live_stack *stack);
void live_stack_deinit(live_stack *stack);

/* V8's binary has no symbols, and no stack so far told how its heap is laid out: a later one may.
 */
bool process_view_learns(const process_view *target);

/* Call it about once a second of a long recording: what was remembered of V8's heap is checked
 * again. */
void process_view_refresh(process_view *target);

/* V8's version; zeros if it is not known, or there is no V8. */
void process_view_v8(const process_view *target, uint32_t ret[4]);

/* NULL: no V8 was found. */
const v8_namer *process_view_namer(const process_view *target);
const native_names *process_view_names(const process_view *target);

/* Bounds of the code object, builtin or native function that holds pc. NOT_FOUND; NO_MEMORY, or
 * what the memory fails with. */
UNPEG_MUST_CHECK unpeg_status process_view_code(process_view *target, unpeg_addr pc,
                                                unpeg_addr *ret_start, uint64_t *ret_size);

unpeg_addr process_view_frame_pointer(const target_registers *registers);

/* The innermost function at an instruction of V8's code, and its line. The snapshot is of a sample
 * in the same code object; of its stack the innermost frame is enough. NOT_FOUND: not V8's, or it
 * has none. */
UNPEG_MUST_CHECK unpeg_status process_view_line(process_view *target,
                                                const target_snapshot *snapshot, unpeg_addr pc,
                                                live_frame *ret);

/* Exactly size bytes of the process, as it is now. */
UNPEG_MUST_CHECK unpeg_status process_view_read(process_view *target, unpeg_addr address,
                                                void *bytes, size_t size);

/* What is not told, and why, in one sentence; "" if everything is. */
const char *process_view_withheld(const process_view *target);

#endif
