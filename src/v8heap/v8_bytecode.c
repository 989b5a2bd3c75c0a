/* SPDX-License-Identifier: MIT */
#include "v8_bytecode.h"

#include "grow.h"

#include <stdlib.h>

enum { BYTECODE_LIMIT = 16 << 20, TABLE_LIMIT = 16 << 20 };

static void free_bytecode(v8_bytecode *code)
{
    if (!code)
        return;
    free(code->bytes.data);
    free(code->table.data);
    free(code);
}

static unpeg_status read_bytecode(v8_heap *heap, v8_bytecode *code)
{
    const v8_layout *layout = heap->layout;
    unpeg_status status = v8_heap_copy_bytecode(heap, code->word, BYTECODE_LIMIT, &code->bytes);
    if (!status)
        status = v8_heap_copy_byte_array(heap, code->positions_word, TABLE_LIMIT, &code->table);
    if (status && status != UNPEG_NOT_FOUND)
        return status;
    code->code = (v8_bytecodes){code->bytes.data, code->bytes.size, layout};
    code->positions = (v8_positions){code->table.data, code->table.size,
                                     (v8_position_coding)layout->positions_coding};
    code->sound = code->table.size > 0 && v8_positions_measure(&code->positions, &code->extent) &&
                  code->extent.last_offset < (int64_t)code->bytes.size;
    return UNPEG_OK;
}

static unpeg_status keep(v8_bytecode_cache *cache, v8_bytecode *code)
{
    unpeg_status status = read_bytecode(cache->heap, code);
    if (status)
        return status;
    if (!grow_reserve((void **)&cache->items, &cache->capacity, cache->count + 1,
                      sizeof *cache->items) ||
        !u64map_put(&cache->by_word, code->word, (uint32_t)cache->count + 1))
        return UNPEG_NO_MEMORY;
    cache->items[cache->count++] = code;
    return UNPEG_OK;
}

unpeg_status v8_bytecode_get(v8_bytecode_cache *cache, v8_word word, v8_bytecode **ret)
{
    v8_heap *heap = cache->heap;
    const v8_layout *layout = heap->layout;
    v8_word positions;
    unpeg_status status =
        v8_heap_expect(heap, word, layout->type_bytecode_array, layout->type_bytecode_array);
    if (!status)
        status = v8_heap_trusted_field(heap, word, layout->bytecode_positions, &positions);
    if (status)
        return status;
    uint32_t index = u64map_get(&cache->by_word, word);
    if (index != 0 && cache->items[index - 1]->positions_word == positions) {
        *ret = cache->items[index - 1];
        return UNPEG_OK;
    }
    v8_bytecode *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return UNPEG_NO_MEMORY;
    fresh->word = word;
    fresh->positions_word = positions;
    status = keep(cache, fresh);
    if (status)
        free_bytecode(fresh);
    else
        *ret = fresh;
    return status;
}

void v8_bytecode_deinit(v8_bytecode_cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        free_bytecode(cache->items[i]);
    free(cache->items);
    u64map_deinit(&cache->by_word);
    *cache = (v8_bytecode_cache){0};
}

int32_t v8_bytecode_position(const v8_bytecode *code, size_t offset)
{
    uint64_t raw;
    if (!code->sound || offset >= code->code.size ||
        !v8_positions_find(&code->positions, (int64_t)offset, &raw))
        return -1;
    if (v8_position_external(raw) || v8_position_inlining(raw) >= 0)
        return -1;
    return v8_position_offset(raw);
}
