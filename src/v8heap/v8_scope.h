/* SPDX-License-Identifier: MIT
 *
 * ScopeInfo: the names and the extent of a function that was compiled.
 *
 *     v8_scope scope;
 *     if (v8_scope_read(&heap, word, &scope) == UNPEG_OK)
 *         use(scope.name, scope.inferred, scope.start, scope.end);
 *
 * Which slots there are follows from flags and counts; nothing is guessed from what lies behind.
 */
#ifndef UNPEG_V8HEAP_V8_SCOPE_H
#define UNPEG_V8HEAP_V8_SCOPE_H

#include "v8_heap.h"

typedef struct v8_scope {
    v8_word name;       /* String, or 0 */
    v8_word inferred;   /* what it was assigned to: String, or 0 */
    int32_t start, end; /* offsets in the script: of the parameters; behind the body. -1 */
} v8_scope;

/* NOT_FOUND: no ScopeInfo, or one that makes no sense. */
UNPEG_MUST_CHECK unpeg_status v8_scope_read(v8_heap *heap, v8_word word, v8_scope *ret);

#endif
