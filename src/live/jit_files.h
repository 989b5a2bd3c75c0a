/* SPDX-License-Identifier: MIT
 *
 * What a running process writes down about the code that it generates: its perf map, its jitdump,
 * V8's log. Read on as they grow.
 *
 *     jit_files *files;
 *     jit_files_create(pid, &files);
 *     jit_files_update(files);                         where an address has no name yet
 *     jit_table_find(jit_files_table(files), pc, interrupted, &frame);
 *     jit_files_destroy(files);
 *
 * They are found among the files that the process has open, the perf map also by its name below
 * the process' /tmp. Nothing is opened before the first update.
 */
#ifndef UNPEG_LIVE_JIT_FILES_H
#define UNPEG_LIVE_JIT_FILES_H

#include "jit_table.h"

typedef struct jit_files jit_files;

/* NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_files_create(int32_t pid, jit_files **ret);
void jit_files_destroy(jit_files *files); /* NULL is allowed */

/* Reads what is new. Files that cannot be read are left out. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status jit_files_update(jit_files *files);

jit_table *jit_files_table(jit_files *files);

#endif
