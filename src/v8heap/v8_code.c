/* SPDX-License-Identifier: MIT */
#include "v8_code.h"

#include "grow.h"
#include "v8_code_search.h"

#include <stdlib.h>

enum {
    TABLE_LIMIT = 4 << 20, /* bytes of one position table */
    INLINING_SIZE = 16,
    CODE_LIMIT = 1 << 16, /* objects kept */
    DEOPT_SLOTS = 16,
};

static void free_code(v8_code *code)
{
    if (!code)
        return;
    free(code->positions.data);
    free(code->inlining.data);
    free(code->inlined);
    free(code);
}

/* The first of the kept ones that starts behind pc. */
static size_t upper_bound(const v8_codes *codes, unpeg_addr pc)
{
    size_t low = 0;
    size_t high = codes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (codes->items[middle]->start <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void remove_at(v8_codes *codes, size_t index)
{
    free_code(codes->items[index]);
    codes->count--;
    memmove(&codes->items[index], &codes->items[index + 1],
            (codes->count - index) * sizeof *codes->items);
}

/* NOT_FOUND also when what was kept is no longer there. */
static unpeg_status find_kept(v8_codes *codes, unpeg_addr pc, v8_code **ret)
{
    size_t index = upper_bound(codes, pc);
    uint64_t head[2];
    if (index == 0 || pc - codes->items[index - 1]->start >= codes->items[index - 1]->size)
        return UNPEG_NOT_FOUND;
    v8_code *code = codes->items[index - 1];
    unpeg_status status = v8_heap_read(codes->heap, code->object, 0, head, sizeof head);
    if (!status && memcmp(head, code->head, sizeof head) == 0) {
        *ret = code;
        return UNPEG_OK;
    }
    if (!status || status == UNPEG_NOT_FOUND) {
        remove_at(codes, index - 1);
        return UNPEG_NOT_FOUND;
    }
    return status;
}

/* Function infos may be behind a wrapper, outside of the trusted space. */
static unpeg_status unwrap_shared(v8_heap *heap, v8_word word, v8_word *ret)
{
    const v8_layout *layout = heap->layout;
    int32_t type;
    unpeg_status status = v8_heap_type(heap, word, &type);
    if (!status && type != layout->type_shared) {
        status = v8_heap_field(heap, word, layout->wrapped_value, &word);
        if (!status)
            status = v8_heap_expect(heap, word, layout->type_shared, layout->type_shared);
    }
    if (!status)
        *ret = word;
    return status;
}

static unpeg_status read_inlined(v8_heap *heap, v8_word literals, size_t count, v8_code *code)
{
    size_t length;
    unpeg_status status = v8_heap_length(heap, literals, 1 << 20, &length);
    if (count > length)
        count = length;
    if (count > V8_LITERAL_LIMIT)
        count = V8_LITERAL_LIMIT;
    if (status || count == 0)
        return status;
    code->inlined = calloc(count, sizeof *code->inlined);
    if (!code->inlined)
        return UNPEG_NO_MEMORY;
    code->inlined_count = count;
    for (size_t i = 0; i < count; i++) {
        v8_word word;
        status = v8_heap_element(heap, literals, i, &word);
        if (!status)
            status = unwrap_shared(heap, word, &code->inlined[i]);
        if (status && status != UNPEG_NOT_FOUND)
            return status;
    }
    return UNPEG_OK;
}

static unpeg_status ignore_missing(unpeg_status status)
{
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* DeoptimizationData of optimized code: whose it is and what was inlined. */
static unpeg_status read_deopt(v8_heap *heap, v8_word data, v8_code *code)
{
    const v8_layout *layout = heap->layout;
    v8_word slots[DEOPT_SLOTS] = {0};
    size_t length;
    int32_t count = 0;
    unpeg_status status = v8_heap_length(heap, data, 1 << 20, &length);
    if (status || length <= (size_t)layout->deopt_inlining || layout->deopt_inlining >= DEOPT_SLOTS)
        return ignore_missing(status);
    for (size_t i = 0; i <= (size_t)layout->deopt_inlining && !status; i++)
        status = ignore_missing(v8_heap_trusted_element(heap, data, i, &slots[i]));
    if (!status)
        status = ignore_missing(unwrap_shared(heap, slots[layout->deopt_shared], &code->shared));
    if (!status)
        status = ignore_missing(v8_heap_copy_byte_array(heap, slots[layout->deopt_inlining],
                                                        TABLE_LIMIT, &code->inlining));
    if (!status && v8_heap_small(heap, slots[layout->deopt_inlined_count], &count) && count > 0)
        status =
            ignore_missing(read_inlined(heap, slots[layout->deopt_literals], (size_t)count, code));
    return status;
}

static void set_kind(const v8_layout *layout, uint32_t flags, v8_code *code)
{
    int32_t kind = (int32_t)((flags & (uint32_t)layout->code_kind_mask) >> layout->code_kind_shift);
    code->handler = kind == layout->kind_handler;
    code->regexp = kind == layout->kind_regexp;
    code->builtin = kind == layout->kind_builtin;
    if (kind == layout->kind_turbofan)
        code->tier = UNPEG_TIER_TURBOFAN;
    else if (kind == layout->kind_maglev)
        code->tier = UNPEG_TIER_MAGLEV;
    else if (kind == layout->kind_baseline)
        code->tier = UNPEG_TIER_SPARKPLUG;
}

static unpeg_status read_code(v8_heap *heap, const v8_code_place *place, v8_code *code)
{
    const v8_layout *layout = heap->layout;
    v8_block block;
    unpeg_status status = v8_heap_load(heap, place->code, 64, &block);
    if (!status)
        status = v8_heap_read(heap, place->object, 0, code->head, sizeof code->head);
    if (status)
        return status;
    code->object = place->object;
    code->code = place->code;
    code->start = place->start;
    code->size = place->size;
    set_kind(layout, v8_block_u32(&block, layout->code_flags), code);
    v8_word positions = v8_block_trusted_field(heap, &block, layout->code_positions);
    status =
        ignore_missing(v8_heap_copy_byte_array(heap, positions, TABLE_LIMIT, &code->positions));
    if (!status && (code->tier == UNPEG_TIER_TURBOFAN || code->tier == UNPEG_TIER_MAGLEV))
        status = read_deopt(heap, v8_block_trusted_field(heap, &block, layout->code_deopt), code);
    return status;
}

/* What a new object covers is no longer anything else. */
static unpeg_status insert(v8_codes *codes, v8_code *code)
{
    size_t index = upper_bound(codes, code->start);
    if (index > 0 && codes->items[index - 1]->start + codes->items[index - 1]->size > code->start)
        remove_at(codes, --index);
    while (index < codes->count && codes->items[index]->start < code->start + code->size)
        remove_at(codes, index);
    if (codes->count >= CODE_LIMIT)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&codes->items, &codes->capacity, codes->count + 1,
                      sizeof *codes->items))
        return UNPEG_NO_MEMORY;
    memmove(&codes->items[index + 1], &codes->items[index],
            (codes->count - index) * sizeof *codes->items);
    codes->items[index] = code;
    codes->count++;
    return UNPEG_OK;
}

static unpeg_status add_code(v8_codes *codes, const v8_code_place *place, v8_code **ret)
{
    v8_code *code = calloc(1, sizeof *code);
    if (!code)
        return UNPEG_NO_MEMORY;
    unpeg_status status = read_code(codes->heap, place, code);
    if (!status)
        status = insert(codes, code);
    if (status)
        free_code(code);
    else
        *ret = code;
    return status;
}

unpeg_status v8_codes_find(v8_codes *codes, unpeg_addr pc, unpeg_addr lowest, v8_code **ret)
{
    v8_code_place place;
    unpeg_status status = find_kept(codes, pc, ret);
    if (status != UNPEG_NOT_FOUND)
        return status;
    if (u64map_get(&codes->missed, pc) != 0)
        return UNPEG_NOT_FOUND;
    status = v8_code_search(codes, pc, lowest, &place);
    if (!status)
        return add_code(codes, &place, ret);
    if (status == UNPEG_NOT_FOUND && !u64map_put(&codes->missed, pc, 1))
        status = UNPEG_NO_MEMORY;
    return status;
}

void v8_codes_refresh(v8_codes *codes)
{
    u64map_deinit(&codes->missed);
    codes->missed = (u64map){0};
}

void v8_codes_deinit(v8_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++)
        free_code(codes->items[i]);
    free(codes->items);
    u64map_deinit(&codes->missed);
    *codes = (v8_codes){0};
}

/* The call that was inlined: whose code the link is in, and where that was called. */
static bool step_out(const v8_code *code, int32_t inlining, uint64_t *raw, v8_word *shared)
{
    size_t at = (size_t)inlining * INLINING_SIZE;
    int32_t function;
    if (at + INLINING_SIZE > code->inlining.size)
        return false;
    memcpy(raw, code->inlining.data + at, sizeof *raw);
    memcpy(&function, code->inlining.data + at + sizeof *raw, sizeof function);
    if (function < 0 || (size_t)function >= code->inlined_count || !code->inlined[function])
        return false;
    *shared = code->inlined[function];
    return true;
}

size_t v8_code_chain(const v8_code *code, v8_position_coding coding, int64_t offset,
                     v8_inlined ret[V8_CHAIN_LIMIT], bool *ret_broken)
{
    v8_positions table = {code->positions.data, code->positions.size, coding};
    uint64_t raw;
    *ret_broken = false;
    if (!v8_positions_find(&table, offset, &raw))
        return 0;
    for (size_t count = 0; count < V8_CHAIN_LIMIT; count++) {
        int32_t inlining = v8_position_inlining(raw);
        ret[count] = (v8_inlined){0, v8_position_external(raw) ? -1 : v8_position_offset(raw)};
        if (inlining < 0)
            return count + 1;
        if (!step_out(code, inlining, &raw, &ret[count].shared))
            break;
    }
    *ret_broken = true;
    return 0;
}
