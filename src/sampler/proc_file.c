/* SPDX-License-Identifier: MIT */
#include "proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "grow.h"

enum { MAPS_STEP = 64 << 10 };

unpeg_status proc_status_of_errno(int error)
{
    switch (error) {
    case ENOENT:
    case ESRCH:
        return UNPEG_NOT_FOUND;
    case EPERM:
    case EACCES:
        return UNPEG_PERMISSION;
    case ENOMEM:
        return UNPEG_NO_MEMORY;
    default:
        return UNPEG_OS;
    }
}

/* Up to size bytes, or less at the end of the file. */
static unpeg_status read_fully(int fd, char *buffer, size_t size, size_t *ret)
{
    size_t used = 0;
    while (used < size) {
        ssize_t len = read(fd, buffer + used, size - used);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return proc_status_of_errno(errno);
        if (len == 0)
            break;
        used += (size_t)len;
    }
    *ret = used;
    return UNPEG_OK;
}

unpeg_status proc_read_path(const char *path, proc_bytes *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return proc_status_of_errno(errno);
    unpeg_status status = read_fully(fd, ret->text, sizeof ret->text, &ret->size);
    close(fd);
    return status;
}

unpeg_status proc_read(int32_t pid, int32_t tid, const char *name, proc_bytes *ret)
{
    char path[96];
    if (tid != 0)
        snprintf(path, sizeof path, "/proc/%d/task/%d/%s", (int)pid, (int)tid, name);
    else
        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return proc_read_path(path, ret);
}

static unpeg_status read_growing(int fd, char **text, size_t *used)
{
    size_t capacity = 0, len = 0;
    do {
        if (*used > PROC_MAPS_MAX)
            return UNPEG_LIMIT;
        if (!grow_reserve((void **)text, &capacity, *used + MAPS_STEP, 1))
            return UNPEG_NO_MEMORY;
        unpeg_status status = read_fully(fd, *text + *used, capacity - *used, &len);
        if (status != UNPEG_OK)
            return status;
        *used += len;
    } while (len != 0);
    return UNPEG_OK;
}

unpeg_status proc_read_maps(int32_t pid, char **ret, size_t *ret_size)
{
    char path[64];
    char *text = NULL;
    size_t used = 0;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return proc_status_of_errno(errno);
    unpeg_status status = read_growing(fd, &text, &used);
    close(fd);
    if (status != UNPEG_OK) {
        free(text);
        return status;
    }
    *ret = text;
    *ret_size = used;
    return UNPEG_OK;
}
