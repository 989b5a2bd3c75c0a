/* SPDX-License-Identifier: MIT
 *
 * A profile as a file: the rows are listed in src/log/saved_profile.h, which reads them.
 */
#include "recording.h"
#include "text_out.h"
#include "unpeg/hot_code.h"
#include "unpeg/render.h"

enum { FORMAT_VERSION = 1, BYTES_A_ROW = 4096 };

/* A field ends at a comma and a row at a line end, so neither may be in a text. */
static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == ',' || c == '\\' || c == 0x7f;
}

static void put_escape(text_out *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    const char bytes[] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
    out_bytes(out, bytes, sizeof bytes);
}

static void put_slice(text_out *out, unpeg_slice text)
{
    size_t begin = 0;
    out_text(out, ",");
    for (size_t i = 0; i < text.len; i++) {
        if (!needs_escape((unsigned char)text.data[i]))
            continue;
        out_bytes(out, text.data + begin, i - begin);
        put_escape(out, (unsigned char)text.data[i]);
        begin = i + 1;
    }
    if (text.len > begin)
        out_bytes(out, text.data + begin, text.len - begin);
}

static void put_text(text_out *out, const char *text)
{
    put_slice(out, unpeg_slice_of(text));
}

static void put_u64(text_out *out, uint64_t value)
{
    out_text(out, ",");
    out_u64(out, value);
}

static void put_i64(text_out *out, int64_t value)
{
    out_text(out, ",");
    out_i64(out, value);
}

static void put_info(text_out *out, const char *key, uint64_t value)
{
    if (value == 0)
        return;
    out_text(out, "info");
    put_text(out, key);
    put_u64(out, value);
    out_text(out, "\n");
}

static void put_v8(text_out *out, const unpeg_profile_info *info)
{
    out_text(out, "v8");
    for (size_t i = 0; i < 4; i++)
        put_u64(out, info->v8[i]);
    put_slice(out, info->embedder);
    out_text(out, "\n");
}

static void put_recording(text_out *out, const unpeg_recording *recording)
{
    if (recording->pid == 0)
        return;
    for (size_t i = 0; i < RECORDING_NUMBERS; i++) {
        out_text(out, "recording");
        put_text(out, recording_number_name(i));
        put_u64(out, recording_number(recording, i));
        out_text(out, "\n");
    }
    for (size_t i = 0; i < RECORDING_TEXTS; i++) {
        out_text(out, "recording");
        put_text(out, recording_text_name(i));
        put_slice(out, recording_text(recording, i));
        out_text(out, "\n");
    }
}

static void put_head(text_out *out, const unpeg_profile *profile)
{
    const unpeg_profile_info *info = unpeg_profile_info_const(profile);
    out_text(out, "unpeg-profile");
    put_u64(out, FORMAT_VERSION);
    out_text(out, "\n");
    put_v8(out, info);
    put_info(out, "interval_us", info->interval_us);
    put_info(out, "bytes_read", info->bytes_read);
    put_info(out, "bytes_total", info->bytes_total);
    put_info(out, "lines", info->lines);
    put_info(out, "deopts", info->deopts);
    put_info(out, "isolates", info->isolates);
    put_info(out, "partial", info->partial);
    put_info(out, "tail_only", info->tail_only);
    put_info(out, "ended", info->ended);
    put_recording(out, &info->recording);
}

/* In front of the ticks, so that a reader that wants the last seconds knows where they begin. */
static void put_last_time(text_out *out, const unpeg_profile *profile)
{
    size_t count = unpeg_profile_tick_count(profile);
    int64_t last = INT64_MIN;
    for (size_t t = 0; t < count; t++) {
        unpeg_tick tick = unpeg_profile_tick(profile, t);
        if (tick.time_us > last)
            last = tick.time_us;
    }
    if (count == 0)
        return;
    out_text(out, "last");
    put_i64(out, last);
    out_text(out, "\n");
}

static void put_damage(text_out *out, const unpeg_damage *damage)
{
    for (int kind = 0; kind < UNPEG_DAMAGE_COUNT; kind++) {
        const unpeg_damage_entry *entry = &damage->kinds[kind];
        if (entry->count == 0)
            continue;
        out_text(out, "damage");
        put_text(out, unpeg_damage_name((unpeg_damage_kind)kind));
        put_u64(out, entry->count);
        for (size_t i = 0; i < UNPEG_DAMAGE_PLACES && i < entry->count; i++) {
            put_u64(out, entry->places[i].line);
            put_u64(out, entry->places[i].offset);
        }
        out_text(out, "\n");
    }
}

static void put_libraries(text_out *out, const unpeg_profile *profile)
{
    for (size_t i = 0; i < unpeg_profile_library_count(profile); i++) {
        const unpeg_library *library = unpeg_profile_library(profile, i);
        out_text(out, "library");
        put_slice(out, library->path);
        put_slice(out, library->symbols_from);
        put_text(out, unpeg_unknown_id(library->problem));
        put_text(out, library->detail);
        out_text(out, "\n");
    }
}

static void put_frame(text_out *out, const unpeg_frame *frame)
{
    out_text(out, "frame");
    put_text(out, unpeg_frame_kind_text(frame->kind));
    put_text(out, unpeg_tier_text(frame->tier));
    put_text(out, unpeg_unknown_id(frame->reason));
    put_u64(out, frame->flags);
    put_slice(out, frame->name);
    put_slice(out, frame->file);
    put_slice(out, frame->tag);
    put_u64(out, frame->line);
    put_u64(out, frame->column);
    put_u64(out, frame->address);
    out_text(out, "\n");
}

static void put_stacks(text_out *out, const unpeg_profile *profile)
{
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    for (size_t f = 0; f < unpeg_profile_frame_count(profile); f++)
        put_frame(out, unpeg_profile_frame(profile, (unpeg_frame_id)f));
    for (size_t n = 1; n < unpeg_profile_node_count(profile); n++) {
        out_text(out, "node");
        put_u64(out, nodes[n].parent);
        put_u64(out, nodes[n].frame);
        out_text(out, "\n");
    }
}

static void put_hex(text_out *out, unpeg_slice bytes)
{
    static const char digits[] = "0123456789abcdef";
    out_text(out, "bytes,");
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        const char pair[] = {digits[byte >> 4], digits[byte & 15]};
        out_bytes(out, pair, sizeof pair);
    }
    out_text(out, "\n");
}

static void put_code(text_out *out, const unpeg_hot_code *code)
{
    out_text(out, "code");
    put_u64(out, code->function);
    put_text(out, unpeg_machine_text(code->machine));
    put_u64(out, code->start);
    put_u64(out, code->bytes.len);
    put_slice(out, code->module);
    out_text(out, "\n");
    for (size_t at = 0; at < code->bytes.len; at += BYTES_A_ROW) {
        size_t left = code->bytes.len - at;
        put_hex(out, (unpeg_slice){code->bytes.data + at, left < BYTES_A_ROW ? left : BYTES_A_ROW});
    }
    for (size_t i = 0; i < code->hit_count; i++) {
        out_text(out, "hit");
        put_u64(out, code->hits[i].offset);
        put_u64(out, code->hits[i].samples);
        out_text(out, "\n");
    }
    for (size_t i = 0; i < code->place_count; i++) {
        out_text(out, "place");
        put_u64(out, code->places[i].offset);
        put_u64(out, code->places[i].line);
        put_slice(out, code->places[i].function);
        out_text(out, "\n");
    }
}

static void put_codes(text_out *out, const unpeg_profile *profile)
{
    size_t count = unpeg_profile_hot_code_count(profile);
    for (size_t i = 0; i < count; i++)
        put_code(out, unpeg_profile_hot_code(profile, i));
}

static void put_ticks(text_out *out, const unpeg_profile *profile)
{
    size_t count = unpeg_profile_tick_count(profile);
    for (size_t t = 0; t < count; t++) {
        unpeg_tick tick = unpeg_profile_tick(profile, t);
        out_text(out, "tick");
        put_i64(out, tick.time_us);
        put_u64(out, tick.node);
        put_text(out, unpeg_vm_state_text((unpeg_vm_state)tick.vm_state));
        put_u64(out, tick.flags);
        out_text(out, "\n");
    }
    out_text(out, "end");
    put_u64(out, count);
    out_text(out, "\n");
}

unpeg_status unpeg_profile_save(const unpeg_profile *profile, const unpeg_writer *writer,
                                unpeg_error *error)
{
    text_out out;
    text_out_init(&out, writer);
    put_head(&out, profile);
    put_last_time(&out, profile);
    put_damage(&out, unpeg_profile_damage_const(profile));
    put_libraries(&out, profile);
    put_stacks(&out, profile);
    put_codes(&out, profile);
    put_ticks(&out, profile);
    unpeg_status status = text_out_finish(&out);
    return status == UNPEG_OK ? status
                              : unpeg_error_set(error, status, "%s", unpeg_status_text(status));
}
