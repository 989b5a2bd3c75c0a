/* SPDX-License-Identifier: MIT */
#include "body.h"

#include <stdlib.h>
#include <zstd.h>

enum {
    LEVEL = 3, /* a quarter of the CPU time of gzip -1, and smaller */
    IN_BYTES = 128 << 10,
    OUT_BYTES = 132 << 10, /* a block of zstd and its headers */
    /* What one step and the end of a frame may still add. */
    FRAME_SLACK = 512 << 10,
};

typedef struct packer {
    ZSTD_CCtx *zstd;
    bool ending; /* the frame takes no more than what is in */
    bool ended;
    size_t frame_bytes;
    size_t in_at, in_len, out_at, out_len;
    char in[IN_BYTES];
    char out[OUT_BYTES];
} packer;

struct body {
    const local_file *file;
    uint64_t offset; /* of the next byte of the file */
    packer *packer;  /* NULL: raw */
};

static packer *packer_create(void)
{
    packer *p = malloc(sizeof *p);
    if (p == NULL)
        return NULL;
    memset(p, 0, offsetof(packer, in));
    p->zstd = ZSTD_createCCtx();
    if (p->zstd == NULL) {
        free(p);
        return NULL;
    }
    (void)ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, LEVEL);
    (void)ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
    return p;
}

unpeg_status body_open(const local_file *file, bool zstd, body **ret, unpeg_error *error)
{
    body *b = calloc(1, sizeof *b);
    if (b != NULL && zstd)
        b->packer = packer_create();
    if (b == NULL || (zstd && b->packer == NULL)) {
        free(b);
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to read the file");
    }
    b->file = file;
    *ret = b;
    return UNPEG_OK;
}

static uint64_t bytes_left(const body *b)
{
    return b->file->bytes - b->offset;
}

/* Always in the same pieces, so that the output is the same. */
static unpeg_status refill(body *b, unpeg_error *error)
{
    packer *p = b->packer;
    if (p->in_at < p->in_len || bytes_left(b) == 0)
        return UNPEG_OK;
    p->in_at = 0;
    p->in_len = bytes_left(b) < IN_BYTES ? (size_t)bytes_left(b) : IN_BYTES;
    unpeg_status status = local_file_read(b->file, b->offset, p->in, p->in_len, error);
    b->offset += p->in_len;
    return status;
}

static unpeg_status pack(body *b, unpeg_error *error)
{
    packer *p = b->packer;
    unpeg_status status = refill(b, error);
    if (status != UNPEG_OK)
        return status;
    p->ending = p->ending || bytes_left(b) == 0 || p->frame_bytes >= BODY_FRAME_BYTES - FRAME_SLACK;
    ZSTD_inBuffer in = {p->in, p->in_len, p->in_at};
    ZSTD_outBuffer out = {p->out, sizeof p->out, 0};
    size_t left =
        ZSTD_compressStream2(p->zstd, &out, &in, p->ending ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left))
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "cannot compress: %s",
                               ZSTD_getErrorName(left));
    p->in_at = in.pos;
    p->out_at = 0;
    p->out_len = out.pos;
    p->frame_bytes += out.pos;
    if (p->ending && left == 0) {
        p->ending = false;
        p->frame_bytes = 0;
        p->ended = bytes_left(b) == 0;
    }
    return UNPEG_OK;
}

static unpeg_status read_packed(body *b, void *buffer, size_t size, size_t *ret, unpeg_error *error)
{
    packer *p = b->packer;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && *ret < size) {
        size_t len = p->out_len - p->out_at < size - *ret ? p->out_len - p->out_at : size - *ret;
        memcpy((char *)buffer + *ret, p->out + p->out_at, len);
        p->out_at += len;
        *ret += len;
        if (p->out_at < p->out_len)
            continue;
        if (p->ended)
            break;
        status = pack(b, error);
    }
    return status;
}

unpeg_status body_read(body *b, void *buffer, size_t size, size_t *ret, unpeg_error *error)
{
    *ret = 0;
    if (b->packer != NULL)
        return read_packed(b, buffer, size, ret, error);
    size_t len = bytes_left(b) < size ? (size_t)bytes_left(b) : size;
    unpeg_status status = local_file_read(b->file, b->offset, buffer, len, error);
    if (status == UNPEG_OK) {
        b->offset += len;
        *ret = len;
    }
    return status;
}

uint64_t body_position(const body *b)
{
    return b->offset;
}

uint64_t body_bytes_max(const body *b)
{
    /* zstd adds at most a byte in 256 and a few for each block and frame. */
    return b->packer == NULL ? b->file->bytes : b->file->bytes + b->file->bytes / 128 + 1024;
}

void body_close(body *b)
{
    if (b != NULL && b->packer != NULL) {
        ZSTD_freeCCtx(b->packer->zstd);
        free(b->packer);
    }
    free(b);
}
