/* SPDX-License-Identifier: MIT
 *
 * Memory of a running process by process_vm_readv, behind target_memory: pages are kept until they
 * are forgotten, so that a walk over near words costs one call.
 *
 *     remote_memory *remote;
 *     remote_memory_create(pid, &remote);
 *     target_memory live = remote_memory_access(remote);
 *     remote_memory_forget(remote);                       before each sample
 *     remote_memory_destroy(remote);
 *
 * The process runs on while it is read. Needs the same right as ptrace.
 */
#ifndef UNPEG_SAMPLER_REMOTE_MEMORY_H
#define UNPEG_SAMPLER_REMOTE_MEMORY_H

#include "memory.h"

enum { REMOTE_READ_MAX = 64 << 20 }; /* bytes of one read; more is NOT_FOUND */

typedef struct remote_memory remote_memory;

typedef struct remote_memory_counts {
    uint64_t reads, calls, bytes; /* asked for; system calls; bytes that they brought */
} remote_memory_counts;

UNPEG_MUST_CHECK unpeg_status remote_memory_create(int32_t pid, remote_memory **ret);
void remote_memory_destroy(remote_memory *remote); /* NULL is allowed */

/* What is read through it fails with NOT_FOUND where nothing is mapped, with OS once the process is
 * gone, with PERMISSION, and with DEADLINE. Valid until destroy. */
target_memory remote_memory_access(remote_memory *remote);

/* The pages read so far are read anew. */
void remote_memory_forget(remote_memory *remote);

/* After this time (CLOCK_MONOTONIC) reads that need a call fail with DEADLINE; INT64_MAX: never. */
void remote_memory_set_deadline(remote_memory *remote, int64_t time_us);

remote_memory_counts remote_memory_counted(const remote_memory *remote);

/* As many of size bytes from address on as there are, without the pages that are kept; 0 where
 * nothing is mapped. *ret_errno is 0 or why there are fewer. */
size_t remote_memory_copy(int32_t pid, unpeg_addr address, void *bytes, size_t size,
                          int *ret_errno);

#endif
