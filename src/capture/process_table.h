/* SPDX-License-Identifier: MIT
 *
 * The processes of this machine, as far as /proc shows them: who writes which log, and how much
 * processor time each has used.
 *
 *     open_file files[] = {{.name = "v8.log", .device = 1, .inode = 2}};
 *     process_table table;
 *     process_table_read("/proc", files, 1, &table);
 *     const process *writer = process_table_find(&table, files[0].writer);
 *     process_table_free(&table);
 *
 * A process that lives in a pid namespace of its own calls itself by another number than the one
 * it has here; NSpid in /proc/PID/status has both.
 */
#ifndef UNPEG_CAPTURE_PROCESS_TABLE_H
#define UNPEG_CAPTURE_PROCESS_TABLE_H

#include "unpeg/status.h"

typedef struct process {
    int pid;           /* as we see it */
    int inner_pid;     /* as it sees itself */
    int64_t start_s;   /* since 1970, to a second or two */
    uint64_t ticks;    /* processor time of all its threads, in clock ticks */
    bool files_hidden; /* we may not see what it has open */
} process;

/* In: a file, by the name it was opened with and by what it is. Out: who has it open for writing,
 * the process that calls itself named_pid before others; 0 for nobody that can be seen. */
typedef struct open_file {
    const char *name;
    uint64_t device, inode;
    int named_pid;
    int writer;
} open_file;

typedef struct process_table {
    process *items; /* by pid */
    size_t count, capacity;
    int64_t boot_s;
} process_table;

/* files must be sorted by name. A root without processes gives an empty table. Fails with
 * NO_MEMORY only. */
unpeg_status process_table_read(const char *root, open_file *files, size_t count,
                                process_table *ret);
void process_table_free(process_table *table);

/* NULL if there is none. */
const process *process_table_find(const process_table *table, int pid);

/* The process that calls itself inner_pid: the only one, else NULL. */
const process *process_table_find_inner(const process_table *table, int inner_pid);

/* Processor time of a process by now; false if it is gone. */
bool process_ticks(const char *root, int pid, uint64_t *ret);

#endif
