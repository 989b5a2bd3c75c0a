/* SPDX-License-Identifier: MIT */
#include "local_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store_backend.h"

/* Rows longer than this do not end in the part that is looked at; the cut is then not made. */
enum { TAIL_BYTES = 1 << 16, READ_MAX = 1 << 30 };

static ssize_t read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
    ssize_t got;
    do {
        got = pread(fd, buffer, size < READ_MAX ? size : READ_MAX, (off_t)offset);
    } while (got < 0 && errno == EINTR);
    return got;
}

unpeg_status local_file_read(const local_file *file, uint64_t offset, void *buffer, size_t size,
                             unpeg_error *error)
{
    char *at = buffer;
    while (size != 0) {
        ssize_t got = read_at(file->fd, at, size, offset);
        if (got < 0)
            return store_os_error(error, errno, "cannot read");
        if (got == 0)
            return unpeg_error_set(error, UNPEG_OS, "became shorter while it was read");
        at += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return UNPEG_OK;
}

bool local_file_is_growing(const local_file *file)
{
    struct stat now;
    return file->writer.pid != 0 ||
           (fstat(file->fd, &now) == 0 && now.st_size != file->info.st_size);
}

/* The row that is being written is left for those who have all of it. */
static unpeg_status cut_last_row(local_file *file, unpeg_error *error)
{
    char tail[TAIL_BYTES];
    size_t len = file->bytes < sizeof tail ? (size_t)file->bytes : sizeof tail;
    unpeg_status status = local_file_read(file, file->bytes - len, tail, len, error);
    const char *end = status == UNPEG_OK && len != 0 ? memrchr(tail, '\n', len) : NULL;
    if (end != NULL)
        file->bytes -= len - (size_t)(end + 1 - tail);
    return status;
}

static unpeg_status examine(local_file *file, unpeg_error *error)
{
    if (fstat(file->fd, &file->info) != 0)
        return store_os_error(error, errno, "cannot examine");
    if (!S_ISREG(file->info.st_mode))
        return unpeg_error_set(error, UNPEG_INPUT, "is no regular file");
    file->bytes = (uint64_t)file->info.st_size;
    file->writer = open_writer_find(&file->info);
    return local_file_is_growing(file) ? cut_last_row(file, error) : UNPEG_OK;
}

unpeg_status local_file_open(local_file *file, const char *path, unpeg_error *error)
{
    *file = (local_file){.path = path};
    do {
        /* Without O_NONBLOCK a FIFO would wait for its writer. */
        file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0)
        return store_os_error(error, errno, "cannot open");
    unpeg_status status = examine(file, error);
    if (status != UNPEG_OK)
        local_file_close(file);
    return status;
}

bool local_file_may_go(const local_file_facts *facts, char *reason, size_t size)
{
    int len = 0;
    if (!facts->is_same)
        len = snprintf(reason, size, "another file has its name by now");
    else if (facts->writer.pid != 0)
        len =
            snprintf(reason, size, "process %ld has it open for writing", (long)facts->writer.pid);
    else if (facts->size != facts->bytes)
        len = snprintf(reason, size, "%llu of %llu bytes are stored",
                       (unsigned long long)facts->bytes, (unsigned long long)facts->size);
    else if (facts->writer.hidden != 0)
        len = snprintf(reason, size, "%lu processes that could write it cannot be looked into",
                       (unsigned long)facts->writer.hidden);
    return len == 0;
}

/* First who writes, then how large it is: one that ends in between has written all by then. */
bool local_file_is_done(const local_file *file, char *reason, size_t size)
{
    struct stat now;
    struct stat named;
    open_writer_search writer = open_writer_find(&file->info);
    if (fstat(file->fd, &now) != 0)
        return snprintf(reason, size, "it cannot be examined") < 0;
    bool is_same =
        stat(file->path, &named) == 0 && named.st_dev == now.st_dev && named.st_ino == now.st_ino;
    const local_file_facts facts = {
        .is_same = is_same, .size = (uint64_t)now.st_size, .bytes = file->bytes, .writer = writer};
    return local_file_may_go(&facts, reason, size);
}

void local_file_close(local_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
