/* SPDX-License-Identifier: MIT
 *
 * From frame to frame. Every step goes strictly upward on the stack (or through a signal frame), so
 * that damage ends the walk instead of turning it round in circles.
 */
#include "stack_walk.h"

#include <stdlib.h>

#include "grow.h"
#include "libunwind_cursor.h"
#include "rule_cache.h"

enum {
    FRAME_ALIGNMENT = 8,
    BUILTIN_ALIGNMENT = 32, /* of the first byte of an embedded builtin */
    SIGNAL_LIMIT = 64,      /* handlers in handlers; theirs may be other stacks, so not upward */
};

struct stack_walker {
    address_space *space;
    rule_cache *rules;
    libunwind_cursor *libunwind; /* NULL: not needed so far, or there is none */
    bool libunwind_tried;
};

/* The frame that is looked at, and what is known while it runs. */
typedef struct walk {
    stack_walker *walker;
    const unwind_arch *arch;
    const target_registers *registers;
    const target_memory *memory;
    stack_trace *trace;
    unpeg_addr pc, sp, fp;
    unpeg_addr top;   /* end of the last mapping */
    unpeg_addr link;  /* the link register, where interrupted and the processor has one */
    unsigned signals; /* frames of signals so far */
    bool interrupted; /* pc is the next instruction */
    bool innermost;   /* all of registers hold */
    bool has_link;    /* link is known */
    bool sp_at_least; /* the stack pointer may be higher than sp */
    bool over;
    unpeg_status status;
} walk;

unpeg_status stack_walker_create(address_space *space, stack_walker **ret)
{
    stack_walker *walker = calloc(1, sizeof *walker);
    if (!walker)
        return UNPEG_NO_MEMORY;
    walker->space = space;
    unpeg_status status = rule_cache_create(space, &walker->rules);
    if (status == UNPEG_OK)
        *ret = walker;
    else
        stack_walker_destroy(walker);
    return status;
}

void stack_walker_destroy(stack_walker *walker)
{
    if (!walker)
        return;
    rule_cache_destroy(walker->rules);
    libunwind_cursor_destroy(walker->libunwind);
    free(walker);
}

void stack_trace_deinit(stack_trace *trace)
{
    free(trace->frames);
    *trace = (stack_trace){0};
}

const char *stack_end_text(stack_end end)
{
    static const char *const texts[] = {
        [STACK_END_COMPLETE] = "complete",
        [STACK_END_UNMAPPED] = "a return address is in no code",
        [STACK_END_UNREADABLE] = "memory of the stack cannot be read",
        [STACK_END_NOT_UPWARD] = "the next frame would not be further out",
        [STACK_END_UNSUPPORTED] = "the code has a rule that cannot be followed",
        [STACK_END_LIMIT] = "more frames than are followed",
    };
    return (size_t)end < sizeof texts / sizeof *texts ? texts[end] : "unknown";
}

static void end_walk(walk *w, stack_end end, unpeg_addr at)
{
    w->trace->end = end;
    w->trace->end_at = at;
    w->over = true;
}

static void fail_walk(walk *w, unpeg_status status)
{
    w->status = status;
    w->over = true;
}

/* False when the walk is over. */
static bool read_word(walk *w, unpeg_addr address, uint64_t *ret)
{
    unpeg_status status = memory_read_u64(w->memory, address, ret);
    if (status == UNPEG_NOT_FOUND)
        end_walk(w, STACK_END_UNREADABLE, address);
    else if (status != UNPEG_OK)
        fail_walk(w, status);
    return status == UNPEG_OK;
}

static const code_rule *rule_at(const walk *w, unpeg_addr address)
{
    code_lookup lookup = {w->arch, w->memory, address};
    return rule_cache_find(w->walker->rules, &lookup);
}

static stack_frame *last_frame(const walk *w)
{
    return &w->trace->frames[w->trace->count - 1];
}

/* Else calls push the return address. */
static bool has_link(const unwind_arch *arch)
{
    return arch->registers->return_address != arch->registers->program_counter;
}

/* The caller becomes the frame that is looked at. */
static void go_on(walk *w, unpeg_addr pc, unpeg_addr sp, unpeg_addr fp)
{
    w->sp_at_least = false;
    w->pc = w->arch->strip(pc, w->top);
    w->sp = sp;
    w->fp = fp;
    w->interrupted = false;
    w->innermost = false;
}

static bool is_upward(walk *w, unpeg_addr sp)
{
    if (sp > w->sp || (sp == w->sp && w->interrupted))
        return true;
    end_walk(w, STACK_END_NOT_UPWARD, sp);
    return false;
}

/* The frame pointer 0 is how the ABI marks the outermost frame; code without CFI in a file may be
 * that one. */
static void step_frame_pointer(walk *w)
{
    uint64_t fp;
    uint64_t pc;
    stack_frame *frame = last_frame(w);
    if (w->fp == 0 && frame->kind == STACK_FRAME_TEXT && !w->interrupted) {
        end_walk(w, STACK_END_COMPLETE, w->pc);
        return;
    }
    if (w->fp < w->sp || w->fp % FRAME_ALIGNMENT != 0) {
        end_walk(w, STACK_END_NOT_UPWARD, w->fp);
        return;
    }
    if (!read_word(w, w->fp, &fp) || !read_word(w, w->fp + 8, &pc))
        return;
    frame->rule = STACK_RULE_FRAME_POINTER;
    go_on(w, pc, w->fp + 16, fp);
    w->sp_at_least = has_link(w->arch);
}

/* Any register in the innermost frame, later only those that are followed. */
static bool base_value(const walk *w, uint8_t number, uint64_t *ret)
{
    const cfi_registers *registers = w->arch->registers;
    if (number == registers->stack)
        *ret = w->sp;
    else if (number == registers->frame)
        *ret = w->fp;
    else if (w->innermost && number < TARGET_REGISTER_COUNT && w->registers->known >> number & 1)
        *ret = w->registers->value[number];
    else
        return false;
    return true;
}

/* False: not by this rule, or the walk is over. */
static bool find_cfa(walk *w, const cfi_rule *rule, uint64_t *ret)
{
    uint64_t base;
    if (rule->kind == CFI_PLT) {
        uint64_t pc = w->interrupted ? w->pc : w->pc - 1;
        *ret = w->sp + ((pc & 15) >= (uint64_t)(uint32_t)rule->cfa_offset ? 16 : 8);
        return true;
    }
    if (!base_value(w, rule->cfa_register, &base))
        return false;
    *ret = base + (uint64_t)(int64_t)rule->cfa_offset;
    if (rule->kind != CFI_DEREFERENCE)
        return true;
    if (!read_word(w, *ret, ret))
        return false;
    *ret += (uint64_t)(int64_t)rule->cfa_add;
    return true;
}

/* What lies below the stack pointer was popped already: epilogues keep the rule of the body. */
static bool find_caller_fp(walk *w, const cfi_rule *rule, uint64_t cfa, uint64_t *ret)
{
    uint64_t address = cfa;
    *ret = w->fp;
    if (cfi_fp_place(rule) == CFI_AT_REGISTER)
        address = w->fp;
    else if (cfi_fp_place(rule) != CFI_AT_CFA)
        return true;
    address += (uint64_t)(int64_t)rule->fp_offset;
    return address < w->sp || read_word(w, address, ret);
}

static bool find_return_address(walk *w, const cfi_rule *rule, uint64_t cfa, uint64_t *ret)
{
    if (cfi_ra_place(rule) == CFI_AT_CFA)
        return read_word(w, cfa + (uint64_t)(int64_t)rule->ra_offset, ret);
    if (w->interrupted && w->has_link) {
        *ret = w->link;
        return true;
    }
    end_walk(w, STACK_END_UNSUPPORTED, w->pc);
    return false;
}

static bool has_return_address(const walk *w, unpeg_addr at)
{
    uint64_t address;
    if (memory_read_u64(w->memory, at, &address) != UNPEG_OK)
        return false;
    unsigned char before[CALL_BYTES];
    address = w->arch->strip(address, w->top);
    return rule_at(w, address - 1)->kind != CODE_NOWHERE &&
           memory_read(w->memory, address - CALL_BYTES, before, CALL_BYTES) == UNPEG_OK &&
           w->arch->ends_in_call(before);
}

/* A callee without CFI may have saved registers above its frame record, as V8's entry from C++ does
 * on AArch64. Where the caller has a record too, the frame pointer says where that is. */
static uint64_t correct_cfa(const walk *w, const cfi_rule *rule, uint64_t cfa)
{
    uint64_t other = w->fp - (uint64_t)(int64_t)rule->fp_offset;
    uint64_t at = (uint64_t)(int64_t)rule->ra_offset;
    bool record = cfi_fp_place(rule) == CFI_AT_CFA && cfi_ra_place(rule) == CFI_AT_CFA &&
                  rule->ra_offset - 8 == rule->fp_offset;
    if (!w->sp_at_least || !record || rule->cfa_register != w->arch->registers->stack ||
        other <= cfa || has_return_address(w, cfa + at) || !has_return_address(w, other + at))
        return cfa;
    return other;
}

static void step_rule(walk *w, const cfi_rule *rule)
{
    uint64_t cfa;
    uint64_t fp;
    uint64_t pc;
    if (!find_cfa(w, rule, &cfa)) {
        if (!w->over)
            step_frame_pointer(w);
        return;
    }
    cfa = correct_cfa(w, rule, cfa);
    if (!is_upward(w, cfa) || !find_caller_fp(w, rule, cfa, &fp) ||
        !find_return_address(w, rule, cfa, &pc))
        return;
    last_frame(w)->rule = STACK_RULE_CFI;
    go_on(w, pc, cfa, fp);
    if (w->pc == 0)
        end_walk(w, STACK_END_COMPLETE, 0);
}

static libunwind_cursor *libunwind_of(stack_walker *walker)
{
    if (!walker->libunwind_tried &&
        libunwind_cursor_create(walker->space, &walker->libunwind) != UNPEG_OK)
        walker->libunwind = NULL;
    walker->libunwind_tried = true;
    return walker->libunwind;
}

/* What is known of a frame that called, as if it were interrupted in the call. */
static target_registers registers_of_caller(const walk *w)
{
    const cfi_registers *numbers = w->arch->registers;
    target_registers registers = {.arch = w->registers->arch};
    registers.value[numbers->program_counter] = w->pc - 1;
    registers.value[numbers->stack] = w->sp;
    registers.value[numbers->frame] = w->fp;
    registers.known = UINT64_C(1) << numbers->program_counter | UINT64_C(1) << numbers->stack |
                      UINT64_C(1) << numbers->frame;
    return registers;
}

/* False: it cannot tell either, or the walk is over. */
static bool ask_libunwind(walk *w, libunwind_frame *ret)
{
    libunwind_cursor *cursor = libunwind_of(w->walker);
    target_registers registers = w->innermost ? *w->registers : registers_of_caller(w);
    if (!cursor || (w->interrupted && !w->innermost) ||
        libunwind_cursor_begin(cursor, &registers, w->memory) != UNPEG_OK)
        return false;
    unpeg_status status = libunwind_cursor_next(cursor, ret);
    if (status != UNPEG_OK && status != UNPEG_NOT_FOUND && status != UNPEG_INPUT)
        fail_walk(w, status);
    return status == UNPEG_OK;
}

/* A row of call frame information that no rule says. */
static void step_unsupported(walk *w)
{
    libunwind_frame caller;
    if (!ask_libunwind(w, &caller)) {
        if (!w->over)
            step_frame_pointer(w);
        return;
    }
    if (!is_upward(w, caller.sp))
        return;
    last_frame(w)->rule = STACK_RULE_CFI;
    go_on(w, caller.pc, caller.sp, caller.fp);
    if (w->pc == 0)
        end_walk(w, STACK_END_COMPLETE, 0);
}

static void step_signal(walk *w)
{
    leaf_caller caller;
    if (w->signals++ == SIGNAL_LIMIT) {
        end_walk(w, STACK_END_NOT_UPWARD, w->sp);
        return;
    }
    unpeg_status status = w->arch->signal_caller(w->memory, w->sp, &caller);
    if (status == UNPEG_NOT_FOUND) {
        end_walk(w, STACK_END_UNREADABLE, w->sp);
    } else if (status != UNPEG_OK) {
        fail_walk(w, status);
    } else {
        last_frame(w)->rule = STACK_RULE_SIGNAL;
        go_on(w, caller.pc, caller.sp, caller.fp);
        w->interrupted = true;
        w->has_link = has_link(w->arch);
        w->link = caller.link;
    }
}

/* A call into code of V8 that returns to address: what a frameless function has at the top of its
 * stack. A pointer to a builtin's first byte is none, though a call may end just before it. */
static bool is_return_address(const walk *w, unpeg_addr address)
{
    unsigned char before[CALL_BYTES];
    const code_rule *code = rule_at(w, address - 1);
    if (code->kind != CODE_GENERATED && (code->kind != CODE_TEXT || code->sparse_cfi))
        return false;
    if (code->kind == CODE_TEXT && !has_link(w->arch) && address % BUILTIN_ALIGNMENT == 0)
        return false;
    return memory_read(w->memory, address - CALL_BYTES, before, CALL_BYTES) == UNPEG_OK &&
           w->arch->ends_in_call(before);
}

static bool read_site(const walk *w, leaf_site *site, unsigned char *bytes)
{
    const mapping *at = mapping_find(address_space_mappings(w->walker->space), w->pc);
    if (!at)
        return false;
    uint64_t before = w->pc - at->start < CALL_BYTES ? w->pc - at->start : CALL_BYTES;
    uint64_t after = at->end - w->pc < LEAF_CODE_LIMIT ? at->end - w->pc : LEAF_CODE_LIMIT;
    memset(site->before, 0, CALL_BYTES);
    if (memory_read(w->memory, w->pc - before, bytes, (size_t)(before + after)) != UNPEG_OK)
        return false;
    memcpy(site->before + CALL_BYTES - before, bytes, (size_t)before);
    site->code = bytes + before;
    site->code_size = (size_t)after;
    return true;
}

/* True: caller holds what the frame pointer would miss. A return address on top of the stack is
 * trusted of builtins only: machine code of functions builds a frame, its way to a return is seen,
 * and the slots that it has not written yet hold what earlier calls left. */
static bool find_unbuilt(const walk *w, const leaf_site *site, const code_rule *code,
                         leaf_caller *caller)
{
    bool guess = !code->sparse_cfi;
    leaf_answer answer = w->arch->find_unbuilt(site, caller);
    if (answer == LEAF_BUILT)
        return false;
    if (answer == LEAF_UNBUILT)
        return rule_at(w, w->arch->strip(caller->pc, w->top) - 1)->kind != CODE_NOWHERE;
    if (answer == LEAF_JUMPS && guess && is_return_address(w, w->arch->strip(caller->pc, w->top)))
        return true;
    return guess && code->kind != CODE_GENERATED &&
           w->arch->guess_caller(site, caller) == UNPEG_OK && is_return_address(w, caller->pc);
}

static void step_without_cfi(walk *w, const code_rule *code)
{
    unsigned char bytes[CALL_BYTES + LEAF_CODE_LIMIT];
    leaf_caller caller;
    target_registers none = {.arch = w->registers->arch};
    leaf_site site = {
        .registers = w->innermost ? w->registers : &none,
        .memory = w->memory,
        .pc = w->pc,
        .sp = w->sp,
        .fp = w->fp,
    };
    stack_frame *frame = last_frame(w);
    if (!w->interrupted || !read_site(w, &site, bytes) || !find_unbuilt(w, &site, code, &caller)) {
        step_frame_pointer(w);
        return;
    }
    frame->rule = caller.half ? STACK_RULE_HALF_FRAME : STACK_RULE_NO_FRAME;
    frame->not_built = true;
    go_on(w, caller.pc, caller.sp, caller.fp);
    w->sp_at_least = has_link(w->arch);
}

static void add_frame(walk *w, const code_rule *code)
{
    static const uint8_t kinds[] = {
        [CODE_NATIVE] = STACK_FRAME_NATIVE,
        [CODE_TEXT] = STACK_FRAME_TEXT,
        [CODE_GENERATED] = STACK_FRAME_GENERATED,
    };
    stack_trace *trace = w->trace;
    if (!grow_reserve((void **)&trace->frames, &trace->capacity, trace->count + 1,
                      sizeof *trace->frames)) {
        fail_walk(w, UNPEG_NO_MEMORY);
        return;
    }
    trace->frames[trace->count++] = (stack_frame){
        .pc = w->pc,
        .sp = w->sp,
        .fp = w->fp,
        .kind = kinds[code->kind],
        .rule = STACK_RULE_NONE,
        .interrupted = w->interrupted,
    };
}

static void step(walk *w)
{
    code_rule code = *rule_at(w, w->interrupted ? w->pc : w->pc - 1);
    if (code.kind == CODE_NOWHERE) {
        end_walk(w, STACK_END_UNMAPPED, w->pc);
        return;
    }
    if (w->trace->count == STACK_FRAME_LIMIT) {
        end_walk(w, STACK_END_LIMIT, w->pc);
        return;
    }
    add_frame(w, &code);
    if (w->over)
        return;
    switch ((cfi_kind)code.rule.kind) {
    case CFI_NONE:
        step_without_cfi(w, &code);
        break;
    case CFI_SIGNAL:
        step_signal(w);
        break;
    case CFI_END:
        end_walk(w, STACK_END_COMPLETE, w->pc);
        break;
    case CFI_UNSUPPORTED:
        step_unsupported(w);
        break;
    default:
        step_rule(w, &code.rule);
    }
}

static bool knows(const target_registers *registers, uint8_t number)
{
    return registers->known >> number & 1;
}

unpeg_status stack_walk(stack_walker *walker, const target_registers *registers,
                        const target_memory *memory, stack_trace *trace)
{
    const unwind_arch *arch = unwind_arch_of(registers->arch);
    const cfi_registers *numbers = arch->registers;
    const mapping_list *mappings = address_space_mappings(walker->space);
    if (!knows(registers, numbers->program_counter) || !knows(registers, numbers->stack) ||
        !knows(registers, numbers->frame))
        return UNPEG_ARGUMENT;
    walk w = {
        .walker = walker,
        .arch = arch,
        .registers = registers,
        .memory = memory,
        .trace = trace,
        .pc = registers->value[numbers->program_counter],
        .sp = registers->value[numbers->stack],
        .fp = registers->value[numbers->frame],
        .top = mappings->count ? mappings->items[mappings->count - 1].end : 0,
        .link = registers->value[numbers->return_address],
        .has_link = has_link(arch) && knows(registers, numbers->return_address),
        .interrupted = true,
        .innermost = true,
    };
    trace->count = 0;
    while (!w.over)
        step(&w);
    return w.status;
}
