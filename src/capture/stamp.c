/* SPDX-License-Identifier: MIT */
#include "stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_BYTES = 256, TEXT_BYTES = 32 };
static const int64_t NS_PER_S = 1000000000;
static const int64_t NS_PER_MS = 1000000;

static void stamp_name(const char *prefix, char name[static NAME_BYTES])
{
    snprintf(name, NAME_BYTES, ".%sarmed", prefix);
}

static int64_t modified_ns(const struct stat *info)
{
    return info->st_mtim.tv_sec * NS_PER_S + info->st_mtim.tv_nsec;
}

/* A folder such as /tmp is everyone's: no link is followed and no file of another user used. */
static bool is_ours(int fd, struct stat *info)
{
    return fstat(fd, info) == 0 && S_ISREG(info->st_mode) && info->st_uid == geteuid();
}

static unpeg_status refuse(const char *name, int number, unpeg_error *error)
{
    unpeg_status status = number == EACCES || number == EPERM || number == EROFS || number == ELOOP
                              ? UNPEG_PERMISSION
                              : UNPEG_OS;
    unpeg_error_set(error, status, "cannot stamp the launch time into %s: %s", name,
                    strerror(number));
    if (error)
        error->os_errno = number;
    return status;
}

static bool write_text(int fd)
{
    struct timespec now;
    char text[TEXT_BYTES];
    clock_gettime(CLOCK_REALTIME, &now);
    int len = snprintf(text, sizeof text, "%lld\n",
                       (long long)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS);
    /* A write of one byte or more sets the time of the file by the clock of its file system. */
    return ftruncate(fd, 0) == 0 && write(fd, text, (size_t)len) == len;
}

unpeg_status stamp_write(int dir_fd, const char *prefix, int64_t *ret_ns, unpeg_error *error)
{
    char name[NAME_BYTES];
    struct stat info;
    stamp_name(prefix, name);
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return refuse(name, errno, error);
    int failure = 0;
    if (!is_ours(fd, &info))
        failure = EPERM;
    else if (!write_text(fd) || fstat(fd, &info) != 0)
        failure = errno;
    close(fd);
    if (failure != 0)
        return refuse(name, failure, error);
    *ret_ns = modified_ns(&info);
    return UNPEG_OK;
}

int64_t stamp_read(int dir_fd, const char *prefix)
{
    char name[NAME_BYTES];
    struct stat info;
    stamp_name(prefix, name);
    if (fstatat(dir_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode) ||
        info.st_uid != geteuid())
        return STAMP_NONE;
    return modified_ns(&info);
}
