/* SPDX-License-Identifier: MIT
 *
 * The names of the builtins as a stripped binary still has them: V8's own table, one entry for each
 * builtin in the order of their numbers.
 *
 *     v8_name_table table;
 *     if (v8_name_table_load(image, &table) == UNPEG_OK)
 *         use(table.names[number]);
 *     v8_name_table_deinit(&table);
 *
 * An entry begins with a pointer to the name and has 24 bytes. The table is found by the name of
 * one of the first builtins, through the relocations that make the pointers.
 */
#ifndef UNPEG_V8HEAP_V8_NAME_TABLE_H
#define UNPEG_V8HEAP_V8_NAME_TABLE_H

#include "arena.h"
#include "v8_image.h"

typedef struct v8_name_table {
    unpeg_slice *names; /* what is behind the last builtin may look like more names */
    size_t count;
    arena texts;
} v8_name_table;

/* NOT_FOUND: no such table. NO_MEMORY, OS. Overwrites *ret. */
UNPEG_MUST_CHECK unpeg_status v8_name_table_load(const v8_image *image, v8_name_table *ret);
void v8_name_table_deinit(v8_name_table *table);

#endif
