/* SPDX-License-Identifier: MIT
 *
 * What a function without a name was assigned to, by the source text before its parameters.
 *
 *     v8_text name = {0};
 *     if (v8_source_name(&heap, source, start, &name) == UNPEG_OK)
 *         use(v8_text_slice(&name));
 *
 *     Module.prototype._compile = function(content) {     Module._compile
 *     Module._extensions['.js'] = function(module) {       Module._extensions..js
 *     const add = (a, b) => a + b;                         add
 *     { visit: async function* () {} }                     visit
 *     function* walk(tree) {}                              walk
 *
 * As V8 names them: "prototype" is left out. V8 keeps no such names of functions that came with
 * its start-up snapshot.
 */
#ifndef UNPEG_V8HEAP_V8_SOURCE_NAME_H
#define UNPEG_V8HEAP_V8_SOURCE_NAME_H

#include "v8_string.h"

/* start: where the parameters begin. NOT_FOUND: nothing there that is surely its name. */
UNPEG_MUST_CHECK unpeg_status v8_source_name(v8_heap *heap, v8_word source, size_t start,
                                             v8_text *text);

/* The same over units of a text that ends where the parameters begin: the length of the name, with
 * its place in *ret_start; 0 when there is none. */
size_t v8_source_name_find(const uint16_t *units, size_t count, size_t *ret_start);

#endif
