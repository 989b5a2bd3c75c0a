/* SPDX-License-Identifier: MIT
 *
 * Names as people write them: C++ and Rust symbols demangled.
 *
 *     char *name = demangle("_ZN2v88internal3FooEv");     ("v8::internal::Foo()")
 *     free(name);
 */
#ifndef UNPEG_SYMBOL_DEMANGLE_H
#define UNPEG_SYMBOL_DEMANGLE_H

/* NULL when the name is not mangled, longer than any compiler makes them, or there is no memory.
 * The caller frees the result. */
char *demangle(const char *name);

#endif
