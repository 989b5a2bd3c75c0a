/* SPDX-License-Identifier: MIT
 *
 * How the unwinder gets at the files that a process has mapped: live ones, or ranges that were
 * saved beside a sample.
 *
 *     code_file_source files = {.open = open_saved, .user = &raw};
 *     code_file file;
 *     if (files.open(files.user, at, &file) == UNPEG_OK) {
 *         file.read(file.user, 0, header, sizeof header);
 *         file.close(file.user);
 *     }
 */
#ifndef UNPEG_UNWIND_CODE_FILE_H
#define UNPEG_UNWIND_CODE_FILE_H

#include "mapping.h"

typedef struct code_file {
    /* Up to size bytes from offset: *ret is how many there are before the end of the file. */
    unpeg_status (*read)(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret);
    void (*close)(void *user);
    void *user;
} code_file;

typedef struct code_file_source {
    /* The file that is mapped there. Any failure but NO_MEMORY means: it has none that helps. */
    unpeg_status (*open)(void *user, const mapping *at, code_file *ret);
    void *user;
} code_file_source;

#endif
