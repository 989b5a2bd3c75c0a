/* SPDX-License-Identifier: MIT */
#include "grow.h"

#include <stdlib.h>

enum {
    SMALL_BYTES = 16 << 10, /* copied when they grow */
    LARGE_BYTES = 256 << 10 /* mapped by malloc on their own: grown in place, touched when used */
};

bool grow_reserve(void **items, size_t *capacity, size_t needed, size_t item_size)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (item_size > 0 && wanted > SMALL_BYTES / item_size && wanted < LARGE_BYTES / item_size)
        wanted = LARGE_BYTES / item_size;
    size_t bytes;
    if (__builtin_mul_overflow(wanted, item_size, &bytes))
        return false;
    void *grown = realloc(*items, bytes);
    if (!grown)
        return false;
    *items = grown;
    *capacity = wanted;
    return true;
}
