/* SPDX-License-Identifier: MIT
 *
 * The regular expression that a stack is in: its source, and how long the subject is.
 *
 *     v8_regexp regexp;
 *     if (v8_namer_regexp(namer, &stack, frames, count, &regexp) == UNPEG_OK)
 *         print(regexp.source, regexp.flags, regexp.subject_length);
 *
 * It runs as machine code of its own or in V8's bytecode interpreter, which is C++. The JSRegExp is
 * among the words of the frames between it and the function that called it. Machine code says which
 * one: the expression's data has that code. The subject's text is the user's, and is not read.
 */
#ifndef UNPEG_V8HEAP_V8_REGEXP_H
#define UNPEG_V8HEAP_V8_REGEXP_H

#include "v8_namer.h"

enum { V8_REGEXP_FLAGS = 9 };

typedef struct v8_regexp {
    unpeg_slice source;              /* UTF-8, without the slashes; lives with the namer */
    bool source_cut;                 /* it is longer */
    char flags[V8_REGEXP_FLAGS + 1]; /* "gi" */
    bool has_subject;
    size_t subject_length; /* in UTF-16 units */
} v8_regexp;

/* All frames of V8's, innermost first. NOT_FOUND: the innermost function is in no regular
 * expression, or in which is not certain. NO_MEMORY, and what the memory fails with. */
UNPEG_MUST_CHECK unpeg_status v8_namer_regexp(v8_namer *namer, const v8_stack *stack,
                                              const v8_frame *frames, size_t count, v8_regexp *ret);

#endif
