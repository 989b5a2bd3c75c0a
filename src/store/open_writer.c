/* SPDX-License-Identifier: MIT */
#include "open_writer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROC_PATH_MAX = 64, STATUS_MAX = 4096 };

static bool is_number(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* The start of a small file below /proc; zero-terminated, empty if it cannot be read. */
static void read_start(const char *path, char *ret, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, ret, size - 1) : -1;
    ret[len > 0 ? len : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* The number behind a name at the begin of a line, in a base; ~0 if there is none. */
static unsigned long field_of(const char *text, const char *name, int base)
{
    const char *at = strstr(text, name);
    return at ? strtoul(at + strlen(name), NULL, base) : ~0UL;
}

/* Whether a process that hides its files may have this one. Its folder belongs to root when it is
 * not dumpable; its status does not lie. */
static bool may_write(long pid, const struct stat *file)
{
    char path[PROC_PATH_MAX];
    char text[STATUS_MAX];
    snprintf(path, sizeof path, "/proc/%ld/status", pid);
    read_start(path, text, sizeof text);
    unsigned long uid = field_of(text, "\nUid:", 10);
    if (text[0] == '\0' || uid == 0)
        return false;
    return uid == file->st_uid || (file->st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

static bool writes_through(long pid, const char *fd)
{
    char path[PROC_PATH_MAX];
    char text[STATUS_MAX];
    snprintf(path, sizeof path, "/proc/%ld/fdinfo/%.20s", pid, fd);
    read_start(path, text, sizeof text);
    unsigned long flags = field_of(text, "flags:", 8);
    return text[0] != '\0' && (flags & O_ACCMODE) != O_RDONLY;
}

static bool is_open_in(DIR *fds, long pid, const struct stat *file)
{
    for (const struct dirent *entry = readdir(fds); entry != NULL; entry = readdir(fds)) {
        struct stat info;
        if (is_number(entry->d_name) && fstatat(dirfd(fds), entry->d_name, &info, 0) == 0 &&
            info.st_dev == file->st_dev && info.st_ino == file->st_ino &&
            writes_through(pid, entry->d_name))
            return true;
    }
    return false;
}

static void look_at(open_writer_search *search, long pid, const struct stat *file)
{
    char path[PROC_PATH_MAX];
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *fds = opendir(path);
    if (fds == NULL) {
        bool is_gone = errno == ENOENT || errno == ESRCH;
        search->hidden += !is_gone && may_write(pid, file);
        return;
    }
    if (is_open_in(fds, pid, file))
        search->pid = (pid_t)pid;
    closedir(fds);
}

open_writer_search open_writer_find(const struct stat *file)
{
    open_writer_search search = {0};
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return (open_writer_search){.hidden = 1};
    const struct dirent *entry = readdir(processes);
    for (; entry != NULL && search.pid == 0; entry = readdir(processes)) {
        long pid = is_number(entry->d_name) ? strtol(entry->d_name, NULL, 10) : 0;
        if (pid != 0 && pid != (long)getpid())
            look_at(&search, pid, file);
    }
    closedir(processes);
    return search;
}
