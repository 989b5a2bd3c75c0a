/* SPDX-License-Identifier: MIT
 *
 * One physical frame into logical ones: which kind of frame it is, whose, and where it is.
 */
#include "v8_machine.h"
#include "v8_namer_state.h"

enum {
    WORD = 8,
    EXIT_TARGET = 24, /* BuiltinExitFrame: the JSFunction, from the frame pointer */
    FRAME_BELOW = 48, /* bytes below the frame pointer that are read */
    FRAME_WORDS = 7,
    APART_LIMIT = 1024, /* bytes between a last position and a last return */
};

/* The words of a built frame. */
typedef struct frame_words {
    uint64_t context, function, bytecode, offset;
} frame_words;

/* One frame while it is being named. */
typedef struct naming {
    v8_namer *namer;
    const v8_stack *stack;
    const v8_frame *frame;
    unpeg_addr instruction; /* inside of the one that runs, or that called */
    v8_code_at at;
    frame_words words;
    v8_named *names;
    size_t count;
} naming;

static v8_named *add_name(naming *n, unpeg_frame_kind kind, unpeg_slice name)
{
    v8_named *item = &n->names[n->count < V8_NAMED_LIMIT ? n->count++ : V8_NAMED_LIMIT - 1];
    *item = (v8_named){.kind = kind, .name = name, .line_state = V8_LINE_NONE};
    if (n->at.builtin)
        item->builtin = n->at.builtin->name;
    return item;
}

static unpeg_status add_builtin(naming *n)
{
    bool handler = n->at.builtin->role == V8_ROLE_HANDLER;
    (void)add_name(n, handler ? UNPEG_FRAME_BYTECODE_HANDLER : UNPEG_FRAME_BUILTIN,
                   n->at.builtin->name);
    return UNPEG_OK;
}

static unpeg_status add_other(naming *n, unpeg_frame_kind kind, const char *text)
{
    if (n->at.builtin)
        return add_builtin(n);
    (void)add_name(n, kind, unpeg_slice_of(text));
    return UNPEG_OK;
}

static unpeg_frame_kind kind_of(const v8_function *function)
{
    if (!function->script)
        return UNPEG_FRAME_BUILTIN;
    /* What was compiled from source text has a scope; an export of a wasm module has none. One that
     * cannot be read says neither. */
    if (function->start < 0)
        return function->exported ? UNPEG_FRAME_WASM : UNPEG_FRAME_UNKNOWN;
    return UNPEG_FRAME_JS;
}

static v8_named *add_function(naming *n, const v8_function *function, unpeg_tier tier)
{
    bool trusted = v8_namer_trusts_name(n->namer, function);
    v8_named *item =
        add_name(n, kind_of(function), trusted ? function->name : (unpeg_slice){"", 0});
    if (item->kind == UNPEG_FRAME_WASM)
        item->script = function->script->name;
    if (item->kind != UNPEG_FRAME_JS)
        return item;
    item->tier = tier;
    item->script = function->script->name;
    item->line_state = V8_LINE_LAZY;
    if (!n->namer->health.lines_withheld)
        item->start = function->place;
    return item;
}

/* Code before its first position enters the function. */
static void set_entry(const naming *n, v8_named *item, const v8_function *function)
{
    if (item->kind != UNPEG_FRAME_JS)
        return;
    item->line_state = V8_LINE_UNCERTAIN;
    if (!n->namer->health.lines_withheld && function->place.line > 0) {
        item->current = function->place;
        item->line_state = V8_LINE_KNOWN;
    }
}

/* The line at an offset of the function's script, if it stands up to the checks. */
static unpeg_status set_line(naming *n, v8_named *item, const v8_function *function, int32_t offset)
{
    v8_namer *namer = n->namer;
    bool sound = false;
    if (offset < 0 || item->kind != UNPEG_FRAME_JS)
        return UNPEG_OK;
    if (offset == 0 && function->start > 0) {
        item->line_state = V8_LINE_APART;
        return UNPEG_OK;
    }
    item->line_state = V8_LINE_WITHHELD;
    if (function->start >= 0 && (offset < function->start || offset > function->end)) {
        v8_namer_count_line(namer, false);
        return UNPEG_OK;
    }
    unpeg_status status = v8_script_check(&namer->scripts, function->script, offset, &sound);
    if (status == UNPEG_NOT_FOUND) {
        item->line_state = V8_LINE_NO_SOURCE;
        if (!namer->learns)
            v8_namer_count_line(namer, false);
        return UNPEG_OK;
    }
    if (status)
        return status;
    v8_namer_count_line(namer, sound);
    if (!sound || namer->health.lines_withheld)
        return UNPEG_OK;
    status = v8_script_place(&namer->scripts, function->script, offset, &item->current);
    item->line_state = item->current.line > 0 ? V8_LINE_KNOWN : V8_LINE_NO_SOURCE;
    return status;
}

static unpeg_status bytecode_of(naming *n, const v8_function *function, const v8_bytecode **ret)
{
    v8_bytecode *code = NULL;
    *ret = NULL;
    unpeg_status status = v8_bytecode_get(&n->namer->bytecode, n->words.bytecode, &code);
    if (!status)
        status = v8_namer_trust_bytecode(n->namer, code, function);
    if (!status)
        *ret = code;
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* The line of a bytecode, unless the table of positions is not believed. */
static unpeg_status set_bytecode_line(naming *n, v8_named *item, const v8_function *function,
                                      const v8_bytecode *code, size_t offset)
{
    if (code->positions.size > 0 && !code->fits) {
        item->line_state = V8_LINE_WITHHELD;
        return UNPEG_OK;
    }
    return set_line(n, item, function, v8_bytecode_position(code, offset));
}

static const v8_machine *machine_of(const naming *n)
{
    return v8_machine_of(n->stack->registers ? n->stack->registers->arch : TARGET_X86_64);
}

static bool known(const target_registers *registers, uint8_t number)
{
    return registers && (registers->known >> number) & 1;
}

/* The offset of a bytecode whose handler runs, unless the handler has put something else there. */
static bool register_offset(const naming *n, uint64_t *ret)
{
    const target_registers *registers = n->stack->registers;
    const v8_machine *machine = machine_of(n);
    if (!known(registers, machine->bytecode_offset) || !known(registers, machine->bytecode_array) ||
        registers->value[machine->bytecode_array] != n->words.bytecode)
        return false;
    *ret = registers->value[machine->bytecode_offset];
    return true;
}

/* The handler of a bytecode has no frame of its own, so that the interpreter's is the innermost. */
static bool is_handled(const naming *n)
{
    return n->frame->handled || (n->frame->interrupted && !n->frame->not_built && n->at.builtin &&
                                 n->at.builtin->role == V8_ROLE_HANDLER);
}

/* The interpreter's offset is counted from the array's tag. While a handler runs it is in a
 * register; what is on the stack is from the last call. False: not known. */
static bool interpreter_offset(const naming *n, const v8_bytecode *code, size_t *ret)
{
    const v8_layout *layout = &n->namer->layout;
    uint64_t base = (uint64_t)layout->bytecode_data - 1;
    uint64_t offset;
    int32_t small;
    if (is_handled(n)) {
        if (!register_offset(n, &offset))
            return false;
    } else {
        if (!v8_heap_small(&n->namer->heap, n->words.offset, &small) || small < 0)
            return false;
        offset = (uint64_t)small;
    }
    if (offset < base || offset - base >= code->code.size)
        return false;
    *ret = (size_t)(offset - base);
    return v8_bytecodes_begins(&code->code, *ret);
}

static bool runs_interpreter(const naming *n)
{
    return n->at.builtin && n->at.builtin->role == V8_ROLE_INTERPRETER;
}

static unpeg_status add_interpreted(naming *n, const v8_function *function)
{
    const v8_bytecode *code;
    size_t offset;
    unpeg_status status = bytecode_of(n, function, &code);
    if (status)
        return status;
    v8_named *item = add_function(n, function, code ? UNPEG_TIER_IGNITION : UNPEG_TIER_NONE);
    if (item->kind != UNPEG_FRAME_JS)
        return UNPEG_OK;
    if (!code || !interpreter_offset(n, code, &offset)) {
        item->line_state = V8_LINE_UNCERTAIN;
        if (runs_interpreter(n) && !n->frame->interrupted && !n->frame->handled)
            v8_namer_count_line(n->namer, false);
        return UNPEG_OK;
    }
    return set_bytecode_line(n, item, function, code, offset);
}

static unpeg_status add_baseline(naming *n, const v8_function *function)
{
    const v8_bytecode *code;
    const v8_code *machine = n->at.code;
    size_t offset;
    v8_named *item = add_function(n, function, UNPEG_TIER_SPARKPLUG);
    unpeg_status status = bytecode_of(n, function, &code);
    if (status || !code)
        return status;
    /* The table's sizes end where the return address of a bytecode's last call is. */
    uint64_t pc = n->instruction - machine->start + 1;
    unpeg_slice table = {(const char *)machine->positions.data, machine->positions.size};
    if (!v8_baseline_find(&code->code, table, pc, &offset)) {
        item->line_state = V8_LINE_UNCERTAIN;
        if (v8_baseline_in_prologue(table, pc))
            set_entry(n, item, function);
        return UNPEG_OK;
    }
    return set_bytecode_line(n, item, function, code, offset);
}

/* Maglev takes the first round out of a loop, and gives all of the rest the position of the loop
 * itself: also of what was inlined there. */
static unpeg_status mark_loop(naming *n, v8_named *item, const v8_function *function,
                              int32_t offset)
{
    bool loop = false;
    if (item->tier != UNPEG_TIER_MAGLEV || item->line_state != V8_LINE_KNOWN)
        return UNPEG_OK;
    unpeg_status status =
        v8_script_begins_loop(&n->namer->scripts, function->script, offset, &loop);
    if (!status && loop)
        item->line_state = V8_LINE_LOOP;
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* The frame's own function, or the one that was inlined. NULL when it is none. */
static unpeg_status chain_function(naming *n, const v8_inlined *link, const v8_function *own,
                                   const v8_function **ret)
{
    *ret = own;
    if (link->shared == 0)
        return UNPEG_OK;
    *ret = NULL;
    unpeg_status status = v8_functions_get(&n->namer->functions, link->shared, ret);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

/* Maglev puts what is rarely run behind the function's last return, without positions: there the
 * table's last one would be taken for it. */
static unpeg_status is_apart(const naming *n, const v8_code *code, int64_t offset, bool *ret)
{
    unsigned char bytes[APART_LIMIT];
    v8_positions_extent extent;
    const v8_positions table = {code->positions.data, code->positions.size,
                                (v8_position_coding)n->namer->layout.positions_coding};
    *ret = false;
    if (code->tier != UNPEG_TIER_MAGLEV || !v8_positions_measure(&table, &extent) ||
        extent.last_offset < 0 || offset <= extent.last_offset)
        return UNPEG_OK;
    size_t size = (size_t)(offset - extent.last_offset);
    *ret = size > sizeof bytes;
    if (*ret)
        return UNPEG_OK;
    unpeg_addr start = code->start + (uint64_t)extent.last_offset;
    unpeg_status status = memory_read(n->namer->process.memory, start, bytes, size);
    *ret = !status && machine_of(n)->returns(bytes, size);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

static unpeg_status add_chain(naming *n, const v8_function *own, const v8_inlined *chain,
                              size_t length)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < length && !status; i++) {
        const v8_function *function;
        status = chain_function(n, &chain[i], own, &function);
        if (status || !function || kind_of(function) == UNPEG_FRAME_UNKNOWN)
            continue;
        v8_named *item = add_function(n, function, n->at.code->tier);
        item->inlined = i + 1 < length;
        status = set_line(n, item, function, chain[i].offset);
        if (!status)
            status = mark_loop(n, item, function, chain[i].offset);
    }
    return status;
}

static unpeg_status add_positioned(naming *n, const v8_function *own, int64_t offset)
{
    v8_inlined chain[V8_CHAIN_LIMIT];
    const v8_code *code = n->at.code;
    bool broken;
    size_t length = v8_code_chain(code, (v8_position_coding)n->namer->layout.positions_coding,
                                  offset, chain, &broken);
    if (length > 0)
        return add_chain(n, own, chain, length);
    v8_named *item = add_function(n, own, code->tier);
    if (code->positions.size > 0 && !broken)
        set_entry(n, item, own);
    return UNPEG_OK;
}

static unpeg_status add_optimized(naming *n, const v8_function *own)
{
    v8_code *code = n->at.code;
    int64_t offset = (int64_t)(n->instruction - code->start);
    bool apart = false;
    if (code->shared != 0 && code->shared != own->shared) {
        (void)add_function(n, own, code->tier);
        return UNPEG_OK;
    }
    unpeg_status status = v8_namer_trust_code(n->namer, code, own);
    if (!status)
        status = is_apart(n, code, offset, &apart);
    if (status)
        return status;
    if (code->fits && !apart)
        return add_positioned(n, own, offset);
    add_function(n, own, code->tier)->line_state = apart ? V8_LINE_APART : V8_LINE_WITHHELD;
    return UNPEG_OK;
}

/* A builtin that many functions share says less than theirs; other names are as in a log. */
static bool is_for_any(const v8_builtin *builtin)
{
    static const char shared[] = "HandleApiCall";
    size_t len = sizeof shared - 1;
    return builtin->name.len >= len && memcmp(builtin->name.data, shared, len) == 0;
}

/* A function's frame, by the code that it runs. */
static unpeg_status add_js(naming *n, const v8_function *function)
{
    const v8_builtin *builtin = n->at.builtin;
    const v8_code *code = n->at.code;
    if (code && code->tier == UNPEG_TIER_SPARKPLUG)
        return add_baseline(n, function);
    if (code && code->tier != UNPEG_TIER_NONE)
        return add_optimized(n, function);
    if (!builtin)
        return add_interpreted(n, function);
    if (builtin->role == V8_ROLE_BASELINE) {
        set_entry(n, add_function(n, function, UNPEG_TIER_SPARKPLUG), function);
        return UNPEG_OK;
    }
    if (builtin->role != V8_ROLE_OTHER)
        return add_interpreted(n, function);
    if (kind_of(function) == UNPEG_FRAME_UNKNOWN)
        return add_builtin(n);
    if (kind_of(function) != UNPEG_FRAME_JS) {
        v8_named *item = add_function(n, function, UNPEG_TIER_NONE);
        if (item->kind == UNPEG_FRAME_BUILTIN && (!is_for_any(builtin) || item->name.len == 0))
            item->name = builtin->name;
        return UNPEG_OK;
    }
    /* A builtin without a frame of its own, over that of the function which called it. */
    unpeg_status status = add_builtin(n);
    n->at.builtin = NULL;
    return status ? status : add_interpreted(n, function);
}

/* C++ that JavaScript called: its function object is among what the caller pushed. */
static unpeg_status add_exit(naming *n, v8_marker marker)
{
    uint64_t target;
    const v8_function *function;
    unpeg_status status = memory_read_u64(n->stack->memory, n->frame->fp + EXIT_TARGET, &target);
    if (!status)
        status = v8_functions_of(&n->namer->functions, target, &function);
    bool nameless = !status && !function->script && function->name.len == 0;
    if (status == UNPEG_NOT_FOUND || nameless)
        return add_other(n, UNPEG_FRAME_STUB, v8_marker_text(marker));
    if (status)
        return status;
    v8_named *item = add_name(n, UNPEG_FRAME_BUILTIN, function->name);
    if (function->script)
        item->script = function->script->name;
    return UNPEG_OK;
}

static unpeg_status add_marked(naming *n, v8_marker marker)
{
    switch (marker) {
    case V8_MARKER_IRREGEXP:
        return add_other(n, UNPEG_FRAME_REGEXP, "");
    case V8_MARKER_WASM:
    case V8_MARKER_WASM_DEBUG_BREAK:
    case V8_MARKER_WASM_LIFTOFF_SETUP:
        return add_other(n, UNPEG_FRAME_WASM, "");
    case V8_MARKER_BUILTIN_EXIT:
        return add_exit(n, marker);
    default:
        return add_other(n, UNPEG_FRAME_STUB, v8_marker_text(marker));
    }
}

static unpeg_status add_unknown(naming *n)
{
    if (n->at.builtin)
        return add_builtin(n);
    if (n->at.code && n->at.code->regexp)
        return add_other(n, UNPEG_FRAME_REGEXP, "");
    (void)add_name(n, UNPEG_FRAME_UNKNOWN, (unpeg_slice){0});
    return UNPEG_OK;
}

/* A function's frame whose function cannot be read, or is not told. */
static unpeg_status add_nameless(naming *n)
{
    if (n->at.builtin && n->at.builtin->role != V8_ROLE_INTERPRETER)
        return add_builtin(n);
    (void)add_name(n, UNPEG_FRAME_UNKNOWN, (unpeg_slice){0});
    return UNPEG_OK;
}

static unpeg_status read_words(const naming *n, const target_memory *memory, frame_words *ret)
{
    const v8_layout *layout = &n->namer->layout;
    uint64_t words[FRAME_WORDS] = {0};
    unpeg_addr base = n->frame->fp - FRAME_BELOW;
    unpeg_status status = memory_read(memory, base, words, sizeof words);
    if (status)
        return status;
    const int32_t offsets[] = {layout->fp_context, layout->fp_function, layout->fp_bytecode_array,
                               layout->fp_bytecode_offset};
    uint64_t *const fields[] = {&ret->context, &ret->function, &ret->bytecode, &ret->offset};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        int32_t at = offsets[i] + FRAME_BELOW;
        if (at >= 0 && at % WORD == 0 && at / WORD < FRAME_WORDS)
            *fields[i] = words[at / WORD];
    }
    return UNPEG_OK;
}

/* C++ without call frame information: what lies around its frame pointer is anything. */
static bool is_foreign(const naming *n)
{
    const v8_namer *namer = n->namer;
    return n->at.in_file && !n->at.builtin && (namer->builtins.count > 0 || namer->learns);
}

/* Its frame has a context and a function, once it is built. */
static bool runs_javascript(const naming *n)
{
    return runs_interpreter(n) || (n->at.code && n->at.code->tier != UNPEG_TIER_NONE);
}

/* What runs was compiled from a script, and has a scope that says where it is. */
static bool is_compiled(const v8_function *function)
{
    return function->script && function->start >= 0;
}

/* The interpreter has C++ compile a function before it makes a frame for it
 * (MacroAssembler::GenerateTailCallToReturnedCode, V8 10.2). */
static bool enters_function(const naming *n, v8_marker marker)
{
    return runs_interpreter(n) && marker == V8_MARKER_INTERNAL;
}

static unpeg_status name_marked(naming *n)
{
    v8_marker marker = v8_layout_marker(&n->namer->layout, (int64_t)(n->words.context >> 1));
    if (enters_function(n, marker))
        return add_builtin(n);
    if (runs_javascript(n)) {
        v8_namer_count_function(n->namer, false);
        return add_nameless(n);
    }
    return marker == V8_MARKER_NONE ? add_unknown(n) : add_marked(n, marker);
}

static bool has_bytecode(const naming *n)
{
    return runs_interpreter(n) || (n->at.code && n->at.code->tier == UNPEG_TIER_SPARKPLUG);
}

/* The function of a frame, also when the collector has moved it since the stack was copied: a frame
 * that is still there has its new place, and the same bytecode says that it is the same function.
 */
static unpeg_status function_of(const naming *n, const v8_function **ret)
{
    v8_functions *functions = &n->namer->functions;
    frame_words now = {0};
    unpeg_status status = v8_functions_of(functions, n->words.function, ret);
    if (status != UNPEG_NOT_FOUND || !has_bytecode(n) || !v8_is_object(n->words.bytecode))
        return status;
    status = read_words(n, n->namer->process.memory, &now);
    if (!status && (now.bytecode != n->words.bytecode || now.function == n->words.function))
        status = UNPEG_NOT_FOUND;
    return status ? status : v8_functions_of(functions, now.function, ret);
}

static unpeg_status name_function(naming *n)
{
    const v8_function *function;
    v8_namer *namer = n->namer;
    unpeg_status status = function_of(n, &function);
    if (!status && runs_javascript(n) && !is_compiled(function))
        status = UNPEG_NOT_FOUND;
    bool sound = status != UNPEG_NOT_FOUND;
    if (sound || !n->at.builtin || runs_javascript(n))
        v8_namer_count_function(namer, sound);
    if (!sound || namer->health.names_withheld)
        return add_nameless(n);
    return status ? status : add_js(n, function);
}

static unpeg_status name_built(naming *n)
{
    unpeg_status status = read_words(n, n->stack->memory, &n->words);
    if (status == UNPEG_NOT_FOUND)
        return add_unknown(n);
    if (status)
        return status;
    if (n->at.code && n->at.code->regexp)
        return add_other(n, UNPEG_FRAME_REGEXP, "");
    if (is_foreign(n))
        return add_unknown(n);
    if (!(n->words.context & 1))
        return name_marked(n);
    return v8_namer_knows(n->namer) ? name_function(n) : add_nameless(n);
}

/* Whose code it is must be told by the code: the frame at fp is the caller's. */
static unpeg_status name_not_built(naming *n)
{
    const v8_code *code = n->at.code;
    const target_registers *registers = n->stack->registers;
    uint8_t called = machine_of(n)->function;
    const v8_function *function;
    if (!code || n->at.builtin)
        return add_unknown(n);
    unpeg_status status = UNPEG_NOT_FOUND;
    if (code->shared != 0)
        status = v8_functions_get(&n->namer->functions, code->shared, &function);
    else if (known(registers, called) && code->tier != UNPEG_TIER_NONE)
        /* A function is called with itself in a register, and a prologue leaves it there. */
        status = v8_functions_of(&n->namer->functions, registers->value[called], &function);
    if (status == UNPEG_NOT_FOUND || (!status && kind_of(function) == UNPEG_FRAME_UNKNOWN))
        return add_unknown(n);
    if (status)
        return status;
    if (code->tier != UNPEG_TIER_SPARKPLUG)
        return add_optimized(n, function);
    set_entry(n, add_function(n, function, code->tier), function);
    return UNPEG_OK;
}

unpeg_status v8_namer_name(v8_namer *namer, const v8_stack *stack, const v8_frame *frame,
                           v8_named *ret, size_t *ret_count)
{
    naming n = {.namer = namer, .stack = stack, .frame = frame, .names = ret};
    n.instruction = frame->interrupted ? frame->pc : frame->pc - 1;
    unpeg_status status = v8_namer_locate(namer, n.instruction, &n.at);
    if (!status)
        status = frame->not_built ? name_not_built(&n) : name_built(&n);
    if (!status && n.count == 0)
        (void)add_name(&n, UNPEG_FRAME_UNKNOWN, (unpeg_slice){0});
    *ret_count = n.count;
    return status;
}
