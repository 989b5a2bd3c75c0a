/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "event.h"
#include "field.h"
#include "hex.h"

static field_cursor payload(const unpeg_record *record)
{
    size_t skip = event_name_length(record->kind);
    if (record->row.len <= skip)
        return (field_cursor){NULL, NULL};
    return field_begin((unpeg_slice){record->row.data + skip + 1, record->row.len - skip - 1});
}

static bool read_u32(field_cursor *at, uint32_t *ret)
{
    uint64_t value;
    if (!field_u64(at, &value) || value > UINT32_MAX)
        return false;
    *ret = (uint32_t)value;
    return true;
}

/* The embedder field exists only when it is not empty, so six or seven fields are a version. */
static bool decode_version(unpeg_record *record)
{
    unpeg_v8_version *v = &record->u.version;
    field_cursor at = payload(record);
    unpeg_slice last;
    *v = (unpeg_v8_version){.embedder = {"", 0}};
    if (!read_u32(&at, &v->major) || !read_u32(&at, &v->minor) || !read_u32(&at, &v->build) ||
        !read_u32(&at, &v->patch) || !field_next(&at, &last))
        return false;
    if (at.at) {
        v->embedder = last;
        if (!field_next(&at, &last))
            return false;
    }
    v->candidate = unpeg_slice_equal(last, unpeg_slice_of("1"));
    return !at.at;
}

static bool decode_library(unpeg_record *record)
{
    unpeg_shared_library *row = &record->u.library;
    field_cursor at = payload(record);
    if (!field_next(&at, &row->path) || !field_u64(&at, &row->start) || !field_u64(&at, &row->end))
        return false;
    if (!field_i64(&at, &row->slide))
        row->slide = 0;
    return true;
}

static bool decode_profiler(unpeg_record *record)
{
    unpeg_profiler_row *row = &record->u.profiler;
    field_cursor at = payload(record);
    unpeg_slice word;
    *row = (unpeg_profiler_row){0};
    if (!field_next(&at, &word))
        return false;
    row->begin = unpeg_slice_equal(word, unpeg_slice_of("begin"));
    return !row->begin || field_u64(&at, &row->interval_us);
}

static bool decode_move(unpeg_record *record)
{
    field_cursor at = payload(record);
    return field_u64(&at, &record->u.move.from) && field_u64(&at, &record->u.move.to);
}

static bool decode_delete(unpeg_record *record)
{
    field_cursor at = payload(record);
    record->u.move.to = 0;
    return field_u64(&at, &record->u.move.from);
}

/* Leaves frames as the rest of the row beginning with the comma of the first frame. */
static void take_frames(unpeg_tick_row *tick, const field_cursor *at)
{
    tick->frames = (unpeg_slice){"", 0};
    tick->overflow = false;
    if (!at->at)
        return;
    tick->frames = (unpeg_slice){at->at - 1, (size_t)(at->end - at->at) + 1};
    const size_t word = sizeof ",overflow" - 1;
    if (tick->frames.len >= word && tick->frames.data[1] == 'o' &&
        memcmp(tick->frames.data, ",overflow", word) == 0 &&
        (tick->frames.len == word || tick->frames.data[word] == ',')) {
        tick->overflow = true;
        tick->frames.data += word;
        tick->frames.len -= word;
    }
}

/* "0x<hex>," at *at; moves behind it. */
static bool short_address(const char **at, unpeg_addr *ret)
{
    const char *p = *at;
    if (p[0] != '0' || p[1] != 'x')
        return false;
    p += 2 + hex_digits_wide(p + 2, ret);
    if (p == *at + 2 || *p != ',')
        return false;
    *at = p + 1;
    return true;
}

/* "0x0," is what most ticks have here. */
static bool short_tos(const char **at, unpeg_addr *ret)
{
    if (memcmp(*at, "0x0,", 4) != 0)
        return short_address(at, ret);
    *ret = 0;
    *at += 4;
    return true;
}

static bool short_time(const char **at, int64_t *ret)
{
    uint64_t value;
    size_t digits = decimal_digits_wide(*at, &value);
    if (digits == 0 || (*at)[digits] != ',')
        return false;
    *ret = (int64_t)value;
    *at += digits + 1;
    return true;
}

/* A number of one digit. */
static bool digit(const char **at, int32_t *ret)
{
    const char *p = *at;
    *ret = p[0] - '0';
    *at = p + 2;
    return (unsigned)*ret <= 9 && p[1] == ',';
}

/* The spelling that V8 uses, when the row is long enough to be read without looking for its end at
 * each step: false means only that the long way must decide. */
static bool decode_usual_tick(unpeg_record *record)
{
    enum { LONGEST_HEAD = 128 }; /* of all that is read here, the wide loads included */
    unpeg_tick_row *tick = &record->u.tick;
    const char *at = record->row.data + sizeof "tick," - 1;
    const char *end = record->row.data + record->row.len;
    int32_t external;
    if (record->row.len < LONGEST_HEAD || !short_address(&at, &tick->pc) ||
        !short_time(&at, &tick->time_us) || !digit(&at, &external) ||
        !short_tos(&at, &tick->tos_or_callback) || !digit(&at, &tick->vm_state))
        return false;
    tick->is_external_callback = external != 0;
    field_cursor rest = {at, end};
    take_frames(tick, &rest);
    return true;
}

static bool decode_tick(unpeg_record *record)
{
    unpeg_tick_row *tick = &record->u.tick;
    field_cursor at = payload(record);
    uint64_t external;
    int64_t state;
    if (decode_usual_tick(record))
        return true;
    if (!field_u64(&at, &tick->pc) || !field_i64(&at, &tick->time_us) ||
        !field_u64(&at, &external) || !field_u64(&at, &tick->tos_or_callback) ||
        !field_i64(&at, &state) || state < 0 || state > INT32_MAX)
        return false;
    tick->is_external_callback = external != 0;
    tick->vm_state = (int32_t)state;
    take_frames(tick, &at);
    return true;
}

static bool decode_allocation(unpeg_record *record)
{
    unpeg_allocation *row = &record->u.allocation;
    field_cursor at = payload(record);
    row->size_bytes = 0;
    if (!field_next(&at, &row->kind) || !field_u64(&at, &row->address))
        return false;
    return record->kind == UNPEG_RECORD_DELETE || field_u64(&at, &row->size_bytes);
}

static bool decode_source_info(unpeg_record *record)
{
    unpeg_code_source_info *row = &record->u.source_info;
    field_cursor at = payload(record);
    return field_u64(&at, &row->address) && field_i64(&at, &row->script) &&
           field_i64(&at, &row->start) && field_i64(&at, &row->end) &&
           field_next(&at, &row->positions) && field_next(&at, &row->inlining) &&
           field_next(&at, &row->functions);
}

static bool decode_script_source(unpeg_record *record)
{
    unpeg_script_source *row = &record->u.script_source;
    field_cursor at = payload(record);
    if (!field_i64(&at, &row->script) || !field_next(&at, &row->url) || !at.at)
        return false;
    row->source = field_rest(&at);
    return true;
}

static bool decode_deopt(unpeg_record *record)
{
    unpeg_code_deopt *row = &record->u.deopt;
    field_cursor at = payload(record);
    return field_i64(&at, &row->time_us) && field_u64(&at, &row->size_bytes) &&
           field_u64(&at, &row->address) && field_i64(&at, &row->inlining_id) &&
           field_i64(&at, &row->script_offset) && field_next(&at, &row->kind) &&
           field_next(&at, &row->location) && field_next(&at, &row->reason);
}

static bool decode_current_time(unpeg_record *record)
{
    field_cursor at = payload(record);
    return field_i64(&at, &record->u.time_us);
}

static bool decode_other(unpeg_record *record)
{
    field_cursor at = payload(record);
    record->u.other = field_rest(&at);
    return true;
}

bool record_decode(unpeg_record *record)
{
    static bool (*const decoders[UNPEG_RECORD_KIND_COUNT])(unpeg_record *) = {
        [UNPEG_RECORD_TICK] = decode_tick,
        [UNPEG_RECORD_CODE_CREATION] = code_row_decode,
        [UNPEG_RECORD_CODE_MOVE] = decode_move,
        [UNPEG_RECORD_SFI_MOVE] = decode_move,
        [UNPEG_RECORD_CODE_DELETE] = decode_delete,
        [UNPEG_RECORD_CODE_SOURCE_INFO] = decode_source_info,
        [UNPEG_RECORD_SCRIPT_SOURCE] = decode_script_source,
        [UNPEG_RECORD_SHARED_LIBRARY] = decode_library,
        [UNPEG_RECORD_V8_VERSION] = decode_version,
        [UNPEG_RECORD_PROFILER] = decode_profiler,
        [UNPEG_RECORD_CODE_DEOPT] = decode_deopt,
        [UNPEG_RECORD_NEW] = decode_allocation,
        [UNPEG_RECORD_DELETE] = decode_allocation,
        [UNPEG_RECORD_CURRENT_TIME] = decode_current_time,
    };
    bool (*decode)(unpeg_record *) = decoders[record->kind];
    return decode ? decode(record) : decode_other(record);
}
