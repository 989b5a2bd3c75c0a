/* SPDX-License-Identifier: MIT */
#include "jitdump.h"

#include <stdlib.h>

enum {
    MAGIC = 0x4A695444, /* in the byte order of the machine that wrote it */
    FILE_HEADER = 40,
    FILE_SIZE_AT = 8, /* of the header, in itself */
    RECORD_HEADER = 16,
    RECORD_SIZE_AT = 4,
    RECORD_LOAD = 0,
    RECORD_MOVE = 1,
    LOAD_ADDRESS_AT = 32,
    LOAD_SIZE_AT = 40,
    LOAD_NAME_AT = 56,
    MOVE_FROM_AT = 32,
    MOVE_TO_AT = 40,
    MOVE_BYTES = 64,
};

struct jitdump {
    jit_table *table;
    bool begun;  /* the file's header was read */
    bool broken; /* nothing more is read */
    size_t used; /* of head */
    size_t want; /* of head, until it can be looked at */
    uint64_t skip;
    char head[LOAD_NAME_AT + JIT_NAME_BYTES]; /* the beginning of a record */
};

unpeg_status jitdump_create(jit_table *table, jitdump **ret)
{
    jitdump *dump = calloc(1, sizeof *dump);
    if (!dump)
        return UNPEG_NO_MEMORY;
    dump->table = table;
    dump->want = FILE_HEADER;
    *ret = dump;
    return UNPEG_OK;
}

void jitdump_destroy(jitdump *dump)
{
    free(dump);
}

static uint32_t word_at(const jitdump *dump, size_t at)
{
    uint32_t word;
    memcpy(&word, dump->head + at, sizeof word);
    return word;
}

static uint64_t wide_at(const jitdump *dump, size_t at)
{
    uint64_t word;
    memcpy(&word, dump->head + at, sizeof word);
    return word;
}

/* On to the next record: what is left of size bytes behind those in head is passed over. */
static void pass(jitdump *dump, uint64_t size)
{
    dump->skip = size - dump->used;
    dump->used = 0;
    dump->want = RECORD_HEADER;
}

static void take_file_header(jitdump *dump)
{
    uint32_t size = word_at(dump, FILE_SIZE_AT);
    dump->broken = word_at(dump, 0) != MAGIC || size < FILE_HEADER;
    dump->begun = true;
    pass(dump, size < FILE_HEADER ? FILE_HEADER : size);
}

static unpeg_status take_load(jitdump *dump)
{
    if (dump->used <= LOAD_NAME_AT)
        return UNPEG_OK;
    const char *name = dump->head + LOAD_NAME_AT;
    const unpeg_slice text = {name, strnlen(name, dump->used - LOAD_NAME_AT)};
    return jit_table_add(dump->table, wide_at(dump, LOAD_ADDRESS_AT), wide_at(dump, LOAD_SIZE_AT),
                         text);
}

static unpeg_status take_move(jitdump *dump)
{
    if (dump->used < MOVE_BYTES)
        return UNPEG_OK;
    return jit_table_move(dump->table, wide_at(dump, MOVE_FROM_AT), wide_at(dump, MOVE_TO_AT));
}

/* Head holds a record's header, or all of the record that is wanted. */
static unpeg_status take_record(jitdump *dump)
{
    uint32_t kind = word_at(dump, 0);
    uint32_t size = word_at(dump, RECORD_SIZE_AT);
    unpeg_status status = UNPEG_OK;
    if (size < RECORD_HEADER) {
        dump->broken = true;
        return UNPEG_OK;
    }
    size_t whole = size < sizeof dump->head ? size : sizeof dump->head;
    if (kind <= RECORD_MOVE && dump->used < whole) {
        dump->want = whole;
        return UNPEG_OK;
    }
    if (kind == RECORD_LOAD)
        status = take_load(dump);
    else if (kind == RECORD_MOVE)
        status = take_move(dump);
    pass(dump, size);
    return status;
}

static unpeg_status take(jitdump *dump)
{
    if (dump->begun)
        return take_record(dump);
    take_file_header(dump);
    return UNPEG_OK;
}

/* How many of len bytes are passed over, or kept. */
static size_t consume(jitdump *dump, const char *bytes, size_t len)
{
    if (dump->skip > 0) {
        size_t part = len < dump->skip ? len : (size_t)dump->skip;
        dump->skip -= part;
        return part;
    }
    size_t part = dump->want - dump->used;
    if (part > len)
        part = len;
    memcpy(dump->head + dump->used, bytes, part);
    dump->used += part;
    return part;
}

unpeg_status jitdump_feed(jitdump *dump, const char *bytes, size_t len)
{
    unpeg_status status = UNPEG_OK;
    while (len > 0 && !dump->broken && status == UNPEG_OK) {
        size_t part = consume(dump, bytes, len);
        bytes += part;
        len -= part;
        if (dump->skip == 0 && dump->used == dump->want)
            status = take(dump);
    }
    return status;
}
