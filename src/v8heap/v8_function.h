/* SPDX-License-Identifier: MIT
 *
 * Functions: a SharedFunctionInfo with its name, its script and where it begins; cached.
 *
 *     const v8_function *function;
 *     v8_functions_of(&functions, closure, &function);         JSFunction
 *     v8_functions_get(&functions, shared, &function);         SharedFunctionInfo
 *     use(function->name, function->script->name, function->place.line);
 *
 * The cache's key is the address and two words of content, because the collector moves objects
 * into places where others were.
 */
#ifndef UNPEG_V8HEAP_V8_FUNCTION_H
#define UNPEG_V8HEAP_V8_FUNCTION_H

#include "v8_scope.h"
#include "v8_script.h"

typedef struct v8_function {
    v8_word shared, name_word, script_word;
    unpeg_slice name;        /* interned UTF-8; "" when anonymous */
    v8_script *script;       /* NULL: a builtin or API function */
    bool exported;           /* its name is a string in the place of a scope: never compiled */
    int32_t start, end;      /* offsets in the script; -1 */
    v8_place place;          /* of start; {0, 0} when not known or withheld */
    bool checked, plausible; /* a function can begin there by the source text */
    bool named, named_right; /* the name was held against the source text, and stands there */
    int32_t builtin;         /* V8's number of the builtin, or -1 */
} v8_function;

typedef struct v8_functions {
    v8_heap *heap;
    intern *names;
    v8_scripts *scripts;
    u64map by_shared; /* index + 1 */
    v8_function **items;
    size_t count, capacity;
    uint64_t named, named_wrong; /* names held against the text, and those that are not in it */
} v8_functions;

/* NOT_FOUND: no SharedFunctionInfo. NO_MEMORY. Lives until deinit. */
UNPEG_MUST_CHECK unpeg_status v8_functions_get(v8_functions *functions, v8_word shared,
                                               const v8_function **ret);

/* NOT_FOUND: no JSFunction. */
UNPEG_MUST_CHECK unpeg_status v8_functions_of(v8_functions *functions, v8_word closure,
                                              const v8_function **ret);
void v8_functions_deinit(v8_functions *functions);

#endif
