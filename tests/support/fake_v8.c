/* SPDX-License-Identifier: MIT */
#include "fake_v8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STRING_TYPE = 8, /* sequential, one byte a character */
    SOURCE_SIZE = 8192,
    POSITIONS = 8, /* of one function */
    FRAME_SIZE = 128,
    FRAME_POINTER = 96, /* within it */
    FUNCTION_VARIABLE = 1 << 12,
    OBJECT_SIZE = 128,
    FAKE_OPCODE = 11, /* the first of SIZES bytecodes */
    FAKE_OPERAND = 99,
    SIZES = 5,
};

static const unpeg_addr heap_base = UINT64_C(0x7e0000000000);

/* Code; the heap, in which there may be code as well. */
const char *fake_v8_maps(void)
{
    return "00400000-00402000 r-xp 00000000 08:01 7 /bin/fake\n"
           "7e0000000000-7e0000020000 rw-p 00000000 00:00 0 \n"
           "7e0000020000-7e0000040000 rwxp 00000000 00:00 0 \n";
}

v8_builtins fake_v8_builtins(void)
{
    v8_builtins builtins = {0};
    if (v8_builtins_add(&builtins, 0, 0x1000, unpeg_slice_of("InterpreterEntryTrampoline")) == 0)
        v8_builtins_sort(&builtins);
    return builtins;
}

static unpeg_status read_fake(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const fake_v8 *v8 = user;
    uint64_t at = address - v8->base;
    if (address < v8->base || at > FAKE_SIZE || size > FAKE_SIZE - at)
        return UNPEG_NOT_FOUND;
    memcpy(bytes, v8->bytes + at, size);
    return UNPEG_OK;
}

target_memory fake_v8_memory(fake_v8 *v8)
{
    return (target_memory){.read = read_fake, .user = v8};
}

void fake_bytes(fake_v8 *v8, uint64_t object, int32_t offset, const void *bytes, size_t size)
{
    uint64_t at = object - 1 - v8->base + (uint64_t)(int64_t)offset;
    if (at <= FAKE_SIZE && size <= FAKE_SIZE - at)
        memcpy(v8->bytes + at, bytes, size);
}

void fake_word(fake_v8 *v8, uint64_t object, int32_t offset, uint64_t word)
{
    fake_bytes(v8, object, offset, &word, (size_t)v8->layout.tagged_size);
}

static uint64_t small(const fake_v8 *v8, int32_t value)
{
    return v8->layout.tagged_size == 8 ? (uint64_t)(uint32_t)value << 32 : (uint32_t)value << 1;
}

void fake_small(fake_v8 *v8, uint64_t object, int32_t offset, int32_t value)
{
    fake_word(v8, object, offset, small(v8, value));
}

static uint64_t take(fake_v8 *v8, size_t size)
{
    uint64_t at = v8->base + v8->used;
    v8->used += (size + 15) & ~(size_t)15;
    return v8->used <= FAKE_SIZE ? at + 1 : v8->base + 1;
}

/* The map of the maps is its own. */
static uint64_t map_of(fake_v8 *v8, int32_t type)
{
    for (size_t i = 0; i < v8->map_count; i++)
        if (v8->maps[i].type == type)
            return v8->maps[i].word;
    uint64_t map = take(v8, OBJECT_SIZE);
    uint16_t number = (uint16_t)type;
    v8->maps[v8->map_count].type = type;
    v8->maps[v8->map_count++].word = map;
    fake_bytes(v8, map, v8->layout.map_type, &number, sizeof number);
    fake_word(v8, map, 0, type == v8->layout.type_map ? map : map_of(v8, v8->layout.type_map));
    return map;
}

uint64_t fake_object(fake_v8 *v8, int32_t type, size_t size)
{
    uint64_t map = map_of(v8, type);
    uint64_t object = take(v8, size);
    fake_word(v8, object, 0, map);
    return object;
}

uint64_t fake_string(fake_v8 *v8, const char *text)
{
    const v8_layout *layout = &v8->layout;
    uint32_t length = (uint32_t)strlen(text);
    uint64_t string = fake_object(v8, STRING_TYPE, (size_t)layout->string_chars + length);
    fake_bytes(v8, string, layout->string_length, &length, sizeof length);
    fake_bytes(v8, string, layout->string_chars, text, length);
    return string;
}

static uint64_t make_script(fake_v8 *v8, const char *name, const char *source)
{
    const v8_layout *layout = &v8->layout;
    uint64_t script = fake_object(v8, layout->type_script, OBJECT_SIZE);
    fake_word(v8, script, layout->script_source, fake_string(v8, source));
    fake_word(v8, script, layout->script_name, fake_string(v8, name));
    return script;
}

/* Flags are a small integer before V8 13. */
static uint64_t make_scope(fake_v8 *v8, const char *name, int32_t start, int32_t end)
{
    const v8_layout *layout = &v8->layout;
    uint64_t scope = fake_object(v8, layout->type_scope, OBJECT_SIZE);
    int32_t size = layout->tagged_size;
    int32_t at = layout->scope_slots;
    uint32_t flags = FUNCTION_VARIABLE >> layout->scope_flag_shift;
    if (layout->scope_first_vars > 3)
        fake_bytes(v8, scope, at, &flags, sizeof flags);
    else
        fake_small(v8, scope, at, (int32_t)flags);
    fake_small(v8, scope, at + 3 * size, start);
    fake_small(v8, scope, at + 4 * size, end);
    at += layout->scope_first_vars * size;
    fake_word(v8, scope, at, fake_string(v8, name));
    fake_small(v8, scope, at + size, 0);
    if (layout->scope_first_vars > 3)
        return scope;
    fake_small(v8, scope, at + 2 * size, start);
    fake_small(v8, scope, at + 3 * size, end);
    return scope;
}

static uint64_t make_function(fake_v8 *v8, uint64_t scope, uint64_t script)
{
    const v8_layout *layout = &v8->layout;
    uint64_t shared = fake_object(v8, layout->type_shared, OBJECT_SIZE);
    uint64_t function = fake_object(v8, layout->type_function_first, OBJECT_SIZE);
    fake_word(v8, shared, layout->shared_name, scope);
    fake_word(v8, shared, layout->shared_script, script);
    fake_word(v8, function, layout->function_shared, shared);
    return function;
}

static size_t put_number(unsigned char *at, uint64_t value)
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        at[size++] = (unsigned char)(value | 0x80);
    at[size++] = (unsigned char)value;
    return size;
}

static uint64_t zigzag(int64_t value)
{
    return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

/* Bytes of the instruction at a position, with its operands. */
static int bytecode_size(int position)
{
    static const int sizes[SIZES] = {3, 1, 4, 2, 5};
    return sizes[position % SIZES];
}

static int bytecode_offset(int position)
{
    int offset = 0;
    for (int i = 0; i < position; i++)
        offset += bytecode_size(i);
    return offset;
}

/* Every second one is an expression. */
static size_t encode_positions(const v8_layout *layout, const int32_t *offsets, unsigned char *at)
{
    size_t size = 0;
    int64_t raw = 0;
    for (int i = 0; i < POSITIONS; i++) {
        int64_t first_delta = layout->positions_coding == V8_POSITIONS_FROM_0 ? 0 : 1;
        int64_t delta = i == 0 ? first_delta : bytecode_size(i - 1);
        int64_t next = (int64_t)(offsets[i] + 1) << 1;
        bool statement = i % 2 == 0;
        uint64_t first = layout->positions_coding == V8_POSITIONS_BREAKABLE
                             ? (uint64_t)delta << 2 | (statement ? 3 : 0)
                             : zigzag(statement ? delta : -1 - delta);
        size += put_number(at + size, first);
        size += put_number(at + size, zigzag(next - raw));
        raw = next;
    }
    return size;
}

static uint64_t make_byte_array(fake_v8 *v8, const void *bytes, size_t size)
{
    const v8_layout *layout = &v8->layout;
    bool trusted = layout->type_trusted_byte_array != V8_ABSENT;
    int32_t type = trusted ? layout->type_trusted_byte_array : layout->type_byte_array;
    uint64_t array = fake_object(v8, type, (size_t)layout->array_data + size);
    uint32_t length = (uint32_t)size;
    if (layout->array_length_raw)
        fake_bytes(v8, array, layout->array_length, &length, sizeof length);
    else
        fake_small(v8, array, layout->array_length, (int32_t)size);
    fake_bytes(v8, array, layout->array_data, bytes, size);
    return array;
}

static uint64_t make_bytecode(fake_v8 *v8, const int32_t *offsets)
{
    const v8_layout *layout = &v8->layout;
    unsigned char table[POSITIONS * 20];
    unsigned char code[POSITIONS * SIZES];
    size_t code_size = (size_t)bytecode_offset(POSITIONS);
    memset(code, FAKE_OPERAND, sizeof code);
    for (int i = 0; i < POSITIONS; i++)
        code[bytecode_offset(i)] = (unsigned char)(FAKE_OPCODE + i % SIZES);
    size_t size = encode_positions(layout, offsets, table);
    uint64_t array =
        fake_object(v8, layout->type_bytecode_array, (size_t)layout->bytecode_data + code_size);
    fake_small(v8, array, layout->bytecode_length, (int32_t)code_size);
    fake_word(v8, array, layout->bytecode_positions, make_byte_array(v8, table, size));
    fake_bytes(v8, array, layout->bytecode_data, code, code_size);
    return array;
}

/* One of the functions as text, and what the heap says of it. */
typedef struct function_text {
    int32_t start, end, offsets[POSITIONS];
} function_text;

static const char *const parts[] = {
    "let total = ", "0;\n  ",  "for (let step = ",       "0; ",
    "step < ",      "limit; ", "step++)\n    total += ", "step * factor;\n  return total;\n}\n"};

static void write_function(char *source, int number, function_text *ret)
{
    size_t at = strlen(source);
    at += (size_t)snprintf(source + at, SOURCE_SIZE - at, "%s// The %dth.\nfunction work%02d",
                           number % 3 ? "\n\n" : "\n", number, number);
    ret->start = (int32_t)at;
    at += (size_t)snprintf(source + at, SOURCE_SIZE - at, "(limit, factor) {\n  ");
    for (int i = 0; i < POSITIONS; i++) {
        ret->offsets[i] = (int32_t)at;
        at += (size_t)snprintf(source + at, SOURCE_SIZE - at, "%s", parts[i]);
    }
    ret->end = (int32_t)at - 1;
}

static unsigned line_of(const char *source, int32_t offset)
{
    unsigned line = 1;
    for (int32_t i = 0; i < offset; i++)
        line += source[i] == '\n';
    return line;
}

static void make_frame(fake_v8 *v8, int number, const char *source, uint64_t script,
                       const function_text *text)
{
    const v8_layout *layout = &v8->layout;
    fake_frame *frame = &v8->frames[number];
    int at = number % POSITIONS;
    snprintf(frame->name, sizeof frame->name, "work%02d", number);
    uint64_t function =
        make_function(v8, make_scope(v8, frame->name, text->start, text->end), script);
    uint64_t code = make_bytecode(v8, text->offsets);
    frame->pc = FAKE_CODE + 0x100;
    frame->start_line = line_of(source, text->start);
    frame->line = line_of(source, text->offsets[at]);
    uint64_t place = take(v8, FRAME_SIZE);
    frame->fp = place - 1 + FRAME_POINTER;
    const struct {
        int32_t offset;
        uint64_t word;
    } words[] = {
        {layout->fp_context, function},
        {layout->fp_function, function},
        {layout->fp_bytecode_array, code},
        {layout->fp_bytecode_offset, small(v8, layout->bytecode_data - 1 + bytecode_offset(at))},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        fake_bytes(v8, place, FRAME_POINTER + words[i].offset, &words[i].word,
                   sizeof words[i].word);
}

fake_v8 *fake_v8_create(const v8_layout *layout)
{
    char source[SOURCE_SIZE] = "'use strict';\n";
    function_text texts[FAKE_FUNCTIONS];
    fake_v8 *v8 = calloc(1, sizeof *v8);
    if (!v8)
        return NULL;
    v8->layout = *layout;
    v8->layout.bytecode_count = FAKE_OPCODE + SIZES;
    for (int i = 0; i < SIZES; i++)
        v8->layout.bytecode_sizes[0][FAKE_OPCODE + i] = (uint8_t)bytecode_size(i);
    v8->base = heap_base;
    v8->used = 4096;
    for (int i = 0; i < FAKE_FUNCTIONS; i++)
        write_function(source, i, &texts[i]);
    uint64_t script = make_script(v8, "/home/work.js", source);
    for (int i = 0; i < FAKE_FUNCTIONS; i++)
        make_frame(v8, i, source, script, &texts[i]);
    return v8;
}

void fake_v8_destroy(fake_v8 *v8)
{
    free(v8);
}
