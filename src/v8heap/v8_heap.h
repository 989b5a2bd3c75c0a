/* SPDX-License-Identifier: MIT
 *
 * Objects of a V8 heap of another process: tagged words, fields, types.
 *
 *     v8_heap heap = {.layout = &layout, .memory = &memory};
 *     v8_word shared;
 *     if (v8_heap_has_type(&heap, function, first, last) == UNPEG_OK)
 *         v8_heap_field(&heap, function, layout.function_shared, &shared);
 *     v8_heap_deinit(&heap);
 *
 * NOT_FOUND is the answer to everything that is not what was asked for: no pointer, unreadable,
 * another type. Other statuses come from the memory and end the work. The collector may move or
 * free anything between two reads; callers check types again after each step.
 */
#ifndef UNPEG_V8HEAP_V8_HEAP_H
#define UNPEG_V8HEAP_V8_HEAP_H

#include "memory.h"
#include "u64map.h"
#include "v8_layout.h"

/* A tagged word, decompressed: the address of an object plus 1, or a small integer. */
typedef uint64_t v8_word;

typedef struct v8_heap {
    const v8_layout *layout;
    const target_memory *memory;
    uint64_t cage;           /* added to compressed words; 0 where words are full */
    uint64_t trusted_cage;   /* the same for fields of trusted objects */
    uint64_t external_table; /* of external strings' handles; 0: not known */
    u64map types;            /* map word to instance type + 1 */
} v8_heap;

/* Bytes of one object, read at once. */
enum { V8_BLOCK_SIZE = 128 };
typedef struct v8_block {
    size_t size;
    unsigned char bytes[V8_BLOCK_SIZE];
} v8_block;

/* Owned by who has it. */
typedef struct v8_bytes {
    unsigned char *data;
    size_t size;
} v8_bytes;

static inline bool v8_is_object(v8_word word)
{
    return (word & 3) == 1 && word > 0x1000 && word < (UINT64_C(1) << 47);
}

/* Drops what may have changed: call it now and then while the process runs. */
void v8_heap_refresh(v8_heap *heap);
void v8_heap_deinit(v8_heap *heap);

UNPEG_MUST_CHECK unpeg_status v8_heap_read(const v8_heap *heap, v8_word object, int32_t offset,
                                           void *bytes, size_t size);

/* size bytes from the object's start; at most V8_BLOCK_SIZE. */
UNPEG_MUST_CHECK unpeg_status v8_heap_load(const v8_heap *heap, v8_word object, size_t size,
                                           v8_block *ret);

/* A tagged field. Weak references come back as strong ones, cleared ones as NOT_FOUND. */
UNPEG_MUST_CHECK unpeg_status v8_heap_field(const v8_heap *heap, v8_word object, int32_t offset,
                                            v8_word *ret);

/* The same of an object in the trusted space that points to another one there. */
UNPEG_MUST_CHECK unpeg_status v8_heap_trusted_field(const v8_heap *heap, v8_word object,
                                                    int32_t offset, v8_word *ret);

/* The same from a block; 0 beyond its end. */
v8_word v8_block_field(const v8_heap *heap, const v8_block *block, int32_t offset);
v8_word v8_block_trusted_field(const v8_heap *heap, const v8_block *block, int32_t offset);
uint32_t v8_block_u32(const v8_block *block, int32_t offset);

/* A tagged word as it is in memory, with cage added where it is a pointer. */
v8_word v8_heap_decompress(const v8_heap *heap, uint64_t raw);

/* The small integer of a decompressed word; false when it is a pointer. */
bool v8_heap_small(const v8_heap *heap, v8_word word, int32_t *ret);

/* The instance type; its map was checked to be a map. */
UNPEG_MUST_CHECK unpeg_status v8_heap_type(v8_heap *heap, v8_word object, int32_t *ret);

/* NOT_FOUND unless first <= type <= last. */
UNPEG_MUST_CHECK unpeg_status v8_heap_expect(v8_heap *heap, v8_word object, int32_t first,
                                             int32_t last);

/* Length of a FixedArray or ByteArray; NOT_FOUND when it is above limit. */
UNPEG_MUST_CHECK unpeg_status v8_heap_length(const v8_heap *heap, v8_word array, size_t limit,
                                             size_t *ret);

/* A copy, from malloc, of a BytecodeArray's bytes; limit: the most it may be. *ret is NULL when the
 * array is empty. */
UNPEG_MUST_CHECK unpeg_status v8_heap_copy_bytecode(const v8_heap *heap, v8_word array,
                                                    size_t limit, v8_bytes *ret);

/* The same of a ByteArray, trusted or not; NOT_FOUND for anything else. */
UNPEG_MUST_CHECK unpeg_status v8_heap_copy_byte_array(v8_heap *heap, v8_word array, size_t limit,
                                                      v8_bytes *ret);

/* An element of a FixedArray whose length the caller knows. */
UNPEG_MUST_CHECK unpeg_status v8_heap_element(const v8_heap *heap, v8_word array, size_t index,
                                              v8_word *ret);
UNPEG_MUST_CHECK unpeg_status v8_heap_trusted_element(const v8_heap *heap, v8_word array,
                                                      size_t index, v8_word *ret);

#endif
