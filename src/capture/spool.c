/* SPDX-License-Identifier: MIT */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "grow.h"
#include "log_dir.h"

enum { COPY_BYTES = 1 << 20 };
static const char spool_name[] = "unpeg-spool";
static const char log_ending[] = ".v8log";
static const char state_ending[] = ".state";
static const char lock_ending[] = ".lock";
static const char copy_ending[] = ".copy";

static unpeg_status refuse(const spool *s, const char *name, unpeg_error *error)
{
    char path[SPOOL_PATH_BYTES];
    return log_dir_refuse(spool_path(s, name, path), errno, error);
}

const char *spool_path(const spool *s, const char *name, char *path)
{
    snprintf(path, SPOOL_PATH_BYTES, "%s/%s", s->path, name);
    return path;
}

static unpeg_status check_folder(const spool *s, unpeg_error *error)
{
    struct stat info;
    if (fstat(s->fd, &info) == 0 && info.st_uid == geteuid())
        return UNPEG_OK;
    return unpeg_error_set(error, UNPEG_PERMISSION, "%s: is another user's", s->path);
}

unpeg_status spool_open(spool *s, const char *dir, const char *folder, bool make,
                        unpeg_error *error)
{
    s->fd = -1;
    int len = folder ? snprintf(s->path, sizeof s->path, "%s", folder)
                     : snprintf(s->path, sizeof s->path, "%s/%s", dir, spool_name);
    if (len < 0 || (size_t)len >= sizeof s->path)
        return unpeg_error_set(error, UNPEG_LIMIT, "the path of the spool would be too long");
    if (make && mkdir(s->path, 0700) != 0 && errno != EEXIST)
        return log_dir_refuse(s->path, errno, error);
    s->fd = open(s->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (s->fd < 0)
        return log_dir_refuse(s->path, errno, error);
    unpeg_status status = check_folder(s, error);
    if (status != UNPEG_OK)
        spool_close(s);
    return status;
}

void spool_close(spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void name_files(spool_entry *e)
{
    char stored[40] = "";
    if (e->stored_bytes)
        snprintf(stored, sizeof stored, ".stored%" PRIu64, e->stored_bytes);
    snprintf(e->log, sizeof e->log, "%s.of%" PRIu32 "%s%s", e->id, e->candidates, stored,
             log_ending);
    snprintf(e->state, sizeof e->state, "%s%s", e->id, state_ending);
}

bool spool_parse(const char *name, spool_entry *ret)
{
    spool_entry e = {.lock_fd = -1};
    size_t id_len = strcspn(name, ".");
    const char *at = name + id_len;
    char *rest;
    if (id_len == 0 || id_len >= sizeof e.id || strncmp(at, ".of", 3) != 0)
        return false;
    memcpy(e.id, name, id_len);
    e.candidates = (uint32_t)strtoul(at + 3, &rest, 10);
    if (strncmp(rest, ".stored", 7) == 0)
        e.stored_bytes = strtoull(rest + 7, &rest, 10);
    name_files(&e);
    if (strcmp(rest, log_ending) != 0 || strcmp(e.log, name) != 0)
        return false;
    *ret = e;
    return true;
}

/* Sorts by time; two processes that capture at the same moment differ in the rest. */
static void make_id(spool_entry *e)
{
    struct timespec now;
    struct tm utc;
    char text[24];
    uint32_t random = 0;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, sizeof text, "%Y%m%dT%H%M%S", &utc);
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = (uint32_t)now.tv_nsec;
    snprintf(e->id, sizeof e->id, "%s%03uZ-%d-%08" PRIx32, text,
             (unsigned)(now.tv_nsec / 1000000) % 1000, (int)getpid(), random);
}

static bool copy_bytes(int from, int to)
{
    struct stat info;
    if (fstat(from, &info) != 0)
        return false;
    off_t left = info.st_size;
    while (left > 0) {
        ssize_t done = sendfile(to, from, NULL, left < COPY_BYTES ? (size_t)left : COPY_BYTES);
        if (done <= 0)
            return done == 0;
        left -= done;
    }
    return true;
}

/* Copies under another name first: half a log is not to be taken for one. */
static bool copy_log(const spool *s, const char *log_path, const char *name)
{
    char temporary[SPOOL_NAME_BYTES + sizeof copy_ending];
    snprintf(temporary, sizeof temporary, "%s%s", name, copy_ending);
    int from = open(log_path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int to = openat(s->fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool fine = from >= 0 && to >= 0 && copy_bytes(from, to) && fsync(to) == 0 &&
                renameat(s->fd, temporary, s->fd, name) == 0;
    int number = errno;
    if (from >= 0)
        close(from);
    if (to >= 0) {
        close(to);
        unlinkat(s->fd, temporary, 0);
    }
    errno = number;
    return fine;
}

static bool is_regular(const spool *s, const char *name)
{
    struct stat info;
    return fstatat(s->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode);
}

static unpeg_status link_log(const spool *s, const char *log_path, const spool_entry *e,
                             unpeg_error *error)
{
    bool fine = linkat(AT_FDCWD, log_path, s->fd, e->log, 0) == 0;
    /* Another file system, one without links, or a rule against links to others' files. */
    if (!fine && (errno == EXDEV || errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK))
        fine = copy_log(s, log_path, e->log);
    if (!fine)
        return log_dir_refuse(log_path, errno, error);
    if (is_regular(s, e->log))
        return UNPEG_OK;
    unlinkat(s->fd, e->log, 0);
    return unpeg_error_set(error, UNPEG_INPUT, "%s: is no regular file", log_path);
}

unpeg_status spool_add(const spool *s, const char *log_path, uint32_t candidates, spool_entry *ret,
                       unpeg_error *error)
{
    *ret = (spool_entry){.candidates = candidates, .lock_fd = -1};
    make_id(ret);
    name_files(ret);
    if (!spool_lock(s, ret))
        return refuse(s, ret->id, error);
    unpeg_status status = link_log(s, log_path, ret, error);
    if (status != UNPEG_OK)
        spool_unlock(s, ret);
    return status;
}

static void name_lock(const spool_entry *e, char name[static SPOOL_NAME_BYTES])
{
    snprintf(name, SPOOL_NAME_BYTES, "%s%s", e->id, lock_ending);
}

static bool is_same_file(const spool *s, int fd, const char *name)
{
    struct stat held;
    struct stat named;
    return fstat(fd, &held) == 0 && fstatat(s->fd, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* Who had the lock may have taken its file away meanwhile, and then another one is in its place. */
bool spool_lock(const spool *s, spool_entry *entry)
{
    char name[SPOOL_NAME_BYTES];
    name_lock(entry, name);
    int fd = openat(s->fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same_file(s, fd, name)) {
        entry->lock_fd = fd;
        return true;
    }
    close(fd);
    return false;
}

void spool_unlock(const spool *s, spool_entry *entry)
{
    char name[SPOOL_NAME_BYTES];
    if (entry->lock_fd < 0)
        return;
    name_lock(entry, name);
    unlinkat(s->fd, name, 0);
    close(entry->lock_fd);
    entry->lock_fd = -1;
}

unpeg_status spool_mark(const spool *s, spool_entry *entry, uint64_t stored_bytes,
                        unpeg_error *error)
{
    spool_entry marked = *entry;
    marked.stored_bytes = stored_bytes;
    name_files(&marked);
    if (renameat(s->fd, entry->log, s->fd, marked.log) != 0)
        return refuse(s, entry->log, error);
    *entry = marked;
    return UNPEG_OK;
}

unpeg_status spool_remove(const spool *s, spool_entry *entry, unpeg_error *error)
{
    if (unlinkat(s->fd, entry->log, 0) != 0 && errno != ENOENT)
        return refuse(s, entry->log, error);
    unlinkat(s->fd, entry->state, 0);
    return UNPEG_OK;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const spool_entry *)a)->id, ((const spool_entry *)b)->id);
}

static DIR *list_files(const spool *s)
{
    int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *files = fd >= 0 ? fdopendir(fd) : NULL;
    if (!files && fd >= 0)
        close(fd);
    return files;
}

unpeg_status spool_read(const spool *s, spool_list *ret, unpeg_error *error)
{
    *ret = (spool_list){.entries = NULL};
    DIR *files = list_files(s);
    bool fine = true;
    if (!files)
        return log_dir_refuse(s->path, errno, error);
    for (const struct dirent *e = readdir(files); e && fine; e = readdir(files)) {
        spool_entry entry;
        if (!spool_parse(e->d_name, &entry))
            continue;
        fine = grow_reserve((void **)&ret->entries, &ret->capacity, ret->count + 1, sizeof entry);
        if (fine)
            ret->entries[ret->count++] = entry;
    }
    closedir(files);
    if (!fine) {
        spool_list_free(ret);
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory for the spool");
    }
    if (ret->count)
        qsort(ret->entries, ret->count, sizeof *ret->entries, by_id);
    return UNPEG_OK;
}

void spool_list_free(spool_list *list)
{
    free(list->entries);
    *list = (spool_list){.entries = NULL};
}

/* Whether any file of the spool is the log of this id. */
static bool has_log(const spool *s, const char *id)
{
    DIR *files = list_files(s);
    bool found = files == NULL;
    for (const struct dirent *e = files ? readdir(files) : NULL; e && !found; e = readdir(files)) {
        spool_entry entry;
        found = spool_parse(e->d_name, &entry) && strcmp(entry.id, id) == 0;
    }
    if (files)
        closedir(files);
    return found;
}

/* The store's note is written beside its place first, and so is the copy of a log: half of one, of
 * no use to anybody else. */
static bool is_half(const char *ending)
{
    size_t len = strlen(ending);
    size_t state_len = strlen(state_ending);
    size_t copy_len = strlen(copy_ending);
    return (strncmp(ending, state_ending, state_len) == 0 && ending[state_len] == '.') ||
           (len > copy_len && strcmp(ending + len - copy_len, copy_ending) == 0);
}

static bool is_helper(const char *ending)
{
    return strcmp(ending, state_ending) == 0 || strcmp(ending, lock_ending) == 0;
}

static void tidy_file(const spool *s, const char *name)
{
    spool_entry entry = {.lock_fd = -1};
    size_t id_len = strcspn(name, ".");
    const char *ending = name + id_len;
    if (id_len == 0 || id_len >= sizeof entry.id || (!is_helper(ending) && !is_half(ending)))
        return;
    memcpy(entry.id, name, id_len);
    if (!spool_lock(s, &entry))
        return;
    if (is_half(ending) || !has_log(s, entry.id))
        unlinkat(s->fd, name, 0);
    spool_unlock(s, &entry);
}

void spool_tidy(const spool *s)
{
    DIR *files = list_files(s);
    if (!files)
        return;
    for (const struct dirent *e = readdir(files); e; e = readdir(files))
        tidy_file(s, e->d_name);
    closedir(files);
}
