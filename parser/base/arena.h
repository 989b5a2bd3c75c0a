/* SPDX-License-Identifier: MIT
 *
 * An arena: bytes that all live until the arena ends.
 *
 *     arena names = {0};
 *     char *copy = arena_copy(&names, text, len);
 *     arena_deinit(&names);
 *
 * A zeroed arena is a valid empty one. Blocks never move, so pointers stay valid.
 */
#ifndef UNPEG_BASE_ARENA_H
#define UNPEG_BASE_ARENA_H

#include "unpeg/base.h"

typedef struct arena_block arena_block;

typedef struct arena {
    arena_block *blocks;
    char *next;
    size_t left;
    size_t used_bytes; /* sum of all requests */
} arena;

/* size bytes, aligned for any type; NULL when there is no memory. */
void *arena_alloc(arena *a, size_t size);

/* An unaligned copy of text; NULL when there is no memory. A copy of 0 bytes is not NULL. */
char *arena_copy(arena *a, const char *text, size_t len);

void arena_deinit(arena *a);

#endif
