/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

static unpeg_addr least(unpeg_addr a, unpeg_addr b)
{
    return a < b ? a : b;
}

/* What lies below the copy, in it, and behind it: each part from where it was last seen. */
static unpeg_status read_stack_first(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const snapshot_view *view = user;
    const target_snapshot *snapshot = view->snapshot;
    unpeg_addr start = snapshot->stack_start, end = address + size;
    unpeg_addr copied_end = start + snapshot->stack_size;
    if (end <= start || address >= copied_end)
        return memory_read(view->live, address, bytes, size);
    unpeg_status status = UNPEG_OK;
    unpeg_addr at = address;
    if (at < start) {
        status = memory_read(view->live, at, bytes, (size_t)(start - at));
        at = start;
    }
    unpeg_addr part_end = least(end, copied_end);
    unsigned char *next = (unsigned char *)bytes + (at - address);
    memcpy(next, snapshot->stack + (at - start), (size_t)(part_end - at));
    next += part_end - at;
    if (status == UNPEG_OK && part_end < end)
        status = memory_read(view->live, part_end, next, (size_t)(end - part_end));
    return status;
}

target_memory snapshot_memory(snapshot_view *view, const target_snapshot *snapshot,
                              const target_memory *live)
{
    *view = (snapshot_view){.snapshot = snapshot, .live = live};
    return (target_memory){.read = read_stack_first, .user = view};
}
