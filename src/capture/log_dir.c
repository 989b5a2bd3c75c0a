/* SPDX-License-Identifier: MIT */
#include "log_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grow.h"
#include "stamp.h"

static const int64_t NS_PER_S = 1000000000;

static log_kind kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return LOG_REGULAR;
    return S_ISLNK(mode) ? LOG_LINK : LOG_SPECIAL;
}

void log_dir_refresh_file(const log_dir *dir, log_file *file)
{
    struct stat info;
    if (fstatat(dir->fd, file->name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        file->kind = LOG_GONE;
        return;
    }
    file->kind = kind_of(info.st_mode);
    file->ours = info.st_uid == geteuid();
    file->device = info.st_dev;
    file->inode = info.st_ino;
    file->size_bytes = (uint64_t)info.st_size;
    file->modified_ns = info.st_mtim.tv_sec * NS_PER_S + info.st_mtim.tv_nsec;
}

bool log_dir_is_current(const log_dir *dir, const log_file *file)
{
    return dir->launch_ns == STAMP_NONE || file->modified_ns >= dir->launch_ns;
}

static bool ends_in_log(const char *name)
{
    size_t len = strlen(name);
    return len >= 4 && strcmp(name + len - 4, ".log") == 0;
}

static bool add_file(log_dir *dir, const char *name, const char *prefix)
{
    if (!ends_in_log(name))
        return true;
    log_file file = {.name = arena_copy(&dir->names, name, strlen(name) + 1)};
    if (!file.name ||
        !grow_reserve((void **)&dir->files, &dir->capacity, dir->count + 1, sizeof file))
        return false;
    file.is_log = log_name_parse(name, prefix, &file.parsed);
    log_dir_refresh_file(dir, &file);
    if (file.kind != LOG_GONE)
        dir->files[dir->count++] = file;
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const log_file *)a)->name, ((const log_file *)b)->name);
}

static unpeg_status read_names(log_dir *dir, const char *prefix, unpeg_error *error)
{
    int fd = fcntl(dir->fd, F_DUPFD_CLOEXEC, 0);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    bool fine = true;
    if (!stream) {
        int number = errno;
        if (fd >= 0)
            close(fd);
        return unpeg_error_set(error, UNPEG_OS, "cannot list: %s", strerror(number));
    }
    for (const struct dirent *e = readdir(stream); e && fine; e = readdir(stream))
        fine = add_file(dir, e->d_name, prefix);
    closedir(stream);
    if (!fine)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for the names of a folder");
    if (dir->count)
        qsort(dir->files, dir->count, sizeof *dir->files, by_name);
    return UNPEG_OK;
}

unpeg_status log_dir_refuse(const char *path, int number, unpeg_error *error)
{
    unpeg_status status = UNPEG_OS;
    if (number == ENOENT || number == ENOTDIR)
        status = UNPEG_NOT_FOUND;
    else if (number == EACCES || number == EPERM || number == EROFS)
        status = UNPEG_PERMISSION;
    unpeg_error_set(error, status, "%s: %s", path, strerror(number));
    if (error)
        error->os_errno = number;
    return status;
}

unpeg_status log_dir_open(const char *path, const char *prefix, log_dir *ret, unpeg_error *error)
{
    *ret = (log_dir){.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (ret->fd < 0)
        return log_dir_refuse(path, errno, error);
    ret->launch_ns = stamp_read(ret->fd, prefix);
    unpeg_status status = read_names(ret, prefix, error);
    if (status != UNPEG_OK)
        log_dir_close(ret);
    return status;
}

void log_dir_close(log_dir *dir)
{
    if (dir->fd >= 0)
        close(dir->fd);
    dir->fd = -1;
    free(dir->files);
    dir->files = NULL;
    dir->count = dir->capacity = 0;
    arena_deinit(&dir->names);
}
