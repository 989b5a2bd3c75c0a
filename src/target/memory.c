/* SPDX-License-Identifier: MIT */
#include "memory.h"

unpeg_status memory_read(const target_memory *memory, unpeg_addr address, void *bytes, size_t size)
{
    if (size > UINT64_MAX - address)
        return UNPEG_NOT_FOUND;
    return memory->read(memory->user, address, bytes, size);
}

unpeg_status memory_read_u16(const target_memory *memory, unpeg_addr address, uint16_t *ret)
{
    return memory_read(memory, address, ret, sizeof *ret);
}

unpeg_status memory_read_u32(const target_memory *memory, unpeg_addr address, uint32_t *ret)
{
    return memory_read(memory, address, ret, sizeof *ret);
}

unpeg_status memory_read_u64(const target_memory *memory, unpeg_addr address, uint64_t *ret)
{
    return memory_read(memory, address, ret, sizeof *ret);
}
