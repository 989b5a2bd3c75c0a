/* SPDX-License-Identifier: MIT
 *
 * Which process has a file open for writing, from /proc.
 *
 *     open_writer_search found = open_writer_find(&info);
 *     if (found.pid != 0) ...
 *     if (found.hidden != 0) ... of some processes we cannot know
 *
 * Hidden processes count when they could have opened the file: those of its owner, and of anybody
 * if its mode lets others write. The superuser's do not count.
 */
#ifndef UNPEG_STORE_OPEN_WRITER_H
#define UNPEG_STORE_OPEN_WRITER_H

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

typedef struct open_writer_search {
    pid_t pid;       /* a process that writes; 0: none was found */
    uint32_t hidden; /* processes that may write it and do not let us look */
} open_writer_search;

/* This process does not count. Without /proc everything is hidden. */
open_writer_search open_writer_find(const struct stat *file);

#endif
