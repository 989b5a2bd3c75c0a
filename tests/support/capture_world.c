/* SPDX-License-Identifier: MIT */
#include "capture_world.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 400, BOOT_BEFORE_S = 100000, TICKS_PER_S = 100 };

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    perror(what);
    abort();
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    must(file && fputs(text, file) >= 0 && fclose(file) == 0, path);
}

void world_open(capture_world *w)
{
    char path[PATH_BYTES];
    char text[128];
    *w = (capture_world){.now_s = time(NULL)};
    snprintf(w->root, sizeof w->root, "/tmp/unpeg-world-XXXXXX");
    must(mkdtemp(w->root) != NULL, "mkdtemp");
    snprintf(w->logs, sizeof w->logs, "%s/logs", w->root);
    snprintf(w->proc, sizeof w->proc, "%s/proc", w->root);
    must(mkdir(w->logs, 0700) == 0 && mkdir(w->proc, 0700) == 0, "mkdir");
    snprintf(path, sizeof path, "%s/stat", w->proc);
    snprintf(text, sizeof text, "cpu  1 2 3\nintr 5 6\nbtime %" PRId64 "\n",
             w->now_s - BOOT_BEFORE_S);
    write_file(path, text);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void world_close(capture_world *w)
{
    must(nftw(w->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0, w->root);
}

static void set_age(const capture_world *w, const char *path, int64_t age_s)
{
    const struct timespec times[2] = {{.tv_sec = w->now_s - age_s}, {.tv_sec = w->now_s - age_s}};
    must(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0, path);
}

void world_log(const capture_world *w, const char *name, uint64_t size, int64_t age_s)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", w->logs, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(fd >= 0 && ftruncate(fd, (off_t)size) == 0 && close(fd) == 0, path);
    set_age(w, path, age_s);
}

void world_launch(const capture_world *w, const char *prefix, int64_t age_s)
{
    char name[128];
    snprintf(name, sizeof name, ".%sarmed", prefix);
    world_log(w, name, 3, age_s);
}

void world_process(const capture_world *w, world_proc p)
{
    char path[PATH_BYTES];
    char text[256];
    snprintf(path, sizeof path, "%s/%d", w->proc, p.pid);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%d/stat", w->proc, p.pid);
    /* Name with what separates fields in it; user and system time; the start. */
    snprintf(text, sizeof text,
             "%d (a b) c) R 1 2 3 4 5 6 7 8 9 10 %" PRIu64 " %" PRIu64 " 0 0 20 0 1 0 %" PRId64
             " 1 2\n",
             p.pid, p.ticks - p.ticks / 3, p.ticks / 3, (BOOT_BEFORE_S - p.age_s) * TICKS_PER_S);
    write_file(path, text);
    snprintf(path, sizeof path, "%s/%d/status", w->proc, p.pid);
    snprintf(text, sizeof text, "Name:\tx\nNSpid:\t%d\t%d\nThreads:\t1\n", p.pid, p.inner_pid);
    write_file(path, text);
    if (p.hides_files)
        return;
    snprintf(path, sizeof path, "%s/%d/fd", w->proc, p.pid);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%d/fdinfo", w->proc, p.pid);
    mkdir(path, 0700);
}

static bool link_free_number(const char *target, const char *folder, int *ret)
{
    char path[PATH_BYTES];
    for (*ret = 3; *ret < 20; ++*ret) {
        snprintf(path, sizeof path, "%s/%d", folder, *ret);
        if (symlink(target, path) == 0)
            return true;
    }
    return false;
}

void world_hold(const capture_world *w, int pid, const char *log, bool writing)
{
    char target[PATH_BYTES];
    char path[PATH_BYTES];
    int number;
    snprintf(target, sizeof target, "%s/%s", w->logs, log);
    snprintf(path, sizeof path, "%s/%d/fd", w->proc, pid);
    must(link_free_number(target, path, &number), path);
    snprintf(path, sizeof path, "%s/%d/fdinfo/%d", w->proc, pid, number);
    write_file(path, writing ? "pos:\t9\nflags:\t0102001\n" : "pos:\t9\nflags:\t0100000\n");
}

bool world_has(const capture_world *w, const char *name)
{
    char path[PATH_BYTES];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", w->logs, name);
    return lstat(path, &info) == 0;
}
