/* SPDX-License-Identifier: MIT
 *
 * Reading memory of another process, live or saved: the one door through which the unwinder and
 * the heap reader see it.
 *
 *     target_memory memory = {.read = read_remote, .user = &remote};
 *     uint64_t word;
 *     if (memory_read_u64(&memory, frame_pointer + 8, &word) == UNPEG_OK)
 *         use(word);
 *
 * Everything read is hostile: it may change between two reads, and any value may come back.
 * Little-endian, as all targets are.
 */
#ifndef UNPEG_TARGET_MEMORY_H
#define UNPEG_TARGET_MEMORY_H

#include "unpeg/status.h"

/* Exactly size bytes from address into bytes, or NOT_FOUND where any of them cannot be read;
 * another status (STOPPED, DEADLINE, OS) ends the whole work. */
typedef unpeg_status (*memory_read_fn)(void *user, unpeg_addr address, void *bytes, size_t size);

typedef struct target_memory {
    memory_read_fn read;
    void *user;
} target_memory;

/* Exactly size bytes. NOT_FOUND also where address + size runs over. */
UNPEG_MUST_CHECK unpeg_status memory_read(const target_memory *memory, unpeg_addr address,
                                          void *bytes, size_t size);
UNPEG_MUST_CHECK unpeg_status memory_read_u16(const target_memory *memory, unpeg_addr address,
                                              uint16_t *ret);
UNPEG_MUST_CHECK unpeg_status memory_read_u32(const target_memory *memory, unpeg_addr address,
                                              uint32_t *ret);
UNPEG_MUST_CHECK unpeg_status memory_read_u64(const target_memory *memory, unpeg_addr address,
                                              uint64_t *ret);

#endif
