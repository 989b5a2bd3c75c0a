/* SPDX-License-Identifier: MIT
 *
 * The releases of V8 whose layout was seen to be right on live heaps of official Node binaries.
 */
#include "v8_layout.h"

enum { RELEASE_COUNT = 9, NO = V8_ABSENT };

typedef struct release {
    int32_t major, minor;
} release;

/* Node 12, 14, 16, 18, 20, 22, 24, 25, 26. */
static const release releases[RELEASE_COUNT] = {
    {7, 8}, {8, 4}, {9, 4}, {10, 2}, {11, 3}, {12, 4}, {13, 6}, {14, 1}, {14, 6},
};

typedef struct release_row {
    size_t offset;
    int32_t values[RELEASE_COUNT];
} release_row;

#define ROW(member, ...)                                                                           \
    {                                                                                              \
        offsetof(v8_layout, member),                                                               \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define SAME(member, value)                                                                        \
    ROW(member, value, value, value, value, value, value, value, value, value)
#define MARK(name, ...) ROW(markers[V8_MARKER_##name], __VA_ARGS__)

static const release_row rows[] = {
    SAME(tagged_size, 8),
    ROW(positions_coding, 2, 0, 0, 0, 0, 0, 0, 1, 1),
    SAME(fp_context, -8),
    SAME(fp_function, -16),
    ROW(fp_bytecode_array, -24, -24, -32, -32, -32, -32, -32, -32, -32),
    ROW(fp_bytecode_offset, -32, -32, -40, -40, -40, -40, -40, -40, -40),
    ROW(receiver_first, 0, 0, 1, 1, 1, 1, 1, 1, 1),
    SAME(map_type, 12),
    ROW(function_shared, 24, 24, 24, 24, 24, 32, 32, 32, 32),
    ROW(shared_name, 16, 16, 16, 16, 16, 16, 24, 24, 24),
    ROW(shared_script, 32, 32, 32, 32, 32, 32, 40, 40, 40),
    SAME(shared_data, 8),
    SAME(script_source, 8),
    SAME(script_name, 16),
    SAME(script_line_offset, 24),
    SAME(script_column_offset, 32),
    SAME(script_line_ends, 56),
    SAME(string_length, 12),
    SAME(string_chars, 16),
    SAME(string_second, 24),
    SAME(string_data, 24),
    ROW(scope_slots, 16, 16, 8, 8, 8, 8, 8, 8, 8),
    ROW(scope_first_vars, 3, 3, 3, 3, 3, 3, 5, 5, 5),
    ROW(scope_flag_shift, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    SAME(bytecode_length, 8),
    ROW(bytecode_positions, 32, 32, 32, 32, 32, 24, 24, 24, 24),
    ROW(bytecode_data, 54, 54, 54, 56, 54, 64, 64, 64, 64),
    SAME(array_length, 8),
    SAME(array_length_raw, 0),
    SAME(array_data, 16),
    ROW(stream_header, 64, 96, 96, 128, 16, 32, 32, 32, 32),
    ROW(stream_code, NO, NO, NO, NO, 8, 8, 8, 8, 8),
    ROW(code_start, NO, NO, NO, NO, 40, 40, 40, 40, 40),
    ROW(code_size, 40, 40, 40, 40, 56, 52, 56, 56, 56),
    ROW(code_flags, 44, 44, 48, 48, 48, 48, 52, 52, 52),
    ROW(code_deopt, 16, 16, 16, 16, 16, 8, 8, 8, 8),
    ROW(code_positions, 24, 24, 24, 24, 24, 16, 16, 16, 16),
    ROW(code_kind_shift, 1, 1, 0, 0, 0, 0, 0, 0, 0),
    ROW(code_kind_mask, 0x3e, 0x3e, 15, 15, 15, 15, 15, 15, 15),
    ROW(kind_handler, 1, 1, 0, 0, 0, 0, 0, 0, 0),
    ROW(kind_builtin, 3, 3, 2, 2, 2, 2, 2, 2, 3),
    ROW(kind_regexp, 4, 4, 3, 3, 3, 3, 3, 3, 4),
    ROW(kind_baseline, NO, NO, 11, 11, 11, 10, 10, 10, 11),
    ROW(kind_maglev, NO, NO, 12, 12, 12, 11, 11, 11, 12),
    ROW(kind_turbofan, 0, 0, 13, 13, 13, 12, 12, 12, 13),
    SAME(deopt_inlined_count, 1),
    ROW(deopt_literals, 2, 2, 2, 2, 2, 2, 3, 3, 3),
    ROW(deopt_shared, 6, 6, 6, 6, 6, 6, 7, 7, 7),
    ROW(deopt_inlining, 7, 7, 7, 7, 7, 7, 8, 8, 8),
    SAME(wrapped_value, 8),
    SAME(regexp_data, 24),
    SAME(regexp_source, 32),
    SAME(regexp_data_source, NO),
    SAME(regexp_data_wrapper, NO),
    SAME(trusted_handle, NO),
    ROW(type_map, 68, 169, 172, 250, 255, 264, 272, 276, 278),
    ROW(type_function_first, 1105, 1092, 1059, 2065, 2066, 2066, 2065, 2065, 2066),
    ROW(type_function_last, 1105, 1092, 1074, 2080, 2081, 2082, 2081, 2081, 2082),
    ROW(type_shared, 160, 173, 179, 257, 262, 274, 282, 286, 288),
    ROW(type_scope, 136, 130, 178, 256, 261, 272, 280, 284, 286),
    ROW(type_script, 96, 104, 112, 170, 167, 167, 167, 165, 166),
    ROW(type_bytecode_array, 72, 133, 133, 195, 191, 205, 186, 184, 185),
    ROW(type_byte_array, 70, 132, 132, 194, 190, 186, 217, 218, 218),
    ROW(type_trusted_byte_array, NO, NO, NO, NO, NO, 212, 196, 195, 196),
    ROW(type_code, 69, 158, 162, 240, 245, 206, 187, 185, 186),
    ROW(type_instruction_stream, NO, NO, NO, NO, 252, 210, 192, 191, 192),
    ROW(type_fixed_array, 123, 117, 119, 179, 175, 174, 205, 205, 205),
    ROW(type_regexp, 1075, 1077, 1102, 2120, 2131, 2133, 2137, 2137, 2139),
    ROW(first_nonstring, 64, 64, 64, 128, 128, 128, 128, 128, 128),
    SAME(markers[V8_MARKER_ENTRY], 1),
    SAME(markers[V8_MARKER_CONSTRUCT_ENTRY], 2),
    SAME(markers[V8_MARKER_EXIT], 3),
    MARK(WASM, 5, 5, 4, 4, 4, 4, 4, 4, 24),
    MARK(WASM_TO_JS, 6, 6, 5, 5, 5, 5, 5, 5, 25),
    MARK(JS_TO_WASM, 7, 7, 6, 6, 7, 7, 7, 6, 26),
    MARK(C_WASM_ENTRY, 9, 9, 8, 9, 10, 10, 10, 9, 29),
    MARK(WASM_EXIT, 10, 10, 9, 10, 11, 11, 11, 11, 32),
    MARK(WASM_DEBUG_BREAK, NO, 8, 7, 8, 9, 9, 9, 8, 28),
    MARK(WASM_LIFTOFF_SETUP, NO, NO, NO, NO, 12, 12, 12, 12, 33),
    MARK(STUB, 13, 13, 14, 15, 17, 17, 18, 18, 8),
    MARK(TURBOFAN_STUB, NO, NO, NO, NO, 18, 18, 19, 19, 9),
    MARK(BUILTIN_CONTINUATION, 14, 14, 15, 16, 19, 19, 20, 20, 10),
    MARK(JS_CONTINUATION, 15, 15, 16, 17, 20, 20, 21, 21, 11),
    MARK(JS_CONTINUATION_CATCH, 16, 16, 17, 18, 21, 21, 22, 22, 12),
    MARK(INTERNAL, 17, 17, 18, 19, 22, 22, 23, 23, 13),
    MARK(CONSTRUCT, 18, 18, 19, 20, 23, 23, 24, 24, 14),
    MARK(FAST_CONSTRUCT, NO, NO, NO, NO, NO, 24, 25, 25, 15),
    MARK(ARGUMENTS_ADAPTOR, 19, 19, NO, NO, NO, NO, NO, NO, NO),
    MARK(BUILTIN, 20, 20, 20, 21, 24, 25, 26, 26, 16),
    MARK(BUILTIN_EXIT, 21, 21, 21, 22, 25, 26, 27, 27, 17),
    MARK(API_CALLBACK_EXIT, NO, NO, NO, NO, NO, 27, 28, 28, 18),
    MARK(IRREGEXP, NO, NO, NO, NO, 27, 29, 31, 31, 23),
    MARK(NATIVE, 22, 22, 22, 23, 26, 28, 30, 30, 22),
};

typedef struct compressed_row {
    size_t offset;
    int32_t value;
} compressed_row;

#define ONE(member, value)                                                                         \
    {                                                                                              \
        offsetof(v8_layout, member), value                                                         \
    }

/* How the newest release differs when words are compressed to 4 bytes and the sandbox is on:
 * Chromium 156 (V8 15). Trusted objects are behind handles there. The numbers of types differ from
 * build to build; those that are not here are learned from the heap. */
static const compressed_row compressed_rows[] = {
    ONE(tagged_size, 4),          ONE(map_type, 8),
    ONE(function_shared, 16),     ONE(shared_name, 12),
    ONE(shared_script, 20),       ONE(shared_data, NO),
    ONE(script_source, 4),        ONE(script_name, 8),
    ONE(script_line_offset, 12),  ONE(script_column_offset, 16),
    ONE(script_line_ends, 28),    ONE(string_length, 8),
    ONE(string_chars, 12),        ONE(string_second, 16),
    ONE(string_data, 16),         ONE(scope_slots, 4),
    ONE(bytecode_length, 8),      ONE(bytecode_positions, 16),
    ONE(bytecode_data, 40),       ONE(array_length, 4),
    ONE(array_length_raw, 1),     ONE(array_data, 8),
    ONE(stream_header, 16),       ONE(stream_code, 4),
    ONE(code_deopt, 8),           ONE(code_positions, 12),
    ONE(code_start, 24),          ONE(code_size, 40),
    ONE(code_flags, 36),          ONE(wrapped_value, 4),
    ONE(regexp_data, 12),         ONE(regexp_source, NO),
    ONE(regexp_data_source, 16),  ONE(regexp_data_wrapper, 24),
    ONE(trusted_handle, 4),       ONE(type_map, NO),
    ONE(type_function_first, NO), ONE(type_function_last, NO),
    ONE(type_shared, NO),         ONE(type_scope, NO),
    ONE(type_script, NO),         ONE(type_bytecode_array, NO),
    ONE(type_byte_array, NO),     ONE(type_trusted_byte_array, NO),
    ONE(type_code, NO),           ONE(type_instruction_stream, NO),
    ONE(type_fixed_array, NO),    ONE(type_regexp, NO),
};

static void apply_rows(v8_layout *layout, const release_row *list, size_t count, size_t column)
{
    for (size_t i = 0; i < count; i++) {
        int32_t *field = (int32_t *)(void *)((char *)layout + list[i].offset);
        *field = list[i].values[column];
    }
}

static size_t release_column(int32_t major, int32_t minor)
{
    size_t column = 0;
    for (size_t i = 1; i < RELEASE_COUNT; i++)
        if (major > releases[i].major || (major == releases[i].major && minor >= releases[i].minor))
            column = i;
    return column;
}

void v8_layout_for_version(v8_layout *layout, int32_t major, int32_t minor)
{
    const release *newest = &releases[RELEASE_COUNT - 1];
    memset(layout, 0, sizeof *layout);
    for (size_t i = 0; i < V8_MARKER_COUNT; i++)
        layout->markers[i] = V8_ABSENT;
    apply_rows(layout, rows, sizeof rows / sizeof rows[0], release_column(major, minor));
    layout->major = major;
    layout->minor = minor;
    layout->beyond_table =
        major > newest->major || (major == newest->major && minor > newest->minor);
    /* Breakable positions came with V8 14; a 13.x that is newer than the row still has the old. The
     * check of the stack at a function's entry lost its bytecode, and got offset -1, in 8.1. */
    bool before_entries = major < 8 || (major == 8 && minor < 1);
    layout->positions_coding = major >= 14      ? V8_POSITIONS_BREAKABLE
                               : before_entries ? V8_POSITIONS_FROM_0
                                                : V8_POSITIONS_SIGNED;
}

void v8_layout_compressed(v8_layout *layout)
{
    v8_layout_for_version(layout, 15, 0);
    layout->major = layout->minor = V8_NO_VERSION;
    layout->beyond_table = false;
    for (size_t i = 0; i < sizeof compressed_rows / sizeof compressed_rows[0]; i++) {
        int32_t *field = (int32_t *)(void *)((char *)layout + compressed_rows[i].offset);
        *field = compressed_rows[i].value;
    }
}

void v8_layout_complete(v8_layout *layout)
{
    /* Before V8 12.4 no symbol tells the last of the function types. Subclasses of JSFunction got
     * numbers of their own in 9.x. */
    if (layout->type_function_last < layout->type_function_first ||
        layout->type_function_last > layout->type_function_first + 64)
        layout->type_function_last = layout->type_function_first + (layout->major >= 9 ? 15 : 0);
    /* Maglev and TurboFan follow the baseline compiler in V8's list of code kinds. */
    if (layout->kind_baseline > 0) {
        layout->kind_maglev = layout->kind_baseline + 1;
        layout->kind_turbofan = layout->kind_baseline + 2;
    }
}
