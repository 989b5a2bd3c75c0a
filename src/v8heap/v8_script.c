/* SPDX-License-Identifier: MIT */
#include "v8_script.h"

#include "grow.h"

#include <stdlib.h>

enum {
    NAME_LIMIT = 4096,       /* bytes of UTF-8 */
    SOURCE_LIMIT = 64 << 20, /* units of a source whose lines are counted */
    LINE_LIMIT = 16 << 20,   /* lines of one script */
    LINE_PIECE = 1024,       /* elements of a line end table read at once */
    TOKEN_CONTEXT = 2,       /* units looked at around a position */
    KEYWORD_CONTEXT = 6
};

static unpeg_status read_name(v8_scripts *scripts, v8_script *script)
{
    v8_text text = {0};
    uint32_t id = 0;
    unpeg_status status = v8_string_text(scripts->heap, script->name_word, NAME_LIMIT, &text);
    if (!status && !intern_add(scripts->names, v8_text_slice(&text), &id))
        status = UNPEG_NO_MEMORY;
    if (!status)
        script->name = intern_text(scripts->names, id);
    v8_text_deinit(&text);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

static unpeg_status read_script(v8_scripts *scripts, const v8_block *block, v8_script *script)
{
    v8_heap *heap = scripts->heap;
    const v8_layout *layout = heap->layout;
    (void)v8_heap_small(heap, v8_block_field(heap, block, layout->script_line_offset),
                        &script->line_offset);
    (void)v8_heap_small(heap, v8_block_field(heap, block, layout->script_column_offset),
                        &script->column_offset);
    unpeg_status status = v8_string_length(heap, script->source, &script->length);
    if (status && status != UNPEG_NOT_FOUND)
        return status;
    return read_name(scripts, script);
}

static unpeg_status add_script(v8_scripts *scripts, const v8_block *block, v8_script *fresh)
{
    if (!grow_reserve((void **)&scripts->items, &scripts->capacity, scripts->count + 1,
                      sizeof *scripts->items))
        return UNPEG_NO_MEMORY;
    unpeg_status status = read_script(scripts, block, fresh);
    if (status)
        return status;
    if (!u64map_put(&scripts->by_word, fresh->word, (uint32_t)scripts->count + 1))
        return UNPEG_NO_MEMORY;
    scripts->items[scripts->count++] = fresh;
    return UNPEG_OK;
}

unpeg_status v8_scripts_get(v8_scripts *scripts, v8_word word, v8_script **ret)
{
    v8_heap *heap = scripts->heap;
    const v8_layout *layout = heap->layout;
    v8_block block;
    size_t size = (size_t)layout->script_line_ends + (size_t)layout->tagged_size;
    unpeg_status status = v8_heap_expect(heap, word, layout->type_script, layout->type_script);
    if (!status)
        status = v8_heap_load(heap, word, size, &block);
    if (status)
        return status;
    v8_word source = v8_block_field(heap, &block, layout->script_source);
    v8_word name = v8_block_field(heap, &block, layout->script_name);
    uint32_t index = u64map_get(&scripts->by_word, word);
    if (index != 0 && scripts->items[index - 1]->source == source &&
        scripts->items[index - 1]->name_word == name) {
        *ret = scripts->items[index - 1];
        return UNPEG_OK;
    }
    v8_script *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return UNPEG_NO_MEMORY;
    fresh->word = word;
    fresh->source = source;
    fresh->name_word = name;
    status = add_script(scripts, &block, fresh);
    if (status)
        free(fresh);
    else
        *ret = fresh;
    return status;
}

void v8_scripts_deinit(v8_scripts *scripts)
{
    for (size_t i = 0; i < scripts->count; i++) {
        free(scripts->items[i]->line_ends);
        free(scripts->items[i]);
    }
    free(scripts->items);
    u64map_deinit(&scripts->by_word);
    *scripts = (v8_scripts){0};
}

/* V8's table holds one small integer for each line end, rising, the last the length of the
 * source. */
static bool take_line_ends(const v8_heap *heap, const unsigned char *raw, size_t count,
                           v8_script *script)
{
    size_t size = (size_t)heap->layout->tagged_size;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits = 0;
        int32_t end;
        memcpy(&bits, raw + i * size, size);
        if (!v8_heap_small(heap, v8_heap_decompress(heap, bits), &end) || end < 0)
            return false;
        size_t line = script->line_count;
        if ((size_t)end > script->length ||
            (line > 0 && (uint32_t)end <= script->line_ends[line - 1]))
            return false;
        script->line_ends[script->line_count++] = (uint32_t)end;
    }
    return true;
}

static unpeg_status read_line_ends(v8_heap *heap, v8_word table, v8_script *script)
{
    unsigned char raw[LINE_PIECE * sizeof(uint64_t)];
    const v8_layout *layout = heap->layout;
    size_t size = (size_t)layout->tagged_size;
    size_t count;
    unpeg_status status =
        v8_heap_expect(heap, table, layout->type_fixed_array, layout->type_fixed_array);
    if (!status)
        status = v8_heap_length(heap, table, LINE_LIMIT, &count);
    if (status || count == 0)
        return UNPEG_NOT_FOUND;
    script->line_ends = malloc(count * sizeof *script->line_ends);
    if (!script->line_ends)
        return UNPEG_NO_MEMORY;
    for (size_t at = 0; at < count && !status; at += LINE_PIECE) {
        size_t part = count - at < LINE_PIECE ? count - at : LINE_PIECE;
        int32_t offset = layout->array_data + (int32_t)(at * size);
        status = v8_heap_read(heap, table, offset, raw, part * size);
        if (!status && !take_line_ends(heap, raw, part, script))
            status = UNPEG_NOT_FOUND;
    }
    return status;
}

typedef struct line_count {
    v8_script *script;
    size_t capacity;
    size_t at;
    bool carriage; /* the unit before was a carriage return */
} line_count;

static bool add_line_end(line_count *lines, size_t at)
{
    v8_script *script = lines->script;
    if (script->line_count >= LINE_LIMIT ||
        !grow_reserve((void **)&script->line_ends, &lines->capacity, script->line_count + 1,
                      sizeof *script->line_ends))
        return false;
    script->line_ends[script->line_count++] = (uint32_t)at;
    return true;
}

/* A line feed, a carriage return that no line feed follows, U+2028, U+2029. */
static bool count_unit(line_count *lines, uint16_t unit)
{
    bool carriage = lines->carriage;
    lines->carriage = unit == '\r';
    if (carriage && unit != '\n' && !add_line_end(lines, lines->at - 1))
        return false;
    bool ends = unit == '\n' || unit == 0x2028 || unit == 0x2029;
    return !ends || add_line_end(lines, lines->at);
}

static unpeg_status count_lines(void *user, const void *chars, size_t count, bool wide)
{
    line_count *lines = user;
    const unsigned char *bytes = chars;
    for (size_t i = 0; i < count; i++, lines->at++) {
        uint16_t unit = bytes[wide ? 0 : i];
        if (wide)
            memcpy(&unit, bytes + i * 2, sizeof unit);
        if ((unit <= '\r' || unit >= 0x2028 || lines->carriage) && !count_unit(lines, unit))
            return UNPEG_NO_MEMORY;
    }
    return UNPEG_OK;
}

static unpeg_status make_line_ends(v8_heap *heap, v8_script *script)
{
    line_count lines = {.script = script};
    if (script->length == 0 || script->length > SOURCE_LIMIT)
        return UNPEG_NOT_FOUND;
    unpeg_status status =
        v8_string_units(heap, script->source, (v8_span){0, script->length}, count_lines, &lines);
    if (!status && lines.carriage && !add_line_end(&lines, script->length - 1))
        status = UNPEG_NO_MEMORY;
    if (!status && !add_line_end(&lines, script->length))
        status = UNPEG_NO_MEMORY;
    return status;
}

static void drop_lines(v8_script *script)
{
    free(script->line_ends);
    script->line_ends = NULL;
    script->line_count = 0;
}

static unpeg_status load_lines(v8_heap *heap, v8_script *script)
{
    v8_word table = 0;
    script->lines_tried = true;
    unpeg_status status = v8_heap_field(heap, script->word, heap->layout->script_line_ends, &table);
    if (!status)
        status = read_line_ends(heap, table, script);
    if (status == UNPEG_NOT_FOUND) {
        drop_lines(script);
        status = make_line_ends(heap, script);
    }
    if (status)
        drop_lines(script);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

unpeg_status v8_script_place(v8_scripts *scripts, v8_script *script, int32_t offset, v8_place *ret)
{
    *ret = (v8_place){0};
    unpeg_status status = script->lines_tried ? UNPEG_OK : load_lines(scripts->heap, script);
    if (status || script->line_count == 0 || offset < 0 || (size_t)offset > script->length)
        return status;
    size_t low = 0;
    size_t high = script->line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (script->line_ends[middle] < (uint32_t)offset)
            low = middle + 1;
        else
            high = middle;
    }
    int64_t column = offset - (low > 0 ? (int64_t)script->line_ends[low - 1] + 1 : 0);
    if (low == 0)
        column += script->column_offset;
    int64_t line = (int64_t)low + script->line_offset;
    if (line >= 0 && line < INT32_MAX && column >= 0 && column < INT32_MAX)
        *ret = (v8_place){(uint32_t)line + 1, (uint32_t)column + 1};
    return UNPEG_OK;
}

static bool is_space(uint16_t unit)
{
    return unit == ' ' || (unit >= '\t' && unit <= '\r');
}

static bool is_word(uint16_t unit)
{
    return (unit >= 'a' && unit <= 'z') || (unit >= 'A' && unit <= 'Z') ||
           (unit >= '0' && unit <= '9') || unit == '_' || unit == '$';
}

/* Before a token, or where a statement ends. */
static bool may_stand_between(uint16_t before, uint16_t after)
{
    bool line_end = after == '\n' || after == '\r';
    if (is_space(after))
        return before == ';' || (line_end && !is_space(before));
    return !(is_word(before) && is_word(after));
}

/* The garbage collector moves the text of a young script; its length stays. */
static unpeg_status follow_source(v8_heap *heap, v8_script *script)
{
    v8_word source;
    size_t length;
    unpeg_status status = v8_heap_field(heap, script->word, heap->layout->script_source, &source);
    if (status || source == script->source)
        return status;
    status = v8_string_length(heap, source, &length);
    if (!status && length != script->length)
        status = UNPEG_NOT_FOUND;
    if (!status)
        script->source = source;
    return status;
}

unpeg_status v8_script_check(v8_scripts *scripts, v8_script *script, int32_t offset, bool *ret)
{
    uint16_t units[TOKEN_CONTEXT];
    size_t count;
    unpeg_status status = follow_source(scripts->heap, script);
    if (status)
        return status;
    if (offset < 0 || (size_t)offset > script->length)
        return UNPEG_NOT_FOUND;
    /* The start and the end of a script are positions whatever stands there. */
    *ret = true;
    if (offset == 0 || (size_t)offset == script->length)
        return UNPEG_OK;
    v8_span span = {(size_t)offset - 1, TOKEN_CONTEXT};
    status = v8_string_copy(scripts->heap, script->source, span, units, &count);
    if (!status && count == TOKEN_CONTEXT)
        *ret = may_stand_between(units[0], units[1]);
    return status;
}

unpeg_status v8_script_begins_loop(v8_scripts *scripts, const v8_script *script, int32_t offset,
                                   bool *ret)
{
    static const char *const keywords[] = {"for", "while", "do"};
    uint16_t units[KEYWORD_CONTEXT];
    size_t count;
    *ret = false;
    if (offset < 0 || (size_t)offset > script->length)
        return UNPEG_NOT_FOUND;
    v8_span span = {(size_t)offset, KEYWORD_CONTEXT};
    unpeg_status status = v8_string_copy(scripts->heap, script->source, span, units, &count);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0] && !status; i++) {
        size_t len = strlen(keywords[i]);
        size_t same = 0;
        while (same < len && same < count && units[same] == (unsigned char)keywords[i][same])
            same++;
        *ret = *ret || (same == len && (len == count || !is_word(units[len])));
    }
    return status;
}
