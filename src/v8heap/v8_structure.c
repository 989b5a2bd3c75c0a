/* SPDX-License-Identifier: MIT */
#include "v8_structure.h"

#include "v8_machine.h"
#include "v8_scope.h"
#include "v8_string.h"

#include <stdlib.h>

enum {
    STACK_LIMIT = 256 << 10, /* bytes of a stack that are searched */
    STACK_PIECE = 4096,
    STACKS_LIMIT = 1000, /* stacks searched before it is given up */
    TABLES_START = 128,  /* in the isolate's data: of the words that may lead to tables */
    TABLES_END = 4096,
    EXTERNALS_LIMIT = 50,
    TYPE_SPREAD = 16, /* types of functions are next to each other */
    ENTRIES_MINIMUM = 500,
    TEXT_PROBE = 64,
    WORD = 8,
    EXTERNAL_STRING = 2, /* representation of a string in its type */
    REPRESENTATION_MASK = 7,
    ONE_BYTE = 8,
    HANDLE_SHIFT = 6,
};

static const uint64_t pointer_mask = (UINT64_C(1) << 48) - 1;

static bool is_cage(uint64_t word)
{
    return word != 0 && (uint32_t)word == 0 && word < (UINT64_C(1) << 47);
}

static bool is_data(const v8_structure *s, unpeg_addr address)
{
    const mapping *at = address % WORD == 0 ? mapping_find(s->mappings, address) : NULL;
    return at && (at->prot & MAPPING_WRITE) && !(at->prot & MAPPING_EXEC) && !mapping_has_file(at);
}

/* Isolate data begins with the base of the cage and its own address. */
static unpeg_status check_isolate(v8_structure *s, unpeg_addr address)
{
    uint64_t head[2];
    unpeg_status status = memory_read(s->heap->memory, address, head, sizeof head);
    if (!status && (!is_cage(head[0]) || head[1] != address))
        status = UNPEG_NOT_FOUND;
    if (status)
        return status;
    s->isolate = address;
    s->heap->cage = head[0];
    return UNPEG_OK;
}

static unpeg_status search_words(v8_structure *s, const uint64_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_data(s, words[i]))
            continue;
        unpeg_status status = check_isolate(s, words[i]);
        if (status != UNPEG_NOT_FOUND)
            return status;
    }
    return UNPEG_NOT_FOUND;
}

/* C++ that runs for an isolate has its address on the stack; generated code has it in a register.
 */
static unpeg_status find_isolate(v8_structure *s, const v8_stack *stack)
{
    uint64_t words[STACK_PIECE / WORD];
    const target_registers *registers = stack->registers;
    if (!registers || s->stacks++ >= STACKS_LIMIT)
        return UNPEG_NOT_FOUND;
    const v8_machine *machine = v8_machine_of(registers->arch);
    uint64_t root = registers->value[machine->root] - machine->root_bias;
    unpeg_status status = search_words(s, &root, 1);
    unpeg_addr at = target_stack_pointer(registers) & ~(uint64_t)(WORD - 1);
    for (size_t i = 0; i < STACK_LIMIT / STACK_PIECE && status == UNPEG_NOT_FOUND; i++) {
        if (memory_read(stack->memory, at, words, sizeof words))
            return UNPEG_NOT_FOUND;
        status = search_words(s, words, STACK_PIECE / WORD);
        at += STACK_PIECE;
    }
    return status;
}

/* The one other cage whose base the isolate's data has. */
static unpeg_status find_trusted_cage(v8_structure *s)
{
    uint64_t words[(TABLES_END - TABLES_START) / WORD];
    unpeg_status status =
        memory_read(s->heap->memory, s->isolate + TABLES_START, words, sizeof words);
    for (size_t i = 0; i < sizeof words / WORD && !status; i++) {
        if (!is_cage(words[i]) || words[i] == s->heap->cage || !mapping_find(s->mappings, words[i]))
            continue;
        s->heap->trusted_cage = words[i];
        return UNPEG_OK;
    }
    return status ? status : UNPEG_NOT_FOUND;
}

static bool in_cage(uint64_t cage, uint64_t word)
{
    return cage != 0 && v8_is_object(word) && word >> 32 == cage >> 32;
}

/* Objects of one function, and the numbers of their types. */
typedef struct function_parts {
    v8_word shared, name, script, source, script_name;
    int32_t type_map, type_function, type_shared, type_scope, type_script;
    int32_t type_source, type_script_name;
} function_parts;

static unpeg_status follow(v8_heap *heap, v8_word object, int32_t offset, v8_word *ret,
                           int32_t *ret_type)
{
    unpeg_status status = v8_heap_field(heap, object, offset, ret);
    return status ? status : v8_heap_type(heap, *ret, ret_type);
}

static unpeg_status read_parts(v8_heap *heap, v8_word function, function_parts *ret)
{
    const v8_layout *layout = heap->layout;
    v8_word map = 0;
    v8_word meta = 0;
    unpeg_status status = follow(heap, function, 0, &map, &ret->type_map);
    if (!status)
        status = v8_heap_type(heap, function, &ret->type_function);
    if (!status)
        status = follow(heap, map, 0, &meta, &ret->type_map);
    if (!status)
        status = follow(heap, function, layout->function_shared, &ret->shared, &ret->type_shared);
    if (!status)
        status = follow(heap, ret->shared, layout->shared_name, &ret->name, &ret->type_scope);
    if (!status)
        status = follow(heap, ret->shared, layout->shared_script, &ret->script, &ret->type_script);
    if (!status)
        status = follow(heap, ret->script, layout->script_source, &ret->source, &ret->type_source);
    if (!status)
        status = follow(heap, ret->script, layout->script_name, &ret->script_name,
                        &ret->type_script_name);
    return status;
}

/* A function's type is above those of all objects that scripts do not see (V8 13.6,
 * objects/instance-type.h); a feedback vector leads to the same parts. */
static bool is_above_others(const function_parts *p)
{
    return p->type_function > p->type_shared && p->type_function > p->type_scope &&
           p->type_function > p->type_script && p->type_function > p->type_map;
}

static bool are_sound(const v8_layout *layout, const function_parts *p)
{
    int32_t first = layout->first_nonstring;
    return p->type_source < first && p->type_script_name < first && p->type_scope >= first &&
           is_above_others(p) && p->type_shared >= first && p->type_script >= first &&
           p->type_shared != p->type_script && p->type_shared != p->type_scope &&
           p->type_script != p->type_scope && p->type_map >= first;
}

/* The scope says where the function is; that must be inside the source. */
static unpeg_status check_scope(v8_heap *heap, const function_parts *parts)
{
    v8_scope scope;
    size_t length = 0;
    unpeg_status status = v8_scope_read(heap, parts->name, &scope);
    if (!status)
        status = v8_string_length(heap, parts->source, &length);
    if (!status && (scope.start < 0 || scope.end <= scope.start || (size_t)scope.end > length))
        status = UNPEG_NOT_FOUND;
    return status;
}

static void set_types(v8_layout *layout, const function_parts *parts)
{
    layout->type_map = parts->type_map;
    layout->type_function_first = parts->type_function - TYPE_SPREAD;
    layout->type_function_last = parts->type_function + TYPE_SPREAD;
    layout->type_shared = parts->type_shared;
    layout->type_scope = parts->type_scope;
    layout->type_script = parts->type_script;
}

static unpeg_status learn_types(v8_structure *s, v8_word function, function_parts *parts)
{
    v8_layout before = *s->layout;
    unpeg_status status = read_parts(s->heap, function, parts);
    if (!status && !are_sound(s->layout, parts))
        status = UNPEG_NOT_FOUND;
    if (status)
        return status;
    set_types(s->layout, parts);
    status = check_scope(s->heap, parts);
    if (status)
        *s->layout = before;
    s->types = !status;
    return status;
}

/* A frame of the interpreter or of baseline code has its bytecode. Its positions may not be there;
 * the table of handlers behind them always is, if only an empty one. */
static unpeg_status learn_bytecode(v8_structure *s, v8_word bytecode)
{
    v8_heap *heap = s->heap;
    v8_word handlers;
    int32_t type;
    int32_t type_handlers;
    size_t size = 0;
    int32_t offset = s->layout->bytecode_positions + s->layout->tagged_size;
    if (!in_cage(heap->trusted_cage, bytecode))
        return UNPEG_NOT_FOUND;
    unpeg_status status = v8_heap_type(heap, bytecode, &type);
    if (!status)
        status = v8_heap_trusted_field(heap, bytecode, offset, &handlers);
    if (!status)
        status = v8_heap_type(heap, handlers, &type_handlers);
    if (!status)
        status = v8_heap_length(heap, handlers, V8_ISOLATE_SIZE, &size);
    if (!status && (type == type_handlers || type < s->layout->first_nonstring))
        status = UNPEG_NOT_FOUND;
    if (status)
        return status;
    s->layout->type_bytecode_array = type;
    s->layout->type_trusted_byte_array = type_handlers;
    return UNPEG_OK;
}

/* Whether what a handle leads to through this table reads as the string that has it. */
static unpeg_status check_table(v8_structure *s, unpeg_addr table, v8_word string)
{
    unsigned char text[TEXT_PROBE];
    uint32_t handle = 0;
    uint32_t length = 0;
    uint64_t entry = 0;
    const v8_heap *heap = s->heap;
    unpeg_status status =
        v8_heap_read(heap, string, s->layout->string_data, &handle, sizeof handle);
    if (!status)
        status = v8_heap_read(heap, string, s->layout->string_length, &length, sizeof length);
    if (!status)
        status = memory_read_u64(heap->memory, table + (uint64_t)(handle >> HANDLE_SHIFT) * WORD,
                                 &entry);
    size_t size = length < TEXT_PROBE ? length : TEXT_PROBE;
    if (!status)
        status = memory_read(heap->memory, entry & pointer_mask, text, size);
    for (size_t i = 0; i < size && !status; i++)
        if (text[i] == 0x7F || (text[i] < ' ' && text[i] != '\n' && text[i] != '\t' &&
                                text[i] != '\r' && text[i] != '\f'))
            status = UNPEG_NOT_FOUND;
    return size > 0 ? status : UNPEG_NOT_FOUND;
}

static unpeg_status try_table(v8_structure *s, unpeg_addr table, const v8_word *strings,
                              size_t count)
{
    unpeg_status status = UNPEG_NOT_FOUND;
    if (table == 0 || table % STACK_PIECE != 0 || !mapping_find(s->mappings, table))
        return UNPEG_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        status = check_table(s, table, strings[i]);
        if (status)
            return status;
    }
    if (!status)
        s->heap->external_table = table;
    return status;
}

/* The table's base is a word of the isolate's data, or is behind one. */
static unpeg_status find_external_table(v8_structure *s, const v8_word *strings, size_t count)
{
    uint64_t words[(TABLES_END - TABLES_START) / WORD];
    unpeg_status status =
        memory_read(s->heap->memory, s->isolate + TABLES_START, words, sizeof words);
    s->externals++;
    for (size_t i = 0; i < sizeof words / WORD && (!status || status == UNPEG_NOT_FOUND); i++) {
        uint64_t inner = 0;
        status = try_table(s, words[i], strings, count);
        if (status == UNPEG_NOT_FOUND && is_data(s, words[i]))
            status = memory_read_u64(s->heap->memory, words[i], &inner);
        if (!status && inner != 0)
            status = try_table(s, inner, strings, count);
        if (!status && s->heap->external_table != 0)
            return UNPEG_OK;
    }
    return status;
}

static bool is_external(int32_t type)
{
    return (type & REPRESENTATION_MASK) == EXTERNAL_STRING && (type & ONE_BYTE);
}

static unpeg_status learn_externals(v8_structure *s, const function_parts *parts)
{
    v8_word strings[2];
    size_t count = 0;
    if (s->heap->external_table != 0 || s->externals >= EXTERNALS_LIMIT)
        return UNPEG_OK;
    if (is_external(parts->type_script_name))
        strings[count++] = parts->script_name;
    if (is_external(parts->type_source))
        strings[count++] = parts->source;
    return count > 0 ? find_external_table(s, strings, count) : UNPEG_OK;
}

static unpeg_status ignore_missing(unpeg_status status)
{
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* What one frame of a function tells. */
static unpeg_status learn_frame(v8_structure *s, const v8_stack *stack, const v8_frame *frame)
{
    const v8_layout *layout = s->layout;
    function_parts parts = {0};
    uint64_t function = 0;
    uint64_t bytecode = 0;
    const target_memory *memory = stack->memory;
    unpeg_status status =
        memory_read_u64(memory, frame->fp + (uint64_t)(int64_t)layout->fp_function, &function);
    if (!status && !in_cage(s->heap->cage, function))
        status = UNPEG_NOT_FOUND;
    if (!status)
        status =
            s->types ? read_parts(s->heap, function, &parts) : learn_types(s, function, &parts);
    if (!status)
        status = ignore_missing(learn_externals(s, &parts));
    if (status || layout->type_bytecode_array != V8_ABSENT)
        return status;
    status = memory_read_u64(memory, frame->fp + (uint64_t)(int64_t)layout->fp_bytecode_array,
                             &bytecode);
    return status ? status : ignore_missing(learn_bytecode(s, bytecode));
}

static bool is_complete(const v8_structure *s)
{
    bool tables = s->heap->external_table != 0 || s->externals >= EXTERNALS_LIMIT;
    return s->types && tables && s->layout->type_bytecode_array != V8_ABSENT;
}

unpeg_status v8_structure_learn(v8_structure *s, const v8_stack *stack, const v8_frame *frames,
                                size_t count)
{
    unpeg_status status = UNPEG_OK;
    if (is_complete(s))
        return UNPEG_OK;
    if (s->isolate == 0)
        status = find_isolate(s, stack);
    if (!status && s->heap->trusted_cage == 0)
        status = ignore_missing(find_trusted_cage(s));
    for (size_t i = 0; i < count && !status && !is_complete(s); i++)
        if (!frames[i].not_built)
            status = ignore_missing(learn_frame(s, stack, &frames[i]));
    return !status && !s->types ? UNPEG_NOT_FOUND : status;
}

static bool is_code(const v8_structure *s, uint64_t word)
{
    const mapping *at = word > V8_ISOLATE_SIZE ? mapping_find(s->mappings, word) : NULL;
    return at && (at->prot & MAPPING_EXEC) && mapping_has_file(at);
}

static void find_run(const v8_structure *s, size_t count, v8_entries *ret)
{
    size_t run = 0;
    for (size_t i = 0; i < count; i++) {
        run = is_code(s, ret->words[i]) ? run + 1 : 0;
        if (run > ret->count) {
            ret->count = run;
            ret->first = i + 1 - run;
        }
    }
}

unpeg_status v8_structure_entries(const v8_structure *s, v8_entries *ret)
{
    *ret = (v8_entries){0};
    if (s->isolate == 0)
        return UNPEG_NOT_FOUND;
    ret->words = malloc(V8_ISOLATE_SIZE);
    if (!ret->words)
        return UNPEG_NO_MEMORY;
    size_t size = 0;
    unpeg_status status = UNPEG_OK;
    while (size < V8_ISOLATE_SIZE && !status) {
        status =
            memory_read(s->heap->memory, s->isolate + size, (char *)ret->words + size, STACK_PIECE);
        size += status ? 0 : STACK_PIECE;
    }
    status = ignore_missing(status);
    find_run(s, size / WORD, ret);
    if (!status && ret->count < ENTRIES_MINIMUM)
        status = UNPEG_NOT_FOUND;
    if (status)
        free(ret->words);
    return status;
}
