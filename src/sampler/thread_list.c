/* SPDX-License-Identifier: MIT */
#include "thread_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "grow.h"
#include "proc_file.h"
#include "sampler_clock.h"

enum { MAIN_SHARE = 2 };

/* A number as the name of a folder of /proc; 0 for every other name. */
static int32_t id_of(const char *name)
{
    int64_t id;
    if (!proc_number_parse(name, strlen(name), &id) || id <= 0 || id > INT32_MAX)
        return 0;
    return (int32_t)id;
}

unpeg_status thread_run_ns(int32_t pid, int32_t tid, uint64_t *ret)
{
    proc_bytes file;
    unpeg_status status = proc_read(pid, tid, "schedstat", &file);
    if (status == UNPEG_OK && !proc_schedstat_parse(file.text, file.size, ret))
        status = UNPEG_UNSUPPORTED;
    return status;
}

unpeg_status thread_awake_ns(int32_t pid, int32_t tid, uint64_t *ret)
{
    proc_bytes file;
    unpeg_status status = proc_read(pid, tid, "schedstat", &file);
    if (status == UNPEG_OK && !proc_schedstat_awake(file.text, file.size, ret))
        status = UNPEG_UNSUPPORTED;
    return status;
}

unpeg_status thread_waits(int32_t pid, int32_t tid, uint64_t *ret)
{
    proc_bytes file;
    proc_status parsed;
    unpeg_status status = proc_read(pid, tid, "status", &file);
    if (status == UNPEG_OK && !proc_status_parse(file.text, file.size, &parsed))
        status = UNPEG_UNSUPPORTED;
    if (status == UNPEG_OK)
        *ret = parsed.waits;
    return status;
}

unpeg_status thread_stat(int32_t pid, int32_t tid, proc_stat *ret)
{
    proc_bytes file;
    unpeg_status status = proc_read(pid, tid, "stat", &file);
    if (status == UNPEG_OK && !proc_stat_parse(file.text, file.size, ret))
        status = UNPEG_UNSUPPORTED;
    return status;
}

static unpeg_status add_thread(thread_list *list, int32_t pid, int32_t tid)
{
    thread_entry entry = {.pid = pid, .tid = tid};
    if (thread_run_ns(pid, tid, &entry.run_ns) != UNPEG_OK)
        return UNPEG_OK; /* it has ended since the folder was read */
    entry.time_ns = sampler_clock_ns();
    if (list->count >= THREAD_LIST_MAX)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&list->items, &list->capacity, list->count + 1, sizeof entry))
        return UNPEG_NO_MEMORY;
    list->items[list->count++] = entry;
    return UNPEG_OK;
}

unpeg_status thread_list_add(thread_list *list, int32_t pid)
{
    char path[64];
    unpeg_status status = UNPEG_OK;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    if (!folder)
        return proc_status_of_errno(errno);
    for (const struct dirent *entry; status == UNPEG_OK && (entry = readdir(folder)) != NULL;) {
        int32_t tid = id_of(entry->d_name);
        if (tid != 0)
            status = add_thread(list, pid, tid);
    }
    closedir(folder);
    return status;
}

void thread_list_deinit(thread_list *list)
{
    free(list->items);
    *list = (thread_list){0};
}

static int by_tid(const void *a, const void *b)
{
    const thread_entry *x = a, *y = b;
    return (x->tid > y->tid) - (x->tid < y->tid);
}

static int by_load(const void *a, const void *b)
{
    const thread_entry *x = a, *y = b;
    int order = (y->load_ppm > x->load_ppm) - (y->load_ppm < x->load_ppm);
    return order != 0 ? order : by_tid(a, b);
}

static uint32_t load_between(const thread_entry *before, const thread_entry *after)
{
    uint64_t run = after->run_ns - before->run_ns;
    int64_t elapsed = after->time_ns - before->time_ns;
    if (after->run_ns < before->run_ns || elapsed <= 0 || run > UINT64_MAX / 1000000)
        return 0;
    uint64_t ppm = run * 1000000 / (uint64_t)elapsed;
    return ppm > 1000000 ? 1000000 : (uint32_t)ppm;
}

void thread_list_measure(thread_list *before, thread_list *after)
{
    if (after->count == 0)
        return;
    if (before->count != 0)
        qsort(before->items, before->count, sizeof *before->items, by_tid);
    for (size_t i = 0; i < after->count; i++) {
        thread_entry *entry = &after->items[i];
        const thread_entry *old = NULL;
        if (before->count != 0)
            old = bsearch(entry, before->items, before->count, sizeof *entry, by_tid);
        const thread_entry begin = {.time_ns = before->count ? before->items[0].time_ns : 0};
        entry->load_ppm = load_between(old ? old : &begin, entry);
    }
    qsort(after->items, after->count, sizeof *after->items, by_load);
}

const thread_entry *thread_list_hottest(const thread_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const thread_entry *entry = &list->items[i];
        if (entry->tid == entry->pid && entry->load_ppm >= list->items[0].load_ppm / MAIN_SHARE)
            return entry;
    }
    return list->count != 0 ? &list->items[0] : NULL;
}

static unpeg_status add_pid(process_list *list, int32_t pid)
{
    if (list->count >= PROCESS_LIST_MAX)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&list->pids, &list->capacity, list->count + 1, sizeof pid))
        return UNPEG_NO_MEMORY;
    list->pids[list->count++] = pid;
    return UNPEG_OK;
}

static unpeg_status read_pids(process_list *list)
{
    unpeg_status status = UNPEG_OK;
    DIR *folder = opendir("/proc");
    if (!folder)
        return proc_status_of_errno(errno);
    for (const struct dirent *entry; status == UNPEG_OK && (entry = readdir(folder)) != NULL;) {
        int32_t pid = id_of(entry->d_name);
        if (pid != 0)
            status = add_pid(list, pid);
    }
    closedir(folder);
    return status;
}

static bool contains(const process_list *list, int32_t pid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->pids[i] == pid)
            return true;
    return false;
}

/* Moves pids whose parent is known to tree, until there is none any more. */
static unpeg_status collect_tree(const process_list *all, process_list *tree)
{
    unpeg_status status = UNPEG_OK;
    int32_t *parents = calloc(all->count, sizeof *parents);
    if (!parents)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < all->count; i++) {
        proc_stat stat;
        if (thread_stat(all->pids[i], 0, &stat) == UNPEG_OK)
            parents[i] = stat.ppid;
    }
    for (size_t before = 0; status == UNPEG_OK && before != tree->count;) {
        before = tree->count;
        for (size_t i = 0; status == UNPEG_OK && i < all->count; i++)
            if (parents[i] != 0 && contains(tree, parents[i]) && !contains(tree, all->pids[i]))
                status = add_pid(tree, all->pids[i]);
    }
    free(parents);
    return status;
}

unpeg_status process_list_read(process_list *list, int32_t root)
{
    process_list all = {0};
    unpeg_status status = read_pids(root == 0 ? list : &all);
    if (root == 0)
        return status;
    if (status == UNPEG_OK)
        status = contains(&all, root) ? add_pid(list, root) : UNPEG_NOT_FOUND;
    if (status == UNPEG_OK)
        status = collect_tree(&all, list);
    process_list_deinit(&all);
    return status;
}

void process_list_deinit(process_list *list)
{
    free(list->pids);
    *list = (process_list){0};
}
