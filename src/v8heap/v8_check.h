/* SPDX-License-Identifier: MIT
 *
 * Whether what a layout leads to agrees with the source text: the tables of positions, the names of
 * functions. A wrong layout gives numbers that look right; text does not fit them.
 *
 *     v8_table table = {.positions = &code->positions, .bytecode = &code->code, .function = f};
 *     bool sound;
 *     if (v8_check_table(&scripts, &table, &sound) == UNPEG_OK && sound) ...
 */
#ifndef UNPEG_V8HEAP_V8_CHECK_H
#define UNPEG_V8HEAP_V8_CHECK_H

#include "v8_function.h"
#include "v8_position.h"

/* A table and whose it is. */
typedef struct v8_table {
    const v8_positions *positions;
    const v8_bytecodes *bytecode; /* NULL: of machine code */
    const v8_function *function;
    /* The functions that inlined positions are in, by their number; NULL: not known. */
    const v8_function *(*inlined)(void *user, int32_t inlining);
    void *user;
} v8_table;

/* Sound: every entry is inside of its function and where a token can begin, and of bytecode at the
 * start of an instruction, in rising order. Only so many entries are held against the text. OK also
 * where the text cannot be read; NO_MEMORY and the memory's failures. */
UNPEG_MUST_CHECK unpeg_status v8_check_table(v8_scripts *scripts, const v8_table *table,
                                             bool *ret_sound);

typedef enum v8_fit {
    V8_FIT_UNKNOWN, /* nothing to hold it against */
    V8_FIT_GOOD,
    V8_FIT_BAD
} v8_fit;

/* Whether a name stands in the source text around the function, as all do but those that V8 made
 * up itself. */
UNPEG_MUST_CHECK unpeg_status v8_check_name(v8_heap *heap, const v8_script *script, int32_t start,
                                            unpeg_slice name, v8_fit *ret);

#endif
