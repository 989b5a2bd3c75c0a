/* SPDX-License-Identifier: MIT */
#include "process_view.h"

#include <stdlib.h>

#include "address_space.h"
#include "grow.h"

struct process_view {
    live_source source;
    address_space *space;
    stack_walker *walker;
    stack_trace trace;
    v8_namer *namer; /* NULL: no V8 found so far */
    native_names *names;
    uint64_t refreshed; /* generation of the mappings that the namer knows */
    bool written;       /* code was named by what the process wrote down about it */
};

/* One snapshot on its way to a stack. */
typedef struct naming {
    process_view *target;
    const v8_stack *v8;
    live_stack *stack;
    bool jit_read; /* what the process wrote down was read on */
} naming;

static unpeg_status read_mappings(process_view *t, bool fresh)
{
    unpeg_slice text;
    mapping_list list = {0};
    unpeg_status status = t->source.maps(t->source.user, fresh, &text);
    if (status == UNPEG_OK)
        status = mapping_list_parse(&list, text.data, text.len);
    return status == UNPEG_OK ? address_space_update(t->space, &list) : status;
}

/* V8 may be loaded after the process began: looked for again whenever the mappings changed. */
static unpeg_status find_v8(process_view *t)
{
    uint64_t generation = address_space_generation(t->space);
    const v8_process process = {.memory = &t->source.memory,
                                .mappings = address_space_mappings(t->space),
                                .root = t->source.root};
    if (generation == t->refreshed)
        return UNPEG_OK;
    t->refreshed = generation;
    if (t->namer) {
        v8_namer_refresh(t->namer, process.mappings);
        return UNPEG_OK;
    }
    unpeg_status status = t->source.v8 ? t->source.v8(t->source.user, &process, &t->namer)
                                       : v8_namer_create(&process, &t->namer);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

unpeg_status process_view_create(const live_source *source, process_view **ret)
{
    process_view *t = calloc(1, sizeof *t);
    if (!t)
        return UNPEG_NO_MEMORY;
    t->source = *source;
    unpeg_status status = address_space_create(&t->source.files, &t->source.memory, &t->space);
    if (status == UNPEG_OK)
        status = stack_walker_create(t->space, &t->walker);
    if (status == UNPEG_OK)
        status = native_names_create(source->root ? source->root : "", &t->names);
    if (status == UNPEG_OK)
        status = read_mappings(t, false);
    if (status == UNPEG_OK)
        status = find_v8(t);
    if (status != UNPEG_OK) {
        process_view_destroy(t);
        return status;
    }
    *ret = t;
    return UNPEG_OK;
}

void process_view_destroy(process_view *t)
{
    if (!t)
        return;
    v8_namer_destroy(t->namer);
    native_names_destroy(t->names);
    stack_trace_deinit(&t->trace);
    stack_walker_destroy(t->walker);
    address_space_destroy(t->space);
    free(t);
}

static unpeg_status add_frame(live_stack *stack, const live_frame *frame)
{
    if (!grow_reserve((void **)&stack->frames, &stack->capacity, stack->count + 1,
                      sizeof *stack->frames))
        return UNPEG_NO_MEMORY;
    stack->frames[stack->count++] = *frame;
    return UNPEG_OK;
}

/* A return address belongs to the call before it. */
static unpeg_addr call_of(const stack_frame *physical)
{
    return physical->interrupted || physical->pc == 0 ? physical->pc : physical->pc - 1;
}

static unpeg_frame native_frame(const code_place *place, const native_name *name)
{
    unpeg_frame frame = {.kind = UNPEG_FRAME_CPP, .reason = name->reason};
    frame.file = place->path;
    frame.name = name->name;
    if (name->reason != UNPEG_UNKNOWN_NONE) {
        frame.kind = UNPEG_FRAME_LIBRARY;
        frame.name = frame.file;
    }
    return frame;
}

static unpeg_status find_native(process_view *t, unpeg_addr pc, const code_place *place,
                                native_name *ret)
{
    if (t->source.native) {
        (void)t->source.native(t->source.user, pc, ret);
        return UNPEG_OK;
    }
    unpeg_status status = native_names_find(t->names, place->path, place->file_offset, ret);
    if (status == UNPEG_OK && t->source.note_native)
        t->source.note_native(t->source.user, pc, ret);
    return status;
}

static unpeg_status add_native(naming *n, const stack_frame *physical)
{
    process_view *t = n->target;
    live_frame frame = {.pc = physical->pc, .line_state = V8_LINE_NONE};
    code_place place;
    native_name name = {.name = {"", 0}, .reason = UNPEG_UNKNOWN_NO_SYMBOL};
    frame.frame = (unpeg_frame){
        .kind = UNPEG_FRAME_UNKNOWN, .reason = UNPEG_UNKNOWN_NO_MAPPING, .address = physical->pc};
    if (!address_space_locate(t->space, call_of(physical), &place))
        return add_frame(n->stack, &frame);
    unpeg_status status = UNPEG_OK;
    if (!t->source.native_off)
        status = find_native(t, physical->pc, &place, &name);
    if (status != UNPEG_OK)
        return status;
    if (physical->kind != STACK_FRAME_GENERATED)
        frame.module = place.path;
    frame.offset = name.reason == UNPEG_UNKNOWN_NONE ? name.offset : place.file_offset;
    if (frame.module.len)
        frame.frame = native_frame(&place, &name);
    else
        frame.frame.reason = UNPEG_UNKNOWN_NO_CODE_ROW;
    return add_frame(n->stack, &frame);
}

static unpeg_frame frame_of_v8(const v8_named *named, unpeg_addr pc)
{
    unpeg_frame frame = {.kind = named->kind, .tier = named->tier};
    frame.name = named->name;
    frame.file = named->script;
    frame.line = named->start.line;
    frame.column = named->start.column;
    if (named->kind == UNPEG_FRAME_UNKNOWN) {
        frame.reason = UNPEG_UNKNOWN_NO_CODE_ROW;
        frame.address = pc;
    }
    return frame;
}

static v8_frame v8_frame_of(const stack_frame *physical)
{
    return (v8_frame){.pc = physical->pc,
                      .fp = physical->fp,
                      .sp = physical->sp,
                      .interrupted = physical->interrupted,
                      .not_built = physical->not_built};
}

static unpeg_status add_v8(naming *n, const stack_frame *physical, bool *ret_known)
{
    v8_named named[V8_NAMED_LIMIT];
    size_t count;
    v8_frame frame = v8_frame_of(physical);
    const stack_frame *innermost = n->target->trace.frames;
    frame.handled = physical == innermost + 1 && innermost->not_built;
    unpeg_status status = v8_namer_name(n->target->namer, n->v8, &frame, named, &count);
    *ret_known = status == UNPEG_OK && named[0].kind != UNPEG_FRAME_UNKNOWN;
    n->stack->has_v8 = n->stack->has_v8 || *ret_known;
    /* The interpreter's frame without its function is a builtin's. */
    n->stack->unnamed += status == UNPEG_OK && !*ret_known && named[0].builtin.len > 0;
    for (size_t i = 0; i < count && status == UNPEG_OK && *ret_known; i++) {
        const live_frame logical = {.frame = frame_of_v8(&named[i], physical->pc),
                                    .pc = physical->pc,
                                    .line = named[i].current.line,
                                    .column = named[i].current.column,
                                    .line_state = named[i].line_state,
                                    .inlined = named[i].inlined};
        status = add_frame(n->stack, &logical);
    }
    return status;
}

/* It may have been written down since the last stack, over other code: the files are read on
 * first. */
static unpeg_status find_written(naming *n, const stack_frame *physical, unpeg_frame *ret)
{
    const live_source *source = &n->target->source;
    unpeg_status status = UNPEG_OK;
    if (source->written)
        return source->written(source->user, physical->pc, ret) ? UNPEG_OK : UNPEG_NOT_FOUND;
    if (!source->jit)
        return UNPEG_NOT_FOUND;
    if (!n->jit_read)
        status = jit_files_update(source->jit);
    n->jit_read = true;
    if (status == UNPEG_OK)
        status =
            jit_table_find(jit_files_table(source->jit), physical->pc, physical->interrupted, ret);
    if (source->note_written)
        source->note_written(source->user, physical->pc, status == UNPEG_OK ? ret : NULL);
    return status;
}

/* Code of a heap that is not understood, or of another program than V8. */
static unpeg_status add_written(naming *n, const stack_frame *physical, bool *ret_known)
{
    live_frame frame = {.pc = physical->pc, .line_state = V8_LINE_NONE};
    unpeg_status status = find_written(n, physical, &frame.frame);
    *ret_known = status == UNPEG_OK;
    n->target->written = n->target->written || *ret_known;
    if (status == UNPEG_OK)
        status = add_frame(n->stack, &frame);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

static unpeg_status add_physical(naming *n, const stack_frame *physical)
{
    bool known = false;
    bool native = physical->kind == STACK_FRAME_NATIVE;
    unpeg_status status = UNPEG_OK;
    if (n->target->namer && !native)
        status = add_v8(n, physical, &known);
    if (status == UNPEG_OK && !known && !native)
        status = add_written(n, physical, &known);
    if (status != UNPEG_OK || known)
        return status;
    if (physical->kind == STACK_FRAME_GENERATED)
        n->stack->unnamed++;
    return add_native(n, physical);
}

static unpeg_status walk(process_view *t, const target_snapshot *snapshot,
                         const target_memory *memory)
{
    unpeg_status status = stack_walk(t->walker, &snapshot->registers, memory, &t->trace);
    if (status != UNPEG_OK || t->trace.end != STACK_END_UNMAPPED)
        return status;
    status = read_mappings(t, true);
    if (status != UNPEG_OK)
        return status;
    return stack_walk(t->walker, &snapshot->registers, memory, &t->trace);
}

/* The frames that may be V8's, from malloc; NULL: no memory. */
static v8_frame *list_frames(const process_view *t, size_t *ret_count)
{
    v8_frame *frames = calloc(t->trace.count ? t->trace.count : 1, sizeof *frames);
    size_t count = 0;
    for (size_t i = 0; i < t->trace.count && frames; i++)
        if (t->trace.frames[i].kind != STACK_FRAME_NATIVE)
            frames[count++] = v8_frame_of(&t->trace.frames[i]);
    *ret_count = count;
    return frames;
}

/* Where V8's binary has no symbols, each stack tells more of its heap. */
static unpeg_status learn(process_view *t, const v8_stack *v8)
{
    size_t count;
    if (!t->namer || !v8_namer_learns(t->namer))
        return UNPEG_OK;
    v8_frame *frames = list_frames(t, &count);
    if (!frames)
        return UNPEG_NO_MEMORY;
    unpeg_status status = v8_namer_learn(t->namer, v8, frames, count);
    free(frames);
    return status;
}

bool process_view_learns(const process_view *t)
{
    return t->namer && !v8_namer_knows(t->namer);
}

static bool is_outside_v8(const live_frame *frame)
{
    unpeg_frame_kind kind = frame->frame.kind;
    return kind == UNPEG_FRAME_CPP || kind == UNPEG_FRAME_LIBRARY || kind == UNPEG_FRAME_UNKNOWN;
}

/* V8's interpreter of regular expressions is C++: like other machine code's, its work gets a frame
 * of its own, inside of the builtin that began it. */
static unpeg_status show_regexp(live_stack *stack)
{
    size_t at = 0;
    while (at < stack->count && is_outside_v8(&stack->frames[at]))
        at++;
    if (at < stack->count && stack->frames[at].frame.kind == UNPEG_FRAME_REGEXP) {
        stack->frames[at].frame.name = stack->regexp.source;
        return UNPEG_OK;
    }
    live_frame frame = {.pc = at ? stack->frames[at - 1].pc : stack->frames[0].pc};
    frame.line_state = V8_LINE_NONE;
    frame.frame = (unpeg_frame){.kind = UNPEG_FRAME_REGEXP, .name = stack->regexp.source};
    unpeg_status status = add_frame(stack, &frame);
    if (status != UNPEG_OK)
        return status;
    memmove(&stack->frames[at + 1], &stack->frames[at],
            (stack->count - 1 - at) * sizeof *stack->frames);
    stack->frames[at] = frame;
    return UNPEG_OK;
}

static unpeg_status find_regexp(process_view *t, const v8_stack *v8, live_stack *stack)
{
    size_t count;
    if (!stack->has_v8)
        return UNPEG_OK;
    v8_frame *frames = list_frames(t, &count);
    if (!frames)
        return UNPEG_NO_MEMORY;
    unpeg_status status = v8_namer_regexp(t->namer, v8, frames, count, &stack->regexp);
    free(frames);
    stack->in_regexp = status == UNPEG_OK;
    if (status == UNPEG_OK)
        status = show_regexp(stack);
    return status == UNPEG_NOT_FOUND ? UNPEG_OK : status;
}

unpeg_status process_view_stack(process_view *t, const target_snapshot *snapshot, live_stack *stack)
{
    snapshot_view view;
    target_memory memory = snapshot_memory(&view, snapshot, &t->source.memory);
    const v8_stack v8 = {.memory = &memory, .registers = &snapshot->registers};
    naming n = {.target = t, .v8 = &v8, .stack = stack};
    stack->count = 0;
    stack->has_v8 = stack->in_regexp = false;
    stack->unnamed = 0;
    unpeg_status status = walk(t, snapshot, &memory);
    if (status == UNPEG_OK)
        status = find_v8(t);
    if (status == UNPEG_OK)
        status = learn(t, &v8);
    for (size_t i = 0; i < t->trace.count && status == UNPEG_OK; i++)
        status = add_physical(&n, &t->trace.frames[i]);
    if (status == UNPEG_OK)
        status = find_regexp(t, &v8, stack);
    stack->end = t->trace.end;
    stack->end_at = t->trace.end_at;
    return status;
}

void live_stack_deinit(live_stack *stack)
{
    free(stack->frames);
    *stack = (live_stack){0};
}

void process_view_refresh(process_view *t)
{
    if (t->namer)
        v8_namer_refresh(t->namer, address_space_mappings(t->space));
}

void process_view_v8(const process_view *t, uint32_t ret[4])
{
    const v8_layout *layout = t->namer ? v8_namer_layout(t->namer) : NULL;
    memset(ret, 0, 4 * sizeof *ret);
    if (layout && layout->major > 0) {
        ret[0] = (uint32_t)layout->major;
        ret[1] = (uint32_t)layout->minor;
    }
}

const v8_namer *process_view_namer(const process_view *t)
{
    return t->namer;
}

const native_names *process_view_names(const process_view *t)
{
    return t->names;
}

const char *process_view_withheld(const process_view *t)
{
    if (!t->namer && t->written)
        return "no V8 was found in this process: generated code is named by what it wrote down";
    if (!t->namer)
        return "no V8 was found in this process: JavaScript frames have no names";
    const char *problem = v8_namer_health(t->namer).problem;
    return problem ? problem : "";
}

static unpeg_status native_code(process_view *t, unpeg_addr pc, unpeg_addr *ret_start,
                                uint64_t *ret_size)
{
    code_place place;
    native_name name = {.reason = UNPEG_UNKNOWN_NO_SYMBOL};
    if (!address_space_locate(t->space, pc, &place) || place.path.len == 0)
        return UNPEG_NOT_FOUND;
    unpeg_status status = find_native(t, pc, &place, &name);
    if (status != UNPEG_OK)
        return status;
    if (name.reason != UNPEG_UNKNOWN_NONE)
        return UNPEG_NOT_FOUND;
    *ret_start = pc - name.offset;
    *ret_size = name.size;
    return UNPEG_OK;
}

unpeg_status process_view_code(process_view *t, unpeg_addr pc, unpeg_addr *ret_start,
                               uint64_t *ret_size)
{
    v8_code_range range;
    unpeg_status status = t->namer ? v8_namer_code(t->namer, pc, &range) : UNPEG_NOT_FOUND;
    if (status == UNPEG_NOT_FOUND)
        return native_code(t, pc, ret_start, ret_size);
    if (status != UNPEG_OK)
        return status;
    *ret_start = range.start;
    *ret_size = range.size;
    return UNPEG_OK;
}

unpeg_addr process_view_frame_pointer(const target_registers *registers)
{
    return registers->value[registers->arch == TARGET_X86_64 ? REG_X86_RBP : REG_ARM_FP];
}

unpeg_status process_view_line(process_view *t, const target_snapshot *snapshot, unpeg_addr pc,
                               live_frame *ret)
{
    v8_named named[V8_NAMED_LIMIT];
    size_t count;
    snapshot_view view;
    const target_registers *registers = &snapshot->registers;
    const target_memory memory = snapshot_memory(&view, snapshot, &t->source.memory);
    const v8_stack v8 = {.memory = &memory, .registers = registers};
    const v8_frame frame = {
        .pc = pc, .fp = process_view_frame_pointer(registers), .interrupted = true};
    if (!t->namer)
        return UNPEG_NOT_FOUND;
    unpeg_status status = v8_namer_name(t->namer, &v8, &frame, named, &count);
    if (status != UNPEG_OK)
        return status;
    if (named[0].kind != UNPEG_FRAME_JS || named[0].current.line == 0)
        return UNPEG_NOT_FOUND;
    *ret = (live_frame){.frame = frame_of_v8(&named[0], pc),
                        .pc = pc,
                        .line = named[0].current.line,
                        .column = named[0].current.column};
    return UNPEG_OK;
}

unpeg_status process_view_read(process_view *t, unpeg_addr address, void *bytes, size_t size)
{
    return memory_read(&t->source.memory, address, bytes, size);
}
