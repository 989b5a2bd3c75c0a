/* SPDX-License-Identifier: MIT */
#include "code_space.h"

#include <stdlib.h>

#include "code_name.h"
#include "grow.h"
#include "intern.h"
#include "profile_edit.h"
#include "unescape.h"

enum {
    /* Unknown addresses of one such region share a frame: the log cannot tell functions apart
     * there, and one function's call sites lie close together. */
    UNKNOWN_REGION_BYTES = 256,
    MAX_TAGS = 64,

    MARKER_TIER = 7, /* unpeg_tier */
    MARKER_OSR = 8,
    MARKER_SPECIALIZED = 16,
    MARKER_UNKNOWN = 32,

    /* V8 7.8 logs moves by object start, but code by its first instruction or bytecode. */
    OLD_BYTECODE_HEADER = 0x36,
    OLD_CODE_HEADER = 0x40,
};

/* V8 9 to 11 on x64: size of the code range, and the alignment of the copy of the embedded builtins
 * at its end (src/heap/code-range.cc, "short builtin calls"). */
static const unpeg_addr CODE_RANGE_BYTES = UINT64_C(0x20000000);
static const unpeg_addr BUILTINS_COPY_ALIGNMENT = UINT64_C(0x40000);

struct code_space {
    unpeg_profile *profile;
    symbol_set *symbols;
    code_map *map;
    unpeg_slice empty; /* the profile's */
    intern names;      /* raw names of code objects */
    intern scripts;    /* raw names of scripts, to split names with spaces */
    unpeg_slice tags[MAX_TAGS];
    uint8_t tag_kinds[MAX_TAGS]; /* kind_of_tag */
    size_t tag_count;
    uint8_t last_tag; /* of the row before */
    char *scratch;    /* for unescaping */
    size_t scratch_capacity;
    uint32_t v8_major;
    unpeg_addr code_range;                  /* 0 if not known */
    unpeg_addr builtins_low, builtins_high; /* of Builtin and BytecodeHandler rows */
};

unpeg_status code_space_create(unpeg_profile *profile, symbol_set *symbols, code_space **ret)
{
    code_space *space = calloc(1, sizeof *space);
    if (!space)
        return UNPEG_NO_MEMORY;
    space->profile = profile;
    space->symbols = symbols;
    unpeg_status status = unpeg_profile_intern(profile, (unpeg_slice){"", 0}, &space->empty);
    if (status == UNPEG_OK)
        status = code_map_create(&space->map);
    if (status != UNPEG_OK) {
        free(space);
        return status;
    }
    *ret = space;
    return UNPEG_OK;
}

void code_space_destroy(code_space *space)
{
    if (!space)
        return;
    code_map_destroy(space->map);
    intern_deinit(&space->names);
    intern_deinit(&space->scripts);
    free(space->scratch);
    free(space);
}

void code_space_set_version(code_space *space, uint32_t v8_major)
{
    space->v8_major = v8_major;
}

void code_space_set_code_range(code_space *space, unpeg_addr start)
{
    space->code_range = start;
}

const code_map *code_space_map(const code_space *space)
{
    return space->map;
}

uint64_t code_space_generation(const code_space *space)
{
    return space->map->generation;
}

/* Any text with one of V8's marks counts as that tier, so that a marker of a later release
 * ("o+'") costs nothing but a note (V8 src/logging/log.cc, ComputeMarker). */
static uint8_t marker_bits(unpeg_slice marker)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < marker.len; i++) {
        switch (marker.data[i]) {
        case '~':
            bits |= UNPEG_TIER_IGNITION;
            break;
        case '^':
            bits |= UNPEG_TIER_SPARKPLUG;
            break;
        case '+':
            bits |= UNPEG_TIER_MAGLEV;
            break;
        case '*':
            bits |= UNPEG_TIER_TURBOFAN;
            break;
        case 'o':
            bits |= MARKER_OSR;
            break;
        case '\'':
            bits |= MARKER_SPECIALIZED;
            break;
        default:
            bits |= MARKER_UNKNOWN;
        }
    }
    return bits;
}

/* ROOT: a function's kind if it has one, else a stub's. */
static unpeg_frame_kind kind_of_tag(unpeg_slice tag)
{
    static const struct {
        const char *tag;
        unpeg_frame_kind kind;
    } kinds[] = {
        {"Builtin", UNPEG_FRAME_BUILTIN},
        {"BytecodeHandler", UNPEG_FRAME_BYTECODE_HANDLER},
        {"RegExp", UNPEG_FRAME_REGEXP},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (unpeg_slice_equal(tag, unpeg_slice_of(kinds[i].tag)))
            return kinds[i].kind;
    return UNPEG_FRAME_ROOT;
}

/* The tag's number; tags beyond MAX_TAGS (a hostile log) are called like the last one. */
static unpeg_status tag_number(code_space *space, unpeg_slice tag, uint8_t *ret)
{
    *ret = space->last_tag;
    if (*ret < space->tag_count && unpeg_slice_equal(space->tags[*ret], tag))
        return UNPEG_OK;
    for (size_t i = space->tag_count; i-- > 0;) {
        if (unpeg_slice_equal(space->tags[i], tag)) {
            *ret = space->last_tag = (uint8_t)i;
            return UNPEG_OK;
        }
    }
    if (space->tag_count == MAX_TAGS) {
        *ret = MAX_TAGS - 1;
        return UNPEG_OK;
    }
    unpeg_status status = unpeg_profile_intern(space->profile, tag, &space->tags[space->tag_count]);
    if (status == UNPEG_OK) {
        space->tag_kinds[space->tag_count] = (uint8_t)kind_of_tag(tag);
        *ret = space->last_tag = (uint8_t)space->tag_count++;
    }
    return status;
}

/* Rows of anonymous code are " <script>:<line>:<column>": they tell the names of the scripts. */
static unpeg_status note_script(code_space *space, unpeg_slice raw)
{
    if (raw.len == 0 || raw.data[0] != ' ')
        return UNPEG_OK;
    code_name name = code_name_split(raw, NULL, NULL);
    uint32_t id;
    if (!name.has_position)
        return UNPEG_OK;
    return intern_add(&space->scripts, name.script, &id) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

static bool is_known_script(void *user, unpeg_slice script)
{
    const code_space *space = user;
    return intern_find(&space->scripts, script) != 0;
}

static void note_builtin(code_space *space, const code_entry *entry)
{
    if (space->builtins_high == 0 || entry->start < space->builtins_low)
        space->builtins_low = entry->start;
    if (entry->start + entry->size > space->builtins_high)
        space->builtins_high = entry->start + entry->size;
}

static unpeg_status fill_entry(code_space *space, const unpeg_code_creation *row, code_entry *ret)
{
    *ret = (code_entry){
        .start = row->address,
        .size = row->size_bytes <= CODE_MAX_BYTES ? (uint32_t)row->size_bytes : 0,
        .time_us = row->time_us,
        .marker = marker_bits(row->marker),
    };
    if (!intern_add(&space->names, row->name, &ret->name))
        return UNPEG_NO_MEMORY;
    unpeg_status status = tag_number(space, row->tag, &ret->tag);
    ret->kind = space->tag_kinds[ret->tag];
    if (ret->kind == UNPEG_FRAME_ROOT)
        ret->kind = row->has_function ? UNPEG_FRAME_JS : UNPEG_FRAME_STUB;
    if (status == UNPEG_OK && row->has_function)
        status = note_script(space, row->name);
    return status;
}

unpeg_status code_space_add(code_space *space, const unpeg_record *record, unpeg_damage *damage)
{
    code_entry entry;
    code_id id;
    unpeg_status status = fill_entry(space, &record->u.code_creation, &entry);
    if (status != UNPEG_OK)
        return status;
    if (entry.marker & MARKER_UNKNOWN)
        unpeg_damage_add(damage, UNPEG_DAMAGE_UNKNOWN_MARKER, record->line, record->offset);
    status = code_map_add(space->map, &entry, &id);
    if (status == UNPEG_ARGUMENT || status == UNPEG_LIMIT) {
        unpeg_damage_add(damage, UNPEG_DAMAGE_BAD_CODE_RANGE, record->line, record->offset);
        return UNPEG_OK;
    }
    if (entry.kind == UNPEG_FRAME_BUILTIN || entry.kind == UNPEG_FRAME_BYTECODE_HANDLER)
        note_builtin(space, &entry);
    return status;
}

unpeg_status code_space_move(code_space *space, const unpeg_record *record, unpeg_damage *damage)
{
    static const unpeg_addr shifts[] = {0, OLD_BYTECODE_HEADER, OLD_CODE_HEADER};
    const unpeg_move *move = &record->u.move;
    unpeg_status status = UNPEG_NOT_FOUND;
    size_t tries = space->v8_major && space->v8_major < 8 ? 3 : 1;
    for (size_t i = 0; i < tries && status == UNPEG_NOT_FOUND; i++)
        status = code_map_move(space->map, move->from + shifts[i], move->to + shifts[i]);
    if (status == UNPEG_NO_MEMORY)
        return status;
    if (status != UNPEG_OK)
        unpeg_damage_add(damage, UNPEG_DAMAGE_UNKNOWN_MOVE, record->line, record->offset);
    return UNPEG_OK;
}

void code_space_delete(code_space *space, unpeg_addr start)
{
    code_id id = code_map_at(space->map, start);
    if (id)
        code_map_remove(space->map, id);
}

/* Unescapes into the profile's strings. */
static unpeg_status intern_unescaped(code_space *space, unpeg_slice raw, unpeg_slice *ret)
{
    if (unescape_is_plain(raw))
        return unpeg_profile_intern(space->profile, raw, ret);
    if (!grow_reserve((void **)&space->scratch, &space->scratch_capacity, raw.len, 1))
        return UNPEG_NO_MEMORY;
    unpeg_slice text = {space->scratch, unescape(raw, space->scratch, raw.len)};
    return unpeg_profile_intern(space->profile, text, ret);
}

/* Only V8 before 9 escapes the function's own name; a backslash in a later one is its own. */
static unpeg_status name_function(code_space *space, unpeg_slice raw, unpeg_frame *frame)
{
    code_name name = code_name_split(raw, is_known_script, space);
    frame->line = name.line;
    frame->column = name.column;
    if (!name.has_position)
        frame->kind = UNPEG_FRAME_WASM;
    bool escaped = space->v8_major < 9 || frame->kind == UNPEG_FRAME_WASM;
    unpeg_status status = escaped
                              ? intern_unescaped(space, name.function, &frame->name)
                              : unpeg_profile_intern(space->profile, name.function, &frame->name);
    return status == UNPEG_OK ? intern_unescaped(space, name.script, &frame->file) : status;
}

static unpeg_status frame_of_code(code_space *space, code_id id, unpeg_frame_id *ret)
{
    const code_entry *entry = code_map_entry(space->map, id);
    unpeg_slice raw = intern_text(&space->names, entry->name);
    unpeg_frame frame = {
        .kind = (unpeg_frame_kind)entry->kind,
        .tier = (unpeg_tier)(entry->marker & MARKER_TIER),
        .name = space->empty,
        .file = space->empty,
        .tag = space->tags[entry->tag],
    };
    if (frame.tier >= UNPEG_TIER_COUNT)
        frame.tier = UNPEG_TIER_TURBOFAN;
    if (entry->marker & MARKER_OSR)
        frame.flags |= UNPEG_FRAME_OSR;
    if (entry->marker & MARKER_SPECIALIZED)
        frame.flags |= UNPEG_FRAME_SPECIALIZED;
    unpeg_status status = frame.kind == UNPEG_FRAME_JS ? name_function(space, raw, &frame)
                                                       : intern_unescaped(space, raw, &frame.name);
    return status == UNPEG_OK ? profile_add_own_frame(space->profile, &frame, ret) : status;
}

static unpeg_status label_code(code_space *space, code_id id, unpeg_frame_id *ret)
{
    uint32_t label = space->map->hot[id].label;
    if (label) {
        *ret = label - 1;
        return UNPEG_OK;
    }
    unpeg_status status = frame_of_code(space, id, ret);
    if (status == UNPEG_OK)
        space->map->hot[id].label = *ret + 1;
    return status;
}

/* Keeps the answer for the free part of [start, end) around addr. That there is no room in the map
 * only means that the next question is as slow as this one. */
static unpeg_status remember(code_space *space, unpeg_addr addr, unpeg_addr start, unpeg_addr end,
                             unpeg_frame_id frame)
{
    code_id id;
    uint64_t size = end - start;
    code_entry entry = {.start = start,
                        .size = size < CODE_MAX_BYTES ? (uint32_t)size : CODE_MAX_BYTES,
                        .kind = UNPEG_FRAME_UNKNOWN};
    unpeg_addr page = addr & ~(unpeg_addr)0xfff;
    if (start < page) {
        entry.start = page;
        entry.size = end - page < 0x1000 ? (uint32_t)(end - page) : 0x1000;
    }
    unpeg_status status = code_map_add_weak(space->map, &entry, addr, &id);
    if (status == UNPEG_OK)
        space->map->hot[id].label = frame + 1;
    return status == UNPEG_NO_MEMORY ? status : UNPEG_OK;
}

/* Node 20 runs a copy of the embedded builtins at the end of its code range and logs only the
 * original ones: the address of the original, or 0. */
static unpeg_addr original_of_copied_builtin(const code_space *space, unpeg_addr addr)
{
    if (space->code_range == 0 || space->builtins_high == 0)
        return 0;
    unpeg_addr blob = space->builtins_low & ~(unpeg_addr)0xfff;
    unpeg_addr length = (space->builtins_high - blob + 0xfff) & ~(unpeg_addr)0xfff;
    unpeg_addr reserved = (length + BUILTINS_COPY_ALIGNMENT - 1) & ~(BUILTINS_COPY_ALIGNMENT - 1);
    unpeg_addr copy = space->code_range + CODE_RANGE_BYTES - reserved;
    return addr - copy < length ? addr - copy + blob : 0;
}

static unpeg_status frame_of_copied_builtin(code_space *space, unpeg_addr addr, unpeg_frame_id *ret)
{
    unpeg_addr original = original_of_copied_builtin(space, addr);
    code_id id = original ? code_map_find(space->map, original) : 0;
    if (!id || code_map_entry(space->map, id)->weak)
        return UNPEG_NOT_FOUND;
    const code_entry *entry = code_map_entry(space->map, id);
    unpeg_addr start = addr - (original - entry->start);
    unpeg_addr end = start + entry->size;
    unpeg_status status = label_code(space, id, ret);
    return status == UNPEG_OK ? remember(space, addr, start, end, *ret) : status;
}

static unpeg_status frame_of_moved_code(code_space *space, unpeg_addr addr, unpeg_frame_id *ret)
{
    code_id id = code_map_find_moved(space->map, addr);
    if (!id)
        return UNPEG_NOT_FOUND;
    /* Not remembered in the map, so no generation guards it: a caller's memory of it must go. */
    space->map->generation++;
    return label_code(space, id, ret);
}

static unpeg_status frame_of_symbol(code_space *space, const symbol_range *range,
                                    unpeg_frame_id *ret)
{
    const unpeg_library *library = symbol_set_library(space->symbols, range->library);
    unpeg_frame frame = {.kind = UNPEG_FRAME_LIBRARY, .reason = range->reason};
    frame.name = library->path;
    frame.file = library->path;
    if (range->reason == UNPEG_UNKNOWN_NONE) {
        frame.kind = UNPEG_FRAME_CPP;
        unpeg_status status = symbol_set_name(space->symbols, range, &frame.name);
        if (status != UNPEG_OK)
            return status;
    }
    return unpeg_profile_add_frame(space->profile, &frame, ret);
}

static unpeg_status frame_of_library(code_space *space, unpeg_addr addr, unpeg_frame_id *ret)
{
    symbol_range range;
    unpeg_status status = symbol_set_find(space->symbols, addr, &range);
    if (status != UNPEG_OK)
        return status;
    status = frame_of_symbol(space, &range, ret);
    return status == UNPEG_OK ? remember(space, addr, range.start, range.end, *ret) : status;
}

/* V8 walks frames of generated code only, so an unknown frame is code without a row. */
static unpeg_unknown_reason why_unknown(const code_space *space, unpeg_addr addr, address_role role)
{
    if (addr == 0)
        return UNPEG_UNKNOWN_NULL_PC;
    if (role != ADDRESS_PC || (space->code_range && addr - space->code_range < CODE_RANGE_BYTES))
        return UNPEG_UNKNOWN_NO_CODE_ROW;
    return UNPEG_UNKNOWN_NO_MAPPING;
}

static unpeg_status frame_of_unknown(code_space *space, unpeg_addr addr, address_role role,
                                     unpeg_frame_id *ret)
{
    unpeg_frame frame = {.kind = UNPEG_FRAME_UNKNOWN,
                         .reason = why_unknown(space, addr, role),
                         .address = addr / UNKNOWN_REGION_BYTES * UNKNOWN_REGION_BYTES};
    unpeg_status status = unpeg_profile_add_frame(space->profile, &frame, ret);
    if (status != UNPEG_OK || addr == 0)
        return status;
    return remember(space, addr, frame.address, frame.address + UNKNOWN_REGION_BYTES, *ret);
}

static unpeg_status frame_of_uncovered(code_space *space, unpeg_addr addr, address_role role,
                                       unpeg_frame_id *ret)
{
    unpeg_status status = frame_of_moved_code(space, addr, ret);
    if (status == UNPEG_NOT_FOUND)
        status = frame_of_copied_builtin(space, addr, ret);
    if (status == UNPEG_NOT_FOUND)
        status = frame_of_library(space, addr, ret);
    if (status == UNPEG_NOT_FOUND)
        status = frame_of_unknown(space, addr, role, ret);
    return status;
}

/* A call that does not return may be the last instruction: its return address then lies behind its
 * code, perhaps in the next object. Places of bytecodes are exact, and none lies at an end. */
static code_id code_of_return(const code_space *space, unpeg_addr addr, code_id id)
{
    const code_entry *entry = code_map_entry(space->map, id);
    bool at_start = id && entry->start == addr && !entry->weak &&
                    (entry->marker & MARKER_TIER) != UNPEG_TIER_IGNITION;
    if (id && !at_start)
        return id;
    code_id before = addr ? code_map_find(space->map, addr - 1) : 0;
    return before ? before : id;
}

/* The long way: code that has no label yet, or is not in the map. */
__attribute__((noinline)) static unpeg_status find_frame(code_space *space, unpeg_addr addr,
                                                         address_role role, unpeg_frame_id *ret)
{
    code_id id = code_map_find(space->map, addr);
    if (role == ADDRESS_RETURN && (!id || space->map->hot[id].low == (uint32_t)addr))
        id = code_of_return(space, addr, id);
    if (id)
        return label_code(space, id, ret);
    return frame_of_uncovered(space, addr, role, ret);
}

unpeg_status code_space_frame(code_space *space, unpeg_addr addr, address_role role,
                              unpeg_frame_id *ret)
{
    const code_hot *hot = &space->map->hot[code_map_find(space->map, addr)];
    if (hot->label == 0 || (role == ADDRESS_RETURN && hot->low == (uint32_t)addr))
        return find_frame(space, addr, role, ret);
    *ret = hot->label - 1;
    return UNPEG_OK;
}
