/* SPDX-License-Identifier: MIT */
#include "v8_layout.h"

#include <stdio.h>

static const char *const marker_texts[V8_MARKER_COUNT] = {
#define V8_MARKER_TEXT(name, text) text,
    V8_MARKER_LIST(V8_MARKER_TEXT)
#undef V8_MARKER_TEXT
};

/* Symbols that give a field, in the order of the releases that have them. */
typedef struct symbol_field {
    const char *symbol;
    size_t offset;
} symbol_field;

#define FIELD(symbol, member)                                                                      \
    {                                                                                              \
        symbol, offsetof(v8_layout, member)                                                        \
    }

static const symbol_field symbol_fields[] = {
    FIELD("off_fp_context", fp_context),
    FIELD("off_fp_function", fp_function),
    FIELD("off_fp_bytecode_array", fp_bytecode_array),
    FIELD("off_fp_bytecode_offset", fp_bytecode_offset),
    FIELD("class_Map__instance_type__uint16_t", map_type),
    FIELD("class_JSFunction__shared__SharedFunctionInfo", function_shared),
    FIELD("class_SharedFunctionInfo__name_or_scope_info__Object", shared_name),
    FIELD("class_SharedFunctionInfo__name_or_scope_info__Tagged_Object_", shared_name),
    FIELD("class_SharedFunctionInfo__name_or_scope_info__Tagged_NameOrScopeInfoT_", shared_name),
    FIELD("class_SharedFunctionInfo__script_or_debug_info__Object", shared_script),
    FIELD("class_SharedFunctionInfo__script_or_debug_info__HeapObject", shared_script),
    FIELD("class_SharedFunctionInfo__script__Tagged_HeapObject_", shared_script),
    FIELD("class_Script__source__Object", script_source),
    FIELD("class_Script__name__Object", script_name),
    FIELD("class_Script__line_ends__Object", script_line_ends),
    FIELD("class_Script__line_offset__SMI", script_line_offset),
    FIELD("class_String__length__int32_t", string_length),
    FIELD("class_SeqOneByteString__chars__char", string_chars),
    FIELD("class_ConsString__second__String", string_second),
    FIELD("class_FixedArrayBase__length__SMI", array_length),
    FIELD("class_FixedArray__data__uintptr_t", array_data),
    FIELD("class_BytecodeArray__length__SMI", bytecode_length),
    FIELD("class_BytecodeArray__source_position_table__Object", bytecode_positions),
    FIELD("class_BytecodeArray__data__uintptr_t", bytecode_data),
    FIELD("class_InstructionStream__instruction_start__uintptr_t", stream_header),
    FIELD("class_Code__instruction_start__uintptr_t", stream_header),
    FIELD("class_Code__instruction_start__Address", code_start),
    FIELD("class_Code__instruction_size__int", code_size),
    FIELD("class_Code__flags__uint32_t", code_flags),
    FIELD("CodeKindFieldMask", code_kind_mask),
    FIELD("CodeKindFieldShift", code_kind_shift),
    FIELD("CodeKindBaseline", kind_baseline),
    FIELD("CodeKindBytecodeHandler", kind_handler),
    FIELD("DeoptimizationDataInlinedFunctionCountIndex", deopt_inlined_count),
    FIELD("DeoptimizationDataLiteralArrayIndex", deopt_literals),
    FIELD("DeoptimizationDataSharedFunctionInfoIndex", deopt_shared),
    FIELD("DeoptimizationDataWrappedSharedFunctionInfoIndex", deopt_shared),
    FIELD("DeoptimizationDataInliningPositionsIndex", deopt_inlining),
    FIELD("class_JSRegExp__source__Object", regexp_source),
    FIELD("scopeinfo_idx_first_vars", scope_first_vars),
    FIELD("type_Map__MAP_TYPE", type_map),
    FIELD("type_JSFunction__JS_FUNCTION_TYPE", type_function_first),
    FIELD("FirstJSFunctionType", type_function_first),
    FIELD("LastJSFunctionType", type_function_last),
    FIELD("type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE", type_shared),
    FIELD("type_ScopeInfo__SCOPE_INFO_TYPE", type_scope),
    FIELD("type_Script__SCRIPT_TYPE", type_script),
    FIELD("type_BytecodeArray__BYTECODE_ARRAY_TYPE", type_bytecode_array),
    FIELD("type_ByteArray__BYTE_ARRAY_TYPE", type_byte_array),
    FIELD("type_TrustedByteArray__TRUSTED_BYTE_ARRAY_TYPE", type_trusted_byte_array),
    FIELD("type_Code__CODE_TYPE", type_code),
    FIELD("type_InstructionStream__INSTRUCTION_STREAM_TYPE", type_instruction_stream),
    FIELD("type_FixedArray__FIXED_ARRAY_TYPE", type_fixed_array),
    FIELD("type_JSRegExp__JS_REGEXP_TYPE", type_regexp),
    FIELD("type_JSRegExp__JS_REG_EXP_TYPE", type_regexp),
    FIELD("FirstNonstringType", first_nonstring),
};

static const char *const field_names[] = {
#define V8_FIELD_NAME(name) #name,
    V8_FIELD_LIST(V8_FIELD_NAME)
#undef V8_FIELD_NAME
};

static const size_t field_offsets[] = {
#define V8_FIELD_OFFSET(name) offsetof(v8_layout, name),
    V8_FIELD_LIST(V8_FIELD_OFFSET)
#undef V8_FIELD_OFFSET
};

enum { FIELD_COUNT = sizeof field_names / sizeof field_names[0] };

static int32_t *field_at(v8_layout *layout, size_t offset)
{
    return (int32_t *)(void *)((char *)layout + offset);
}

int32_t *v8_layout_field(v8_layout *layout, unpeg_slice name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (unpeg_slice_equal(name, unpeg_slice_of(field_names[i])))
            return field_at(layout, field_offsets[i]);
    return NULL;
}

enum { SYMBOL_FIELDS = sizeof symbol_fields / sizeof symbol_fields[0] };

bool v8_layout_constant(size_t number, char ret[V8_CONSTANT_NAME])
{
    if (number < SYMBOL_FIELDS)
        return snprintf(ret, V8_CONSTANT_NAME, "v8dbg_%s", symbol_fields[number].symbol) > 0;
    size_t marker = number - SYMBOL_FIELDS + 1; /* the first marker is none */
    return marker < V8_MARKER_COUNT &&
           snprintf(ret, V8_CONSTANT_NAME, "v8dbg_frametype_%s", marker_texts[marker]) > 0;
}

void v8_layout_apply(v8_layout *layout, size_t number, int32_t value)
{
    if (number < SYMBOL_FIELDS)
        *field_at(layout, symbol_fields[number].offset) = value;
    else
        layout->markers[number - SYMBOL_FIELDS + 1] = value;
}

/* Numbers of a damaged binary; the reader relies on these bounds. */
static bool is_in_range(const v8_layout *layout)
{
    enum {
        LOWEST = -1024,
        HIGHEST = 1 << 16,
        DEOPT_LIMIT = 16,
        SHIFT_LIMIT = 31,
        SLOTS_LIMIT = 64
    };
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        int32_t value;
        memcpy(&value, (const char *)layout + field_offsets[i], sizeof value);
        if (value < LOWEST || value > HIGHEST)
            return false;
    }
    const int32_t deopt[] = {layout->deopt_inlined_count, layout->deopt_literals,
                             layout->deopt_shared, layout->deopt_inlining};
    for (size_t i = 0; i < sizeof deopt / sizeof deopt[0]; i++)
        if (deopt[i] < 0 || deopt[i] >= DEOPT_LIMIT)
            return false;
    return layout->code_kind_shift >= 0 && layout->code_kind_shift <= SHIFT_LIMIT &&
           layout->scope_flag_shift >= 0 && layout->scope_flag_shift <= 1 &&
           layout->scope_first_vars >= 3 && layout->scope_first_vars < SLOTS_LIMIT &&
           layout->positions_coding >= 0 && layout->positions_coding <= V8_POSITIONS_FROM_0;
}

const char *v8_layout_problem(const v8_layout *layout)
{
    if (!is_in_range(layout))
        return "the layout has numbers that no V8 has";
    if (layout->tagged_size != 8 && layout->tagged_size != 4)
        return "the size of a tagged word is not known";
    if (layout->function_shared <= 0 || layout->shared_name <= 0 || layout->map_type <= 0)
        return "the layout of functions is not known";
    if (layout->type_function_first <= 0 || layout->type_shared <= 0 || layout->type_script <= 0)
        return "the numbers of object types are not known";
    if (layout->array_data <= 0 || layout->string_chars <= 0 || layout->scope_slots <= 0)
        return "the layout of strings and arrays is not known";
    return NULL;
}

v8_marker v8_layout_marker(const v8_layout *layout, int64_t number)
{
    for (int i = 1; number > 0 && i < V8_MARKER_COUNT; i++)
        if (layout->markers[i] == number)
            return (v8_marker)i;
    return V8_MARKER_NONE;
}

const char *v8_marker_text(v8_marker marker)
{
    return marker_texts[marker];
}
