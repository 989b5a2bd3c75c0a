/* SPDX-License-Identifier: MIT */
#include "ref_timed.h"

#include <stdlib.h>

#include "grow.h"
#include "ref_row.h"

typedef struct held_row {
    uint64_t number;
    size_t len;
} held_row;

bool ref_timed_is_marker(unpeg_slice line)
{
    return ref_line_starts_with(line, "current-time");
}

void ref_timed_deinit(ref_timed *timed)
{
    free(timed->held);
    *timed = (ref_timed){0};
}

static unpeg_status hold(ref_timed *timed, uint64_t number, unpeg_slice line)
{
    held_row row = {number, line.len};
    size_t needed = timed->held_len + sizeof row + line.len;
    if (!grow_reserve((void **)&timed->held, &timed->held_capacity, needed, 1))
        return UNPEG_NO_MEMORY;
    memcpy(timed->held + timed->held_len, &row, sizeof row);
    memcpy(timed->held + timed->held_len + sizeof row, line.data, line.len);
    timed->held_len = needed;
    return UNPEG_OK;
}

static unpeg_status release(ref_timed *timed)
{
    unpeg_status status = UNPEG_OK;
    for (size_t at = 0; at < timed->held_len && status == UNPEG_OK;) {
        held_row row;
        memcpy(&row, timed->held + at, sizeof row);
        at += sizeof row;
        status = timed->process(timed->user, row.number, (unpeg_slice){timed->held + at, row.len});
        at += row.len;
    }
    timed->held_len = 0;
    return status;
}

unpeg_status ref_timed_line(ref_timed *timed, uint64_t number, unpeg_slice line)
{
    if (!ref_timed_is_marker(line)) {
        if (timed->seen_marker)
            return hold(timed, number, line);
        if (ref_line_starts_with(line, "tick"))
            return UNPEG_OK;
        return timed->process(timed->user, number, line);
    }
    if (!timed->seen_marker) {
        timed->seen_marker = true;
        return UNPEG_OK;
    }
    timed->seen_marker = !timed->pairwise;
    return release(timed);
}
