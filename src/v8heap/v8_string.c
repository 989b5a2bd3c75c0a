/* SPDX-License-Identifier: MIT */
#include "v8_string.h"

#include "grow.h"

#include <stdlib.h>

enum {
    REPRESENTATION_MASK = 7, /* of an instance type below first_nonstring */
    STRING_SEQUENTIAL = 0,
    STRING_CONS = 1,
    STRING_EXTERNAL = 2,
    STRING_SLICED = 3,
    STRING_THIN = 5,
    STRING_ONE_BYTE = 8,
    PENDING_LIMIT = 256, /* right parts of cons strings still to do */
    STEP_LIMIT = 1 << 16,
    PIECE = 16384, /* bytes read at once */
    HANDLE_SHIFT = 6,
};

static const uint64_t external_mask = (UINT64_C(1) << 48) - 1; /* the rest of an entry is a tag */

typedef struct string_head {
    int32_t type;
    size_t length;
    v8_block block;
} string_head;

static unpeg_status load_head(v8_heap *heap, v8_word string, string_head *ret)
{
    const v8_layout *layout = heap->layout;
    unpeg_status status = v8_heap_expect(heap, string, 0, layout->first_nonstring - 1);
    if (!status)
        status = v8_heap_type(heap, string, &ret->type);
    if (!status)
        status = v8_heap_load(heap, string, (size_t)layout->string_chars, &ret->block);
    if (status)
        return status;
    ret->length = v8_block_u32(&ret->block, layout->string_length);
    return ret->length <= V8_STRING_LIMIT ? UNPEG_OK : UNPEG_NOT_FOUND;
}

unpeg_status v8_string_length(v8_heap *heap, v8_word string, size_t *ret)
{
    string_head head;
    unpeg_status status = load_head(heap, string, &head);
    if (!status)
        *ret = head.length;
    return status;
}

typedef struct string_part {
    v8_word string;
    v8_span span;
} string_part;

typedef struct string_walk {
    v8_heap *heap;
    v8_units_fn each;
    void *user;
    size_t count; /* of pending */
    string_part pending[PENDING_LIMIT];
} string_walk;

static unpeg_status push_part(string_walk *walk, v8_word string, size_t start, size_t count)
{
    if (count == 0)
        return UNPEG_OK;
    if (walk->count == PENDING_LIMIT)
        return UNPEG_NOT_FOUND;
    walk->pending[walk->count++] = (string_part){string, {start, count}};
    return UNPEG_OK;
}

static unpeg_status emit_chars(string_walk *walk, unpeg_addr chars, v8_span span, bool wide)
{
    uint64_t piece[PIECE / sizeof(uint64_t)];
    size_t unit = wide ? 2 : 1;
    for (size_t at = 0; at < span.count;) {
        size_t count = span.count - at < PIECE / unit ? span.count - at : PIECE / unit;
        unpeg_status status =
            memory_read(walk->heap->memory, chars + (span.start + at) * unit, piece, count * unit);
        if (!status)
            status = walk->each(walk->user, piece, count, wide);
        if (status)
            return status;
        at += count;
    }
    return UNPEG_OK;
}

static unpeg_status external_chars(const v8_heap *heap, v8_word string, unpeg_addr *ret)
{
    const v8_layout *layout = heap->layout;
    uint64_t value = 0;
    if (layout->tagged_size == 8)
        return v8_heap_read(heap, string, layout->string_data, ret, sizeof *ret);
    uint32_t handle = 0;
    unpeg_status status = v8_heap_read(heap, string, layout->string_data, &handle, sizeof handle);
    if (!status && heap->external_table == 0)
        status = UNPEG_NOT_FOUND;
    if (!status)
        status = memory_read_u64(
            heap->memory, heap->external_table + (uint64_t)(handle >> HANDLE_SHIFT) * 8, &value);
    *ret = value & external_mask;
    return status;
}

static unpeg_status walk_cons(string_walk *walk, const string_part *part)
{
    const v8_layout *layout = walk->heap->layout;
    v8_word first;
    v8_word second;
    size_t left;
    unpeg_status status = v8_heap_field(walk->heap, part->string, layout->string_chars, &first);
    if (!status)
        status = v8_heap_field(walk->heap, part->string, layout->string_second, &second);
    if (!status)
        status = v8_string_length(walk->heap, first, &left);
    if (status)
        return status;
    size_t start = part->span.start;
    size_t in_left = start < left ? left - start : 0;
    if (in_left > part->span.count)
        in_left = part->span.count;
    size_t right_start = start > left ? start - left : 0;
    status = push_part(walk, second, right_start, part->span.count - in_left);
    return status ? status : push_part(walk, first, start, in_left);
}

static unpeg_status walk_sliced(string_walk *walk, const string_part *part)
{
    const v8_layout *layout = walk->heap->layout;
    v8_word parent;
    v8_word word;
    int32_t offset;
    unpeg_status status = v8_heap_field(walk->heap, part->string, layout->string_chars, &parent);
    if (!status)
        status = v8_heap_field(walk->heap, part->string, layout->string_second, &word);
    if (status)
        return status;
    if (!v8_heap_small(walk->heap, word, &offset) || offset < 0)
        return UNPEG_NOT_FOUND;
    return push_part(walk, parent, part->span.start + (size_t)offset, part->span.count);
}

static unpeg_status walk_thin(string_walk *walk, const string_part *part)
{
    v8_word actual;
    unpeg_status status =
        v8_heap_field(walk->heap, part->string, walk->heap->layout->string_chars, &actual);
    return status ? status : push_part(walk, actual, part->span.start, part->span.count);
}

static unpeg_status walk_part(string_walk *walk, const string_part *part)
{
    string_head head;
    unpeg_addr chars = 0;
    unpeg_status status = load_head(walk->heap, part->string, &head);
    if (status)
        return status;
    if (part->span.start > head.length || part->span.count > head.length - part->span.start)
        return UNPEG_NOT_FOUND;
    bool wide = !(head.type & STRING_ONE_BYTE);
    switch (head.type & REPRESENTATION_MASK) {
    case STRING_SEQUENTIAL:
        chars = part->string - 1 + (uint32_t)walk->heap->layout->string_chars;
        return emit_chars(walk, chars, part->span, wide);
    case STRING_EXTERNAL:
        status = external_chars(walk->heap, part->string, &chars);
        return status ? status : emit_chars(walk, chars, part->span, wide);
    case STRING_CONS:
        return walk_cons(walk, part);
    case STRING_SLICED:
        return walk_sliced(walk, part);
    case STRING_THIN:
        return walk_thin(walk, part);
    default:
        return UNPEG_NOT_FOUND;
    }
}

unpeg_status v8_string_units(v8_heap *heap, v8_word string, v8_span span, v8_units_fn each,
                             void *user)
{
    string_walk walk = {.heap = heap, .each = each, .user = user};
    unpeg_status status = push_part(&walk, string, span.start, span.count);
    for (int step = 0; walk.count > 0 && !status; step++) {
        if (step == STEP_LIMIT)
            return UNPEG_NOT_FOUND;
        string_part part = walk.pending[--walk.count];
        status = walk_part(&walk, &part);
    }
    return status;
}

typedef struct unit_copy {
    uint16_t *units;
    size_t count;
} unit_copy;

static unpeg_status copy_units(void *user, const void *chars, size_t count, bool wide)
{
    unit_copy *copy = user;
    const unsigned char *bytes = chars;
    for (size_t i = 0; i < count; i++) {
        uint16_t unit = bytes[wide ? 0 : i];
        if (wide)
            memcpy(&unit, bytes + i * 2, sizeof unit);
        copy->units[copy->count++] = unit;
    }
    return UNPEG_OK;
}

/* units is written by copy_units. NOLINTNEXTLINE(readability-non-const-parameter) */
unpeg_status v8_string_copy(v8_heap *heap, v8_word string, v8_span span, uint16_t *units,
                            size_t *ret_count)
{
    size_t length;
    unit_copy copy = {.units = units};
    unpeg_status status = v8_string_length(heap, string, &length);
    if (status)
        return status;
    if (span.start > length)
        span.start = length;
    if (span.count > length - span.start)
        span.count = length - span.start;
    status = v8_string_units(heap, string, span, copy_units, &copy);
    *ret_count = copy.count;
    return status;
}

typedef struct text_sink {
    v8_text *text;
    size_t limit;
    uint16_t high; /* a high surrogate that waits for its other half */
} text_sink;

static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = len - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(lead[len] | point);
    return len;
}

static unpeg_status put_point(text_sink *sink, uint32_t point)
{
    char bytes[4];
    size_t len = encode(point, bytes);
    v8_text *text = sink->text;
    if (text->cut || len > sink->limit - text->len) {
        text->cut = true;
        return UNPEG_LIMIT;
    }
    if (!grow_reserve((void **)&text->data, &text->capacity, text->len + len, 1))
        return UNPEG_NO_MEMORY;
    memcpy(text->data + text->len, bytes, len);
    text->len += len;
    return UNPEG_OK;
}

static unpeg_status put_unit(text_sink *sink, uint16_t unit)
{
    uint16_t high = sink->high;
    sink->high = 0;
    if (high != 0 && (unit & 0xFC00) == 0xDC00)
        return put_point(sink, 0x10000 + ((uint32_t)(high & 0x3FF) << 10) + (unit & 0x3FF));
    unpeg_status status = high != 0 ? put_point(sink, 0xFFFD) : UNPEG_OK;
    if (status)
        return status;
    if ((unit & 0xFC00) == 0xD800) {
        sink->high = unit;
        return UNPEG_OK;
    }
    return put_point(sink, (unit & 0xFC00) == 0xDC00 ? 0xFFFD : unit);
}

static unpeg_status put_units(void *user, const void *chars, size_t count, bool wide)
{
    const unsigned char *bytes = chars;
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        uint16_t unit = bytes[wide ? 0 : i];
        if (wide)
            memcpy(&unit, bytes + i * 2, sizeof unit);
        status = put_unit(user, unit);
    }
    return status;
}

unpeg_status v8_string_text(v8_heap *heap, v8_word string, size_t limit, v8_text *text)
{
    size_t length = 0;
    text->len = 0;
    text->cut = false;
    text_sink sink = {.text = text, .limit = limit};
    unpeg_status status = v8_string_length(heap, string, &length);
    /* No unit takes less than a byte: what is behind limit + 1 units cannot fit. */
    size_t count = length < limit + 1 ? length : limit + 1;
    if (!status)
        status = v8_string_units(heap, string, (v8_span){0, count}, put_units, &sink);
    if (!status && sink.high != 0)
        status = put_point(&sink, 0xFFFD);
    return status == UNPEG_LIMIT ? UNPEG_OK : status;
}

void v8_text_deinit(v8_text *text)
{
    free(text->data);
    *text = (v8_text){0};
}
