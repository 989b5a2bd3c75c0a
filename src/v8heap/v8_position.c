/* SPDX-License-Identifier: MIT */
#include "v8_position.h"

enum { WORD_BITS = 64, GROUP_BITS = 7, OPERAND_PREFIXES = 4 };

typedef struct number_reader {
    const unsigned char *bytes;
    size_t size, at;
} number_reader;

static bool read_number(number_reader *reader, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; reader->at < reader->size && shift < WORD_BITS; shift += GROUP_BITS) {
        unsigned char byte = reader->bytes[reader->at++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

static int64_t unzigzag(uint64_t value)
{
    uint64_t half = value >> 1;
    return value & 1 ? (int64_t)~half : (int64_t)half;
}

typedef struct position_cursor {
    number_reader reader;
    v8_position_coding coding;
    uint64_t offset; /* + 1, so that it starts at 0 */
    uint64_t raw;
} position_cursor;

static uint64_t code_delta(v8_position_coding coding, uint64_t value)
{
    if (coding == V8_POSITIONS_BREAKABLE)
        return value >> 2;
    int64_t delta = unzigzag(value);
    return delta < 0 ? (uint64_t)~delta : (uint64_t)delta;
}

static position_cursor start(const v8_positions *table)
{
    return (position_cursor){.reader = {table->bytes, table->size, 0},
                             .coding = table->coding,
                             .offset = table->coding == V8_POSITIONS_FROM_0};
}

static bool next_entry(position_cursor *cursor)
{
    uint64_t code;
    uint64_t position;
    if (!read_number(&cursor->reader, &code) || !read_number(&cursor->reader, &position))
        return false;
    cursor->offset += code_delta(cursor->coding, code);
    cursor->raw += (uint64_t)unzigzag(position);
    return true;
}

bool v8_positions_find(const v8_positions *table, int64_t offset, uint64_t *ret)
{
    position_cursor cursor = start(table);
    bool found = false;
    if (offset < 0)
        return false;
    while (next_entry(&cursor) && cursor.offset <= (uint64_t)offset + 1) {
        *ret = cursor.raw;
        found = true;
    }
    return found;
}

void v8_positions_each(const v8_positions *table, v8_position_fn each, void *user)
{
    position_cursor cursor = start(table);
    while (next_entry(&cursor))
        if (!each(user, (int64_t)cursor.offset - 1, cursor.raw))
            return;
}

static void widen(v8_positions_extent *extent, uint64_t raw)
{
    int32_t offset = v8_position_offset(raw);
    int32_t inlining = v8_position_inlining(raw);
    if (inlining >= 0) {
        if (extent->lowest_inlined < 0 || inlining < extent->lowest_inlined)
            extent->lowest_inlined = inlining;
        if (inlining > extent->most_inlined)
            extent->most_inlined = inlining;
        return;
    }
    if (offset < 0 || v8_position_external(raw))
        return;
    if (extent->lowest < 0 || offset < extent->lowest)
        extent->lowest = offset;
    if (offset > extent->highest)
        extent->highest = offset;
}

bool v8_positions_measure(const v8_positions *table, v8_positions_extent *ret)
{
    static const uint64_t used = (UINT64_C(1) << 47) - 1;
    position_cursor cursor = start(table);
    *ret = (v8_positions_extent){
        .last_offset = -1, .lowest = -1, .highest = -1, .lowest_inlined = -1, .most_inlined = -1};
    while (cursor.reader.at < table->size) {
        if (!next_entry(&cursor) || cursor.raw > used || cursor.offset > INT32_MAX)
            return false;
        ret->entries++;
        widen(ret, cursor.raw);
    }
    ret->last_offset = (int64_t)cursor.offset - 1;
    return true;
}

/* Bytecodes 0 to 3 are the prefixes Wide, ExtraWide, DebugBreakWide, DebugBreakExtraWide. */
bool v8_bytecodes_next(const v8_bytecodes *code, size_t offset, size_t *ret)
{
    size_t scale = 0;
    size_t at = offset;
    if (at >= code->size)
        return false;
    if (code->bytes[at] < OPERAND_PREFIXES) {
        scale = code->bytes[at] & 1 ? 2 : 1;
        at++;
    }
    if (at >= code->size || code->bytes[at] >= code->layout->bytecode_count)
        return false;
    size_t size = code->layout->bytecode_sizes[scale][code->bytes[at]];
    if (size == 0 || size > code->size - at)
        return false;
    *ret = at + size;
    return true;
}

bool v8_bytecodes_begins(const v8_bytecodes *code, size_t offset)
{
    size_t at = 0;
    if (offset >= code->size)
        return false;
    if (code->layout->bytecode_count == 0)
        return true;
    while (at < offset)
        if (!v8_bytecodes_next(code, at, &at))
            return false;
    return at == offset;
}

bool v8_baseline_find(const v8_bytecodes *code, unpeg_slice table, uint64_t pc_offset, size_t *ret)
{
    number_reader reader = {(const unsigned char *)table.data, table.len, 0};
    uint64_t end = 0;
    uint64_t size;
    size_t bytecode = 0;
    if (!read_number(&reader, &end) || pc_offset <= end)
        return false;
    while (bytecode < code->size && read_number(&reader, &size)) {
        if (size > UINT32_MAX)
            return false;
        end += size;
        if (pc_offset <= end) {
            *ret = bytecode;
            return true;
        }
        if (!v8_bytecodes_next(code, bytecode, &bytecode))
            return false;
    }
    return false;
}

bool v8_baseline_in_prologue(unpeg_slice table, uint64_t pc_offset)
{
    number_reader reader = {(const unsigned char *)table.data, table.len, 0};
    uint64_t end;
    return read_number(&reader, &end) && pc_offset <= end;
}
