/* SPDX-License-Identifier: MIT
 *
 * Code objects that V8 made at run time: which one holds an address, of which function it is, and
 * what was inlined into it.
 *
 *     v8_code *code;
 *     if (v8_codes_find(&codes, pc, lowest, &code) == UNPEG_OK)
 *         use(code->start, code->size, code->tier);
 *     v8_inlined chain[V8_CHAIN_LIMIT];
 *     size_t count = v8_code_chain(code, coding, pc - code->start - 1, chain, &broken);
 *
 * The object is found by going back from the address word by word to the word of its map, and
 * counts only if its size and, from V8 11 on, its start agree. Found ones are kept, and looked at
 * again before each use.
 */
#ifndef UNPEG_V8HEAP_V8_CODE_H
#define UNPEG_V8HEAP_V8_CODE_H

#include "unpeg/profile.h"
#include "v8_heap.h"
#include "v8_position.h"

enum { V8_STREAM_MAPS = 8, V8_LITERAL_LIMIT = 256, V8_CHAIN_LIMIT = 24 };

typedef struct v8_code {
    unpeg_addr start;
    uint32_t size;
    v8_word object;   /* InstructionStream, or Code in one piece */
    v8_word code;     /* Code */
    uint64_t head[2]; /* the first words of object when it was read */
    unpeg_tier tier;  /* NONE: no JavaScript function's code */
    bool regexp, builtin, handler;
    v8_word shared;     /* SharedFunctionInfo of optimized code; 0: not known */
    v8_bytes positions; /* of a baseline one: its table of sizes */
    v8_bytes inlining;  /* 16 bytes each: raw position, function index */
    v8_word *inlined;   /* the functions that were inlined: SharedFunctionInfo each */
    size_t inlined_count;
    bool checked, fits; /* its positions were held against the text; and fit */
} v8_code;

/* One function of a chain: 0 for the code's own function. */
typedef struct v8_inlined {
    v8_word shared;
    int32_t offset; /* in its script; -1: not known */
} v8_inlined;

typedef struct v8_codes {
    v8_heap *heap;
    v8_code **items; /* ascending by start, disjoint */
    size_t count, capacity;
    uint64_t maps[V8_STREAM_MAPS]; /* words that code objects begin with, seen so far */
    size_t map_count;
    u64map missed; /* addresses in no object */
    uint64_t searches, bytes_searched;
} v8_codes;

/* lowest: no object begins before it (the start of the mapping). NOT_FOUND: none holds pc.
 * *ret lives until the next find. */
UNPEG_MUST_CHECK unpeg_status v8_codes_find(v8_codes *codes, unpeg_addr pc, unpeg_addr lowest,
                                            v8_code **ret);

/* Forgets what was not found. */
void v8_codes_refresh(v8_codes *codes);
void v8_codes_deinit(v8_codes *codes);

/* Innermost first; the last has shared 0. At least one, unless the offset has no position, or a
 * link of the chain is not known (then 0, and *ret_broken). offset is that of an instruction, not
 * of what follows it. */
size_t v8_code_chain(const v8_code *code, v8_position_coding coding, int64_t offset,
                     v8_inlined ret[V8_CHAIN_LIMIT], bool *ret_broken);

#endif
