/* SPDX-License-Identifier: MIT */
#include "ref_lines.h"

#include <stdlib.h>

#include "grow.h"

enum { READ_BYTES = 1 << 18 };

void ref_lines_deinit(ref_lines *lines)
{
    free(lines->buffer);
    lines->buffer = NULL;
    lines->capacity = 0;
}

/* Drops what was seen of a line that nobody wants. */
static void drop_unwanted(ref_lines *lines)
{
    if (!lines->skipping && lines->end - lines->start >= REF_LINE_HEAD) {
        unpeg_slice head = {lines->buffer + lines->start, REF_LINE_HEAD};
        lines->skipping = !lines->wanted(lines->user, head);
    }
    if (lines->skipping)
        lines->start = lines->end;
    lines->scanned = lines->end;
}

/* Reads more behind the bytes of the incomplete line, which move to the front. */
static unpeg_status read_more(ref_lines *lines, unpeg_error *error)
{
    size_t kept = lines->end - lines->start;
    size_t got;
    if (kept != 0)
        memmove(lines->buffer, lines->buffer + lines->start, kept);
    lines->start = 0;
    lines->scanned = lines->end = kept;
    if (!grow_reserve((void **)&lines->buffer, &lines->capacity, kept + READ_BYTES, 1))
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for a line");
    unpeg_status status =
        unpeg_source_read(lines->source, lines->buffer + kept, READ_BYTES, &got, error);
    lines->end += got;
    lines->ended = got == 0;
    return status;
}

/* Searches the next line end; false if there is none yet. */
static bool take_line(ref_lines *lines, unpeg_slice *ret)
{
    size_t left = lines->end - lines->scanned;
    const char *stop = left != 0 ? memchr(lines->buffer + lines->scanned, '\n', left) : NULL;
    if (stop == NULL)
        return false;
    size_t at = (size_t)(stop - lines->buffer);
    *ret = (unpeg_slice){lines->buffer + lines->start, at - lines->start};
    lines->start = lines->scanned = at + 1;
    lines->line++;
    return true;
}

unpeg_status ref_lines_next(ref_lines *lines, unpeg_slice *ret, unpeg_error *error)
{
    *ret = (unpeg_slice){NULL, 0};
    while (!lines->ended) {
        if (take_line(lines, ret)) {
            if (!lines->skipping)
                return UNPEG_OK;
            lines->skipping = false;
            *ret = (unpeg_slice){NULL, 0};
            continue;
        }
        drop_unwanted(lines);
        unpeg_status status = read_more(lines, error);
        if (status != UNPEG_OK)
            return status;
    }
    return UNPEG_OK;
}
