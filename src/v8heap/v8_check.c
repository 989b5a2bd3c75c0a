/* SPDX-License-Identifier: MIT */
#include "v8_check.h"

#include <stdlib.h>

enum {
    TEXT_CHECKS = 64,  /* entries of one table that are held against the text */
    ENTRY_OFFSET = -1, /* of the function's entry, the first in most tables */
    NAME_BEFORE = 2000,
    NAME_AFTER = 200,
    NAME_LIMIT = 256, /* units; nobody writes longer ones */
};

/* Where a table's entry is, one after the other. */
typedef struct table_walk {
    v8_scripts *scripts;
    const v8_table *table;
    size_t entries, step; /* every step-th is held against the text */
    size_t instruction;   /* of the bytecode, at or before the entry */
    int64_t last;
    bool sound;
    unpeg_status status;
} table_walk;

static const v8_function *function_of(const v8_table *table, uint64_t raw)
{
    int32_t inlining = v8_position_inlining(raw);
    if (inlining < 0)
        return table->function;
    return table->inlined ? table->inlined(table->user, inlining) : NULL;
}

static bool begins_instruction(table_walk *walk, int64_t offset)
{
    const v8_bytecodes *code = walk->table->bytecode;
    if (!code || code->layout->bytecode_count == 0)
        return true;
    while ((int64_t)walk->instruction < offset)
        if (!v8_bytecodes_next(code, walk->instruction, &walk->instruction))
            return false;
    return (int64_t)walk->instruction == offset;
}

static bool is_inside(const v8_function *function, int32_t offset)
{
    return function->start < 0 || (offset >= function->start && offset <= function->end);
}

static bool check_entry(table_walk *walk, int64_t offset, uint64_t raw)
{
    bool ordered = walk->table->bytecode ? offset > walk->last : offset >= walk->last;
    int32_t position = v8_position_offset(raw);
    walk->last = offset;
    if (!ordered || (offset >= 0 && !begins_instruction(walk, offset)))
        return false;
    /* The compilers write position 0 where they know none. */
    if (v8_position_external(raw) || (!walk->table->bytecode && position <= 0))
        return true;
    const v8_function *function = function_of(walk->table, raw);
    if (position < 0 || (function && !is_inside(function, position)))
        return false;
    bool token = true;
    if (function && function->script && walk->entries % walk->step == 0) {
        unpeg_status status = v8_script_check(walk->scripts, function->script, position, &token);
        walk->status = status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
    }
    return token;
}

static bool visit_entry(void *user, int64_t offset, uint64_t raw)
{
    table_walk *walk = user;
    walk->sound = check_entry(walk, offset, raw);
    walk->entries++;
    return walk->sound && walk->status == UNPEG_OK;
}

unpeg_status v8_check_table(v8_scripts *scripts, const v8_table *table, bool *ret_sound)
{
    v8_positions_extent extent;
    table_walk walk = {.scripts = scripts, .table = table, .last = ENTRY_OFFSET - 1, .sound = true};
    *ret_sound = v8_positions_measure(table->positions, &extent);
    if (!*ret_sound || extent.entries == 0)
        return UNPEG_OK;
    walk.step = 1 + extent.entries / TEXT_CHECKS;
    v8_positions_each(table->positions, visit_entry, &walk);
    *ret_sound = walk.sound;
    return walk.status;
}

/* What stands in the text of a name, in its units: "get area" is "area" there, "Module._load" is
 * "_load". */
typedef struct written_name {
    size_t count;
    uint16_t units[NAME_LIMIT];
} written_name;

static void add_point(written_name *name, uint32_t point)
{
    if (name->count + 2 > NAME_LIMIT)
        return;
    if (point < 0x10000) {
        name->units[name->count++] = (uint16_t)point;
        return;
    }
    name->units[name->count++] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
    name->units[name->count++] = (uint16_t)(0xDC00 + ((point - 0x10000) & 0x3FF));
}

/* The name is UTF-8 without faults: it was made from units. */
static void read_name(unpeg_slice name, written_name *ret)
{
    ret->count = 0;
    for (size_t i = 0; i < name.len;) {
        unsigned char lead = (unsigned char)name.data[i++];
        size_t more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        uint32_t point = more == 0 ? lead : lead & (0x3Fu >> more);
        for (; more > 0 && i < name.len; more--)
            point = point << 6 | ((unsigned char)name.data[i++] & 0x3F);
        if (point == '.' || point == ' ')
            ret->count = 0;
        else
            add_point(ret, point);
    }
}

static bool has_unit(const written_name *name, uint16_t unit)
{
    for (size_t i = 0; i < name->count; i++)
        if (name->units[i] == unit)
            return true;
    return false;
}

/* Names with "<" are V8's own: "<computed>", "<static_initializer>". */
static bool is_written(const written_name *name)
{
    return name->count > 0 && !has_unit(name, '<');
}

static bool stands_at(const uint16_t *units, const uint16_t *part, size_t count)
{
    return memcmp(units, part, count * sizeof *part) == 0;
}

static bool stands_in(const uint16_t *units, size_t count, const written_name *name)
{
    for (size_t at = 0; at + name->count <= count; at++)
        if (stands_at(units + at, name->units, name->count))
            return true;
    return false;
}

/* A constructor has the name of its class, which may be far away. */
static bool is_constructor(const uint16_t *units, size_t count)
{
    static const uint16_t keyword[] = {'c', 'o', 'n', 's', 't', 'r', 'u', 'c', 't', 'o', 'r'};
    size_t len = sizeof keyword / sizeof keyword[0];
    while (count > 0 && units[count - 1] == ' ')
        count--;
    return count >= len && stands_at(units + count - len, keyword, len);
}

static v8_fit fit_of(const uint16_t *units, size_t count, size_t before, const written_name *name)
{
    if (name->count + 2 <= NAME_LIMIT && stands_in(units, count, name))
        return V8_FIT_GOOD;
    return before <= count && is_constructor(units, before) ? V8_FIT_UNKNOWN : V8_FIT_BAD;
}

unpeg_status v8_check_name(v8_heap *heap, const v8_script *script, int32_t start, unpeg_slice name,
                           v8_fit *ret)
{
    written_name written;
    size_t count = 0;
    read_name(name, &written);
    *ret = V8_FIT_UNKNOWN;
    if (start < 0 || !is_written(&written) || script->length == 0)
        return UNPEG_OK;
    size_t before = start < NAME_BEFORE ? (size_t)start : NAME_BEFORE;
    uint16_t *units = malloc((NAME_BEFORE + NAME_AFTER) * sizeof *units);
    if (!units)
        return UNPEG_NO_MEMORY;
    v8_span span = {(size_t)start - before, before + NAME_AFTER};
    unpeg_status status = v8_string_copy(heap, script->source, span, units, &count);
    if (!status)
        *ret = fit_of(units, count, before, &written);
    free(units);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}
