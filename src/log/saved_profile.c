/* SPDX-License-Identifier: MIT */
#include "saved_profile.h"

#include <stdlib.h>

#include "field.h"
#include "grow.h"
#include "recording.h"
#include "saved_code.h"
#include "unescape.h"

enum {
    FORMAT_VERSION = 1,
    LINE_LIMIT = 1 << 20, /* bytes; the longest name a profile holds is far shorter */
};

typedef struct id_list {
    uint32_t *items;
    size_t count, capacity;
} id_list;

struct saved_profile {
    unpeg_profile *profile;
    unpeg_status status; /* sticky */
    id_list frames;      /* the profile's id of each frame row */
    id_list nodes;       /* and of each node row, behind the root */
    saved_code code;     /* the one being read */
    char *line;          /* begun in an earlier chunk */
    size_t line_len, line_capacity;
    char *texts; /* of the row being read, unescaped; as large as the row */
    size_t texts_used, texts_capacity;
    uint64_t lines, offset; /* of the row being read */
    uint64_t begun;         /* bytes of it that came in earlier chunks */
    uint64_t tail_us;
    int64_t start_us; /* earlier ticks are left out */
    bool too_long;    /* the row is skipped up to its end */
    bool ended;
};

/* A row being read. */
typedef struct row_cursor {
    saved_profile *saved;
    field_cursor at;
} row_cursor;

static void damage(saved_profile *s, unpeg_damage_kind kind)
{
    unpeg_damage_add(unpeg_profile_damage(s->profile), kind, s->lines, s->offset);
}

static bool ids_add(id_list *list, uint32_t id)
{
    if (!grow_reserve((void **)&list->items, &list->capacity, list->count + 1, sizeof id))
        return false;
    list->items[list->count++] = id;
    return true;
}

/* The texts of a row live until the next one; unescaping never makes a text longer. */
static bool next_text(row_cursor *row, unpeg_slice *ret)
{
    saved_profile *s = row->saved;
    unpeg_slice raw;
    if (!field_next(&row->at, &raw))
        return false;
    char *out = s->texts + s->texts_used;
    ret->len = unescape(raw, out, s->texts_capacity - s->texts_used);
    ret->data = out;
    s->texts_used += ret->len;
    return true;
}

static bool next_u32(row_cursor *row, uint32_t *ret)
{
    uint64_t value;
    if (!field_u64(&row->at, &value) || value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* The index of the next field's text in a list of names. */
static bool next_choice(row_cursor *row, const char *(*name)(int), int count, int *ret)
{
    unpeg_slice text;
    if (!field_next(&row->at, &text))
        return false;
    for (int i = 0; i < count; i++) {
        if (unpeg_slice_equal(text, unpeg_slice_of(name(i)))) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static const char *kind_name(int i)
{
    return unpeg_frame_kind_text((unpeg_frame_kind)i);
}

static const char *tier_name(int i)
{
    return unpeg_tier_text((unpeg_tier)i);
}

static const char *reason_name(int i)
{
    return unpeg_unknown_id((unpeg_unknown_reason)i);
}

static const char *state_name(int i)
{
    return unpeg_vm_state_text((unpeg_vm_state)i);
}

static const char *damage_name(int i)
{
    return unpeg_damage_name((unpeg_damage_kind)i);
}

static bool read_magic(row_cursor *row)
{
    uint64_t version;
    if (!field_u64(&row->at, &version))
        return false;
    if (version > FORMAT_VERSION)
        row->saved->status = UNPEG_UNSUPPORTED;
    return true;
}

static bool read_v8(row_cursor *row)
{
    saved_profile *s = row->saved;
    unpeg_profile_info *info = unpeg_profile_info_of(s->profile);
    unpeg_slice embedder;
    uint32_t v8[4];
    for (size_t i = 0; i < 4; i++)
        if (!next_u32(row, &v8[i]))
            return false;
    if (!next_text(row, &embedder))
        return false;
    memcpy(info->v8, v8, sizeof v8);
    s->status = unpeg_profile_intern(s->profile, embedder, &info->embedder);
    return true;
}

static bool read_info(row_cursor *row)
{
    unpeg_profile_info *info = unpeg_profile_info_of(row->saved->profile);
    const struct {
        const char *key;
        uint64_t *number;
        bool *flag;
    } members[] = {
        {"interval_us", &info->interval_us, NULL},
        {"bytes_read", &info->bytes_read, NULL},
        {"bytes_total", &info->bytes_total, NULL},
        {"lines", &info->lines, NULL},
        {"deopts", &info->deopts, NULL},
        {"isolates", &info->isolates, NULL},
        {"partial", NULL, &info->partial},
        {"tail_only", NULL, &info->tail_only},
        {"ended", NULL, &info->ended},
    };
    unpeg_slice key;
    uint64_t value;
    if (!field_next(&row->at, &key) || !field_u64(&row->at, &value))
        return false;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!unpeg_slice_equal(key, unpeg_slice_of(members[i].key)))
            continue;
        if (members[i].number)
            *members[i].number = value;
        else
            *members[i].flag = value != 0;
    }
    return true;
}

static bool read_recording_number(row_cursor *row, unpeg_recording *recording, size_t index)
{
    uint64_t value;
    if (!field_u64(&row->at, &value))
        return false;
    recording_set_number(recording, index, value);
    return true;
}

static bool read_recording_text(row_cursor *row, unpeg_recording *recording, size_t index)
{
    saved_profile *s = row->saved;
    unpeg_slice text;
    if (!next_text(row, &text))
        return false;
    s->status = unpeg_profile_intern(s->profile, text, &text);
    if (s->status == UNPEG_OK)
        recording_set_text(recording, index, text);
    return true;
}

static bool read_recording(row_cursor *row)
{
    unpeg_recording *recording = &unpeg_profile_info_of(row->saved->profile)->recording;
    unpeg_slice key;
    if (!field_next(&row->at, &key))
        return false;
    for (size_t i = 0; i < RECORDING_NUMBERS; i++)
        if (unpeg_slice_equal(key, unpeg_slice_of(recording_number_name(i))))
            return read_recording_number(row, recording, i);
    for (size_t i = 0; i < RECORDING_TEXTS; i++)
        if (unpeg_slice_equal(key, unpeg_slice_of(recording_text_name(i))))
            return read_recording_text(row, recording, i);
    return true;
}

static bool read_last(row_cursor *row)
{
    saved_profile *s = row->saved;
    int64_t last;
    int64_t start;
    if (!field_i64(&row->at, &last))
        return false;
    if (s->tail_us && s->tail_us <= INT64_MAX &&
        !__builtin_sub_overflow(last, (int64_t)s->tail_us, &start))
        s->start_us = start;
    return true;
}

static bool read_damage(row_cursor *row)
{
    unpeg_damage more = {0};
    int kind;
    if (!next_choice(row, damage_name, UNPEG_DAMAGE_COUNT, &kind))
        return false;
    unpeg_damage_entry *entry = &more.kinds[kind];
    if (!field_u64(&row->at, &entry->count))
        return false;
    for (size_t i = 0; i < UNPEG_DAMAGE_PLACES && i < entry->count; i++)
        if (!field_u64(&row->at, &entry->places[i].line) ||
            !field_u64(&row->at, &entry->places[i].offset))
            return false;
    unpeg_damage_sum(unpeg_profile_damage(row->saved->profile), &more);
    return true;
}

static bool read_library(row_cursor *row)
{
    unpeg_library library = {0};
    unpeg_slice detail;
    int problem;
    if (!next_text(row, &library.path) || !next_text(row, &library.symbols_from) ||
        !next_choice(row, reason_name, UNPEG_UNKNOWN_COUNT, &problem) || !next_text(row, &detail))
        return false;
    if (detail.len >= sizeof library.detail)
        detail.len = sizeof library.detail - 1;
    library.problem = (unpeg_unknown_reason)problem;
    memcpy(library.detail, detail.data, detail.len);
    row->saved->status = unpeg_profile_add_library(row->saved->profile, &library);
    return true;
}

static bool parse_frame(row_cursor *row, unpeg_frame *frame)
{
    int kind;
    int tier;
    int reason;
    if (!next_choice(row, kind_name, UNPEG_FRAME_KIND_COUNT, &kind) ||
        !next_choice(row, tier_name, UNPEG_TIER_COUNT, &tier) ||
        !next_choice(row, reason_name, UNPEG_UNKNOWN_COUNT, &reason) ||
        !next_u32(row, &frame->flags) || !next_text(row, &frame->name) ||
        !next_text(row, &frame->file) || !next_text(row, &frame->tag) ||
        !next_u32(row, &frame->line) || !next_u32(row, &frame->column) ||
        !field_u64(&row->at, &frame->address))
        return false;
    frame->kind = (unpeg_frame_kind)kind;
    frame->tier = (unpeg_tier)tier;
    frame->reason = (unpeg_unknown_reason)reason;
    return true;
}

/* There is one root: any other row that says so is as good as unknown. */
static bool read_frame(row_cursor *row)
{
    saved_profile *s = row->saved;
    unpeg_frame frame = {0};
    unpeg_frame_id id = 0;
    bool good = parse_frame(row, &frame);
    if (good && frame.kind == UNPEG_FRAME_ROOT && s->frames.count > 0)
        good = false;
    if (!good)
        frame = (unpeg_frame){.kind = UNPEG_FRAME_UNKNOWN, .reason = UNPEG_UNKNOWN_NO_CODE_ROW};
    if (frame.kind != UNPEG_FRAME_ROOT)
        s->status = unpeg_profile_add_frame(s->profile, &frame, &id);
    if (s->status == UNPEG_OK && !ids_add(&s->frames, id))
        s->status = UNPEG_NO_MEMORY;
    return good;
}

static bool parse_node(row_cursor *row, unpeg_node_id *parent, unpeg_frame_id *frame)
{
    const saved_profile *s = row->saved;
    uint32_t parent_row;
    uint32_t frame_row;
    if (!next_u32(row, &parent_row) || !next_u32(row, &frame_row) || frame_row == 0 ||
        frame_row >= s->frames.count || parent_row > s->nodes.count)
        return false;
    *parent = parent_row ? s->nodes.items[parent_row - 1] : UNPEG_NODE_ROOT;
    *frame = s->frames.items[frame_row];
    return true;
}

static bool read_node(row_cursor *row)
{
    saved_profile *s = row->saved;
    unpeg_node_id id = UNPEG_NODE_ROOT;
    unpeg_node_id parent;
    unpeg_frame_id frame;
    bool good = parse_node(row, &parent, &frame);
    if (good)
        s->status = unpeg_profile_add_node(s->profile, parent, frame, &id);
    if (s->status == UNPEG_OK && !ids_add(&s->nodes, id))
        s->status = UNPEG_NO_MEMORY;
    return good;
}

/* A row of code that makes no sense is damage, and costs that code alone. */
static bool took(row_cursor *row, unpeg_status status)
{
    if (status != UNPEG_OK && status != UNPEG_ARGUMENT)
        row->saved->status = status;
    return status != UNPEG_ARGUMENT;
}

static const char *machine_name(int i)
{
    return unpeg_machine_text((unpeg_machine)i);
}

static bool end_code(row_cursor *row)
{
    return took(row, saved_code_end(&row->saved->code, row->saved->profile));
}

static bool read_code(row_cursor *row)
{
    saved_profile *s = row->saved;
    unpeg_hot_code head = {0};
    uint64_t size;
    uint32_t frame;
    int machine;
    bool good = end_code(row);
    if (!next_u32(row, &frame) || frame >= s->frames.count ||
        !next_choice(row, machine_name, UNPEG_MACHINE_COUNT, &machine) ||
        !field_u64(&row->at, &head.start) || !field_u64(&row->at, &size) ||
        !next_text(row, &head.module) || s->status != UNPEG_OK)
        return false;
    head.function = s->frames.items[frame];
    head.machine = (unpeg_machine)machine;
    return took(row, saved_code_begin(&s->code, &head, size)) && good;
}

static bool read_bytes(row_cursor *row)
{
    unpeg_slice hex;
    return field_next(&row->at, &hex) && took(row, saved_code_bytes(&row->saved->code, hex));
}

static bool read_hit(row_cursor *row)
{
    unpeg_code_hits hit;
    return next_u32(row, &hit.offset) && next_u32(row, &hit.samples) &&
           took(row, saved_code_hit(&row->saved->code, &hit));
}

static bool read_place(row_cursor *row)
{
    unpeg_code_place place;
    return next_u32(row, &place.offset) && next_u32(row, &place.line) &&
           next_text(row, &place.function) &&
           took(row, saved_code_place(&row->saved->code, &place));
}

static bool read_tick(row_cursor *row)
{
    saved_profile *s = row->saved;
    unpeg_tick tick = {0};
    uint32_t node;
    uint32_t flags;
    int state;
    if (!field_i64(&row->at, &tick.time_us) || !next_u32(row, &node) || node > s->nodes.count ||
        !next_choice(row, state_name, UNPEG_VM_STATE_COUNT, &state) || !next_u32(row, &flags) ||
        flags > UINT8_MAX)
        return false;
    tick.node = node ? s->nodes.items[node - 1] : UNPEG_NODE_ROOT;
    tick.vm_state = (uint8_t)state;
    tick.flags = (uint8_t)flags;
    if (tick.time_us >= s->start_us)
        s->status = unpeg_profile_add_tick(s->profile, &tick);
    return true;
}

static bool read_end(row_cursor *row)
{
    uint64_t ticks;
    row->saved->ended = field_u64(&row->at, &ticks);
    return end_code(row) && row->saved->ended;
}

static const struct {
    const char *name;
    bool (*read)(row_cursor *row); /* false: the row cannot be read */
} row_kinds[] = {
    {"tick", read_tick},
    {"node", read_node},
    {"frame", read_frame},
    {"library", read_library},
    {"damage", read_damage},
    {"info", read_info},
    {"recording", read_recording},
    {"v8", read_v8},
    {"unpeg-profile", read_magic},
    {"last", read_last},
    {"code", read_code},
    {"bytes", read_bytes},
    {"hit", read_hit},
    {"place", read_place},
    {"end", read_end},
};

static void read_row(saved_profile *s, unpeg_slice text)
{
    row_cursor row = {.saved = s, .at = field_begin(text)};
    unpeg_slice name;
    s->texts_used = 0;
    if (!grow_reserve((void **)&s->texts, &s->texts_capacity, text.len + 1, 1)) {
        s->status = UNPEG_NO_MEMORY;
        return;
    }
    bool known = field_next(&row.at, &name);
    for (size_t i = 0; known && i < sizeof row_kinds / sizeof *row_kinds; i++) {
        if (!unpeg_slice_equal(name, unpeg_slice_of(row_kinds[i].name)))
            continue;
        if (!row_kinds[i].read(&row))
            damage(s, UNPEG_DAMAGE_BAD_ROW);
        return;
    }
    damage(s, UNPEG_DAMAGE_UNKNOWN_EVENT);
}

/* Takes what there is of a row whose end is not here yet. */
static void keep(saved_profile *s, const char *bytes, size_t len)
{
    if (s->too_long || s->line_len + len > LINE_LIMIT) {
        s->too_long = true;
        return;
    }
    if (!grow_reserve((void **)&s->line, &s->line_capacity, s->line_len + len + 1, 1)) {
        s->status = UNPEG_NO_MEMORY;
        return;
    }
    memcpy(s->line + s->line_len, bytes, len);
    s->line_len += len;
}

static void end_row(saved_profile *s, const char *bytes, size_t len)
{
    size_t row_len = len;
    s->lines++;
    if (s->begun) {
        keep(s, bytes, len);
        bytes = s->line;
        len = s->line_len;
    }
    if (s->too_long)
        damage(s, UNPEG_DAMAGE_ROW_TOO_LONG);
    else if (s->status == UNPEG_OK)
        read_row(s, (unpeg_slice){bytes, len});
    s->offset += s->begun + row_len + 1;
    s->begun = 0;
    s->line_len = 0;
    s->too_long = false;
}

unpeg_status saved_profile_create(unpeg_profile *profile, uint64_t tail_us, saved_profile **ret)
{
    saved_profile *s = calloc(1, sizeof *s);
    if (!s)
        return UNPEG_NO_MEMORY;
    s->profile = profile;
    s->tail_us = tail_us;
    s->start_us = INT64_MIN;
    *ret = s;
    return UNPEG_OK;
}

unpeg_status saved_profile_feed(saved_profile *s, const char *bytes, size_t len)
{
    const char *at = bytes;
    const char *end = bytes + len;
    while (at < end && s->status == UNPEG_OK) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline) {
            keep(s, at, (size_t)(end - at));
            s->begun += (uint64_t)(end - at);
            break;
        }
        end_row(s, at, (size_t)(newline - at));
        at = newline + 1;
    }
    return s->status;
}

unpeg_status saved_profile_finish(saved_profile *s)
{
    if (s->begun)
        damage(s, UNPEG_DAMAGE_CUT_LAST_ROW);
    if (!s->ended)
        unpeg_profile_info_of(s->profile)->partial = true;
    if (s->status == UNPEG_OK && !end_code(&(row_cursor){.saved = s}))
        damage(s, UNPEG_DAMAGE_BAD_ROW);
    return s->status;
}

uint64_t saved_profile_lines(const saved_profile *s)
{
    return s->lines;
}

void saved_profile_destroy(saved_profile *s)
{
    if (!s)
        return;
    free(s->frames.items);
    free(s->nodes.items);
    saved_code_deinit(&s->code);
    free(s->line);
    free(s->texts);
    free(s);
}
