/* SPDX-License-Identifier: MIT */
#include "process_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct open_file {
    int fd;
} open_file;

static unpeg_status read_file(void *user, uint64_t offset, void *bytes, size_t size, size_t *ret)
{
    const open_file *file = user;
    *ret = 0;
    if (offset > INT64_MAX)
        return UNPEG_OK;
    while (*ret < size) {
        ssize_t got = pread(file->fd, (char *)bytes + *ret, size - *ret, (off_t)(offset + *ret));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return UNPEG_OS;
        if (got == 0)
            break;
        *ret += (size_t)got;
    }
    return UNPEG_OK;
}

static void close_file(void *user)
{
    open_file *file = user;
    close(file->fd);
    free(file);
}

/* A FIFO under the path must not hang the profiler; only regular files hold code. */
static int open_regular(const char *path, struct stat *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, ret) == 0 && S_ISREG(ret->st_mode))
        return fd;
    close(fd);
    return -1;
}

static int open_by_path(const process_files *files, const mapping *at, bool *ret_same)
{
    char path[PATH_MAX];
    struct stat stat;
    int len = snprintf(path, sizeof path, "/proc/%d/root%.*s", (int)files->pid, (int)at->path.len,
                       at->path.data);
    *ret_same = false;
    if (len < 0 || (size_t)len >= sizeof path || at->deleted)
        return -1;
    int fd = open_regular(path, &stat);
    *ret_same = fd >= 0 && stat.st_ino == at->inode;
    return fd;
}

static int open_by_mapping(const process_files *files, const mapping *at)
{
    char path[96];
    struct stat stat;
    snprintf(path, sizeof path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)files->pid,
             at->start, at->end);
    return open_regular(path, &stat);
}

/* A file of another inode may still be the one that is mapped (file systems in layers): whether it
 * is, the build id tells later. */
static int open_mapped(const process_files *files, const mapping *at)
{
    bool same;
    int fd = open_by_path(files, at, &same);
    if (same)
        return fd;
    int mapped = open_by_mapping(files, at);
    if (mapped < 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return mapped;
}

static unpeg_status open_code(void *user, const mapping *at, code_file *ret)
{
    if (at->path.len == 0 || at->path.data[0] != '/')
        return UNPEG_NOT_FOUND;
    int fd = open_mapped(user, at);
    if (fd < 0)
        return UNPEG_NOT_FOUND;
    open_file *file = malloc(sizeof *file);
    if (!file) {
        close(fd);
        return UNPEG_NO_MEMORY;
    }
    file->fd = fd;
    *ret = (code_file){.read = read_file, .close = close_file, .user = file};
    return UNPEG_OK;
}

code_file_source process_files_source(process_files *files)
{
    return (code_file_source){.open = open_code, .user = files};
}
