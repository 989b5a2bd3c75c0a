/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "arena.h"
#include "grow.h"
#include "page_store.h"
#include "raw_bytes.h"
#include "raw_file.h"
#include "raw_format.h"

enum {
    READ_STEP = 1 << 20, /* a size is believed only as far as bytes come */
    MEMORY_SPACE = 0,
    RECORD_START_BYTES = 8,
};

typedef struct raw_note {
    char *name, *text;
    size_t name_len, text_len;
} raw_note;

struct raw_reader {
    unpeg_source *source;
    raw_header header;
    raw_totals totals;
    mapping_list maps;
    char *maps_text;
    size_t maps_size;
    uint64_t maps_serial;
    u64map name_index; /* program counter to 1 + place in names */
    raw_name *names;
    size_t name_count, name_capacity;
    u64map code_index; /* the same in codes */
    raw_code *codes;
    size_t code_count, code_capacity;
    arena texts; /* of names and codes */
    page_store pages;
    char *paths[RAW_FILES_MAX]; /* of file i, whose space is i + 1 */
    uint32_t file_count;
    raw_note notes[RAW_NOTES_MAX];
    size_t note_count;
    char *payload;
    size_t payload_size, payload_capacity;
    uint64_t programs;
    bool ended;
    bool kept; /* of the last sample */
};

static unpeg_status damaged(const raw_reader *r, unpeg_error *error, const char *what)
{
    return unpeg_error_set(error, UNPEG_INPUT, "the recording is %s, at byte %llu of the file",
                           what, (unsigned long long)unpeg_source_position(r->source));
}

/* Up to size bytes into the payload, which is made anew; fewer at the end of the source. */
static unpeg_status read_payload(raw_reader *r, size_t size, unpeg_error *error)
{
    r->payload_size = 0;
    while (r->payload_size < size) {
        size_t len, step = size - r->payload_size;
        if (step > READ_STEP)
            step = READ_STEP;
        if (!grow_reserve((void **)&r->payload, &r->payload_capacity, r->payload_size + step, 1))
            return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a recording");
        unpeg_status status =
            unpeg_source_read(r->source, r->payload + r->payload_size, step, &len, error);
        if (status != UNPEG_OK || len == 0)
            return status;
        r->payload_size += len;
    }
    return UNPEG_OK;
}

static unpeg_status read_exactly(raw_reader *r, size_t size, unpeg_error *error)
{
    unpeg_status status = read_payload(r, size, error);
    if (status == UNPEG_OK && r->payload_size < size)
        status = damaged(r, error, "cut off");
    return status;
}

static unpeg_status read_record(raw_reader *r, uint32_t *type, unpeg_error *error)
{
    uint32_t size = 0;
    unpeg_status status = read_exactly(r, RECORD_START_BYTES, error);
    if (status != UNPEG_OK)
        return status;
    raw_cursor c = {r->payload, r->payload_size};
    if (!raw_take_u32(&c, type) || !raw_take_u32(&c, &size) || size > RAW_RECORD_BYTES_MAX)
        return damaged(r, error, "damaged, a record is too large");
    return read_exactly(r, size, error);
}

static bool take_header(raw_reader *r, raw_cursor *c)
{
    uint32_t arch, pid, unused;
    uint64_t wall_us;
    unpeg_slice exe;
    if (!raw_take_u32(c, &arch) || !raw_take_u32(c, &pid) || !raw_take_u32(c, &r->header.rate_hz) ||
        !raw_take_u32(c, &unused) || !raw_take_u64(c, &wall_us) || !raw_take_text(c, &exe) ||
        arch > TARGET_AARCH64)
        return false;
    r->header.arch = arch == TARGET_AARCH64 ? TARGET_AARCH64 : TARGET_X86_64;
    r->header.pid = (int32_t)pid;
    r->header.wall_us = (int64_t)wall_us;
    size_t len = exe.len < sizeof r->header.exe ? exe.len : sizeof r->header.exe - 1;
    memcpy(r->header.exe, exe.data, len);
    return true;
}

static char *copy_text(unpeg_slice text)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        return NULL;
    if (text.len != 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

static raw_note *find_note(const raw_reader *r, unpeg_slice name)
{
    for (size_t i = 0; i < r->note_count; i++) {
        const raw_note *note = &r->notes[i];
        if (unpeg_slice_equal((unpeg_slice){note->name, note->name_len}, name))
            return (raw_note *)(uintptr_t)note;
    }
    return NULL;
}

static unpeg_status put_note(raw_reader *r, unpeg_slice name, unpeg_slice text)
{
    raw_note *note = find_note(r, name);
    char *copy = copy_text(text);
    if (!copy)
        return UNPEG_NO_MEMORY;
    if (!note && r->note_count < RAW_NOTES_MAX) {
        char *name_copy = copy_text(name);
        if (name_copy) {
            note = &r->notes[r->note_count++];
            *note = (raw_note){.name = name_copy, .name_len = name.len};
        }
    }
    if (!note) {
        free(copy);
        return r->note_count < RAW_NOTES_MAX ? UNPEG_NO_MEMORY : UNPEG_LIMIT;
    }
    free(note->text);
    note->text = copy;
    note->text_len = text.len;
    return UNPEG_OK;
}

static unpeg_status take_note(raw_reader *r, raw_cursor *c)
{
    unpeg_slice name;
    if (!raw_take_text(c, &name))
        return UNPEG_INPUT;
    return put_note(r, name, (unpeg_slice){c->at, c->left});
}

static unpeg_status take_maps(raw_reader *r, const raw_cursor *c)
{
    mapping_list list = {0};
    char *text = copy_text((unpeg_slice){c->at, c->left});
    unpeg_status status = text ? mapping_list_parse(&list, c->at, c->left) : UNPEG_NO_MEMORY;
    if (status != UNPEG_OK) {
        mapping_list_deinit(&list);
        free(text);
        return status;
    }
    mapping_list_deinit(&r->maps);
    free(r->maps_text);
    r->maps = list;
    r->maps_text = text;
    r->maps_size = c->left;
    r->maps_serial++;
    return UNPEG_OK;
}

static unpeg_status take_name(raw_reader *r, raw_cursor *c)
{
    uint64_t pc;
    raw_name name;
    if (!raw_take_u64(c, &pc) || !raw_take_u64(c, &name.offset) || !raw_take_u64(c, &name.size) ||
        !raw_take_u32(c, &name.reason) || !raw_take_text(c, &name.name))
        return UNPEG_INPUT;
    if (r->name_count >= RAW_NAMES_MAX)
        return UNPEG_LIMIT;
    name.name.data = arena_copy(&r->texts, name.name.data, name.name.len);
    if (!name.name.data ||
        !grow_reserve((void **)&r->names, &r->name_capacity, r->name_count + 1, sizeof *r->names))
        return UNPEG_NO_MEMORY;
    r->names[r->name_count++] = name;
    return u64map_put(&r->name_index, pc, (uint32_t)r->name_count) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

static bool take_code_numbers(raw_cursor *c, uint64_t *pc, raw_code *code)
{
    return raw_take_u64(c, pc) && raw_take_u32(c, &code->kind) && raw_take_u32(c, &code->tier) &&
           raw_take_u32(c, &code->flags) && raw_take_u32(c, &code->line) &&
           raw_take_u32(c, &code->column);
}

static unpeg_status take_code(raw_reader *r, raw_cursor *c)
{
    uint64_t pc;
    raw_code code;
    unpeg_slice *const texts[] = {&code.name, &code.file, &code.tag};
    if (!take_code_numbers(c, &pc, &code))
        return UNPEG_INPUT;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!raw_take_text(c, texts[i]))
            return UNPEG_INPUT;
        texts[i]->data = arena_copy(&r->texts, texts[i]->data, texts[i]->len);
        if (!texts[i]->data)
            return UNPEG_NO_MEMORY;
    }
    if (r->code_count >= RAW_NAMES_MAX)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&r->codes, &r->code_capacity, r->code_count + 1, sizeof *r->codes))
        return UNPEG_NO_MEMORY;
    r->codes[r->code_count++] = code;
    return u64map_put(&r->code_index, pc, (uint32_t)r->code_count) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

static unpeg_status take_parts(raw_reader *r, raw_cursor *c, uint32_t space)
{
    while (c->left != 0) {
        uint64_t address;
        unpeg_slice bytes;
        if (!raw_take_u64(c, &address) || !raw_take_text(c, &bytes))
            return UNPEG_INPUT;
        unpeg_status status = page_store_put(&r->pages, space, address, bytes);
        if (status != UNPEG_OK)
            return status == UNPEG_ARGUMENT ? UNPEG_INPUT : status;
    }
    return UNPEG_OK;
}

bool raw_reader_file(const raw_reader *reader, unpeg_slice path, uint32_t *ret)
{
    for (uint32_t i = 0; i < reader->file_count; i++)
        if (unpeg_slice_equal(unpeg_slice_of(reader->paths[i]), path)) {
            *ret = i;
            return true;
        }
    return false;
}

static unpeg_status take_file(raw_reader *r, raw_cursor *c)
{
    unpeg_slice path;
    uint32_t file;
    if (!raw_take_text(c, &path) || path.len > RAW_PATH_MAX || path.len == 0 ||
        memchr(path.data, '\0', path.len))
        return UNPEG_INPUT;
    if (!raw_reader_file(r, path, &file)) {
        if (r->file_count >= RAW_FILES_MAX)
            return UNPEG_LIMIT;
        file = r->file_count;
        r->paths[file] = copy_text(path);
        if (!r->paths[file])
            return UNPEG_NO_MEMORY;
        r->file_count++;
    }
    return take_parts(r, c, file + 1);
}

static bool take_registers(raw_cursor *c, target_registers *registers)
{
    if (!raw_take_u64(c, &registers->known) || registers->known >> TARGET_REGISTER_COUNT != 0)
        return false;
    for (unsigned i = 0; i < TARGET_REGISTER_COUNT; i++)
        if ((registers->known >> i & 1) && !raw_take_u64(c, &registers->value[i]))
            return false;
    return true;
}

static bool take_sample(raw_reader *r, raw_cursor *c, target_snapshot *ret)
{
    uint64_t time_us;
    uint32_t tid, flags;
    *ret = (target_snapshot){.registers = {.arch = r->header.arch}};
    if (!raw_take_u64(c, &time_us) || !raw_take_u32(c, &tid) || !raw_take_u32(c, &flags) ||
        !take_registers(c, &ret->registers) || !raw_take_u64(c, &ret->stack_start) ||
        c->left > UINT64_MAX - ret->stack_start)
        return false;
    r->kept = (flags & RAW_SAMPLE_KEPT) != 0;
    ret->time_us = (int64_t)time_us;
    ret->tid = (int32_t)tid;
    ret->stack = (const unsigned char *)c->at;
    ret->stack_size = c->left;
    return true;
}

static bool take_end(raw_reader *r, raw_cursor *c)
{
    raw_totals *t = &r->totals;
    r->ended = true;
    return raw_take_u64(c, &t->samples) && raw_take_u64(c, &t->lost) && raw_take_u64(c, &t->idle) &&
           raw_take_u64(c, &t->elapsed_us) && raw_take_u64(c, &t->run_us);
}

static void forget_program(raw_reader *r)
{
    for (uint32_t i = 0; i < r->file_count; i++)
        free(r->paths[i]);
    r->file_count = 0;
    page_store_deinit(&r->pages);
    u64map_deinit(&r->name_index);
    u64map_deinit(&r->code_index);
    mapping_list_deinit(&r->maps);
    r->maps_size = 0;
    r->programs++;
}

/* Every record but a sample. */
static unpeg_status take_record(raw_reader *r, uint32_t type, raw_cursor *c)
{
    switch (type) {
    case RAW_NOTE:
        return take_note(r, c);
    case RAW_MAPS:
        return take_maps(r, c);
    case RAW_MEMORY:
        return take_parts(r, c, MEMORY_SPACE);
    case RAW_FILE:
        return take_file(r, c);
    case RAW_NAME:
        return take_name(r, c);
    case RAW_CODE:
        return take_code(r, c);
    case RAW_PROGRAM:
        forget_program(r);
        return UNPEG_OK;
    case RAW_END:
        return take_end(r, c) ? UNPEG_OK : UNPEG_INPUT;
    default:
        return UNPEG_OK;
    }
}

unpeg_status raw_reader_next(raw_reader *reader, target_snapshot *ret, unpeg_error *error)
{
    while (!reader->ended) {
        uint32_t type = 0;
        unpeg_status status = read_record(reader, &type, error);
        if (status != UNPEG_OK)
            return status;
        raw_cursor c = {reader->payload, reader->payload_size};
        if (type == RAW_SAMPLE)
            return take_sample(reader, &c, ret) ? UNPEG_OK : damaged(reader, error, "damaged");
        status = take_record(reader, type, &c);
        if (status == UNPEG_INPUT)
            return damaged(reader, error, "damaged");
        if (status != UNPEG_OK)
            return unpeg_error_set(error, status, "%s", unpeg_status_text(status));
    }
    return UNPEG_NOT_FOUND;
}

static unpeg_status read_start(raw_reader *r, unpeg_error *error)
{
    uint32_t type = 0, version;
    unpeg_status status = read_payload(r, RAW_START_BYTES, error);
    if (status != UNPEG_OK)
        return status;
    raw_cursor c = {r->payload, r->payload_size};
    unpeg_slice magic;
    if (!raw_take(&c, RAW_MAGIC_BYTES, &magic) ||
        memcmp(magic.data, RAW_MAGIC, RAW_MAGIC_BYTES) != 0 || !raw_take_u32(&c, &version))
        return unpeg_error_set(error, UNPEG_INPUT, "no raw recording of unpeg");
    if (version > RAW_VERSION)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "a raw recording of format %u, and this unpeg knows %d", version,
                               RAW_VERSION);
    status = read_record(r, &type, error);
    c = (raw_cursor){r->payload, r->payload_size};
    if (status == UNPEG_OK && (type != RAW_HEADER || !take_header(r, &c)))
        status = damaged(r, error, "damaged, without a header");
    return status;
}

unpeg_status raw_reader_open(unpeg_source *source, raw_reader **ret, unpeg_error *error)
{
    raw_reader *r = calloc(1, sizeof *r);
    if (!r)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a recording");
    r->source = source;
    unpeg_status status = read_start(r, error);
    if (status != UNPEG_OK) {
        raw_reader_close(r);
        return status;
    }
    *ret = r;
    return UNPEG_OK;
}

void raw_reader_close(raw_reader *reader)
{
    if (!reader)
        return;
    for (size_t i = 0; i < reader->note_count; i++) {
        free(reader->notes[i].name);
        free(reader->notes[i].text);
    }
    for (uint32_t i = 0; i < reader->file_count; i++)
        free(reader->paths[i]);
    mapping_list_deinit(&reader->maps);
    free(reader->maps_text);
    page_store_deinit(&reader->pages);
    u64map_deinit(&reader->name_index);
    free(reader->names);
    u64map_deinit(&reader->code_index);
    free(reader->codes);
    arena_deinit(&reader->texts);
    free(reader->payload);
    free(reader);
}

const raw_header *raw_reader_header(const raw_reader *reader)
{
    return &reader->header;
}

unpeg_slice raw_reader_note(const raw_reader *reader, const char *name)
{
    const raw_note *note = find_note(reader, unpeg_slice_of(name));
    return note ? (unpeg_slice){note->text, note->text_len} : (unpeg_slice){NULL, 0};
}

uint64_t raw_reader_programs(const raw_reader *reader)
{
    return reader->programs;
}

bool raw_reader_kept(const raw_reader *reader)
{
    return reader->kept;
}

static unpeg_status read_saved(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const raw_reader *r = user;
    return page_store_get(&r->pages, MEMORY_SPACE, address, bytes, size) == size ? UNPEG_OK
                                                                                 : UNPEG_NOT_FOUND;
}

target_memory raw_reader_memory(raw_reader *reader)
{
    return (target_memory){.read = read_saved, .user = reader};
}

const mapping_list *raw_reader_maps(const raw_reader *reader, uint64_t *serial)
{
    *serial = reader->maps_serial;
    return &reader->maps;
}

unpeg_slice raw_reader_maps_text(const raw_reader *reader)
{
    return (unpeg_slice){reader->maps_text, reader->maps_size};
}

bool raw_reader_name(const raw_reader *reader, unpeg_addr pc, raw_name *ret)
{
    uint32_t place = u64map_get(&reader->name_index, pc);
    if (place == 0)
        return false;
    *ret = reader->names[place - 1];
    return true;
}

bool raw_reader_code(const raw_reader *reader, unpeg_addr pc, raw_code *ret)
{
    uint32_t place = u64map_get(&reader->code_index, pc);
    if (place == 0)
        return false;
    *ret = reader->codes[place - 1];
    return true;
}

size_t raw_reader_file_read(const raw_reader *reader, uint32_t file, uint64_t offset, void *bytes,
                            size_t size)
{
    return page_store_get(&reader->pages, file + 1, offset, bytes, size);
}

raw_totals raw_reader_totals(const raw_reader *reader)
{
    return reader->totals;
}
