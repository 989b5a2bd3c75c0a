/* SPDX-License-Identifier: MIT */
#include "live_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "access.h"
#include "noted_files.h"
#include "proc_file.h"
#include "process_files.h"
#include "process_maps.h"
#include "remote_memory.h"
#include "thread_list.h"
#include "written_code.h"

enum { HOT_INTERVAL_NS = 30000000 };

struct live_process {
    char root[32]; /* /proc/PID/root */
    process_maps maps;
    remote_memory *memory;
    target_memory live; /* of memory, where what is read is noted */
    process_files files;
    noted_files noted;
    jit_files *jit;
    process_view *target;
};

static unpeg_status maps_text(void *user, bool fresh, unpeg_slice *ret)
{
    live_process *p = user;
    unpeg_status status = fresh ? process_maps_refresh(&p->maps) : UNPEG_OK;
    *ret = live_process_maps(p);
    return status;
}

static unpeg_status open_parts(live_process *p, int32_t pid)
{
    unpeg_status status = process_maps_refresh(&p->maps);
    if (status == UNPEG_OK)
        status = remote_memory_create(pid, &p->memory);
    if (status == UNPEG_OK)
        status = jit_files_create(pid, &p->jit);
    return status;
}

static unpeg_status explain(unpeg_status status, int32_t pid, unpeg_error *error)
{
    if (status == UNPEG_PERMISSION)
        return access_explain(pid, EACCES, ACCESS_MEMORY, error);
    if (status == UNPEG_NOT_FOUND)
        return access_explain(pid, ESRCH, ACCESS_MEMORY, error);
    return unpeg_error_set(error, status, "process %d: %s", (int)pid, unpeg_status_text(status));
}

static void note_native(void *user, unpeg_addr pc, const native_name *name)
{
    const live_process *p = user;
    const raw_name noted = {name->offset, name->size, (uint32_t)name->reason, name->name};
    raw_writer_name(p->noted.writer, pc, &noted);
}

static void note_written(void *user, unpeg_addr pc, const unpeg_frame *frame)
{
    const live_process *p = user;
    written_code_note(p->noted.writer, pc, frame);
}

static live_source source_of(live_process *p, bool native_off, raw_writer *raw)
{
    live_source source = {.memory = remote_memory_access(p->memory),
                          .files = process_files_source(&p->files),
                          .root = p->root,
                          .maps = maps_text,
                          .user = p,
                          .jit = p->jit,
                          .native_off = native_off};
    if (!raw)
        return source;
    p->live = source.memory;
    p->noted = (noted_files){.files = source.files, .writer = raw};
    source.memory = raw_writer_memory(raw, &p->live);
    source.files = noted_files_source(&p->noted);
    source.note_native = note_native;
    source.note_written = note_written;
    return source;
}

unpeg_status live_process_open_noted(int32_t pid, bool native_off, raw_writer *raw,
                                     live_process **ret, unpeg_error *error)
{
    live_process *p = calloc(1, sizeof *p);
    if (!p)
        return explain(UNPEG_NO_MEMORY, pid, error);
    snprintf(p->root, sizeof p->root, "/proc/%d/root", (int)pid);
    p->maps.pid = pid;
    p->files.pid = pid;
    unpeg_status status = open_parts(p, pid);
    if (status == UNPEG_OK) {
        const live_source source = source_of(p, native_off, raw);
        status = process_view_create(&source, &p->target);
    }
    if (status != UNPEG_OK) {
        live_process_close(p);
        return explain(status, pid, error);
    }
    *ret = p;
    return UNPEG_OK;
}

unpeg_status live_process_open(int32_t pid, bool native_off, live_process **ret, unpeg_error *error)
{
    return live_process_open_noted(pid, native_off, NULL, ret, error);
}

void live_process_close(live_process *p)
{
    if (!p)
        return;
    process_view_destroy(p->target);
    jit_files_destroy(p->jit);
    remote_memory_destroy(p->memory);
    process_maps_deinit(&p->maps);
    free(p);
}

process_view *live_process_target(live_process *p)
{
    return p->target;
}

void live_process_fresh(live_process *p)
{
    remote_memory_forget(p->memory);
}

unpeg_slice live_process_maps(const live_process *p)
{
    return (unpeg_slice){p->maps.text, p->maps.text_size};
}

static unpeg_status measure_threads(int32_t pid, int32_t *ret)
{
    thread_list before = {0};
    thread_list after = {0};
    const struct timespec interval = {.tv_nsec = HOT_INTERVAL_NS};
    unpeg_status status = thread_list_add(&before, pid);
    if (status == UNPEG_OK) {
        nanosleep(&interval, NULL);
        status = thread_list_add(&after, pid);
    }
    if (status == UNPEG_OK) {
        thread_list_measure(&before, &after);
        const thread_entry *hot = thread_list_hottest(&after);
        if (hot && hot->load_ppm)
            *ret = hot->tid;
    }
    thread_list_deinit(&before);
    thread_list_deinit(&after);
    return status;
}

unpeg_status live_process_hot_thread(int32_t pid, int32_t *ret)
{
    proc_stat stat;
    *ret = pid;
    unpeg_status status = thread_stat(pid, pid, &stat);
    if (status != UNPEG_OK || stat.state == 'R')
        return status;
    return measure_threads(pid, ret);
}
