/* SPDX-License-Identifier: MIT */
#include "process_table.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grow.h"

/* Of a file of /proc only its first bytes are of interest. */
enum { TEXT_BYTES = 4096, PATH_BYTES = 64, STAT_FIELD_USER = 14, STAT_FIELD_START = 22 };

typedef struct scan {
    int root_fd;
    open_file *files; /* by name */
    size_t file_count;
    process_table *table;
} scan;

static bool read_text(int dir_fd, const char *path, char text[static TEXT_BYTES])
{
    int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, TEXT_BYTES - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* Behind the name, which is in parentheses and may hold some itself; fields count from 1, the name
 * is the second. */
static const char *stat_field(const char *text, int number)
{
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < number; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    return at;
}

static bool parse_ticks(const char *text, uint64_t *ret)
{
    const char *at = stat_field(text, STAT_FIELD_USER);
    if (!at)
        return false;
    char *rest;
    uint64_t user = strtoull(at, &rest, 10);
    *ret = user + strtoull(rest, NULL, 10);
    return true;
}

static bool read_stat(int pid_fd, int64_t boot_s, process *ret)
{
    char text[TEXT_BYTES];
    if (!read_text(pid_fd, "stat", text) || !parse_ticks(text, &ret->ticks))
        return false;
    const char *start = stat_field(text, STAT_FIELD_START);
    if (!start)
        return false;
    long per_s = sysconf(_SC_CLK_TCK);
    ret->start_s = boot_s + strtoll(start, NULL, 10) / (per_s > 0 ? per_s : 100);
    return true;
}

/* The last of the numbers of NSpid; kernels without pid namespaces have no such line. */
static void read_inner_pid(int pid_fd, process *ret)
{
    char text[TEXT_BYTES];
    ret->inner_pid = ret->pid;
    if (!read_text(pid_fd, "status", text))
        return;
    const char *at = strstr(text, "\nNSpid:");
    if (!at)
        return;
    for (at += strlen("\nNSpid:"); *at == '\t' || *at == ' ';) {
        char *rest;
        long pid = strtol(at, &rest, 10);
        if (rest == at || pid <= 0 || pid > INT_MAX)
            return;
        ret->inner_pid = (int)pid;
        at = rest;
    }
}

static bool is_writing(int pid_fd, const char *number)
{
    char path[PATH_BYTES];
    char text[TEXT_BYTES];
    snprintf(path, sizeof path, "fdinfo/%.32s", number);
    if (!read_text(pid_fd, path, text))
        return true;
    const char *flags = strstr(text, "flags:");
    return !flags || (strtol(flags + strlen("flags:"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

static int compare_name(const void *name, const void *file)
{
    return strcmp(name, ((const open_file *)file)->name);
}

static open_file *find_file(const scan *s, const char *target)
{
    const char *slash = strrchr(target, '/');
    if (!slash)
        return NULL;
    return bsearch(slash + 1, s->files, s->file_count, sizeof *s->files, compare_name);
}

/* The name first: asking what is behind a link may wait for a server that does not answer. What a
 * process has open, its children may have inherited. */
static void look_at_link(const scan *s, const process *p, int pid_fd, const char *number)
{
    char path[PATH_BYTES];
    char target[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof path, "fd/%.32s", number);
    ssize_t len = readlinkat(pid_fd, path, target, sizeof target - 1);
    if (len <= 0)
        return;
    target[len] = '\0';
    open_file *file = find_file(s, target);
    if (!file || fstatat(pid_fd, path, &info, 0) != 0 || info.st_dev != file->device ||
        info.st_ino != file->inode || !is_writing(pid_fd, number))
        return;
    if (file->writer == 0 || p->inner_pid == file->named_pid)
        file->writer = p->pid;
}

static void look_at_files(const scan *s, int pid_fd, process *p)
{
    int fd = openat(pid_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *files = fd >= 0 ? fdopendir(fd) : NULL;
    if (!files) {
        if (fd >= 0)
            close(fd);
        p->files_hidden = true;
        return;
    }
    for (const struct dirent *e = readdir(files); e; e = readdir(files)) {
        if (e->d_name[0] != '.')
            look_at_link(s, p, pid_fd, e->d_name);
    }
    closedir(files);
}

static bool look_at_process(const scan *s, const char *name)
{
    process p = {.pid = atoi(name)};
    int fd = openat(s->root_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return true;
    bool alive = read_stat(fd, s->table->boot_s, &p);
    if (alive) {
        read_inner_pid(fd, &p);
        if (s->file_count)
            look_at_files(s, fd, &p);
    }
    close(fd);
    if (!alive)
        return true;
    if (!grow_reserve((void **)&s->table->items, &s->table->capacity, s->table->count + 1,
                      sizeof p))
        return false;
    s->table->items[s->table->count++] = p;
    return true;
}

static int64_t boot_time(int root_fd)
{
    char line[256];
    int64_t boot_s = 0;
    int fd = openat(root_fd, "stat", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (!file)
        return 0;
    /* The lines before it, of processors and interrupts, may be long. */
    while (boot_s == 0 && fgets(line, sizeof line, file)) {
        if (strncmp(line, "btime ", 6) == 0)
            boot_s = strtoll(line + 6, NULL, 10);
    }
    fclose(file);
    return boot_s;
}

static int by_pid(const void *a, const void *b)
{
    int pid_a = ((const process *)a)->pid;
    int pid_b = ((const process *)b)->pid;
    return (pid_a > pid_b) - (pid_a < pid_b);
}

static bool scan_all(const scan *s)
{
    int fd = fcntl(s->root_fd, F_DUPFD_CLOEXEC, 0);
    DIR *root = fd >= 0 ? fdopendir(fd) : NULL;
    bool fine = true;
    if (!root) {
        if (fd >= 0)
            close(fd);
        return true;
    }
    for (const struct dirent *e = readdir(root); e && fine; e = readdir(root)) {
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
            fine = look_at_process(s, e->d_name);
    }
    closedir(root);
    return fine;
}

unpeg_status process_table_read(const char *root, open_file *files, size_t count,
                                process_table *ret)
{
    *ret = (process_table){.items = NULL};
    scan s = {.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
              .files = files,
              .file_count = count,
              .table = ret};
    if (s.root_fd < 0)
        return UNPEG_OK;
    ret->boot_s = boot_time(s.root_fd);
    bool fine = scan_all(&s);
    close(s.root_fd);
    if (!fine) {
        process_table_free(ret);
        return UNPEG_NO_MEMORY;
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_pid);
    return UNPEG_OK;
}

void process_table_free(process_table *table)
{
    free(table->items);
    *table = (process_table){.items = NULL};
}

const process *process_table_find(const process_table *table, int pid)
{
    const process key = {.pid = pid};
    if (table->count == 0)
        return NULL;
    return bsearch(&key, table->items, table->count, sizeof key, by_pid);
}

const process *process_table_find_inner(const process_table *table, int inner_pid)
{
    const process *found = NULL;
    for (size_t i = 0; i < table->count; i++) {
        if (table->items[i].inner_pid != inner_pid)
            continue;
        if (found)
            return NULL;
        found = &table->items[i];
    }
    return found;
}

bool process_ticks(const char *root, int pid, uint64_t *ret)
{
    char path[PATH_MAX];
    char text[TEXT_BYTES];
    snprintf(path, sizeof path, "%s/%d/stat", root, pid);
    return read_text(AT_FDCWD, path, text) && parse_ticks(text, ret);
}
