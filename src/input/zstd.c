/* SPDX-License-Identifier: MIT */
#include <zstd.h>
#include <zstd_errors.h>

#include "decompress.h"

static unpeg_status zstd_start(decompressor *d)
{
    d->state = ZSTD_createDCtx();
    if (d->state == NULL)
        return UNPEG_NO_MEMORY;
    (void)ZSTD_DCtx_setParameter(d->state, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
    d->next_step = 1;
    return UNPEG_OK;
}

static void zstd_stop(decompressor *d)
{
    ZSTD_freeDCtx(d->state);
}

/* A first frame that this build cannot read is a failure with its reason; everything else, and
 * the same later in the file, is damage behind what was delivered. */
static unpeg_status zstd_failed(decompressor *d, size_t result, unpeg_error *error)
{
    ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    if (code == ZSTD_error_memory_allocation)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to decompress zstd");
    if (code == ZSTD_error_frameParameter_windowTooLarge && !d->delivered)
        return unpeg_error_set(error, UNPEG_LIMIT, "zstd window larger than %d MiB",
                               1 << (ZSTD_WINDOW_LOG_MAX - 20));
    if (code == ZSTD_error_dictionary_wrong && !d->delivered)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED, "compressed with a zstd dictionary");
    d->ended = d->damaged = true;
    return UNPEG_OK;
}

/* Each step gets only what zstd asked for, one block at most, and nothing while it holds decoded
 * text back. When a step fails, what it decoded is lost, and this way that is no good text. */
static unpeg_status zstd_step(decompressor *d, void *out, size_t size, size_t *ret,
                              unpeg_error *error)
{
    size_t left = d->in_len - d->in_at;
    if (!d->in_frame && left == 0)
        return UNPEG_OK;
    size_t wanted = d->more_output ? 0 : d->next_step;
    ZSTD_inBuffer in = {d->in + d->in_at, left < wanted ? left : wanted, 0};
    ZSTD_outBuffer text = {out, size, 0};
    size_t result = ZSTD_decompressStream(d->state, &text, &in);
    d->in_at += in.pos;
    *ret = text.pos;
    if (ZSTD_isError(result))
        return zstd_failed(d, result, error);
    d->in_frame = result != 0;
    d->next_step = result != 0 ? result : 1;
    return UNPEG_OK;
}

const decompress_format zstd_format = {zstd_start, zstd_step, zstd_stop};
