/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "unpeg/record.h"

/* Text that is cut at size - 1 bytes but whose whole length is still counted. */
typedef struct text_out {
    char *buffer;
    size_t size, len;
} text_out;

static void put_char(text_out *out, char c)
{
    if (out->len + 1 < out->size)
        out->buffer[out->len] = c;
    out->len++;
}

__attribute__((format(printf, 2, 3))) static void put(text_out *out, const char *format, ...)
{
    char text[128];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (int i = 0; i < len && i < (int)sizeof text - 1; i++)
        put_char(out, text[i]);
}

/* Raw bytes of the log as printable ASCII: everything else as \xHH, which V8's own escapes are
 * already, and a quotation mark as \". */
static void put_text(text_out *out, const char *key, unpeg_slice text)
{
    put(out, " %s=\"", key);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"')
            put_char(out, '\\');
        if (c >= 0x20 && c < 0x7f)
            put_char(out, (char)c);
        else
            put(out, "\\x%02x", c);
    }
    put_char(out, '"');
}

static void put_code_creation(text_out *out, const unpeg_code_creation *row)
{
    put_text(out, "tag", row->tag);
    put(out, " kind=%" PRId64 " time_us=%" PRId64 " address=0x%" PRIx64 " size=%" PRIu64, row->kind,
        row->time_us, row->address, row->size_bytes);
    put_text(out, "name", row->name);
    if (row->has_function) {
        put(out, " function=0x%" PRIx64, row->function);
        put_text(out, "marker", row->marker);
    }
}

static void put_tick(text_out *out, const unpeg_tick_row *tick)
{
    put(out, " pc=0x%" PRIx64 " time_us=%" PRId64 " external=%d callback=0x%" PRIx64 " state=%d",
        tick->pc, tick->time_us, tick->is_external_callback, tick->tos_or_callback, tick->vm_state);
    if (tick->overflow)
        put(out, " overflow=1");
    put_text(out, "frames", tick->frames);
}

static void put_source_info(text_out *out, const unpeg_code_source_info *row)
{
    put(out, " address=0x%" PRIx64 " script=%" PRId64 " start=%" PRId64 " end=%" PRId64,
        row->address, row->script, row->start, row->end);
    put_text(out, "positions", row->positions);
    put_text(out, "inlining", row->inlining);
    put_text(out, "functions", row->functions);
}

static void put_deopt(text_out *out, const unpeg_code_deopt *row)
{
    put(out, " time_us=%" PRId64 " size=%" PRIu64 " address=0x%" PRIx64 " inlining=%" PRId64,
        row->time_us, row->size_bytes, row->address, row->inlining_id);
    put(out, " offset=%" PRId64, row->script_offset);
    put_text(out, "kind", row->kind);
    put_text(out, "location", row->location);
    put_text(out, "reason", row->reason);
}

static void put_version(text_out *out, const unpeg_v8_version *v)
{
    put(out, " version=%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32, v->major, v->minor, v->build,
        v->patch);
    put_text(out, "embedder", v->embedder);
    put(out, " candidate=%d", v->candidate);
}

static void put_library(text_out *out, const unpeg_shared_library *row)
{
    put_text(out, "path", row->path);
    put(out, " start=0x%" PRIx64 " end=0x%" PRIx64 " slide=%" PRId64, row->start, row->end,
        row->slide);
}

static void put_script_source(text_out *out, const unpeg_script_source *row)
{
    put(out, " script=%" PRId64, row->script);
    put_text(out, "url", row->url);
    put(out, " source_bytes=%zu", row->source.len);
}

static void put_fields(text_out *out, const unpeg_record *record)
{
    if (record->kind == UNPEG_RECORD_TICK)
        put_tick(out, &record->u.tick);
    else if (record->kind == UNPEG_RECORD_CODE_CREATION)
        put_code_creation(out, &record->u.code_creation);
    else if (record->kind == UNPEG_RECORD_CODE_MOVE || record->kind == UNPEG_RECORD_SFI_MOVE)
        put(out, " from=0x%" PRIx64 " to=0x%" PRIx64, record->u.move.from, record->u.move.to);
    else if (record->kind == UNPEG_RECORD_CODE_DELETE)
        put(out, " address=0x%" PRIx64, record->u.move.from);
    else if (record->kind == UNPEG_RECORD_CODE_SOURCE_INFO)
        put_source_info(out, &record->u.source_info);
    else if (record->kind == UNPEG_RECORD_SCRIPT_SOURCE)
        put_script_source(out, &record->u.script_source);
    else if (record->kind == UNPEG_RECORD_SHARED_LIBRARY)
        put_library(out, &record->u.library);
    else if (record->kind == UNPEG_RECORD_V8_VERSION)
        put_version(out, &record->u.version);
    else if (record->kind == UNPEG_RECORD_PROFILER)
        put(out, " begin=%d interval_us=%" PRIu64, record->u.profiler.begin,
            record->u.profiler.interval_us);
    else if (record->kind == UNPEG_RECORD_CODE_DEOPT)
        put_deopt(out, &record->u.deopt);
    else if (record->kind == UNPEG_RECORD_CURRENT_TIME)
        put(out, " time_us=%" PRId64, record->u.time_us);
    else if (record->kind == UNPEG_RECORD_NEW || record->kind == UNPEG_RECORD_DELETE) {
        put_text(out, "kind", record->u.allocation.kind);
        put(out, " address=0x%" PRIx64 " size=%" PRIu64, record->u.allocation.address,
            record->u.allocation.size_bytes);
    } else
        put_text(out, "fields", record->u.other);
}

size_t unpeg_record_print(const unpeg_record *record, char *buffer, size_t size)
{
    text_out out = {buffer, size, 0};
    put(&out, "%s", unpeg_record_name(record->kind));
    put_fields(&out, record);
    if (record->cut)
        put(&out, " cut=1");
    if (size > 0)
        buffer[out.len < size ? out.len : size - 1] = '\0';
    return out.len;
}
