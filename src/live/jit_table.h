/* SPDX-License-Identifier: MIT
 *
 * Generated code by address, with the names that a program wrote down about it.
 *
 *     jit_table *table;
 *     jit_table_create(&table);
 *     jit_table_add(table, 0x2000, 64, unpeg_slice_of("JS:*inner /srv/a.js:3:15"));
 *     if (jit_table_find(table, pc, interrupted, &frame) == UNPEG_OK) use(&frame);
 *     jit_table_destroy(table);
 *
 * The rules are those of a log: what is added later wins, V8's tags and marks become kinds and
 * tiers. A text without a tag of V8's is the name as a whole, of a stub.
 */
#ifndef UNPEG_LIVE_JIT_TABLE_H
#define UNPEG_LIVE_JIT_TABLE_H

#include "unpeg/profile.h"
#include "unpeg/record.h"

typedef struct jit_table jit_table;

enum { JIT_NAME_BYTES = 4096 }; /* of a name; longer ones are cut */

/* NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_table_create(jit_table **ret);
void jit_table_destroy(jit_table *table); /* NULL is allowed */

/* Ranges that cannot be are left out. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_table_add(jit_table *table, unpeg_addr start, uint64_t size,
                                            unpeg_slice text);
UNPEG_MUST_CHECK unpeg_status jit_table_move(jit_table *table, unpeg_addr from, unpeg_addr to);

/* A row of V8's log: code that is created, moved or deleted; others are left out. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_table_log(jit_table *table, const unpeg_record *record);

/* pc is the next instruction where it was interrupted, else a return address. ret's slices live
 * with the table. NOT_FOUND; NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_table_find(jit_table *table, unpeg_addr pc, bool interrupted,
                                             unpeg_frame *ret);

#endif
