/* SPDX-License-Identifier: MIT
 *
 * V8's embedded builtins by where their code is in the file.
 *
 *     v8_builtins builtins = {0};
 *     v8_builtins_add(&builtins, 0x952000, 0x40, name);
 *     v8_builtins_sort(&builtins);
 *     const v8_builtin *at = v8_builtins_find(&builtins, offset);
 *     v8_builtins_deinit(&builtins);
 *
 * Places are file offsets, because V8 may map the same code a second time beside its own code
 * range; or addresses of one process, where no file names them.
 */
#ifndef UNPEG_V8HEAP_V8_BUILTINS_H
#define UNPEG_V8HEAP_V8_BUILTINS_H

#include "arena.h"
#include "unpeg/status.h"

typedef enum v8_builtin_role {
    V8_ROLE_OTHER,
    V8_ROLE_INTERPRETER, /* entry trampoline: what its frame belongs to is interpreted */
    V8_ROLE_HANDLER,     /* of one bytecode, runs in the interpreter's frame */
    V8_ROLE_BASELINE,    /* prologue and helpers that run in a baseline frame */
    V8_ROLE_ENTRY,       /* JSEntry and its trampolines */
    V8_ROLE_EXIT         /* CEntry: the way to C++ */
} v8_builtin_role;

typedef struct v8_builtin {
    uint64_t start, end;
    unpeg_slice name; /* without "Builtins_" */
    v8_builtin_role role;
} v8_builtin;

typedef struct v8_builtins {
    v8_builtin *items; /* ascending once sorted */
    size_t count, capacity;
    arena names;
} v8_builtins;

/* Copies name. A size of 0 means: up to the next one. NO_MEMORY; LIMIT beyond 65536. */
UNPEG_MUST_CHECK unpeg_status v8_builtins_add(v8_builtins *builtins, uint64_t start, uint64_t size,
                                              unpeg_slice name);
void v8_builtins_sort(v8_builtins *builtins);

/* NULL: no builtin covers the place. */
const v8_builtin *v8_builtins_find(const v8_builtins *builtins, uint64_t place);
void v8_builtins_deinit(v8_builtins *builtins);

v8_builtin_role v8_builtin_role_of(unpeg_slice name);

#endif
