/* SPDX-License-Identifier: MIT
 *
 * Files of /proc, read whole.
 *
 *     proc_bytes file;
 *     if (proc_read(pid, tid, "stat", &file) == UNPEG_OK) ...
 *     if (proc_read_maps(pid, &text, &size) == UNPEG_OK) ...
 */
#ifndef UNPEG_SAMPLER_PROC_FILE_H
#define UNPEG_SAMPLER_PROC_FILE_H

#include "unpeg/status.h"

enum { PROC_MAPS_MAX = 64 << 20, PROC_BYTES_MAX = 8192 };

typedef struct proc_bytes {
    char text[PROC_BYTES_MAX];
    size_t size;
} proc_bytes;

/* /proc/PID/NAME, or /proc/PID/task/TID/NAME where tid is not 0; what does not fit is left out.
 * Fails with NOT_FOUND (also: the process is gone), PERMISSION or OS. */
UNPEG_MUST_CHECK unpeg_status proc_read(int32_t pid, int32_t tid, const char *name,
                                        proc_bytes *ret);

UNPEG_MUST_CHECK unpeg_status proc_read_path(const char *path, proc_bytes *ret);

/* The text of /proc/PID/maps, to be freed. Also NO_MEMORY; LIMIT beyond PROC_MAPS_MAX. */
UNPEG_MUST_CHECK unpeg_status proc_read_maps(int32_t pid, char **ret, size_t *ret_size);

/* errno of a failed call on a process as a status. */
unpeg_status proc_status_of_errno(int error);

#endif
