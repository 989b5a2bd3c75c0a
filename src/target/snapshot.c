/* SPDX-License-Identifier: MIT */
#include "snapshot.h"

static unpeg_status read_stack_first(void *user, unpeg_addr address, void *bytes, size_t size)
{
    const snapshot_view *view = user;
    const target_snapshot *snapshot = view->snapshot;
    uint64_t offset = address - snapshot->stack_start;
    if (address >= snapshot->stack_start && offset <= snapshot->stack_size &&
        size <= snapshot->stack_size - offset) {
        memcpy(bytes, snapshot->stack + offset, size);
        return UNPEG_OK;
    }
    return memory_read(view->live, address, bytes, size);
}

target_memory snapshot_memory(snapshot_view *view, const target_snapshot *snapshot,
                              const target_memory *live)
{
    *view = (snapshot_view){.snapshot = snapshot, .live = live};
    return (target_memory){.read = read_stack_first, .user = view};
}
