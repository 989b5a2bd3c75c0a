/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>

struct arena_block {
    arena_block *next;
    alignas(max_align_t) char bytes[];
};

enum { BLOCK_BYTES = 64 * 1024 - 64 };

static char *new_block(arena *a, size_t size)
{
    size_t bytes;
    if (__builtin_add_overflow(size, sizeof(arena_block), &bytes))
        return NULL;
    arena_block *block = malloc(bytes);
    if (!block)
        return NULL;
    block->next = a->blocks;
    a->blocks = block;
    return block->bytes;
}

static char *take(arena *a, size_t size)
{
    a->used_bytes += size;
    if (size > BLOCK_BYTES / 4)
        return new_block(a, size);
    if (size > a->left) {
        char *bytes = new_block(a, BLOCK_BYTES);
        if (!bytes)
            return NULL;
        a->next = bytes;
        a->left = BLOCK_BYTES;
    }
    char *result = a->next;
    a->next += size;
    a->left -= size;
    return result;
}

void *arena_alloc(arena *a, size_t size)
{
    size_t skew = a->left % alignof(max_align_t);
    /* left shrinks from an aligned block end, so aligning left aligns next. */
    if (skew <= a->left && a->next) {
        a->next += skew;
        a->left -= skew;
    }
    size_t rounded;
    if (__builtin_add_overflow(size, alignof(max_align_t) - 1, &rounded))
        return NULL;
    return take(a, rounded - rounded % alignof(max_align_t));
}

char *arena_copy(arena *a, const char *text, size_t len)
{
    char *copy = take(a, len ? len : 1);
    if (copy && len)
        memcpy(copy, text, len);
    return copy;
}

void arena_deinit(arena *a)
{
    while (a->blocks) {
        arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    *a = (arena){0};
}
