/* SPDX-License-Identifier: MIT */
#include "jit_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jitdump.h"
#include "perf_map.h"
#include "proc_file.h"
#include "unpeg/log_parser.h"

enum {
    CHUNK_BYTES = 1 << 16,
    FDS_MAX = 4096,        /* of a process that are looked at */
    PATH_TEXT_BYTES = 300, /* the end of a path, which tells what it is */
};

/* Of each file: more than a day's worth of generated code. */
#define READ_MAX (INT64_C(1) << 30)

typedef enum file_kind { FILE_PERF_MAP, FILE_JITDUMP, FILE_LOG, FILE_KINDS } file_kind;

typedef struct open_file {
    int fd; /* -1: there is none */
    int64_t offset;
} open_file;

struct jit_files {
    int32_t pid;
    bool looked; /* for the files */
    jit_table *table;
    perf_map *map;
    jitdump *dump;
    unpeg_log_parser *log;
    open_file files[FILE_KINDS];
    char chunk[CHUNK_BYTES];
};

static unpeg_status on_record(void *user, const unpeg_record *record)
{
    jit_files *f = user;
    return jit_table_log(f->table, record);
}

static unpeg_status create_readers(jit_files *f)
{
    const unpeg_log_parser_options options = {.struct_size = sizeof options,
                                              .wanted =
                                                  UNPEG_RECORD_MASK(UNPEG_RECORD_V8_VERSION) |
                                                  UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_CREATION) |
                                                  UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_MOVE) |
                                                  UNPEG_RECORD_MASK(UNPEG_RECORD_CODE_DELETE)};
    unpeg_status status = jit_table_create(&f->table);
    if (status == UNPEG_OK)
        status = perf_map_create(f->table, &f->map);
    if (status == UNPEG_OK)
        status = jitdump_create(f->table, &f->dump);
    if (status == UNPEG_OK)
        status = unpeg_log_parser_create(&options, on_record, f, &f->log);
    return status;
}

unpeg_status jit_files_create(int32_t pid, jit_files **ret)
{
    jit_files *f = calloc(1, sizeof *f);
    if (!f)
        return UNPEG_NO_MEMORY;
    f->pid = pid;
    for (size_t i = 0; i < FILE_KINDS; i++)
        f->files[i].fd = -1;
    unpeg_status status = create_readers(f);
    if (status != UNPEG_OK) {
        jit_files_destroy(f);
        return status;
    }
    *ret = f;
    return UNPEG_OK;
}

void jit_files_destroy(jit_files *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < FILE_KINDS; i++)
        if (f->files[i].fd >= 0)
            close(f->files[i].fd);
    unpeg_log_parser_destroy(f->log);
    jitdump_destroy(f->dump);
    perf_map_destroy(f->map);
    jit_table_destroy(f->table);
    free(f);
}

jit_table *jit_files_table(jit_files *f)
{
    return f->table;
}

/* A FIFO or a terminal must not hang the profiler. */
static void open_regular(open_file *file, const char *path)
{
    struct stat stat;
    if (file->fd >= 0)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode))
        file->fd = fd;
    else
        close(fd);
}

static bool ends_in(unpeg_slice text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static bool begins_with(unpeg_slice text, const char *begin)
{
    size_t len = strlen(begin);
    return text.len >= len && memcmp(text.data, begin, len) == 0;
}

/* By the names that V8 and perf's own tools give them. FILE_KINDS: none of these. */
static file_kind kind_of(unpeg_slice path)
{
    const char *slash = path.len ? memrchr(path.data, '/', path.len) : NULL;
    if (!slash)
        return FILE_KINDS;
    const unpeg_slice name = {slash + 1, (size_t)(path.data + path.len - slash - 1)};
    if (begins_with(name, "perf-") && ends_in(name, ".map"))
        return FILE_PERF_MAP;
    if (begins_with(name, "jit-") && ends_in(name, ".dump"))
        return FILE_JITDUMP;
    return ends_in(name, "v8.log") ? FILE_LOG : FILE_KINDS;
}

static void look_at_fd(jit_files *f, const char *number)
{
    char path[64 + NAME_MAX];
    char target[PATH_MAX];
    snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)f->pid, number);
    ssize_t len = readlink(path, target, sizeof target);
    if (len <= 0)
        return;
    file_kind kind = kind_of((unpeg_slice){target, (size_t)len});
    if (kind < FILE_KINDS)
        open_regular(&f->files[kind], path);
}

static void look_at_fds(jit_files *f)
{
    char path[64];
    const struct dirent *entry;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)f->pid);
    DIR *dir = opendir(path);
    for (size_t i = 0; dir && i < FDS_MAX && (entry = readdir(dir)) != NULL; i++)
        if (entry->d_name[0] != '.')
            look_at_fd(f, entry->d_name);
    if (dir)
        closedir(dir);
}

/* The number that the process knows itself by. */
static int32_t inner_pid(int32_t pid)
{
    proc_bytes status;
    if (proc_read(pid, 0, "status", &status) != UNPEG_OK)
        return pid;
    const char *line = memmem(status.text, status.size, "\nNSpid:", 7);
    const char *text_end = status.text + status.size;
    const char *end = line ? memchr(line + 1, '\n', (size_t)(text_end - line - 1)) : NULL;
    int32_t value = 0;
    for (const char *at = line ? line + 7 : text_end; end && at < end; at++) {
        if (*at < '0' || *at > '9')
            value = 0;
        else if (value < INT32_MAX / 10 - 1)
            value = value * 10 + (*at - '0');
    }
    return value ? value : pid;
}

static void look_for_files(jit_files *f)
{
    char path[PATH_TEXT_BYTES];
    look_at_fds(f);
    snprintf(path, sizeof path, "/proc/%d/root/tmp/perf-%d.map", (int)f->pid,
             (int)inner_pid(f->pid));
    open_regular(&f->files[FILE_PERF_MAP], path);
    f->looked = true;
}

static unpeg_status feed(jit_files *f, file_kind kind, size_t len)
{
    switch (kind) {
    case FILE_PERF_MAP:
        return perf_map_feed(f->map, f->chunk, len);
    case FILE_JITDUMP:
        return jitdump_feed(f->dump, f->chunk, len);
    default:
        return unpeg_log_parser_feed(f->log, f->chunk, len);
    }
}

static unpeg_status read_on(jit_files *f, file_kind kind)
{
    open_file *file = &f->files[kind];
    unpeg_status status = UNPEG_OK;
    while (file->fd >= 0 && status == UNPEG_OK && file->offset < READ_MAX) {
        ssize_t got = pread(file->fd, f->chunk, sizeof f->chunk, file->offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        file->offset += got;
        status = feed(f, kind, (size_t)got);
    }
    return status;
}

unpeg_status jit_files_update(jit_files *f)
{
    unpeg_status status = UNPEG_OK;
    if (!f->looked)
        look_for_files(f);
    for (file_kind kind = 0; kind < FILE_KINDS && status == UNPEG_OK; kind++)
        status = read_on(f, kind);
    return status;
}
