/* SPDX-License-Identifier: MIT
 *
 * code-creation,tag,kind,time,address,size,name[,function,marker]
 *
 * V8 9.4 to 15 write the function's name raw: with commas and newlines. So the first six fields are
 * read from the left, the last two from the right, and the name is what lies between.
 */
#include "field.h"
#include "hex.h"
#include "record.h"

enum { MARKER_MAX = 8 }; /* "o+'" is the longest known; a longer text is part of a name */

/* Tags of rows that always have a function; all others never do (V8 src/logging/log.cc). No two
 * have the same length. */
static bool tag_has_function(unpeg_slice tag)
{
    static const char *const by_length[] = {
        [2] = "JS",       [4] = "Eval",         [6] = "Script",
        [8] = "Function", [11] = "LazyCompile", [19] = "InterpretedFunction"};
    return tag.len < sizeof by_length / sizeof by_length[0] && by_length[tag.len] &&
           memcmp(tag.data, by_length[tag.len], tag.len) == 0;
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

/* Decimal digits and a comma. */
static bool usual_number(const char **at, uint64_t *ret)
{
    size_t digits = decimal_digits_wide(*at, ret);
    const char *stop = *at + digits;
    *at = stop + 1;
    return digits != 0 && *stop == ',';
}

/* The numbers as V8 spells them, when the row is long enough to be read without looking for its end
 * at each step: false means only that the long way must decide. */
static bool read_usual_numbers(field_cursor *cursor, unpeg_code_creation *row)
{
    enum { LONGEST = 96 }; /* of all that is read here, the wide loads included */
    const char *at = cursor->at;
    uint64_t kind;
    uint64_t time_us;
    if (!at || cursor->end - at < LONGEST || !usual_number(&at, &kind) ||
        !usual_number(&at, &time_us) || at[0] != '0' || at[1] != 'x')
        return false;
    size_t digits = hex_digits_wide(at + 2, &row->address);
    at += 2 + digits;
    if (digits == 0 || *at != ',')
        return false;
    at++;
    if (!usual_number(&at, &row->size_bytes))
        return false;
    row->kind = (int64_t)kind;
    row->time_us = (int64_t)time_us;
    cursor->at = at;
    return true;
}

static bool read_numbers(field_cursor *at, unpeg_code_creation *row)
{
    return read_usual_numbers(at, row) ||
           (field_i64(at, &row->kind) && field_i64(at, &row->time_us) &&
            field_u64(at, &row->address) && field_u64(at, &row->size_bytes) && at->at);
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
    if (!field_next(&at, &row->tag) || !read_numbers(&at, row))
        return false;
    row->name = field_rest(&at);
    row->has_function = tag_has_function(row->tag) && take_function(row);
    return true;
}

bool code_row_is_open(const unpeg_code_creation *row)
{
    return !row->has_function && tag_has_function(row->tag);
}
