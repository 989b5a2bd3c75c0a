/* SPDX-License-Identifier: MIT */
#include "noted_files.h"

#include <stdlib.h>

typedef struct noted_file {
    code_file file;
    raw_writer *writer;
    size_t path_len;
    char path[];
} noted_file;

static unpeg_status read_noted(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret)
{
    const noted_file *f = user;
    unpeg_status status = f->file.read(f->file.user, offset, bytes, size, ret);
    if (status == UNPEG_OK && *ret != 0)
        raw_writer_file(f->writer, (unpeg_slice){f->path, f->path_len}, offset,
                        (unpeg_slice){bytes, *ret});
    return status;
}

static void close_noted(void *user)
{
    noted_file *f = user;
    f->file.close(f->file.user);
    free(f);
}

static unpeg_status open_noted(void *user, const mapping *at, code_file *ret)
{
    const noted_files *noted = user;
    code_file file;
    unpeg_status status = noted->files.open(noted->files.user, at, &file);
    if (status != UNPEG_OK)
        return status;
    noted_file *f = malloc(sizeof *f + at->path.len);
    if (!f) {
        file.close(file.user);
        return UNPEG_NO_MEMORY;
    }
    *f = (noted_file){.file = file, .writer = noted->writer, .path_len = at->path.len};
    memcpy(f->path, at->path.data, at->path.len);
    *ret = (code_file){.read = read_noted, .close = close_noted, .user = f};
    return UNPEG_OK;
}

code_file_source noted_files_source(noted_files *noted)
{
    return (code_file_source){.open = open_noted, .user = noted};
}

typedef struct saved_file {
    const raw_reader *reader;
    uint32_t file;
} saved_file;

static unpeg_status read_saved(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret)
{
    const saved_file *f = user;
    *ret = raw_reader_file_read(f->reader, f->file, offset, bytes, size);
    return UNPEG_OK;
}

static unpeg_status open_saved(void *user, const mapping *at, code_file *ret)
{
    raw_reader *reader = user;
    uint32_t file;
    if (!raw_reader_file(reader, at->path, &file))
        return UNPEG_NOT_FOUND;
    saved_file *f = malloc(sizeof *f);
    if (!f)
        return UNPEG_NO_MEMORY;
    *f = (saved_file){.reader = reader, .file = file};
    *ret = (code_file){.read = read_saved, .close = free, .user = f};
    return UNPEG_OK;
}

code_file_source saved_files_source(raw_reader *reader)
{
    return (code_file_source){.open = open_saved, .user = reader};
}
