/* SPDX-License-Identifier: MIT
 *
 * Hashing bytes and words: fast, not keyed.
 *
 *     uint64_t h = hash_bytes(name.data, name.len, 0);
 *     uint64_t k = hash_mix(parent, frame);
 *
 * There is no secret key: over hostile input a table may see long probe runs, which cost time only.
 */
#ifndef UNPEG_BASE_HASH_H
#define UNPEG_BASE_HASH_H

#include "unpeg/base.h"

/* 64 x 64 -> 128 bit multiply, folded. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xD6E8FEB86659FD93));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_bytes(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t h = seed ^ len;
    uint64_t a = 0;
    uint64_t b = 0;
    for (; len >= 16; len -= 16, at += 16) {
        memcpy(&a, at, 8);
        memcpy(&b, at + 8, 8);
        h = hash_mix(h ^ a, b + 0x51);
    }
    a = b = 0;
    if (len >= 8) {
        memcpy(&a, at, 8);
        memcpy(&b, at + len - 8, 8);
    } else if (len > 0) {
        memcpy(&a, at, len);
    }
    return hash_mix(h ^ a, b + 0x77);
}

#endif
