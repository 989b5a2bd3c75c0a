/* SPDX-License-Identifier: MIT
 *
 * The undecoded bytes of a source: a file descriptor, memory or a reader.
 *
 *     raw_input raw;
 *     status = raw_input_open(&raw, path, error);
 *     status = raw_input_read(&raw, buffer, sizeof buffer, &n, error);
 *     status = raw_input_seek(&raw, 0, error);
 *     raw_input_close(&raw);
 *
 * Positions count from where reading began: a redirected standard input may stand anywhere.
 */
#ifndef UNPEG_INPUT_RAW_INPUT_H
#define UNPEG_INPUT_RAW_INPUT_H

#include "unpeg/source.h"

typedef struct raw_input {
    int fd; /* -1 for memory and a reader */
    bool owns_fd;
    bool can_seek; /* memory, or a regular file with a size (files of /proc have none) */
    const unsigned char *memory;
    size_t memory_len;
    unpeg_reader reader;             /* read is NULL for all else */
    bool (*interrupted)(void *user); /* true: the input ends here; NULL: waits go on */
    void *interrupted_user;
    bool ended;        /* interrupted said so */
    uint64_t start;    /* file offset where reading began */
    uint64_t position; /* since start */
} raw_input;

/* path "-" is standard input. Fails with NOT_FOUND, PERMISSION, INPUT (a directory), NO_MEMORY or
 * OS; then there is nothing to close. */
UNPEG_MUST_CHECK unpeg_status raw_input_open(raw_input *raw, const char *path, unpeg_error *error);

void raw_input_open_memory(raw_input *raw, const void *bytes, size_t len);

void raw_input_open_reader(raw_input *raw, const unpeg_reader *reader);

/* One read(2), repeated only while it was interrupted (and interrupted says no) or would block;
 * *ret == 0 is the end. */
UNPEG_MUST_CHECK unpeg_status raw_input_read(raw_input *raw, void *buffer, size_t size, size_t *ret,
                                             unpeg_error *error);

/* Only with can_seek. Beyond the end is allowed: there is nothing to read then. */
UNPEG_MUST_CHECK unpeg_status raw_input_seek(raw_input *raw, uint64_t position, unpeg_error *error);

/* Bytes from start to the end of the file as it is now; 0 if not known. */
uint64_t raw_input_size(const raw_input *raw);

void raw_input_close(raw_input *raw);

#endif
