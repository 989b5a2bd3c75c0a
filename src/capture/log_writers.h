/* SPDX-License-Identifier: MIT
 *
 * Which process writes which log of a folder.
 *
 *     log_writers writers;
 *     log_writers_find("/proc", &logs, &writers);
 *     if (writers.of[i].pid != 0 && writers.of[i].seen) ...       (it has logs.files[i] open)
 *     log_writers_free(&writers);
 *
 * Seen is a process that has the file open for writing. Where that is not shown to us, the process
 * that the name of the log names, if it is alive and began before the log was last written to.
 */
#ifndef UNPEG_CAPTURE_LOG_WRITERS_H
#define UNPEG_CAPTURE_LOG_WRITERS_H

#include "log_dir.h"

typedef struct log_writer {
    int pid;   /* as we see it; 0: none */
    bool seen; /* has it open; else only the name says so */
} log_writer;

typedef struct log_writers {
    log_writer *of; /* for each file of the folder */
} log_writers;

/* Fails with NO_MEMORY only. */
unpeg_status log_writers_find(const char *proc_root, const log_dir *dir, log_writers *ret);
void log_writers_free(log_writers *writers);

#endif
