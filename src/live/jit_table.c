/* SPDX-License-Identifier: MIT */
#include "jit_table.h"

#include <stdlib.h>

#include "code_space.h"

/* Names in perf maps and jitdumps are not escaped; V8 before 9 escapes those in its log. */
enum { VERSION_WITHOUT_ESCAPES = 9 };

struct jit_table {
    unpeg_profile *profile; /* holds frames and texts */
    symbol_set *no_symbols;
    code_space *space;
    unpeg_damage damage; /* rows that cannot be; nobody asks for them */
};

unpeg_status jit_table_create(jit_table **ret)
{
    static const symbol_options no_files = {.names_off = true};
    jit_table *table = calloc(1, sizeof *table);
    if (!table)
        return UNPEG_NO_MEMORY;
    unpeg_status status = unpeg_profile_create(&table->profile);
    if (status == UNPEG_OK)
        status = symbol_set_create(&no_files, &table->no_symbols);
    if (status == UNPEG_OK)
        status = code_space_create(table->profile, table->no_symbols, &table->space);
    if (status != UNPEG_OK) {
        jit_table_destroy(table);
        return status;
    }
    code_space_set_version(table->space, VERSION_WITHOUT_ESCAPES);
    *ret = table;
    return UNPEG_OK;
}

void jit_table_destroy(jit_table *table)
{
    if (!table)
        return;
    code_space_destroy(table->space);
    symbol_set_destroy(table->no_symbols);
    unpeg_profile_destroy(table->profile);
    free(table);
}

/* V8's tags (src/logging/code-events.h), and whether a function with a mark follows. */
static bool known_tag(unpeg_slice tag, bool *ret_function)
{
    static const struct {
        const char *tag;
        bool function;
    } tags[] = {
        {"JS", true},      {"LazyCompile", true}, {"Function", true}, {"InterpretedFunction", true},
        {"Script", true},  {"Eval", true},        {"Builtin", false}, {"BytecodeHandler", false},
        {"RegExp", false}, {"Stub", false},       {"Handler", false},
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        *ret_function = tags[i].function;
        if (unpeg_slice_equal(tag, unpeg_slice_of(tags[i].tag)))
            return true;
    }
    return false;
}

static void split_tag(unpeg_slice text, unpeg_code_creation *row)
{
    const char *colon = text.len ? memchr(text.data, ':', text.len) : NULL;
    bool function;
    row->name = text;
    row->tag = row->marker = (unpeg_slice){"", 0};
    if (!colon)
        return;
    const unpeg_slice tag = {text.data, (size_t)(colon - text.data)};
    if (!known_tag(tag, &function))
        return;
    row->tag = tag;
    row->name = (unpeg_slice){colon + 1, text.len - tag.len - 1};
    row->has_function = function;
}

static bool is_mark(unpeg_slice name, size_t at)
{
    static const char marks[] = {'~', '^', '+', '*'};
    return at < name.len && memchr(marks, name.data[at], sizeof marks) != NULL;
}

/* "~", "^", "+", "*" before the function's name, since V8 14 with "o" in front and "'" behind. */
static void split_marker(unpeg_code_creation *row)
{
    size_t len = row->name.len > 0 && row->name.data[0] == 'o' && is_mark(row->name, 1);
    if (!row->has_function || !is_mark(row->name, len))
        return;
    len++;
    len += len < row->name.len && row->name.data[len] == '\'';
    row->marker = (unpeg_slice){row->name.data, len};
    row->name = (unpeg_slice){row->name.data + len, row->name.len - len};
}

/* Index of the colon in front of the digits that text ends in; SIZE_MAX if it ends otherwise. */
static size_t last_number(unpeg_slice text)
{
    size_t at = text.len;
    while (at > 0 && text.data[at - 1] >= '0' && text.data[at - 1] <= '9')
        at--;
    return at > 0 && at < text.len && text.data[at - 1] == ':' ? at - 1 : SIZE_MAX;
}

/* V8 before 9 writes the line alone. */
static bool lacks_column(unpeg_slice name)
{
    size_t colon = last_number(name);
    return colon != SIZE_MAX && last_number((unpeg_slice){name.data, colon}) == SIZE_MAX;
}

unpeg_status jit_table_add(jit_table *table, unpeg_addr start, uint64_t size, unpeg_slice text)
{
    static const char no_column[] = {':', '0'};
    char padded[JIT_NAME_BYTES + sizeof no_column];
    unpeg_record record = {.kind = UNPEG_RECORD_CODE_CREATION};
    unpeg_code_creation *row = &record.u.code_creation;
    if (text.len > JIT_NAME_BYTES)
        text.len = JIT_NAME_BYTES;
    row->address = start;
    row->size_bytes = size;
    split_tag(text, row);
    split_marker(row);
    if (row->has_function && lacks_column(row->name)) {
        memcpy(padded, row->name.data, row->name.len);
        memcpy(padded + row->name.len, no_column, sizeof no_column);
        row->name = (unpeg_slice){padded, row->name.len + sizeof no_column};
    }
    return code_space_add(table->space, &record, &table->damage);
}

unpeg_status jit_table_move(jit_table *table, unpeg_addr from, unpeg_addr to)
{
    const unpeg_record record = {.kind = UNPEG_RECORD_CODE_MOVE, .u.move = {from, to}};
    return code_space_move(table->space, &record, &table->damage);
}

unpeg_status jit_table_log(jit_table *table, const unpeg_record *record)
{
    switch (record->kind) {
    case UNPEG_RECORD_V8_VERSION:
        code_space_set_version(table->space, record->u.version.major);
        return UNPEG_OK;
    case UNPEG_RECORD_CODE_CREATION:
        return code_space_add(table->space, record, &table->damage);
    case UNPEG_RECORD_CODE_MOVE:
        return code_space_move(table->space, record, &table->damage);
    case UNPEG_RECORD_CODE_DELETE:
        code_space_delete(table->space, record->u.move.from);
        return UNPEG_OK;
    default:
        return UNPEG_OK;
    }
}

unpeg_status jit_table_find(jit_table *table, unpeg_addr pc, bool interrupted, unpeg_frame *ret)
{
    unpeg_frame_id id;
    const code_map *map = code_space_map(table->space);
    code_id code = code_map_find(map, interrupted || pc == 0 ? pc : pc - 1);
    if (code == 0 || code_map_entry(map, code)->weak)
        return UNPEG_NOT_FOUND;
    unpeg_status status =
        code_space_frame(table->space, pc, interrupted ? ADDRESS_PC : ADDRESS_RETURN, &id);
    if (status != UNPEG_OK)
        return status;
    *ret = *unpeg_profile_frame(table->profile, id);
    return ret->kind == UNPEG_FRAME_UNKNOWN ? UNPEG_NOT_FOUND : UNPEG_OK;
}
