/* SPDX-License-Identifier: MIT
 *
 * The local file that is stored: which part of it, and whether it may go afterwards.
 *
 *     local_file file;
 *     status = local_file_open(&file, path, error);
 *     ... store [0, file.bytes) of file.fd ...
 *     stored.may_delete = local_file_is_done(&file, reason, sizeof reason);
 *     local_file_close(&file);
 *
 * V8 only appends, so every prefix of its log is a log; one that is still written is cut behind its
 * last line end.
 */
#ifndef UNPEG_STORE_LOCAL_FILE_H
#define UNPEG_STORE_LOCAL_FILE_H

#include <sys/stat.h>

#include "open_writer.h"
#include "unpeg/status.h"

typedef struct local_file {
    const char *path; /* the caller's */
    int fd;
    uint64_t bytes;            /* to be stored */
    struct stat info;          /* when it was opened */
    open_writer_search writer; /* when it was opened */
} local_file;

/* Fails with NOT_FOUND, PERMISSION, OS, NO_MEMORY or INPUT (no regular file). */
UNPEG_MUST_CHECK unpeg_status local_file_open(local_file *file, const char *path,
                                              unpeg_error *error);

/* Exactly the bytes [offset, offset + size) that lie below bytes: *ret is less than size only
 * there. Fails with OS, also when the file became shorter. */
UNPEG_MUST_CHECK unpeg_status local_file_read(const local_file *file, uint64_t offset, void *buffer,
                                              size_t size, unpeg_error *error);

/* Whether somebody writes it, or wrote since it was opened. */
bool local_file_is_growing(const local_file *file);

/* What the decision is made of. */
typedef struct local_file_facts {
    bool is_same;   /* the path still leads to what was stored */
    uint64_t size;  /* now */
    uint64_t bytes; /* stored */
    open_writer_search writer;
} local_file_facts;

/* True if nothing is lost with the file; else why not, in reason. */
bool local_file_may_go(const local_file_facts *facts, char *reason, size_t size);

/* The same, from a look at the file now. */
bool local_file_is_done(const local_file *file, char *reason, size_t size);

void local_file_close(local_file *file);

#endif
