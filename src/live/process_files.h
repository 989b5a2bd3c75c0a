/* SPDX-License-Identifier: MIT
 *
 * The files that a running process has mapped, opened as it sees them: by path below its root, or
 * where that is deleted or another file by now, through /proc/PID/map_files.
 *
 *     process_files files = {.pid = 4711};
 *     code_file_source source = process_files_source(&files);
 */
#ifndef UNPEG_LIVE_PROCESS_FILES_H
#define UNPEG_LIVE_PROCESS_FILES_H

#include "code_file.h"

typedef struct process_files {
    int32_t pid;
} process_files;

/* files must outlive the source. */
code_file_source process_files_source(process_files *files);

#endif
