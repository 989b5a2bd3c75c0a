/* SPDX-License-Identifier: MIT
 *
 * A folder of logs: which of its files are logs of a prefix, and what they are now.
 *
 *     log_dir logs;
 *     log_dir_open("/tmp", "prerender-", &logs, &error);
 *     log_dir_refresh(&logs);                 (sizes and times as they are by now)
 *     log_dir_close(&logs);
 */
#ifndef UNPEG_CAPTURE_LOG_DIR_H
#define UNPEG_CAPTURE_LOG_DIR_H

#include "arena.h"
#include "log_name.h"
#include "unpeg/status.h"

typedef enum log_kind { LOG_REGULAR, LOG_LINK, LOG_SPECIAL, LOG_GONE } log_kind;

typedef struct log_file {
    const char *name;
    log_name parsed; /* zeros if is_log is false */
    bool is_log;     /* else it only ends in .log */
    log_kind kind;
    bool ours; /* of this user */
    uint64_t device, inode;
    uint64_t size_bytes;
    int64_t modified_ns;
} log_file;

typedef struct log_dir {
    int fd;
    int64_t launch_ns; /* STAMP_NONE if not known */
    log_file *files;   /* by name */
    size_t count, capacity;
    arena names;
} log_dir;

/* Fails with NOT_FOUND, PERMISSION, OS or NO_MEMORY; *ret is then closed. */
unpeg_status log_dir_open(const char *path, const char *prefix, log_dir *ret, unpeg_error *error);

/* Asks again for kind, size and time of a file. */
void log_dir_refresh_file(const log_dir *dir, log_file *file);
void log_dir_close(log_dir *dir);

/* True for a log of this run: written to since the launch, or any if the launch is not known. */
bool log_dir_is_current(const log_dir *dir, const log_file *file);

/* The status for an errno of opening something, with a text about it. */
unpeg_status log_dir_refuse(const char *path, int number, unpeg_error *error);

#endif
