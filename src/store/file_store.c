/* SPDX-License-Identifier: MIT */
#include "file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "body.h"
#include "folder_walk.h"

enum { COPY_BYTES = 128 << 10, MODE_FOLDER = 0700, PATH_BYTES = 4096 };

#define TEMPORARY FOLDER_HIDDEN "XXXXXX"

typedef struct file_store {
    const char *folder; /* absolute; of the store's URL */
    char path[PATH_BYTES];
    char temporary[PATH_BYTES];
    char bytes[COPY_BYTES];
    char other[COPY_BYTES];
} file_store;

static unpeg_status sync_folder(const char *path, unpeg_error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    unpeg_status status =
        done ? UNPEG_OK : store_os_error(error, errno, "cannot bring the folder onto the disk");
    if (fd >= 0)
        close(fd);
    return status;
}

/* Makes path, whose parent is there, and brings the parent's entry onto the disk. */
static unpeg_status make_folder(char *path, unpeg_error *error)
{
    if (mkdir(path, MODE_FOLDER) != 0)
        return errno == EEXIST ? UNPEG_OK : store_os_error(error, errno, "cannot make the folder");
    char *slash = strrchr(path, '/');
    *slash = '\0';
    unpeg_status status = sync_folder(slash == path ? "/" : path, error);
    *slash = '/';
    return status;
}

/* Every folder on the way to the file of that path. */
static unpeg_status make_folders(char *path, unpeg_error *error)
{
    unpeg_status status = UNPEG_OK;
    for (char *at = strchr(path + 1, '/'); status == UNPEG_OK && at; at = strchr(at + 1, '/')) {
        *at = '\0';
        status = make_folder(path, error);
        *at = '/';
    }
    return status;
}

/* The object's path, and beside it that of a temporary file. */
static unpeg_status make_paths(file_store *s, const char *key, unpeg_error *error)
{
    int len = snprintf(s->path, sizeof s->path, "%s/%s", s->folder, key);
    int folder_len = (int)strlen(s->folder);
    const char *slash = strrchr(key, '/');
    if (slash)
        folder_len += (int)(slash - key) + 1;
    int other =
        snprintf(s->temporary, sizeof s->temporary, "%.*s/%s", folder_len, s->path, TEMPORARY);
    bool fits = len > 0 && len < PATH_BYTES && other > 0 && other < PATH_BYTES;
    return fits ? UNPEG_OK : unpeg_error_set(error, UNPEG_LIMIT, "the path would be too long");
}

static unpeg_status write_all(int fd, const char *bytes, size_t len, unpeg_error *error)
{
    while (len != 0) {
        ssize_t got = write(fd, bytes, len);
        if (got < 0 && errno != EINTR)
            return store_os_error(error, errno, "cannot write");
        bytes += got > 0 ? got : 0;
        len -= got > 0 ? (size_t)got : 0;
    }
    return UNPEG_OK;
}

static void show_progress(const store_put *put, const body *from)
{
    if (put->wanted->progress)
        put->wanted->progress(put->wanted->progress_user, body_position(from), put->file->bytes);
}

static unpeg_status copy_body(unpeg_store *store, const store_put *put, body *from, int fd,
                              unpeg_error *error)
{
    file_store *s = store->backend;
    size_t len = 1;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && len != 0) {
        status = body_read(from, s->bytes, sizeof s->bytes, &len, error);
        if (status == UNPEG_OK)
            status = write_all(fd, s->bytes, len, error);
        if (status == UNPEG_OK)
            status = store_ended(store, error);
        if (status != UNPEG_OK)
            break;
        put->stored->stored_bytes += len;
        show_progress(put, from);
    }
    return status;
}

static unpeg_status write_body(unpeg_store *store, const store_put *put, int fd, unpeg_error *error)
{
    body *from;
    unpeg_status status = body_open(put->file, put->wanted->zstd, &from, error);
    if (status != UNPEG_OK)
        return status;
    status = copy_body(store, put, from, fd, error);
    body_close(from);
    if (status == UNPEG_OK && fsync(fd) != 0)
        status = store_os_error(error, errno, "cannot bring the file onto the disk");
    return status;
}

static ssize_t read_all(int fd, char *bytes, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t got = read(fd, bytes + len, size - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -1 : (ssize_t)len;
        len += (size_t)got;
    }
    return (ssize_t)len;
}

static bool same_bytes(file_store *s, int a, int b)
{
    ssize_t len_a = sizeof s->bytes;
    while (len_a == sizeof s->bytes) {
        len_a = read_all(a, s->bytes, sizeof s->bytes);
        ssize_t len_b = read_all(b, s->other, sizeof s->other);
        if (len_a < 0 || len_a != len_b || memcmp(s->bytes, s->other, (size_t)len_a) != 0)
            return false;
    }
    return true;
}

/* Whether what has the name already is what was to get it: then an earlier put did the work. */
static bool is_there_already(file_store *s)
{
    int a = open(s->temporary, O_RDONLY | O_CLOEXEC);
    int b = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool same = a >= 0 && b >= 0 && same_bytes(s, a, b) && fsync(b) == 0;
    if (a >= 0)
        close(a);
    if (b >= 0)
        close(b);
    return same;
}

/* 0, or an errno. The temporary name is gone or of no use afterwards. */
static int give_name(const file_store *s)
{
    if (link(s->temporary, s->path) == 0)
        return 0;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
        return errno;
    /* A file system without hard links. */
    return renameat2(AT_FDCWD, s->temporary, AT_FDCWD, s->path, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

static unpeg_status publish(file_store *s, unpeg_stored *stored, unpeg_error *error)
{
    int os_errno = give_name(s);
    stored->was_there = os_errno == EEXIST && is_there_already(s);
    if (os_errno == EEXIST && !stored->was_there)
        return unpeg_error_set(error, UNPEG_STATE, "the store has another object under this key");
    if (os_errno != 0 && !stored->was_there)
        return store_os_error(error, os_errno, "cannot name the object");
    char *slash = strrchr(s->path, '/');
    *slash = '\0';
    unpeg_status status = sync_folder(s->path, error);
    *slash = '/';
    if (status == UNPEG_OK)
        stored->proof = UNPEG_PROOF_FILE;
    return status;
}

static unpeg_status file_put(unpeg_store *store, const store_put *put, unpeg_error *error)
{
    file_store *s = store->backend;
    unpeg_status status = make_paths(s, put->wanted->key, error);
    if (status == UNPEG_OK)
        status = make_folders(s->path, error);
    if (status != UNPEG_OK)
        return status;
    int fd = mkostemp(s->temporary, O_CLOEXEC);
    if (fd < 0)
        return store_os_error(error, errno, "cannot make a file in the folder");
    status = write_body(store, put, fd, error);
    if (close(fd) != 0 && status == UNPEG_OK)
        status = store_os_error(error, errno, "cannot write");
    if (status == UNPEG_OK)
        status = publish(s, put->stored, error);
    unlink(s->temporary);
    return status;
}

static unpeg_status file_list(unpeg_store *store, const store_list *list, unpeg_error *error)
{
    const file_store *s = store->backend;
    return folder_walk(store, s->folder, list, error);
}

static unpeg_status copy_out(unpeg_store *store, int fd, const unpeg_writer *out,
                             unpeg_error *error)
{
    file_store *s = store->backend;
    for (;;) {
        ssize_t len = read_all(fd, s->bytes, sizeof s->bytes);
        if (len < 0)
            return store_os_error(error, errno, "cannot read the object");
        if (len == 0)
            return UNPEG_OK;
        unpeg_status status = out->write(out->user, s->bytes, (size_t)len);
        if (status != UNPEG_OK)
            return unpeg_error_set(error, status, "what was read could not be handed on");
        status = store_ended(store, error);
        if (status != UNPEG_OK)
            return status;
    }
}

static unpeg_status file_get(unpeg_store *store, const char *key, const unpeg_writer *out,
                             unpeg_error *error)
{
    file_store *s = store->backend;
    struct stat info;
    if (!store_key_is_sound(key))
        return unpeg_error_set(error, UNPEG_NOT_FOUND, "no object can have this key in a folder");
    unpeg_status status = make_paths(s, key, error);
    if (status != UNPEG_OK)
        return status;
    int fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return store_os_error(error, errno, "cannot open the object");
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        status = copy_out(store, fd, out, error);
    else
        status = unpeg_error_set(error, UNPEG_NOT_FOUND, "no object of this key");
    close(fd);
    return status;
}

static const char *file_credentials(unpeg_store *store)
{
    (void)store;
    return "";
}

static void file_close(unpeg_store *store)
{
    free(store->backend);
}

unpeg_status file_store_open(unpeg_store *store, unpeg_error *error)
{
    static const store_ops ops = {file_put, file_list, file_get, file_credentials, file_close};
    static const char scheme[] = "file://";
    if (strncmp(store->url, scheme, strlen(scheme)) != 0 || store->url[strlen(scheme)] != '/')
        return unpeg_error_set(error, UNPEG_ARGUMENT, "%.100s: no absolute path; write file:///dir",
                               store->url);
    file_store *s = calloc(1, sizeof *s);
    if (!s)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to open a store");
    s->folder = store->url + strlen(scheme);
    store->backend = s;
    store->key_max = UNPEG_KEY_MAX;
    store->ops = &ops;
    return UNPEG_OK;
}
