/* SPDX-License-Identifier: MIT
 *
 * Reads a jitdump, jit-PID.dump: a record for each piece of generated code, while it grows.
 *
 *     jitdump *dump;
 *     jitdump_create(table, &dump);
 *     jitdump_feed(dump, bytes, len);        any number of times, in any pieces
 *     jitdump_destroy(dump);
 *
 * tools/perf/Documentation/jitdump-specification.txt of Linux. Loads and moves of code are taken,
 * the code itself and other records are passed over. Of a file in the other byte order, or whose
 * records go wrong, nothing more is read.
 */
#ifndef UNPEG_LIVE_JITDUMP_H
#define UNPEG_LIVE_JITDUMP_H

#include "jit_table.h"

typedef struct jitdump jitdump;

/* table outlives the dump. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jitdump_create(jit_table *table, jitdump **ret);
void jitdump_destroy(jitdump *dump); /* NULL is allowed */

/* NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jitdump_feed(jitdump *dump, const char *bytes, size_t len);

#endif
