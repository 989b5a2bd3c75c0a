/* SPDX-License-Identifier: MIT */
#include "log_writers.h"

#include <stdlib.h>

#include "process_table.h"

static const int64_t NS_PER_S = 1000000000;

/* What a process could have written, it wrote after it began; both times are rounded. */
static bool may_have_written(const process *p, const log_file *file)
{
    return p->start_s - 1 <= file->modified_ns / NS_PER_S;
}

static log_writer judge(const process_table *table, const open_file *open, const log_file *file)
{
    if (open->writer != 0)
        return (log_writer){open->writer, true};
    if (!file->is_log || file->parsed.pid == 0)
        return (log_writer){0, false};
    const process *named = process_table_find_inner(table, file->parsed.pid);
    if (!named || !named->files_hidden || !may_have_written(named, file))
        return (log_writer){0, false};
    return (log_writer){named->pid, false};
}

static void ask_for(const log_dir *dir, open_file *files)
{
    for (size_t i = 0; i < dir->count; i++) {
        const log_file *file = &dir->files[i];
        files[i] = (open_file){.name = file->name,
                               .device = file->device,
                               .inode = file->inode,
                               .named_pid = file->parsed.pid};
    }
}

unpeg_status log_writers_find(const char *proc_root, const log_dir *dir, log_writers *ret)
{
    process_table table;
    open_file *files = calloc(dir->count + 1, sizeof *files);
    ret->of = calloc(dir->count + 1, sizeof *ret->of);
    unpeg_status status = UNPEG_NO_MEMORY;
    if (files && ret->of) {
        ask_for(dir, files);
        status = process_table_read(proc_root, files, dir->count, &table);
    }
    if (status == UNPEG_OK) {
        for (size_t i = 0; i < dir->count; i++)
            ret->of[i] = judge(&table, &files[i], &dir->files[i]);
        process_table_free(&table);
    } else {
        log_writers_free(ret);
    }
    free(files);
    return status;
}

void log_writers_free(log_writers *writers)
{
    free(writers->of);
    writers->of = NULL;
}
