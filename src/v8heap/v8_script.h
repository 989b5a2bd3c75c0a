/* SPDX-License-Identifier: MIT
 *
 * Scripts: their names, their source text, and lines by offset.
 *
 *     v8_script *script;
 *     if (v8_scripts_get(&scripts, word, &script) == UNPEG_OK)
 *         at = v8_script_place(&scripts, script, offset);     {line, column}, from 1
 *
 * Line ends come from V8's own table where it has made one, else from the source text, once.
 */
#ifndef UNPEG_V8HEAP_V8_SCRIPT_H
#define UNPEG_V8HEAP_V8_SCRIPT_H

#include "intern.h"
#include "v8_string.h"

typedef struct v8_place {
    uint32_t line, column; /* from 1; 0: not known */
} v8_place;

typedef struct v8_script {
    v8_word word, source, name_word; /* what it was when it was read */
    unpeg_slice name;                /* interned; "" when it has none */
    size_t length;                   /* of the source, in units; 0: not known */
    int32_t line_offset, column_offset;
    bool lines_tried;
    uint32_t *line_ends;
    size_t line_count;
} v8_script;

typedef struct v8_scripts {
    v8_heap *heap;
    intern *names;
    u64map by_word; /* index + 1 */
    v8_script **items;
    size_t count, capacity;
} v8_scripts;

/* NOT_FOUND: no Script. NO_MEMORY. Lives until deinit. */
UNPEG_MUST_CHECK unpeg_status v8_scripts_get(v8_scripts *scripts, v8_word word, v8_script **ret);
void v8_scripts_deinit(v8_scripts *scripts);

/* Whether "for", "while" or "do" stands at offset. NOT_FOUND: the text cannot be read. */
UNPEG_MUST_CHECK unpeg_status v8_script_begins_loop(v8_scripts *scripts, const v8_script *script,
                                                    int32_t offset, bool *ret);

/* {0, 0} in *ret when the lines are not to be had or offset is outside. NO_MEMORY and the
 * memory's own failures. */
UNPEG_MUST_CHECK unpeg_status v8_script_place(v8_scripts *scripts, v8_script *script,
                                              int32_t offset, v8_place *ret);

/* Whether a token can begin at offset, or a statement end: what every true position passes, and of
 * false ones one in three does not. NOT_FOUND: the text cannot be read. */
UNPEG_MUST_CHECK unpeg_status v8_script_check(v8_scripts *scripts, v8_script *script,
                                              int32_t offset, bool *ret);

#endif
