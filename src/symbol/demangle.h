/* SPDX-License-Identifier: MIT
 *
 * Readable names of C++ and Rust symbols.
 *
 *     demangled text;
 *     if (demangle("_ZN2v88internal4HeapC1Ev", &text))
 *         puts(text.bytes);                            "v8::internal::Heap::Heap()"
 *
 * A mangled name of a few hundred bytes can stand for gigabytes of text, so both sides have a
 * limit; a name beyond one stays as it is.
 */
#ifndef UNPEG_SYMBOL_DEMANGLE_H
#define UNPEG_SYMBOL_DEMANGLE_H

#include "unpeg/base.h"

enum { DEMANGLE_INPUT_LIMIT = 2048, DEMANGLE_OUTPUT_LIMIT = 8192 };

typedef struct demangled {
    size_t len;
    char bytes[DEMANGLE_OUTPUT_LIMIT + 1]; /* terminated by zero */
} demangled;

/* False when name is not a mangled one, or beyond a limit; *ret is then undefined. */
bool demangle(const char *name, demangled *ret);

#endif
