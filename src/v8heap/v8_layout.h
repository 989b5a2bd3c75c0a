/* SPDX-License-Identifier: MIT
 *
 * Where one build of V8 keeps what the heap reader needs: offsets, type numbers, frame markers.
 *
 *     v8_layout layout;
 *     v8_layout_for_version(&layout, 12, 4);      what is known of that release
 *     v8_layout_constant(number, name);                     what the binary says itself
 *     v8_layout_apply(&layout, number, value);
 *     const char *problem = v8_layout_problem(&layout);     NULL when it can be used
 *
 * Offsets are in bytes from the object's start, without the tag. Three sources, each over the one
 * before: the table of releases (v8_layout_table.c), the v8dbg_* symbols of the binary, and what
 * is found by structure in a process (v8_structure.h). No source is believed: v8_check.h compares
 * what a layout leads to with the live heap.
 */
#ifndef UNPEG_V8HEAP_V8_LAYOUT_H
#define UNPEG_V8HEAP_V8_LAYOUT_H

#include "unpeg/status.h"

/* Frames that are no JavaScript frame carry a number in the place of their context. */
#define V8_MARKER_LIST(X)                                                                          \
    X(NONE, "")                                                                                    \
    X(ENTRY, "EntryFrame")                                                                         \
    X(CONSTRUCT_ENTRY, "ConstructEntryFrame")                                                      \
    X(EXIT, "ExitFrame")                                                                           \
    X(WASM, "WasmFrame")                                                                           \
    X(WASM_TO_JS, "WasmToJsFrame")                                                                 \
    X(JS_TO_WASM, "JsToWasmFrame")                                                                 \
    X(C_WASM_ENTRY, "CWasmEntryFrame")                                                             \
    X(WASM_EXIT, "WasmExitFrame")                                                                  \
    X(WASM_DEBUG_BREAK, "WasmDebugBreakFrame")                                                     \
    X(WASM_LIFTOFF_SETUP, "WasmLiftoffSetupFrame")                                                 \
    X(STUB, "StubFrame")                                                                           \
    X(TURBOFAN_STUB, "TurbofanStubWithContextFrame")                                               \
    X(BUILTIN_CONTINUATION, "BuiltinContinuationFrame")                                            \
    X(JS_CONTINUATION, "JavaScriptBuiltinContinuationFrame")                                       \
    X(JS_CONTINUATION_CATCH, "JavaScriptBuiltinContinuationWithCatchFrame")                        \
    X(INTERNAL, "InternalFrame")                                                                   \
    X(CONSTRUCT, "ConstructFrame")                                                                 \
    X(FAST_CONSTRUCT, "FastConstructFrame")                                                        \
    X(ARGUMENTS_ADAPTOR, "ArgumentsAdaptorFrame")                                                  \
    X(BUILTIN, "BuiltinFrame")                                                                     \
    X(BUILTIN_EXIT, "BuiltinExitFrame")                                                            \
    X(API_CALLBACK_EXIT, "ApiCallbackExitFrame")                                                   \
    X(IRREGEXP, "IrregexpFrame")                                                                   \
    X(NATIVE, "NativeFrame")

typedef enum v8_marker {
#define V8_MARKER_ENUM(name, text) V8_MARKER_##name,
    V8_MARKER_LIST(V8_MARKER_ENUM)
#undef V8_MARKER_ENUM
        V8_MARKER_COUNT
} v8_marker;

/* Every number of a layout but the markers. Those that a build does not have are V8_ABSENT. */
#define V8_FIELD_LIST(X)                                                                           \
    X(tagged_size)      /* 8, or 4 with pointer compression */                                     \
    X(positions_coding) /* v8_position_coding */                                                   \
    X(fp_context)       /* of a frame, from its frame pointer */                                   \
    X(fp_function)                                                                                 \
    X(fp_bytecode_array) /* interpreter and baseline */                                            \
    X(fp_bytecode_offset)                                                                          \
    X(receiver_first) /* 1: the arguments begin at the frame, receiver first; 0: they end there */ \
    X(map_type)                                                                                    \
    X(function_shared)                                                                             \
    X(shared_name) /* SharedFunctionInfo: String, ScopeInfo or Smi */                              \
    X(shared_script)                                                                               \
    X(shared_data) /* bytecode, uncompiled data, builtin id ...; -1 where it cannot be followed */ \
    X(script_source)                                                                               \
    X(script_name)                                                                                 \
    X(script_line_offset)                                                                          \
    X(script_column_offset)                                                                        \
    X(script_line_ends)                                                                            \
    X(string_length) /* 32 bit */                                                                  \
    X(string_chars)  /* and first part, parent, actual string */                                   \
    X(string_second) /* and offset of a slice */                                                   \
    X(string_data)   /* external: pointer to the characters, or its handle */                      \
    X(scope_slots)   /* ScopeInfo: its first slot */                                               \
    X(scope_first_vars)                                                                            \
    X(scope_flag_shift) /* flags from bit 10 on are this many bits lower */                        \
    X(bytecode_length)                                                                             \
    X(bytecode_positions)                                                                          \
    X(bytecode_data)                                                                               \
    X(array_length)                                                                                \
    X(array_length_raw) /* 1: 32 bits without a tag, of all but bytecode */                        \
    X(array_data)                                                                                  \
    X(stream_header) /* from the start of InstructionStream (or Code) to its instructions */       \
    X(stream_code)   /* InstructionStream: its Code; absent: the Code is in one piece */           \
    X(code_start)    /* Code: 64-bit address of its instructions */                                \
    X(code_size)                                                                                   \
    X(code_flags)                                                                                  \
    X(code_deopt)                                                                                  \
    X(code_positions)                                                                              \
    X(code_kind_shift)                                                                             \
    X(code_kind_mask)                                                                              \
    X(kind_handler)                                                                                \
    X(kind_builtin)                                                                                \
    X(kind_regexp)                                                                                 \
    X(kind_baseline)                                                                               \
    X(kind_maglev)                                                                                 \
    X(kind_turbofan)                                                                               \
    X(deopt_inlined_count) /* indices into DeoptimizationData */                                   \
    X(deopt_literals)                                                                              \
    X(deopt_shared)                                                                                \
    X(deopt_inlining)                                                                              \
    X(wrapped_value) /* SharedFunctionInfo wrapper: what it wraps */                               \
    X(regexp_data)   /* JSRegExp: its data, or the handle of that */                               \
    X(regexp_source)                                                                               \
    X(regexp_data_source) /* where JSRegExp has none: in its data, in the trusted space */         \
    X(regexp_data_wrapper)                                                                         \
    X(trusted_handle) /* of what can be pointed at from outside of the trusted space */            \
    X(type_map)                                                                                    \
    X(type_function_first)                                                                         \
    X(type_function_last)                                                                          \
    X(type_shared)                                                                                 \
    X(type_scope)                                                                                  \
    X(type_script)                                                                                 \
    X(type_bytecode_array)                                                                         \
    X(type_byte_array)                                                                             \
    X(type_trusted_byte_array)                                                                     \
    X(type_code)                                                                                   \
    X(type_instruction_stream)                                                                     \
    X(type_fixed_array)                                                                            \
    X(type_regexp)                                                                                 \
    X(first_nonstring)

enum { V8_ABSENT = -1, V8_BYTECODE_LIMIT = 256, V8_NO_VERSION = 0 };

typedef enum v8_position_coding {
    V8_POSITIONS_SIGNED,    /* V8 8.1 to 13: the sign of the code delta is the statement bit */
    V8_POSITIONS_BREAKABLE, /* from 14: two low bits, statement and breakable */
    V8_POSITIONS_FROM_0     /* before 8.1: signed, and code offsets start at 0 instead of -1 */
} v8_position_coding;

typedef struct v8_layout {
    int32_t major, minor; /* 0: not known */
    bool beyond_table;    /* a newer release than any in the table */
#define V8_FIELD_MEMBER(name) int32_t name;
    V8_FIELD_LIST(V8_FIELD_MEMBER)
#undef V8_FIELD_MEMBER
    int32_t markers[V8_MARKER_COUNT]; /* the number of each; V8_ABSENT */
    /* Bytes of each bytecode, operands included: single, wide, extra wide; 0 known: no table. */
    int32_t bytecode_count;
    uint8_t bytecode_sizes[3][V8_BYTECODE_LIMIT];
} v8_layout;

/* What the table knows of a release; a newer one gets the newest row, an older one the oldest. */
void v8_layout_for_version(v8_layout *layout, int32_t major, int32_t minor);

/* The v8dbg symbols that give something, from number 0 on, in the order in which they are to be
 * applied; false behind the last. */
enum { V8_CONSTANT_NAME = 96 };
bool v8_layout_constant(size_t number, char ret[V8_CONSTANT_NAME]);

/* Stores the value of the symbol with that number. */
void v8_layout_apply(v8_layout *layout, size_t number, int32_t value);

/* After the last apply: what follows from other values. */
void v8_layout_complete(v8_layout *layout);

/* The compressed layout with the V8 sandbox, as in Chromium 156 (V8 15). The numbers of types are
 * V8_ABSENT: v8_structure.h learns them. */
void v8_layout_compressed(v8_layout *layout);

/* A sentence, static, on why no heap can be read with it; NULL when one can. */
const char *v8_layout_problem(const v8_layout *layout);

/* A field by name, for saving and loading layouts; NULL when there is none. */
int32_t *v8_layout_field(v8_layout *layout, unpeg_slice name);

v8_marker v8_layout_marker(const v8_layout *layout, int64_t number);
const char *v8_marker_text(v8_marker marker);

#endif
