/* SPDX-License-Identifier: MIT
 *
 * A V8 without symbols, found by the structure of its heap: the cages, the isolate, the numbers of
 * object types, the table of external pointers. For compressed words with the sandbox (Chromium).
 *
 *     v8_structure structure = {.heap = &heap, .layout = &layout, .mappings = &mappings};
 *     v8_stack stack = {.memory = &stack_first, .registers = &snapshot->registers};
 *     if (v8_structure_learn(&structure, &stack, frames, count) == UNPEG_OK)
 *         use(&heap, &layout);                 types, cage, trusted_cage, external_table are set
 *     v8_structure_entries(&structure, words, limit, &count);     where the builtins begin
 *
 * Every step checks what it found against the next: an isolate names its own address and its cage,
 * a function leads to a script with a name, a name reads as one. What was not on one stack is
 * learned from a later one.
 */
#ifndef UNPEG_V8HEAP_V8_STRUCTURE_H
#define UNPEG_V8HEAP_V8_STRUCTURE_H

#include "v8_heap.h"
#include "v8_namer.h"

typedef struct v8_structure {
    v8_heap *heap;
    v8_layout *layout;
    const mapping_list *mappings;
    unpeg_addr isolate; /* its data; 0: not found yet */
    unsigned stacks;    /* that were searched for it */
    bool types;         /* of functions, scripts and scopes */
    unsigned externals; /* times that the table of external pointers was searched in vain */
} v8_structure;

enum {
    V8_ISOLATE_SIZE = 64 << 10, /* of which the tables of interest are in that much */
};

/* NOT_FOUND: not enough is known yet to name a function; try the next stack. NO_MEMORY, and what
 * the memory ends the work with. */
UNPEG_MUST_CHECK unpeg_status v8_structure_learn(v8_structure *structure, const v8_stack *stack,
                                                 const v8_frame *frames, size_t count);

/* The longest run of addresses of code in the isolate's data: its table of builtins. From malloc.
 * NOT_FOUND. */
typedef struct v8_entries {
    uint64_t *words;
    size_t first, count;
} v8_entries;
UNPEG_MUST_CHECK unpeg_status v8_structure_entries(const v8_structure *structure, v8_entries *ret);

#endif
