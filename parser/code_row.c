/* SPDX-License-Identifier: MIT
 *
 * code-creation,tag,kind,time,address,size,name[,function,marker]
 *
 * V8 9.4 to 15 write the function's name raw: with commas and newlines. So the first six fields are
 * read from the left, the last two from the right, and the name is what lies between.
 */
#include "field.h"
#include "record.h"

enum { MARKER_MAX = 8 }; /* "o+'" is the longest known; a longer text is part of a name */

/* Tags of rows that always have a function; all others never do (V8 src/logging/log.cc). */
static bool tag_has_function(unpeg_slice tag)
{
    static const char *const tags[] = {"JS",     "LazyCompile", "Function",
                                       "Script", "Eval",        "InterpretedFunction"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
        if (unpeg_slice_equal(tag, unpeg_slice_of(tags[i])))
            return true;
    return false;
}

static const char *last_comma(unpeg_slice text)
{
    const char *at = text.data + text.len;
    while (at > text.data)
        if (*--at == ',')
            return at;
    return NULL;
}

/* Takes ",0x<function>,<marker>" off the end of name; false when it is not there. */
static bool take_function(unpeg_code_creation *row)
{
    const char *end = row->name.data + row->name.len;
    const char *marker = last_comma(row->name);
    if (!marker || end - marker - 1 > MARKER_MAX)
        return false;
    unpeg_slice before = {row->name.data, (size_t)(marker - row->name.data)};
    const char *address = last_comma(before);
    if (!address)
        return false;
    unpeg_slice text = {address + 1, (size_t)(marker - address - 1)};
    if (text.len < 3 || text.data[0] != '0' || !number_u64(text, &row->function))
        return false;
    row->marker = (unpeg_slice){marker + 1, (size_t)(end - marker - 1)};
    row->name.len = (size_t)(address - row->name.data);
    return true;
}

bool code_row_decode(unpeg_record *record)
{
    unpeg_code_creation *row = &record->u.code_creation;
    size_t skip = sizeof "code-creation" - 1;
    if (record->row.len <= skip)
        return false;
    field_cursor at =
        field_begin((unpeg_slice){record->row.data + skip + 1, record->row.len - skip - 1});
    *row = (unpeg_code_creation){.marker = {"", 0}};
    if (!field_next(&at, &row->tag) || !field_i64(&at, &row->kind) ||
        !field_i64(&at, &row->time_us) || !field_u64(&at, &row->address) ||
        !field_u64(&at, &row->size_bytes) || !at.at)
        return false;
    row->name = field_rest(&at);
    row->has_function = tag_has_function(row->tag) && take_function(row);
    return true;
}

bool code_row_is_open(const unpeg_code_creation *row)
{
    return !row->has_function && tag_has_function(row->tag);
}
