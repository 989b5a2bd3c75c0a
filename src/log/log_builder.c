/* SPDX-License-Identifier: MIT */
#include "log_builder.h"

#include <stdlib.h>

#include "code_space.h"
#include "grow.h"
#include "profile_edit.h"
#include "tick_stack.h"
#include "unescape.h"

enum {
    /* V8 queues up to 127 samples before it writes them, so a tick can come before the row of code
     * that it ran; a tick that nothing explains is tried again this many rows later. */
    WAIT_ROWS = 4096,
    MAX_WAITING = 128,
    MAX_WAITING_BYTES = 16 << 10, /* of one row */
};

const uint64_t log_builder_wanted =
    UNPEG_RECORD_MASK(UNPEG_RECORD_TICK) | UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_CREATION) |
    UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_MOVE) | UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_DELETE) |
    UNPEG_RECORD_MASK(UNPEG_RECORD_SHARED_LIBRARY) | UNPEG_RECORD_MASK(UNPEG_RECORD_V8_VERSION) |
    UNPEG_RECORD_MASK(UNPEG_RECORD_PROFILER) | UNPEG_RECORD_MASK(UNPEG_RECORD_NEW) |
    UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_DEOPT);

/* A tick whose pc no code covered when it came. */
typedef struct waiting_tick {
    size_t index; /* in the profile */
    uint64_t due_row;
    unpeg_tick_row row;
    char *frames; /* owned copy behind row.frames */
} waiting_tick;

struct log_builder {
    unpeg_profile *profile;
    symbol_set *symbols;
    code_space *space;
    tick_stack *stack;
    unpeg_node_id gc, idle;
    tick_bases bases[3]; /* normal, GC, idle */
    uint32_t v8_major;
    int64_t start_us, last_us;
    uint64_t rows;
    waiting_tick waiting[MAX_WAITING]; /* a queue by due_row */
    size_t waiting_count;
    uint64_t begins; /* profiler,begin rows */
};

static unpeg_status add_base(unpeg_profile *profile, unpeg_node_id parent, unpeg_frame_kind kind,
                             unpeg_node_id *ret)
{
    unpeg_frame_id frame;
    unpeg_status status = unpeg_profile_add_frame(profile, &(unpeg_frame){.kind = kind}, &frame);
    return status == UNPEG_OK ? unpeg_profile_add_node(profile, parent, frame, ret) : status;
}

static unpeg_status add_bases(log_builder *b)
{
    unpeg_status status = add_base(b->profile, UNPEG_NODE_ROOT, UNPEG_FRAME_GC, &b->gc);
    if (status == UNPEG_OK)
        status = add_base(b->profile, UNPEG_NODE_ROOT, UNPEG_FRAME_IDLE, &b->idle);
    const unpeg_node_id parents[] = {UNPEG_NODE_ROOT, b->gc, b->idle};
    for (size_t i = 0; i < 3 && status == UNPEG_OK; i++) {
        b->bases[i].normal = parents[i];
        status = add_base(b->profile, parents[i], UNPEG_FRAME_TRUNCATED, &b->bases[i].truncated);
    }
    return status;
}

unpeg_status log_builder_create(unpeg_profile *profile, symbol_set *symbols, log_builder **ret)
{
    log_builder *builder = calloc(1, sizeof *builder);
    if (!builder)
        return UNPEG_NO_MEMORY;
    builder->profile = profile;
    builder->symbols = symbols;
    builder->start_us = builder->last_us = INT64_MIN;
    unpeg_status status = code_space_create(profile, symbols, &builder->space);
    if (status == UNPEG_OK)
        status = tick_stack_create(profile, builder->space, &builder->stack);
    if (status == UNPEG_OK)
        status = add_bases(builder);
    if (status != UNPEG_OK) {
        log_builder_destroy(builder);
        return status;
    }
    *ret = builder;
    return UNPEG_OK;
}

static void forget_waiting(log_builder *b)
{
    for (size_t i = 0; i < b->waiting_count; i++)
        free(b->waiting[i].frames);
    b->waiting_count = 0;
}

void log_builder_destroy(log_builder *builder)
{
    if (!builder)
        return;
    forget_waiting(builder);
    tick_stack_destroy(builder->stack);
    code_space_destroy(builder->space);
    free(builder);
}

void log_builder_set_start(log_builder *builder, int64_t start_us)
{
    builder->start_us = start_us;
}

void log_builder_drop_ticks(log_builder *builder)
{
    forget_waiting(builder);
    profile_clear_ticks(builder->profile);
}

int64_t log_builder_last_time(const log_builder *builder)
{
    return builder->last_us;
}

static void blame(log_builder *b, const unpeg_record *record, unpeg_damage_kind kind)
{
    unpeg_damage_add(unpeg_profile_damage(b->profile), kind, record->line, record->offset);
}

/* V8's numbers by release: include/v8-unwinder.h and v8-profiler.h, enum StateTag. */
static unpeg_vm_state vm_state_of(uint32_t v8_major, int32_t raw)
{
    const int32_t old_idle = 7; /* V8 7: before ATOMICS_WAIT took the number */
    if (v8_major != 0 && v8_major < 8 && raw == old_idle)
        return UNPEG_VM_STATE_IDLE;
    return raw >= 0 && raw < UNPEG_VM_STATE_UNKNOWN ? (unpeg_vm_state)raw : UNPEG_VM_STATE_UNKNOWN;
}

static const tick_bases *bases_of(const log_builder *b, unpeg_vm_state state)
{
    if (state == UNPEG_VM_STATE_GC)
        return &b->bases[1];
    bool idle = state == UNPEG_VM_STATE_IDLE || state == UNPEG_VM_STATE_IDLE_EXTERNAL;
    return &b->bases[idle ? 2 : 0];
}

static bool is_unknown(const log_builder *b, unpeg_frame_id frame)
{
    return profile_frame_kind(b->profile, frame) == UNPEG_FRAME_UNKNOWN &&
           unpeg_profile_frame(b->profile, frame)->reason != UNPEG_UNKNOWN_NULL_PC;
}

/* Native code on top of itself is one frame: V8 names the entry of the C++ function that was
 * called, and the pc is in it. Generated code on top of itself is recursion. */
static bool is_same_call(const log_builder *b, unpeg_node_id node, unpeg_frame_id frame)
{
    unpeg_frame_kind kind = profile_frame_kind(b->profile, frame);
    return (kind == UNPEG_FRAME_CPP || kind == UNPEG_FRAME_LIBRARY) &&
           unpeg_profile_nodes(b->profile)[node].frame == frame;
}

static unpeg_status push_address(log_builder *b, unpeg_addr addr, unpeg_node_id *node,
                                 unpeg_frame_id *frame)
{
    unpeg_status status = code_space_frame(b->space, addr, ADDRESS_PC, frame);
    if (status != UNPEG_OK || is_same_call(b, *node, *frame))
        return status;
    return unpeg_profile_add_node(b->profile, *node, *frame, node);
}

/* What a tick's row comes to. */
typedef struct tick_place {
    unpeg_node_id node;
    uint8_t flags;
    uint32_t bad_frames;
    bool unexplained; /* no code covers the pc, or it came before its code's row */
} tick_place;

static unpeg_status place_tick(log_builder *b, const unpeg_tick_row *row, unpeg_vm_state state,
                               tick_place *ret)
{
    tick_stack_result stack;
    unpeg_frame_id frame;
    unpeg_status status = tick_stack_node(b->stack, row, bases_of(b, state), &stack);
    if (status != UNPEG_OK)
        return status;
    ret->node = stack.node;
    ret->bad_frames = stack.bad_frames;
    ret->flags = (uint8_t)((row->overflow ? UNPEG_TICK_OVERFLOW : 0) |
                           (stack.truncated ? UNPEG_TICK_TRUNCATED : 0) |
                           (stack.has_frame ? 0 : UNPEG_TICK_NO_STACK));
    if (row->is_external_callback && row->tos_or_callback)
        status = push_address(b, row->tos_or_callback, &ret->node, &frame);
    if (status == UNPEG_OK)
        status = push_address(b, row->pc, &ret->node, &frame);
    ret->unexplained = status == UNPEG_OK && is_unknown(b, frame);
    return status;
}

static unpeg_status settle(log_builder *b, size_t count)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < count; i++) {
        waiting_tick *w = &b->waiting[i];
        unpeg_vm_state state = (unpeg_vm_state)unpeg_profile_tick(b->profile, w->index).vm_state;
        tick_place place;
        if (status == UNPEG_OK)
            status = place_tick(b, &w->row, state, &place);
        if (status == UNPEG_OK)
            profile_set_tick_node(b->profile, w->index, place.node);
        free(w->frames);
    }
    b->waiting_count -= count;
    memmove(b->waiting, b->waiting + count, b->waiting_count * sizeof *b->waiting);
    return status;
}

static unpeg_status settle_due(log_builder *b)
{
    size_t due = 0;
    while (due < b->waiting_count && b->waiting[due].due_row <= b->rows)
        due++;
    return settle(b, due);
}

/* No memory or no room for the copy is no failure: the tick keeps the place it has. */
static void wait_for_code(log_builder *b, const unpeg_tick_row *row)
{
    if (b->waiting_count == MAX_WAITING || row->frames.len > MAX_WAITING_BYTES)
        return;
    waiting_tick *w = &b->waiting[b->waiting_count];
    w->frames = malloc(TICK_BYTES_BEFORE + row->frames.len);
    if (!w->frames)
        return;
    memset(w->frames, ',', TICK_BYTES_BEFORE);
    if (row->frames.len)
        memcpy(w->frames + TICK_BYTES_BEFORE, row->frames.data, row->frames.len);
    w->row = *row;
    w->row.frames.data = w->frames + TICK_BYTES_BEFORE;
    w->index = unpeg_profile_tick_count(b->profile) - 1;
    w->due_row = b->rows + WAIT_ROWS;
    b->waiting_count++;
}

static void note_tick_damage(log_builder *b, const unpeg_record *record, unpeg_vm_state state,
                             const tick_place *place)
{
    if (place->bad_frames)
        blame(b, record, UNPEG_DAMAGE_BAD_FRAME);
    if (place->flags & UNPEG_TICK_OVERFLOW)
        blame(b, record, UNPEG_DAMAGE_LOST_SAMPLES);
    if (place->flags & UNPEG_TICK_TRUNCATED)
        blame(b, record, UNPEG_DAMAGE_TRUNCATED_STACK);
    if (state == UNPEG_VM_STATE_UNKNOWN)
        blame(b, record, UNPEG_DAMAGE_UNKNOWN_STATE);
}

static unpeg_status take_tick(log_builder *b, const unpeg_record *record)
{
    const unpeg_tick_row *row = &record->u.tick;
    /* A row that the end of the file cut may lack frames, or digits of its last one. */
    if (record->cut && !tick_stack_same_root(b->stack, row))
        return UNPEG_OK;
    if (row->time_us < b->last_us)
        blame(b, record, UNPEG_DAMAGE_TIME_BACKWARDS);
    b->last_us = row->time_us;
    if (row->time_us < b->start_us)
        return UNPEG_OK;
    unpeg_vm_state state = vm_state_of(b->v8_major, row->vm_state);
    tick_place place;
    unpeg_status status = place_tick(b, row, state, &place);
    if (status != UNPEG_OK)
        return status;
    note_tick_damage(b, record, state, &place);
    status = unpeg_profile_add_tick(b->profile, &(unpeg_tick){.time_us = row->time_us,
                                                              .node = place.node,
                                                              .vm_state = (uint8_t)state,
                                                              .flags = place.flags});
    if (status == UNPEG_OK && place.unexplained)
        wait_for_code(b, row);
    return status;
}

static unpeg_status take_version(log_builder *b, const unpeg_v8_version *version)
{
    unpeg_profile_info *info = unpeg_profile_info_of(b->profile);
    if (b->v8_major != 0) {
        info->isolates++;
        return UNPEG_OK;
    }
    b->v8_major = version->major;
    code_space_set_version(b->space, version->major);
    info->v8[0] = version->major;
    info->v8[1] = version->minor;
    info->v8[2] = version->build;
    info->v8[3] = version->patch;
    return unpeg_profile_intern(b->profile, version->embedder, &info->embedder);
}

static void take_profiler(log_builder *b, const unpeg_profiler_row *row)
{
    unpeg_profile_info *info = unpeg_profile_info_of(b->profile);
    if (!row->begin) {
        info->ended = true;
        return;
    }
    info->interval_us = row->interval_us;
    if (++b->begins > info->isolates)
        info->isolates = b->begins;
}

static unpeg_status take_library(log_builder *b, const unpeg_record *record)
{
    unpeg_shared_library row = record->u.library;
    char *path = malloc(row.path.len + 1);
    if (!path)
        return UNPEG_NO_MEMORY;
    row.path = (unpeg_slice){path, unescape(row.path, path, row.path.len)};
    unpeg_status status = symbol_set_add_library(b->symbols, &row);
    free(path);
    if (status == UNPEG_ARGUMENT || status == UNPEG_LIMIT) {
        blame(b, record, UNPEG_DAMAGE_BAD_LIBRARY);
        return UNPEG_OK;
    }
    return status;
}

static void take_allocation(log_builder *b, const unpeg_allocation *row)
{
    if (unpeg_slice_equal(row->kind, unpeg_slice_of("CodeRange")))
        code_space_set_code_range(b->space, row->address);
}

static unpeg_status take_record(log_builder *b, const unpeg_record *record)
{
    unpeg_damage *damage = unpeg_profile_damage(b->profile);
    if (record->kind == UNPEG_RECORD_TICK)
        return take_tick(b, record);
    if (record->kind == UNPEG_RECORD_CODE_CREATION)
        return code_space_add(b->space, record, damage);
    if (record->kind == UNPEG_RECORD_CODE_MOVE)
        return code_space_move(b->space, record, damage);
    if (record->kind == UNPEG_RECORD_SHARED_LIBRARY)
        return take_library(b, record);
    if (record->kind == UNPEG_RECORD_V8_VERSION)
        return take_version(b, &record->u.version);
    if (record->kind == UNPEG_RECORD_CODE_DELETE)
        code_space_delete(b->space, record->u.move.from);
    if (record->kind == UNPEG_RECORD_PROFILER)
        take_profiler(b, &record->u.profiler);
    if (record->kind == UNPEG_RECORD_NEW)
        take_allocation(b, &record->u.allocation);
    if (record->kind == UNPEG_RECORD_CODE_DEOPT)
        unpeg_profile_info_of(b->profile)->deopts++;
    return UNPEG_OK;
}

unpeg_status log_builder_record(void *builder, const unpeg_record *record)
{
    log_builder *b = builder;
    b->rows++;
    if (b->waiting_count && b->waiting[0].due_row <= b->rows) {
        unpeg_status status = settle_due(b);
        if (status != UNPEG_OK)
            return status;
    }
    return take_record(b, record);
}

unpeg_status log_builder_finish(log_builder *builder)
{
    unpeg_status status = settle(builder, builder->waiting_count);
    size_t count = symbol_set_library_count(builder->symbols);
    for (size_t i = 0; i < count && status == UNPEG_OK; i++)
        status =
            unpeg_profile_add_library(builder->profile, symbol_set_library(builder->symbols, i));
    return status;
}
