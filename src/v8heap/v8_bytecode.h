/* SPDX-License-Identifier: MIT
 *
 * BytecodeArrays: where an interpreter or baseline frame is in its source; cached.
 *
 *     const v8_bytecode *code;
 *     v8_bytecode_get(&bytecode, word, &code);
 *     if (v8_bytecode_position(code, offset, &position)) ...
 */
#ifndef UNPEG_V8HEAP_V8_BYTECODE_H
#define UNPEG_V8HEAP_V8_BYTECODE_H

#include "v8_heap.h"
#include "v8_position.h"

typedef struct v8_bytecode {
    v8_word word, positions_word; /* what it was when it was read */
    v8_bytes bytes, table;
    v8_bytecodes code;      /* bytes */
    v8_positions positions; /* table; size 0: V8 has collected none */
    v8_positions_extent extent;
    bool sound;          /* the table was measured and lies within the bytecode */
    v8_word checked_for; /* the function against whose text the table was held; 0: none */
    bool fits;
} v8_bytecode;

typedef struct v8_bytecode_cache {
    v8_heap *heap;
    u64map by_word; /* index + 1 */
    v8_bytecode **items;
    size_t count, capacity;
} v8_bytecode_cache;

/* NOT_FOUND: no BytecodeArray. NO_MEMORY. Lives until deinit. */
UNPEG_MUST_CHECK unpeg_status v8_bytecode_get(v8_bytecode_cache *cache, v8_word word,
                                              v8_bytecode **ret);
void v8_bytecode_deinit(v8_bytecode_cache *cache);

/* The bytecode's offset in the script; -1 when the table does not tell or is not sound. */
int32_t v8_bytecode_position(const v8_bytecode *code, size_t offset);

#endif
