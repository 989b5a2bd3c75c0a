/* SPDX-License-Identifier: MIT */
#include "v8_note.h"

#include <inttypes.h>
#include <stdio.h>

#include "raw_bytes.h"

enum { LINE_MAX_BYTES = 320, NAME_MAX = 200, WIDTHS = 3 };

static const char *const width_names[WIDTHS] = {"bytecode1", "bytecode2", "bytecode4"};

static void put_line(raw_bytes *text, const char *name, int64_t value)
{
    char line[LINE_MAX_BYTES];
    int len = snprintf(line, sizeof line, "%s %" PRId64 "\n", name, value);
    if (len > 0 && (size_t)len < sizeof line)
        raw_put(text, line, (size_t)len);
}

static void put_layout(raw_bytes *text, v8_layout layout)
{
    char name[64];
    put_line(text, "major", layout.major);
    put_line(text, "minor", layout.minor);
    put_line(text, "beyond_table", layout.beyond_table);
#define PUT_FIELD(field) put_line(text, #field, layout.field);
    V8_FIELD_LIST(PUT_FIELD)
#undef PUT_FIELD
    for (int i = 0; i < V8_MARKER_COUNT; i++) {
        snprintf(name, sizeof name, "marker:%s", v8_marker_text((v8_marker)i));
        put_line(text, name, layout.markers[i]);
    }
    put_line(text, "bytecode_count", layout.bytecode_count);
    for (int width = 0; width < WIDTHS; width++)
        for (int i = 0; i < layout.bytecode_count && i < V8_BYTECODE_LIMIT; i++)
            put_line(text, width_names[width], layout.bytecode_sizes[width][i]);
}

static void put_builtins(raw_bytes *text, const v8_builtins *builtins)
{
    char line[LINE_MAX_BYTES];
    for (size_t i = 0; i < builtins->count; i++) {
        const v8_builtin *b = &builtins->items[i];
        if (b->name.len > NAME_MAX)
            continue;
        int len = snprintf(line, sizeof line, "%" PRIx64 " %" PRIx64 " %.*s\n", b->start,
                           b->end - b->start, (int)b->name.len, b->name.data);
        raw_put(text, line, (size_t)len);
    }
}

static unpeg_status write_text(raw_writer *writer, const char *name, raw_bytes *text)
{
    bool failed = text->failed;
    if (!failed)
        raw_writer_note(writer, name, (unpeg_slice){text->data, text->used});
    raw_bytes_deinit(text);
    return failed ? UNPEG_NO_MEMORY : UNPEG_OK;
}

unpeg_status v8_note_write(const v8_namer *namer, raw_writer *writer)
{
    raw_bytes text = {0};
    raw_writer_note(writer, "v8-file", v8_namer_file(namer));
    put_layout(&text, *v8_namer_layout(namer));
    unpeg_status status = write_text(writer, "v8-layout", &text);
    if (status != UNPEG_OK)
        return status;
    put_builtins(&text, v8_namer_builtins(namer));
    return write_text(writer, "v8-builtins", &text);
}

void v8_note_clear(raw_writer *writer)
{
    const unpeg_slice nothing = {"", 0};
    raw_writer_note(writer, "v8-file", nothing);
    raw_writer_note(writer, "v8-layout", nothing);
    raw_writer_note(writer, "v8-builtins", nothing);
}

/* The next line of text, without its end; false at the end. */
static bool next_line(unpeg_slice *text, unpeg_slice *ret)
{
    if (text->len == 0)
        return false;
    const char *end = memchr(text->data, '\n', text->len);
    size_t len = end ? (size_t)(end - text->data) : text->len;
    size_t skipped = len + (end != NULL);
    *ret = (unpeg_slice){text->data, len};
    *text = (unpeg_slice){text->data + skipped, text->len - skipped};
    return true;
}

/* What is before the next blank, which is taken too. */
static unpeg_slice take_word(unpeg_slice *line)
{
    const char *end = line->len ? memchr(line->data, ' ', line->len) : NULL;
    size_t len = end ? (size_t)(end - line->data) : line->len;
    size_t skipped = len + (end != NULL);
    unpeg_slice word = {line->data, len};
    *line = (unpeg_slice){line->data + skipped, line->len - skipped};
    return word;
}

static bool parse_number(unpeg_slice word, unsigned base, int64_t *ret)
{
    bool negative = word.len != 0 && word.data[0] == '-';
    uint64_t value = 0;
    if (word.len == (size_t)negative)
        return false;
    for (size_t i = negative; i < word.len; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = memchr(digits, word.data[i], base);
        if (!digit || value > (UINT64_C(1) << 58))
            return false;
        value = value * base + (uint64_t)(digit - digits);
    }
    *ret = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

static bool apply_marker(v8_layout *layout, unpeg_slice name, int32_t value)
{
    for (int i = 0; i < V8_MARKER_COUNT; i++)
        if (unpeg_slice_equal(name, unpeg_slice_of(v8_marker_text((v8_marker)i)))) {
            layout->markers[i] = value;
            return true;
        }
    return false;
}

/* Sizes come in the order of the bytecodes. */
static bool apply_bytecode(v8_layout *layout, unpeg_slice name, int32_t value, int *counts)
{
    for (int width = 0; width < WIDTHS; width++)
        if (unpeg_slice_equal(name, unpeg_slice_of(width_names[width])) &&
            counts[width] < V8_BYTECODE_LIMIT && value >= 0 && value <= UINT8_MAX) {
            layout->bytecode_sizes[width][counts[width]++] = (uint8_t)value;
            return true;
        }
    return false;
}

static int32_t *head_field(v8_layout *layout, unpeg_slice name)
{
    if (unpeg_slice_equal(name, unpeg_slice_of("major")))
        return &layout->major;
    if (unpeg_slice_equal(name, unpeg_slice_of("minor")))
        return &layout->minor;
    if (unpeg_slice_equal(name, unpeg_slice_of("bytecode_count")))
        return &layout->bytecode_count;
    return v8_layout_field(layout, name);
}

static void apply_line(v8_layout *layout, unpeg_slice line, int *counts)
{
    static const char marker[] = "marker:";
    int64_t value;
    unpeg_slice name = take_word(&line);
    if (!parse_number(line, 10, &value) || value < INT32_MIN || value > INT32_MAX)
        return;
    int32_t *field = head_field(layout, name);
    if (field)
        *field = (int32_t)value;
    else if (unpeg_slice_equal(name, unpeg_slice_of("beyond_table")))
        layout->beyond_table = value != 0;
    else if (name.len >= sizeof marker - 1 && memcmp(name.data, marker, sizeof marker - 1) == 0)
        (void)apply_marker(
            layout, (unpeg_slice){name.data + sizeof marker - 1, name.len - (sizeof marker - 1)},
            (int32_t)value);
    else
        (void)apply_bytecode(layout, name, (int32_t)value, counts);
}

static bool read_layout(unpeg_slice text, v8_layout *ret)
{
    unpeg_slice line;
    int counts[WIDTHS] = {0};
    v8_layout_for_version(ret, V8_NO_VERSION, V8_NO_VERSION);
    ret->bytecode_count = 0;
    while (next_line(&text, &line))
        apply_line(ret, line, counts);
    for (int width = 0; width < WIDTHS; width++)
        if (counts[width] < ret->bytecode_count)
            ret->bytecode_count = 0; /* a table that is cut is none */
    return ret->bytecode_count >= 0 && ret->bytecode_count <= V8_BYTECODE_LIMIT &&
           v8_layout_problem(ret) == NULL;
}

static unpeg_status read_builtins(unpeg_slice text, v8_builtins *ret)
{
    unpeg_slice line;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && next_line(&text, &line)) {
        int64_t start, size;
        if (!parse_number(take_word(&line), 16, &start) ||
            !parse_number(take_word(&line), 16, &size) || start < 0 || size < 0)
            continue;
        status = v8_builtins_add(ret, (uint64_t)start, (uint64_t)size, line);
    }
    v8_builtins_sort(ret);
    return status == UNPEG_LIMIT ? UNPEG_OK : status;
}

unpeg_status v8_note_read(const raw_reader *reader, const v8_process *process, v8_namer **ret)
{
    v8_layout layout;
    v8_builtins builtins = {0};
    unpeg_slice text = raw_reader_note(reader, "v8-layout");
    if (text.len == 0 || !read_layout(text, &layout))
        return UNPEG_NOT_FOUND;
    unpeg_status status = read_builtins(raw_reader_note(reader, "v8-builtins"), &builtins);
    if (status != UNPEG_OK) {
        v8_builtins_deinit(&builtins);
        return status;
    }
    return v8_namer_create_saved(process, &layout, &builtins, raw_reader_note(reader, "v8-file"),
                                 ret);
}
