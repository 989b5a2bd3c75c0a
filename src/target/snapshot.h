/* SPDX-License-Identifier: MIT
 *
 * What is kept of a thread from the moment it was stopped: its registers and one copy of its
 * stack. Everything else is read later, while the thread runs again.
 *
 *     target_memory stack_first = snapshot_memory(&view, snapshot, &live);
 *     memory_read_u64(&stack_first, snapshot->stack_start + 8, &word);   from the copy
 *     memory_read_u64(&stack_first, code_object, &word);                 from the live process
 */
#ifndef UNPEG_TARGET_SNAPSHOT_H
#define UNPEG_TARGET_SNAPSHOT_H

#include "memory.h"
#include "registers.h"

typedef struct target_snapshot {
    int64_t time_us; /* CLOCK_MONOTONIC */
    int32_t tid;
    target_registers registers;
    unpeg_addr stack_start; /* of the first byte of stack; the stack pointer */
    const unsigned char *stack;
    size_t stack_size; /* bytes; the copy may end before the stack does */
} target_snapshot;

/* Both must outlive the memory made from the view. */
typedef struct snapshot_view {
    const target_snapshot *snapshot;
    const target_memory *live;
} snapshot_view;

/* Memory that answers from the copied stack for every byte that is in it, else from live. */
target_memory snapshot_memory(snapshot_view *view, const target_snapshot *snapshot,
                              const target_memory *live);

#endif
