/* SPDX-License-Identifier: MIT */
#include "raw_input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux moves at most this much in one call; asking for more is undefined by POSIX. */
#define READ_MAX ((size_t)0x7ffff000)

static unpeg_status status_of_errno(int os_errno)
{
    switch (os_errno) {
    case ENOENT:
    case ENOTDIR:
        return UNPEG_NOT_FOUND;
    case EACCES:
    case EPERM:
        return UNPEG_PERMISSION;
    case ENOMEM:
        return UNPEG_NO_MEMORY;
    default:
        return UNPEG_OS;
    }
}

static unpeg_status fail_with_errno(unpeg_error *error, int os_errno, const char *doing)
{
    char reason[128];
    unpeg_status status = unpeg_error_set(error, status_of_errno(os_errno), "%s: %s", doing,
                                          strerror_r(os_errno, reason, sizeof reason));
    if (error != NULL)
        error->os_errno = os_errno;
    return status;
}

static int open_path(const char *path)
{
    int fd;
    do {
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* What kind of file it is, and where it stands. */
static unpeg_status examine(raw_input *raw, unpeg_error *error)
{
    struct stat info;
    if (fstat(raw->fd, &info) != 0)
        return fail_with_errno(error, errno, "cannot examine");
    if (S_ISDIR(info.st_mode))
        return unpeg_error_set(error, UNPEG_INPUT, "is a directory");
    off_t here = lseek(raw->fd, 0, SEEK_CUR);
    if (S_ISREG(info.st_mode) && info.st_size > 0 && here >= 0) {
        raw->can_seek = true;
        raw->start = (uint64_t)here;
    }
    return UNPEG_OK;
}

unpeg_status raw_input_open(raw_input *raw, const char *path, unpeg_error *error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    *raw = (raw_input){.fd = is_stdin ? STDIN_FILENO : open_path(path), .owns_fd = !is_stdin};
    if (raw->fd < 0)
        return fail_with_errno(error, errno, "cannot open");
    unpeg_status status = examine(raw, error);
    if (status != UNPEG_OK)
        raw_input_close(raw);
    return status;
}

void raw_input_open_memory(raw_input *raw, const void *bytes, size_t len)
{
    *raw = (raw_input){.fd = -1, .can_seek = true, .memory = bytes, .memory_len = len};
}

void raw_input_open_reader(raw_input *raw, const unpeg_reader *reader)
{
    *raw = (raw_input){.fd = -1, .reader = *reader};
}

static size_t read_memory(raw_input *raw, void *buffer, size_t size)
{
    size_t at = raw->position < raw->memory_len ? (size_t)raw->position : raw->memory_len;
    size_t len = raw->memory_len - at < size ? raw->memory_len - at : size;
    if (len != 0)
        memcpy(buffer, raw->memory + at, len);
    return len;
}

/* Standard input may have been made non-blocking by whoever shares it: errno is that of poll. */
static void wait_for_bytes(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    errno = poll(&wanted, 1, -1) >= 0 ? 0 : errno;
}

/* What to do about a read that failed with errno: true to try again. */
static bool should_retry(raw_input *raw)
{
    if (errno == EAGAIN) {
        wait_for_bytes(raw->fd);
        if (errno == 0)
            return true;
    }
    if (errno != EINTR)
        return false;
    raw->ended = raw->interrupted != NULL && raw->interrupted(raw->interrupted_user);
    return !raw->ended;
}

static unpeg_status read_file(raw_input *raw, void *buffer, size_t size, size_t *ret,
                              unpeg_error *error)
{
    ssize_t got;
    do {
        got = read(raw->fd, buffer, size < READ_MAX ? size : READ_MAX);
    } while (got < 0 && should_retry(raw));
    if (got < 0 && !raw->ended)
        return fail_with_errno(error, errno, "cannot read");
    *ret = got < 0 ? 0 : (size_t)got;
    return UNPEG_OK;
}

unpeg_status raw_input_read(raw_input *raw, void *buffer, size_t size, size_t *ret,
                            unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    *ret = 0;
    if (raw->reader.read != NULL)
        status = raw->reader.read(raw->reader.user, buffer, size, ret, error);
    else if (raw->fd < 0)
        *ret = read_memory(raw, buffer, size);
    else if (!raw->ended)
        status = read_file(raw, buffer, size, ret, error);
    raw->position += *ret;
    return status;
}

unpeg_status raw_input_seek(raw_input *raw, uint64_t position, unpeg_error *error)
{
    uint64_t offset;
    if (__builtin_add_overflow(raw->start, position, &offset) || offset > INT64_MAX)
        return unpeg_error_set(error, UNPEG_ARGUMENT, "offset out of range");
    if (raw->fd >= 0 && lseek(raw->fd, (off_t)offset, SEEK_SET) < 0)
        return fail_with_errno(error, errno, "cannot seek");
    raw->position = position;
    return UNPEG_OK;
}

uint64_t raw_input_size(const raw_input *raw)
{
    struct stat info;
    if (raw->fd < 0)
        return raw->memory_len;
    if (!raw->can_seek || fstat(raw->fd, &info) != 0 || (uint64_t)info.st_size < raw->start)
        return 0;
    return (uint64_t)info.st_size - raw->start;
}

void raw_input_close(raw_input *raw)
{
    if (raw->reader.close != NULL)
        raw->reader.close(raw->reader.user);
    if (raw->owns_fd)
        close(raw->fd);
}
