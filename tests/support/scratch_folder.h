/* SPDX-License-Identifier: MIT
 *
 * A folder of a test's own, gone at its end.
 *
 *     scratch_folder scratch;
 *     scratch_open(&scratch);
 *     const char *path = scratch_write(&scratch, "v8.log", "v8-version\n", 11);
 *     scratch_close(&scratch);
 */
#ifndef UNPEG_TESTS_SCRATCH_FOLDER_H
#define UNPEG_TESTS_SCRATCH_FOLDER_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

typedef struct scratch_folder {
    char path[64];
    char file[256]; /* the path that was made last */
} scratch_folder;

static inline void scratch_open(scratch_folder *scratch)
{
    strcpy(scratch->path, "/tmp/unpeg-test-XXXXXX");
    assert_non_null(mkdtemp(scratch->path));
}

/* The path of a name in the folder; lives until the next call. */
static inline const char *scratch_path(scratch_folder *scratch, const char *name)
{
    snprintf(scratch->file, sizeof scratch->file, "%s/%s", scratch->path, name);
    return scratch->file;
}

static inline const char *scratch_write(scratch_folder *scratch, const char *name,
                                        const void *bytes, size_t len)
{
    FILE *out = fopen(scratch_path(scratch, name), "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
    return scratch->file;
}

static inline int scratch_remove(const char *path, const struct stat *info, int kind,
                                 struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void scratch_close(const scratch_folder *scratch)
{
    assert_int_equal(nftw(scratch->path, scratch_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
