/* SPDX-License-Identifier: MIT */
#include "unpeg/source.h"

#include <stdlib.h>

#include "decompress.h"
#include "raw_input.h"
#include "utf16.h"

/* What is looked at to recognise a format: never more, so that short reads change nothing. */
enum { HEAD_SIZE = 4 };

enum { UTF16_BYTES = 1 << 14 };

typedef struct utf16_stage {
    utf16_decoder decoder;
    size_t text_at, text_len;
    bool ended;
    unsigned char bytes[UTF16_BYTES];
    char text[UTF16_TEXT_MAX(UTF16_BYTES)];
} utf16_stage;

struct unpeg_source {
    raw_input raw;
    bool ready;                 /* the format is known */
    bool keep_encoding;         /* bytes of the text are delivered as they are */
    bool keep_compression;      /* compressed bytes, too */
    decompressor *decompressor; /* NULL: not compressed */
    utf16_stage *utf16;         /* NULL: 8-bit text */
    unsigned char head[HEAD_SIZE];
    size_t head_at, head_len;    /* bytes of the text read to recognise it, to be delivered first */
    char peeked[UNPEG_PEEK_MAX]; /* text that was looked at, to be delivered again */
    size_t peeked_at, peeked_len;
    uint64_t text_start; /* raw position of the text: behind a byte order mark */
    uint64_t bytes_out;  /* of the decompressor */
    unpeg_damage damage;
    unpeg_error failure; /* the first one: every later read fails alike */
};

typedef enum encoding { ENCODING_8BIT, ENCODING_UTF16_LE, ENCODING_UTF16_BE } encoding;

/* Without a mark, two ASCII characters as UTF-16: every log begins with some. */
static encoding encoding_of(const unsigned char *head, size_t len, size_t *ret_mark_len)
{
    *ret_mark_len = 0;
    if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
        *ret_mark_len = 3;
        return ENCODING_8BIT;
    }
    if (len >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 || memcmp(head, "\xfe\xff", 2) == 0)) {
        *ret_mark_len = 2;
        return head[0] == 0xff ? ENCODING_UTF16_LE : ENCODING_UTF16_BE;
    }
    if (len < 4 || (head[0] == 0) != (head[2] == 0) || (head[1] == 0) != (head[3] == 0))
        return ENCODING_8BIT;
    if (head[0] != 0 && head[1] == 0)
        return ENCODING_UTF16_LE;
    return head[0] == 0 && head[1] != 0 ? ENCODING_UTF16_BE : ENCODING_8BIT;
}

static unpeg_status read_decompressed(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                                      unpeg_error *error)
{
    decompressor *d = source->decompressor;
    bool was_damaged = d->damaged;
    unpeg_status status = decompressor_read(d, buffer, size, ret, error);
    source->bytes_out += *ret;
    if (d->damaged && !was_damaged)
        unpeg_damage_add(&source->damage, UNPEG_DAMAGE_CUT_COMPRESSION, 0, source->bytes_out);
    return status;
}

/* 8-bit bytes or UTF-16: what is inside the compression, if there is one. */
static unpeg_status read_bytes(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                               unpeg_error *error)
{
    size_t left = source->head_len - source->head_at;
    if (left != 0) {
        *ret = left < size ? left : size;
        memcpy(buffer, source->head + source->head_at, *ret);
        source->head_at += *ret;
        return UNPEG_OK;
    }
    if (source->decompressor != NULL)
        return read_decompressed(source, buffer, size, ret, error);
    return raw_input_read(&source->raw, buffer, size, ret, error);
}

/* Fills the head from below; fewer bytes than HEAD_SIZE only at the end. */
static unpeg_status fill_head(unpeg_source *source, unpeg_error *error)
{
    size_t have = 0;
    size_t got = 1;
    source->head_at = source->head_len = 0;
    while (have < HEAD_SIZE && got != 0) {
        unpeg_status status =
            read_bytes(source, source->head + have, HEAD_SIZE - have, &got, error);
        if (status != UNPEG_OK)
            return status;
        have += got;
    }
    source->head_len = have;
    return UNPEG_OK;
}

static unpeg_status open_compression(unpeg_source *source, unpeg_error *error)
{
    compression kind = compression_of(source->head, source->head_len);
    if (kind == COMPRESSION_NONE || source->keep_compression)
        return UNPEG_OK;
    if (decompressor_create(kind, &source->raw, source->head, source->head_len,
                            &source->decompressor) != UNPEG_OK)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to decompress");
    return fill_head(source, error);
}

static unpeg_status open_encoding(unpeg_source *source, unpeg_error *error)
{
    size_t mark_len = 0;
    encoding found = ENCODING_8BIT;
    if (!source->keep_encoding)
        found = encoding_of(source->head, source->head_len, &mark_len);
    source->head_at = mark_len;
    source->text_start = mark_len;
    if (found != ENCODING_8BIT) {
        source->utf16 = malloc(sizeof *source->utf16);
        if (source->utf16 == NULL)
            return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to decode UTF-16");
        memset(source->utf16, 0, offsetof(utf16_stage, bytes));
        source->utf16->decoder.big_endian = found == ENCODING_UTF16_BE;
    }
    return UNPEG_OK;
}

/* Recognises compression and encoding. A source that can seek goes back to where the text starts,
 * so that from now on a read is a read(2) into the caller's buffer. */
static unpeg_status make_ready(unpeg_source *source, unpeg_error *error)
{
    unpeg_status status = fill_head(source, error);
    if (status == UNPEG_OK)
        status = open_compression(source, error);
    if (status == UNPEG_OK)
        status = open_encoding(source, error);
    source->ready = status == UNPEG_OK;
    if (source->ready && unpeg_source_can_seek(source))
        status = unpeg_source_seek(source, 0, error);
    return status;
}

static unpeg_status new_source(unpeg_source **ret, unpeg_error *error)
{
    *ret = calloc(1, sizeof **ret);
    return *ret != NULL ? UNPEG_OK : unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open");
}

/* A pipe is not read before the first read is wanted: it may have nothing to say yet. */
static unpeg_status finish_open(unpeg_source *source, unpeg_source **ret, unpeg_error *error)
{
    unpeg_status status = source->raw.can_seek ? make_ready(source, error) : UNPEG_OK;
    if (status == UNPEG_OK)
        *ret = source;
    else
        unpeg_source_close(source);
    return status;
}

unpeg_status unpeg_source_open(const char *path, unpeg_source **ret, unpeg_error *error)
{
    unpeg_source *source;
    unpeg_status status = new_source(&source, error);
    if (status != UNPEG_OK)
        return status;
    status = raw_input_open(&source->raw, path, error);
    if (status != UNPEG_OK) {
        free(source);
        return status;
    }
    return finish_open(source, ret, error);
}

unpeg_status unpeg_source_open_memory(const void *bytes, size_t len, unpeg_source **ret,
                                      unpeg_error *error)
{
    unpeg_source *source;
    unpeg_status status = new_source(&source, error);
    if (status != UNPEG_OK)
        return status;
    raw_input_open_memory(&source->raw, bytes, len);
    return finish_open(source, ret, error);
}

unpeg_status unpeg_source_open_reader(const unpeg_reader *reader, unpeg_source **ret,
                                      unpeg_error *error)
{
    unpeg_status status = new_source(ret, error);
    if (status == UNPEG_OK)
        raw_input_open_reader(&(*ret)->raw, reader);
    return status;
}

unpeg_status unpeg_source_make_raw(unpeg_source *source, unpeg_error *error)
{
    source->keep_encoding = true;
    free(source->utf16);
    source->utf16 = NULL;
    source->head_at = 0;
    source->text_start = 0;
    return unpeg_source_can_seek(source) ? unpeg_source_seek(source, 0, error) : UNPEG_OK;
}

unpeg_status unpeg_source_make_verbatim(unpeg_source *source, unpeg_error *error)
{
    source->keep_compression = true;
    decompressor_destroy(source->decompressor);
    source->decompressor = NULL;
    return unpeg_source_make_raw(source, error);
}

void unpeg_source_on_interrupt(unpeg_source *source, unpeg_interrupted_fn ask, void *user)
{
    source->raw.interrupted = ask;
    source->raw.interrupted_user = user;
}

static unpeg_status refill_utf16(unpeg_source *source, unpeg_error *error)
{
    utf16_stage *stage = source->utf16;
    size_t got;
    unpeg_status status = read_bytes(source, stage->bytes, sizeof stage->bytes, &got, error);
    if (status != UNPEG_OK)
        return status;
    stage->text_at = 0;
    stage->ended = got == 0;
    stage->text_len = stage->ended ? utf16_finish(&stage->decoder, stage->text, &source->damage)
                                   : utf16_decode(&stage->decoder, stage->bytes, got, stage->text,
                                                  &source->damage);
    return UNPEG_OK;
}

static unpeg_status read_utf16(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                               unpeg_error *error)
{
    utf16_stage *stage = source->utf16;
    while (stage->text_at == stage->text_len && !stage->ended) {
        unpeg_status status = refill_utf16(source, error);
        if (status != UNPEG_OK)
            return status;
    }
    size_t left = stage->text_len - stage->text_at;
    *ret = left < size ? left : size;
    memcpy(buffer, stage->text + stage->text_at, *ret);
    stage->text_at += *ret;
    return UNPEG_OK;
}

static unpeg_status read_text(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                              unpeg_error *error)
{
    unpeg_status status = source->ready ? UNPEG_OK : make_ready(source, error);
    if (status != UNPEG_OK)
        return status;
    size_t left = source->peeked_len - source->peeked_at;
    if (left != 0) {
        *ret = left < size ? left : size;
        memcpy(buffer, source->peeked + source->peeked_at, *ret);
        source->peeked_at += *ret;
        return UNPEG_OK;
    }
    if (source->utf16 != NULL)
        return read_utf16(source, buffer, size, ret, error);
    return read_bytes(source, buffer, size, ret, error);
}

unpeg_status unpeg_source_read(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                               unpeg_error *error)
{
    *ret = 0;
    if (source->failure.status == UNPEG_OK && size != 0 &&
        read_text(source, buffer, size, ret, &source->failure) == UNPEG_OK)
        return UNPEG_OK;
    if (source->failure.status == UNPEG_OK)
        return UNPEG_OK;
    if (error != NULL)
        *error = source->failure;
    return source->failure.status;
}

unpeg_status unpeg_source_peek(unpeg_source *source, void *buffer, size_t size, size_t *ret,
                               unpeg_error *error)
{
    size_t got = 1;
    unpeg_status status = UNPEG_OK;
    *ret = 0;
    if (size > UNPEG_PEEK_MAX || source->peeked_at != 0)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "too late or too long a look");
    size_t have = source->peeked_len;
    source->peeked_len = 0;
    while (status == UNPEG_OK && have < size && got != 0) {
        status = unpeg_source_read(source, source->peeked + have, size - have, &got, error);
        have += got;
    }
    source->peeked_len = have;
    *ret = have < size ? have : size;
    memcpy(buffer, source->peeked, *ret);
    if (status != UNPEG_OK || !unpeg_source_can_seek(source))
        return status;
    source->peeked_len = 0;
    return unpeg_source_seek(source, 0, error);
}

bool unpeg_source_can_seek(const unpeg_source *source)
{
    return source->ready && source->raw.can_seek && source->decompressor == NULL &&
           source->utf16 == NULL;
}

unpeg_status unpeg_source_seek(unpeg_source *source, uint64_t offset, unpeg_error *error)
{
    uint64_t position;
    if (!unpeg_source_can_seek(source))
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "only plain files can be read from within");
    if (__builtin_add_overflow(source->text_start, offset, &position))
        return unpeg_error_set(error, UNPEG_ARGUMENT, "offset out of range");
    source->head_at = source->head_len;
    return raw_input_seek(&source->raw, position, error);
}

/* What lies before the text of a file in which one can seek: a byte order mark is not of the text.
 */
static uint64_t without_mark(const unpeg_source *source, uint64_t bytes)
{
    uint64_t mark = unpeg_source_can_seek(source) ? source->text_start : 0;
    return bytes > mark ? bytes - mark : 0;
}

uint64_t unpeg_source_size(const unpeg_source *source)
{
    return without_mark(source, raw_input_size(&source->raw));
}

uint64_t unpeg_source_position(const unpeg_source *source)
{
    return without_mark(source, source->raw.position);
}

const unpeg_damage *unpeg_source_damage(const unpeg_source *source)
{
    return &source->damage;
}

void unpeg_source_close(unpeg_source *source)
{
    if (source == NULL)
        return;
    raw_input_close(&source->raw);
    decompressor_destroy(source->decompressor);
    free(source->utf16);
    free(source);
}
