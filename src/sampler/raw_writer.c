/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <zstd.h>

#include "hash.h"
#include "raw_bytes.h"
#include "raw_file.h"
#include "raw_format.h"
#include "u64map.h"

enum {
    BLOCK_BYTES = 1024, /* noted as a whole: a later reader may look at what is beside */
    OUT_BYTES = 128 << 10,
    LEVEL = 3,
    WINDOW_LOG = 23, /* samples repeat each other: 8 MiB hold some of them */
};

struct raw_writer {
    const unpeg_writer *out;
    ZSTD_CCtx *zstd;
    unpeg_status status;
    raw_bytes memory; /* the next MEMORY record */
    raw_bytes record; /* any other */
    u64map written;   /* block to the hash of what was last written of it */
    u64map named;     /* program counter to the hash of the name that was written */
    u64map coded;     /* the same of generated code */
    u64map seen;      /* block to the sample in which it was last looked at */
    uint32_t sample;  /* counts from 1 */
    uint64_t maps_hash;
    const target_memory *live;
    const target_snapshot *snapshot;
    bool kept; /* of the snapshot */
    char buffer[OUT_BYTES];
};

static void fail(raw_writer *w, unpeg_status status)
{
    if (w->status == UNPEG_OK)
        w->status = status;
}

static void compress(raw_writer *w, unpeg_slice bytes, ZSTD_EndDirective end)
{
    ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
    size_t left;
    if (w->status != UNPEG_OK)
        return;
    do {
        ZSTD_outBuffer out = {w->buffer, sizeof w->buffer, 0};
        left = ZSTD_compressStream2(w->zstd, &out, &in, end);
        if (ZSTD_isError(left)) {
            fail(w, UNPEG_NO_MEMORY);
            return;
        }
        if (out.pos != 0)
            fail(w, w->out->write(w->out->user, w->buffer, out.pos));
    } while (w->status == UNPEG_OK && (in.pos < in.size || (end == ZSTD_e_end && left != 0)));
}

static void write_record(raw_writer *w, uint32_t type, unpeg_slice head, unpeg_slice tail)
{
    raw_bytes start = {0};
    if (head.len + tail.len > RAW_RECORD_BYTES_MAX) {
        fail(w, UNPEG_LIMIT);
        return;
    }
    raw_put_u32(&start, type);
    raw_put_u32(&start, (uint32_t)(head.len + tail.len));
    if (start.failed)
        fail(w, UNPEG_NO_MEMORY);
    compress(w, (unpeg_slice){start.data, start.used}, ZSTD_e_continue);
    compress(w, head, ZSTD_e_continue);
    compress(w, tail, ZSTD_e_continue);
    raw_bytes_deinit(&start);
}

/* Writes w->record and what follows it, and begins it anew. */
static void write_built(raw_writer *w, uint32_t type, unpeg_slice tail)
{
    if (w->record.failed)
        fail(w, UNPEG_NO_MEMORY);
    else
        write_record(w, type, (unpeg_slice){w->record.data, w->record.used}, tail);
    w->record.used = 0;
}

static const unpeg_slice nothing;

static void write_start(raw_writer *w, const raw_header *header)
{
    raw_put(&w->record, RAW_MAGIC, RAW_MAGIC_BYTES);
    raw_put_u32(&w->record, RAW_VERSION);
    raw_put_u32(&w->record, 0);
    compress(w, (unpeg_slice){w->record.data, w->record.used}, ZSTD_e_continue);
    w->record.used = 0;
    raw_put_u32(&w->record, header->arch);
    raw_put_u32(&w->record, (uint32_t)header->pid);
    raw_put_u32(&w->record, header->rate_hz);
    raw_put_u32(&w->record, 0);
    raw_put_u64(&w->record, (uint64_t)header->wall_us);
    raw_put_text(&w->record, unpeg_slice_of(header->exe));
    write_built(w, RAW_HEADER, nothing);
}

unpeg_status raw_writer_create(const unpeg_writer *out, const raw_header *header, raw_writer **ret)
{
    raw_writer *w = calloc(1, sizeof *w);
    if (!w)
        return UNPEG_NO_MEMORY;
    w->out = out;
    w->sample = 1;
    w->zstd = ZSTD_createCCtx();
    if (!w->zstd || ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL)) ||
        ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_windowLog, WINDOW_LOG)))
        fail(w, UNPEG_NO_MEMORY);
    write_start(w, header);
    unpeg_status status = w->status;
    if (status == UNPEG_OK)
        *ret = w;
    else
        raw_writer_destroy(w);
    return status;
}

void raw_writer_destroy(raw_writer *writer)
{
    if (!writer)
        return;
    ZSTD_freeCCtx(writer->zstd);
    raw_bytes_deinit(&writer->memory);
    raw_bytes_deinit(&writer->record);
    u64map_deinit(&writer->written);
    u64map_deinit(&writer->seen);
    u64map_deinit(&writer->named);
    u64map_deinit(&writer->coded);
    free(writer);
}

void raw_writer_note(raw_writer *writer, const char *name, unpeg_slice text)
{
    raw_put_text(&writer->record, unpeg_slice_of(name));
    write_built(writer, RAW_NOTE, text);
}

void raw_writer_maps(raw_writer *writer, unpeg_slice text)
{
    uint64_t hash = hash_bytes(text.data, text.len, 1) | 1;
    if (hash == writer->maps_hash)
        return;
    writer->maps_hash = hash;
    write_record(writer, RAW_MAPS, text, nothing);
}

void raw_writer_file(raw_writer *writer, unpeg_slice path, uint64_t offset, unpeg_slice bytes)
{
    if (path.len > RAW_PATH_MAX)
        return;
    raw_put_text(&writer->record, path);
    raw_put_u64(&writer->record, offset);
    raw_put_u32(&writer->record, (uint32_t)bytes.len);
    write_built(writer, RAW_FILE, bytes);
}

void raw_writer_name(raw_writer *writer, unpeg_addr pc, const raw_name *name)
{
    uint32_t hash =
        (uint32_t)hash_bytes(name->name.data, name->name.len, name->offset + name->reason) | 1;
    if (u64map_get(&writer->named, pc) == hash)
        return;
    if (!u64map_put(&writer->named, pc, hash))
        fail(writer, UNPEG_NO_MEMORY);
    raw_put_u64(&writer->record, pc);
    raw_put_u64(&writer->record, name->offset);
    raw_put_u64(&writer->record, name->size);
    raw_put_u32(&writer->record, name->reason);
    raw_put_text(&writer->record, name->name);
    write_built(writer, RAW_NAME, nothing);
}

static void put_code(raw_bytes *bytes, unpeg_addr pc, const raw_code *code)
{
    const uint32_t numbers[] = {code->kind, code->tier, code->flags, code->line, code->column};
    raw_put_u64(bytes, pc);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        raw_put_u32(bytes, numbers[i]);
    raw_put_text(bytes, code->name);
    raw_put_text(bytes, code->file);
    raw_put_text(bytes, code->tag);
}

void raw_writer_code(raw_writer *writer, unpeg_addr pc, const raw_code *code)
{
    raw_bytes *bytes = &writer->record;
    if (code->kind == 0 && u64map_get(&writer->coded, pc) == 0)
        return;
    put_code(bytes, pc, code);
    uint32_t hash = bytes->failed ? 0 : (uint32_t)hash_bytes(bytes->data, bytes->used, 0) | 1;
    if (hash != 0 && u64map_get(&writer->coded, pc) == hash) {
        bytes->used = 0;
        return;
    }
    if (hash != 0 && !u64map_put(&writer->coded, pc, hash))
        fail(writer, UNPEG_NO_MEMORY);
    write_built(writer, RAW_CODE, nothing);
}

/* Puts a block into the next MEMORY record, unless it is there as it is. */
static void note_block(raw_writer *w, uint64_t block)
{
    char bytes[BLOCK_BYTES];
    if (u64map_get(&w->seen, block) == w->sample)
        return;
    if (!u64map_put(&w->seen, block, w->sample))
        fail(w, UNPEG_NO_MEMORY);
    if (memory_read(w->live, block * BLOCK_BYTES, bytes, BLOCK_BYTES) != UNPEG_OK)
        return;
    uint32_t hash = (uint32_t)hash_bytes(bytes, BLOCK_BYTES, 0) | 1;
    if (u64map_get(&w->written, block) == hash)
        return;
    if (!u64map_put(&w->written, block, hash))
        fail(w, UNPEG_NO_MEMORY);
    raw_put_u64(&w->memory, block * BLOCK_BYTES);
    raw_put_u32(&w->memory, BLOCK_BYTES);
    raw_put(&w->memory, bytes, BLOCK_BYTES);
}

static void write_memory(raw_writer *w)
{
    if (w->memory.failed)
        fail(w, UNPEG_NO_MEMORY);
    else if (w->memory.used != 0)
        write_record(w, RAW_MEMORY, (unpeg_slice){w->memory.data, w->memory.used}, nothing);
    w->memory.used = 0;
}

/* What is read is the target's to choose; one record holds only so much. */
static unpeg_status read_noted(void *user, unpeg_addr address, void *bytes, size_t size)
{
    raw_writer *w = user;
    unpeg_status status = memory_read(w->live, address, bytes, size);
    if (status != UNPEG_OK || size == 0)
        return status;
    for (uint64_t block = address / BLOCK_BYTES; block <= (address + size - 1) / BLOCK_BYTES;
         block++) {
        note_block(w, block);
        if (w->memory.used > RAW_RECORD_BYTES_MAX / 2)
            write_memory(w);
    }
    return UNPEG_OK;
}

target_memory raw_writer_memory(raw_writer *writer, const target_memory *live)
{
    writer->live = live;
    return (target_memory){.read = read_noted, .user = writer};
}

void raw_writer_program(raw_writer *writer)
{
    write_memory(writer);
    u64map_deinit(&writer->written);
    u64map_deinit(&writer->seen);
    u64map_deinit(&writer->named);
    u64map_deinit(&writer->coded);
    writer->maps_hash = 0;
    write_record(writer, RAW_PROGRAM, nothing, nothing);
}

void raw_writer_begin(raw_writer *writer, const target_snapshot *snapshot, bool kept)
{
    writer->kept = kept;
    writer->snapshot = snapshot;
}

static void write_sample(raw_writer *w, const target_snapshot *s)
{
    raw_put_u64(&w->record, (uint64_t)s->time_us);
    raw_put_u32(&w->record, (uint32_t)s->tid);
    raw_put_u32(&w->record, w->kept ? RAW_SAMPLE_KEPT : 0);
    raw_put_u64(&w->record, s->registers.known);
    for (unsigned i = 0; i < TARGET_REGISTER_COUNT; i++)
        if (s->registers.known >> i & 1)
            raw_put_u64(&w->record, s->registers.value[i]);
    raw_put_u64(&w->record, s->stack_start);
    write_built(w, RAW_SAMPLE, (unpeg_slice){(const char *)s->stack, s->stack_size});
}

unpeg_status raw_writer_commit(raw_writer *writer)
{
    write_memory(writer);
    if (writer->snapshot)
        write_sample(writer, writer->snapshot);
    writer->snapshot = NULL;
    writer->sample++;
    return writer->status;
}

unpeg_status raw_writer_finish(raw_writer *writer, const raw_totals *totals)
{
    write_memory(writer);
    raw_put_u64(&writer->record, totals->samples);
    raw_put_u64(&writer->record, totals->lost);
    raw_put_u64(&writer->record, totals->idle);
    raw_put_u64(&writer->record, totals->elapsed_us);
    raw_put_u64(&writer->record, totals->run_us);
    write_built(writer, RAW_END, nothing);
    compress(writer, nothing, ZSTD_e_end);
    return writer->status;
}
