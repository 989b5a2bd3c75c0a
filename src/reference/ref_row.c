/* SPDX-License-Identifier: MIT */
#include "ref_row.h"

#include <math.h>
#include <stdlib.h>

#include "js_number.h"
#include "js_text.h"
#include "ref_lines.h"

static const char *const EVENT_NAMES[] = {"",
#define REF_EVENT_TEXT(name, text) text,
                                          REF_EVENT_LIST(REF_EVENT_TEXT)
#undef REF_EVENT_TEXT
};

bool ref_line_starts_with(unpeg_slice line, const char *text)
{
    size_t len = strlen(text);
    return line.len >= len && memcmp(line.data, text, len) == 0;
}

static ref_event event_named(unpeg_slice name)
{
    size_t count = sizeof EVENT_NAMES / sizeof *EVENT_NAMES;
    for (size_t i = 1; i < count; i++)
        if (unpeg_slice_equal(name, unpeg_slice_of(EVENT_NAMES[i])))
            return (ref_event)i;
    return REF_EVENT_NONE;
}

ref_event ref_event_of(unpeg_slice line)
{
    char decoded[3 * REF_LINE_HEAD];
    if (ref_line_starts_with(line, "tick,"))
        return REF_EVENT_TICK;
    /* Even with every character escaped at greatest length no event's name is as long as this. */
    size_t len = line.len < REF_LINE_HEAD ? line.len : REF_LINE_HEAD;
    const char *comma = len != 0 ? memchr(line.data, ',', len) : NULL;
    unpeg_slice name = {line.data, comma != NULL ? (size_t)(comma - line.data) : len};
    if (name.len != 0 && memchr(name.data, '\\', name.len) != NULL) {
        size_t decoded_len = js_text_decode(name, decoded);
        name.len = js_text_unescape((unpeg_slice){decoded, decoded_len}, decoded);
        name.data = decoded;
    }
    return event_named(name);
}

void ref_row_open(ref_row *row, unpeg_slice line)
{
    row->line = line;
    row->at = 0;
    row->ended = line.len == 0;
    row->scratch_used = 0;
}

void ref_row_deinit(ref_row *row)
{
    free(row->scratch);
    *row = (ref_row){.ended = true};
}

bool ref_row_next(ref_row *row, unpeg_slice *ret_raw)
{
    if (row->ended)
        return false;
    const char *from = row->line.data + row->at;
    size_t left = row->line.len - row->at;
    const char *comma = left != 0 ? memchr(from, ',', left) : NULL;
    row->ended = comma == NULL;
    *ret_raw = (unpeg_slice){from, comma != NULL ? (size_t)(comma - from) : left};
    row->at += ret_raw->len + 1;
    return true;
}

/* Room for every field of the row, which at worst becomes three times as long. Nothing may move
 * later, so it is made at once. */
static bool reserve_scratch(ref_row *row)
{
    size_t needed;
    if (__builtin_mul_overflow(row->line.len, 3, &needed))
        return false;
    if (needed <= row->scratch_size || row->scratch_used != 0)
        return true;
    free(row->scratch);
    row->scratch = malloc(needed);
    row->scratch_size = row->scratch != NULL ? needed : 0;
    return row->scratch != NULL;
}

unpeg_status ref_row_text(ref_row *row, unpeg_slice raw, unpeg_slice *ret)
{
    bool escaped = raw.len != 0 && memchr(raw.data, '\\', raw.len) != NULL;
    bool valid = js_text_is_utf8(raw);
    *ret = raw;
    if (valid && !escaped)
        return UNPEG_OK;
    if (!reserve_scratch(row))
        return UNPEG_NO_MEMORY;
    char *to = row->scratch + row->scratch_used;
    if (!valid)
        ret->len = js_text_decode(raw, to);
    ret->len = js_text_unescape((unpeg_slice){valid ? raw.data : to, ret->len}, to);
    ret->data = to;
    row->scratch_used += ret->len;
    return UNPEG_OK;
}

unpeg_status ref_row_fields(ref_row *row, size_t max, ref_fields *ret)
{
    unpeg_slice raw;
    ret->count = 0;
    if (!ref_row_next(row, &raw)) /* the event */
        return UNPEG_OK;
    while (ret->count < max && ref_row_next(row, &raw)) {
        unpeg_status status = ref_row_text(row, raw, &ret->text[ret->count]);
        if (status != UNPEG_OK)
            return status;
        ret->count++;
    }
    return UNPEG_OK;
}

double ref_field_number(const ref_fields *fields, size_t index)
{
    return index < fields->count ? js_parse_int(fields->text[index], 0) : (double)NAN;
}
