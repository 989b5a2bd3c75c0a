/* SPDX-License-Identifier: MIT */
#include "v8_heap.h"

#include <stdlib.h>

static const int32_t map_offset = 0;

void v8_heap_refresh(v8_heap *heap)
{
    u64map_deinit(&heap->types);
    heap->types = (u64map){0};
}

void v8_heap_deinit(v8_heap *heap)
{
    u64map_deinit(&heap->types);
    *heap = (v8_heap){0};
}

unpeg_status v8_heap_read(const v8_heap *heap, v8_word object, int32_t offset, void *bytes,
                          size_t size)
{
    if (!v8_is_object(object) || offset < 0)
        return UNPEG_NOT_FOUND;
    return memory_read(heap->memory, object - 1 + (uint32_t)offset, bytes, size);
}

unpeg_status v8_heap_load(const v8_heap *heap, v8_word object, size_t size, v8_block *ret)
{
    ret->size = size < V8_BLOCK_SIZE ? size : V8_BLOCK_SIZE;
    return v8_heap_read(heap, object, 0, ret->bytes, ret->size);
}

v8_word v8_heap_decompress(const v8_heap *heap, uint64_t raw)
{
    if (heap->layout->tagged_size == 8)
        return raw;
    uint32_t half = (uint32_t)raw;
    /* A small integer is its own word; the upper half of the slot is another field. */
    return half & 1 ? heap->cage + half : half;
}

static unpeg_status strong(const v8_heap *heap, uint64_t raw, v8_word *ret)
{
    v8_word word = v8_heap_decompress(heap, raw);
    bool weak = (word & 3) == 3;
    if (weak && (uint32_t)word == 3)
        return UNPEG_NOT_FOUND;
    *ret = weak ? word & ~UINT64_C(2) : word;
    return UNPEG_OK;
}

unpeg_status v8_heap_field(const v8_heap *heap, v8_word object, int32_t offset, v8_word *ret)
{
    uint64_t raw = 0;
    unpeg_status status =
        v8_heap_read(heap, object, offset, &raw, (size_t)heap->layout->tagged_size);
    return status ? status : strong(heap, raw, ret);
}

/* For reading fields only: the copy shares what it points to. */
static v8_heap as_trusted(const v8_heap *heap)
{
    v8_heap trusted = *heap;
    if (heap->layout->tagged_size != 8)
        trusted.cage = heap->trusted_cage;
    return trusted;
}

unpeg_status v8_heap_trusted_field(const v8_heap *heap, v8_word object, int32_t offset,
                                   v8_word *ret)
{
    const v8_heap trusted = as_trusted(heap);
    return v8_heap_field(&trusted, object, offset, ret);
}

v8_word v8_block_field(const v8_heap *heap, const v8_block *block, int32_t offset)
{
    size_t size = (size_t)heap->layout->tagged_size;
    uint64_t raw = 0;
    v8_word word = 0;
    if (offset < 0 || (size_t)offset > block->size || size > block->size - (size_t)offset)
        return 0;
    memcpy(&raw, block->bytes + offset, size);
    return strong(heap, raw, &word) ? 0 : word;
}

v8_word v8_block_trusted_field(const v8_heap *heap, const v8_block *block, int32_t offset)
{
    const v8_heap trusted = as_trusted(heap);
    return v8_block_field(&trusted, block, offset);
}

uint32_t v8_block_u32(const v8_block *block, int32_t offset)
{
    uint32_t value = 0;
    if (offset >= 0 && (size_t)offset + sizeof value <= block->size)
        memcpy(&value, block->bytes + offset, sizeof value);
    return value;
}

bool v8_heap_small(const v8_heap *heap, v8_word word, int32_t *ret)
{
    if (word & 1)
        return false;
    if (heap->layout->tagged_size == 8) {
        if ((uint32_t)word != 0)
            return false;
        *ret = (int32_t)(uint32_t)(word >> 32);
    } else {
        *ret = (int32_t)(uint32_t)word / 2;
    }
    return true;
}

/* Where an object is now whose map was overwritten with that: V8 13.6, objects/objects-inl.h,
 * MapWord::FromForwardingAddress; with compressed words that is how far it went, in words. */
static v8_word moved_to(const v8_heap *heap, v8_word object, uint64_t raw)
{
    if (heap->layout->tagged_size == 8)
        return raw | 1;
    return object + (uint64_t)((int64_t)(int32_t)(uint32_t)raw * 2);
}

/* While the collector moves objects, what it has moved keeps all but its map. */
static unpeg_status read_map(const v8_heap *heap, v8_word object, v8_word *ret)
{
    uint64_t raw = 0;
    unpeg_status status =
        v8_heap_read(heap, object, map_offset, &raw, (size_t)heap->layout->tagged_size);
    if (!status && !(raw & 1))
        return v8_heap_field(heap, moved_to(heap, object, raw), map_offset, ret);
    return status ? status : strong(heap, raw, ret);
}

/* A map is an object whose own map says so. */
static unpeg_status read_type(const v8_heap *heap, v8_word map, int32_t *ret)
{
    uint16_t type = 0;
    uint16_t meta_type = 0;
    v8_word meta = 0;
    unpeg_status status = v8_heap_read(heap, map, heap->layout->map_type, &type, sizeof type);
    if (!status)
        status = v8_heap_field(heap, map, map_offset, &meta);
    if (!status)
        status = v8_heap_read(heap, meta, heap->layout->map_type, &meta_type, sizeof meta_type);
    if (status)
        return status;
    if (heap->layout->type_map > 0 && meta_type != heap->layout->type_map)
        return UNPEG_NOT_FOUND;
    *ret = type;
    return UNPEG_OK;
}

unpeg_status v8_heap_type(v8_heap *heap, v8_word object, int32_t *ret)
{
    v8_word map;
    unpeg_status status = read_map(heap, object, &map);
    if (status)
        return status;
    uint32_t known = u64map_get(&heap->types, map);
    if (known != 0) {
        *ret = (int32_t)known - 1;
        return UNPEG_OK;
    }
    status = read_type(heap, map, ret);
    if (status)
        return status;
    return u64map_put(&heap->types, map, (uint32_t)*ret + 1) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

unpeg_status v8_heap_expect(v8_heap *heap, v8_word object, int32_t first, int32_t last)
{
    int32_t type;
    unpeg_status status = v8_heap_type(heap, object, &type);
    if (!status && (type < first || type > last))
        status = UNPEG_NOT_FOUND;
    return status;
}

static unpeg_status read_small(const v8_heap *heap, v8_word object, int32_t offset, int32_t *ret)
{
    v8_word word;
    unpeg_status status = v8_heap_field(heap, object, offset, &word);
    return !status && !v8_heap_small(heap, word, ret) ? UNPEG_NOT_FOUND : status;
}

static unpeg_status limit_length(unpeg_status status, int32_t length, size_t limit, size_t *ret)
{
    if (status)
        return status;
    if (length < 0 || (size_t)length > limit)
        return UNPEG_NOT_FOUND;
    *ret = (size_t)length;
    return UNPEG_OK;
}

unpeg_status v8_heap_length(const v8_heap *heap, v8_word array, size_t limit, size_t *ret)
{
    int32_t length = 0;
    int32_t offset = heap->layout->array_length;
    unpeg_status status = heap->layout->array_length_raw
                              ? v8_heap_read(heap, array, offset, &length, sizeof length)
                              : read_small(heap, array, offset, &length);
    return limit_length(status, length, limit, ret);
}

unpeg_status v8_heap_element(const v8_heap *heap, v8_word array, size_t index, v8_word *ret)
{
    const v8_layout *layout = heap->layout;
    if (index > INT32_MAX / 16)
        return UNPEG_NOT_FOUND;
    int32_t offset = layout->array_data + (int32_t)index * layout->tagged_size;
    return v8_heap_field(heap, array, offset, ret);
}

unpeg_status v8_heap_trusted_element(const v8_heap *heap, v8_word array, size_t index, v8_word *ret)
{
    const v8_heap trusted = as_trusted(heap);
    return v8_heap_element(&trusted, array, index, ret);
}

static unpeg_status copy_bytes(const v8_heap *heap, v8_word array, int32_t head, size_t size,
                               v8_bytes *ret)
{
    if (size == 0)
        return UNPEG_OK;
    unsigned char *data = malloc(size);
    if (!data)
        return UNPEG_NO_MEMORY;
    unpeg_status status = v8_heap_read(heap, array, head, data, size);
    if (status)
        free(data);
    else
        *ret = (v8_bytes){data, size};
    return status;
}

unpeg_status v8_heap_copy_bytecode(const v8_heap *heap, v8_word array, size_t limit, v8_bytes *ret)
{
    int32_t length = 0;
    size_t size = 0;
    *ret = (v8_bytes){0};
    unpeg_status status = read_small(heap, array, heap->layout->bytecode_length, &length);
    status = limit_length(status, length, limit, &size);
    return status ? status : copy_bytes(heap, array, heap->layout->bytecode_data, size, ret);
}

unpeg_status v8_heap_copy_byte_array(v8_heap *heap, v8_word array, size_t limit, v8_bytes *ret)
{
    const v8_layout *layout = heap->layout;
    int32_t type;
    size_t size = 0;
    *ret = (v8_bytes){0};
    unpeg_status status = v8_heap_type(heap, array, &type);
    if (!status && type != layout->type_byte_array && type != layout->type_trusted_byte_array)
        status = UNPEG_NOT_FOUND;
    if (!status)
        status = v8_heap_length(heap, array, limit, &size);
    return status ? status : copy_bytes(heap, array, layout->array_data, size, ret);
}
