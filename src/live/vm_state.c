/* SPDX-License-Identifier: MIT */
#include "vm_state.h"

/* What a native function's name says of the work under way: V8's own scopes for its states begin in
 * these (src/execution/vm-state-inl.h, VMState<GC> and so on). Anywhere in the name: that of a
 * template begins with its return type. */
static const struct {
    const char *part;
    unpeg_vm_state state;
} marks[] = {
    {"v8::internal::Heap::CollectGarbage", UNPEG_VM_STATE_GC},
    {"v8::internal::Heap::PerformGarbageCollection", UNPEG_VM_STATE_GC},
    {"v8::internal::Heap::Scavenge", UNPEG_VM_STATE_GC},
    {"v8::internal::Heap::MinorGC", UNPEG_VM_STATE_GC},
    {"v8::internal::Heap::MinorMarkCompact", UNPEG_VM_STATE_GC},
    {"v8::internal::Heap::MarkCompact", UNPEG_VM_STATE_GC},
    {"v8::internal::ScavengerCollector::", UNPEG_VM_STATE_GC},
    {"v8::internal::MarkCompactCollector::", UNPEG_VM_STATE_GC},
    {"v8::internal::IncrementalMarking::", UNPEG_VM_STATE_GC},
    {"v8::internal::ConcurrentMarking::", UNPEG_VM_STATE_GC},
    {"v8::internal::parsing::", UNPEG_VM_STATE_PARSER},
    {"v8::internal::Parser::", UNPEG_VM_STATE_PARSER},
    {"v8::internal::PreParser::", UNPEG_VM_STATE_PARSER},
    {"v8::internal::interpreter::BytecodeGenerator::", UNPEG_VM_STATE_BYTECODE_COMPILER},
    {"v8::internal::interpreter::Interpreter::", UNPEG_VM_STATE_BYTECODE_COMPILER},
    {"v8::internal::compiler::", UNPEG_VM_STATE_COMPILER},
    {"v8::internal::maglev::", UNPEG_VM_STATE_COMPILER},
    {"v8::internal::baseline::", UNPEG_VM_STATE_COMPILER},
    {"v8::internal::Compiler::", UNPEG_VM_STATE_COMPILER},
    {"v8::internal::FunctionCallbackArguments::Call", UNPEG_VM_STATE_EXTERNAL},
    {"v8::internal::PropertyCallbackArguments::", UNPEG_VM_STATE_EXTERNAL},
};

/* OTHER: the name says nothing. */
static unpeg_vm_state state_of_name(unpeg_slice name)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (name.len && memmem(name.data, name.len, marks[i].part, strlen(marks[i].part)))
            return marks[i].state;
    return UNPEG_VM_STATE_OTHER;
}

static bool is_native(const unpeg_frame *frame)
{
    return frame->kind == UNPEG_FRAME_CPP || frame->kind == UNPEG_FRAME_LIBRARY ||
           frame->kind == UNPEG_FRAME_KERNEL || frame->kind == UNPEG_FRAME_UNKNOWN;
}

/* From the innermost frame out to the first of V8's generated code: the innermost mark counts, but
 * collection beats all, because it is begun from everywhere. */
unpeg_vm_state vm_state_of(const live_stack *stack)
{
    unpeg_vm_state state = UNPEG_VM_STATE_OTHER;
    if (stack->count == 0)
        return UNPEG_VM_STATE_UNKNOWN;
    if (!is_native(&stack->frames[0].frame))
        return UNPEG_VM_STATE_JS;
    for (size_t i = 0; i < stack->count && is_native(&stack->frames[i].frame); i++) {
        unpeg_vm_state told = state_of_name(stack->frames[i].frame.name);
        if (told == UNPEG_VM_STATE_GC)
            return told;
        if (state == UNPEG_VM_STATE_OTHER)
            state = told;
    }
    return state;
}
