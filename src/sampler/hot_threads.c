/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proc_file.h"
#include "sampler_clock.h"
#include "thread_list.h"
#include "unpeg/process.h"
#include "v8_clue.h"

enum {
    INTERVAL_US = 100000,
    INTERVAL_MAX_US = 60000000,
    LEAST_PPM = 50000,
    MOST = 20,
    MOST_MAX = 1000,
};

typedef struct search {
    unpeg_find_options options; /* with the defaults filled in */
    process_list processes;
    thread_list before, after;
    unpeg_hot_threads *hot;
} search;

static void fill_options(search *s, const unpeg_find_options *options)
{
    unpeg_find_options *o = &s->options;
    if (options && options->struct_size <= sizeof *o)
        memcpy(o, options, options->struct_size);
    if (o->interval_us == 0)
        o->interval_us = INTERVAL_US;
    if (o->interval_us > INTERVAL_MAX_US)
        o->interval_us = INTERVAL_MAX_US;
    if (o->least_ppm == 0)
        o->least_ppm = LEAST_PPM;
    if (o->most == 0)
        o->most = MOST;
    if (o->most > MOST_MAX)
        o->most = MOST_MAX;
}

/* The threads of all processes but this one; one that has ended meanwhile is none. */
static unpeg_status read_threads(const process_list *processes, thread_list *threads)
{
    int32_t self = (int32_t)getpid();
    for (size_t i = 0; i < processes->count; i++) {
        if (processes->pids[i] == self)
            continue;
        unpeg_status status = thread_list_add(threads, processes->pids[i]);
        if (status == UNPEG_NO_MEMORY || status == UNPEG_LIMIT)
            return status;
    }
    return UNPEG_OK;
}

static unpeg_status measure(search *s)
{
    unpeg_status status = process_list_read(&s->processes, s->options.tree);
    if (status == UNPEG_OK)
        status = read_threads(&s->processes, &s->before);
    if (status != UNPEG_OK)
        return status;
    int64_t begin = sampler_clock_ns();
    int64_t end = begin + (int64_t)s->options.interval_us * 1000;
    while (sampler_clock_ns() < end)
        sampler_sleep_until(end);
    s->hot->interval_us = (uint64_t)(sampler_clock_ns() - begin) / 1000;
    /* Processes that began meanwhile count too. */
    process_list_deinit(&s->processes);
    status = process_list_read(&s->processes, s->options.tree);
    if (status == UNPEG_OK)
        status = read_threads(&s->processes, &s->after);
    if (status == UNPEG_OK && s->before.count == 0 && s->after.count == 0)
        status = UNPEG_UNSUPPORTED;
    if (status == UNPEG_OK)
        thread_list_measure(&s->before, &s->after);
    return status;
}

static void copy_text(char *to, size_t size, unpeg_slice text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    if (len != 0)
        memcpy(to, text.data, len);
    to[len] = '\0';
}

static void read_command(unpeg_hot_thread *thread)
{
    proc_bytes file;
    if (proc_read(thread->pid, 0, "cmdline", &file) != UNPEG_OK)
        return;
    copy_text(thread->type, sizeof thread->type,
              proc_cmdline_option(file.text, file.size, "--type="));
    while (file.size != 0 && (file.text[file.size - 1] == '\0' || file.text[file.size - 1] == ' '))
        file.size--;
    for (size_t i = 0; i < file.size; i++)
        if (file.text[i] == '\0')
            file.text[i] = ' ';
    copy_text(thread->command, sizeof thread->command, (unpeg_slice){file.text, file.size});
}

static void read_exe(unpeg_hot_thread *thread)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)thread->pid);
    ssize_t len = readlink(link, thread->exe, sizeof thread->exe - 1);
    thread->exe[len > 0 ? len : 0] = '\0';
}

static void read_inner_pid(unpeg_hot_thread *thread)
{
    proc_bytes file;
    proc_status status;
    thread->inner_pid = thread->pid;
    if (proc_read(thread->pid, 0, "status", &file) == UNPEG_OK &&
        proc_status_parse(file.text, file.size, &status) && status.nspid_count != 0)
        thread->inner_pid = status.nspid[status.nspid_count - 1];
}

/* What threads of one process share. */
static void describe_process(search *s, unpeg_hot_thread *thread)
{
    for (size_t i = 0; i < s->hot->count; i++)
        if (s->hot->items[i].pid == thread->pid) {
            unpeg_hot_thread own = *thread;
            *thread = s->hot->items[i];
            thread->tid = own.tid;
            thread->load_ppm = own.load_ppm;
            return;
        }
    thread->v8 = v8_clue_of_process(thread->pid);
    read_command(thread);
    read_exe(thread);
    read_inner_pid(thread);
}

static void add_thread(search *s, const thread_entry *entry)
{
    proc_stat stat;
    unpeg_hot_thread thread = {.pid = entry->pid, .tid = entry->tid, .load_ppm = entry->load_ppm};
    if (thread_stat(entry->pid, entry->tid, &stat) != UNPEG_OK)
        return; /* it has ended */
    describe_process(s, &thread);
    thread.state = stat.state;
    copy_text(thread.name, sizeof thread.name, unpeg_slice_of(stat.comm));
    if (!s->options.v8_only || (thread.v8 && thread.v8[0] != '\0'))
        s->hot->items[s->hot->count++] = thread;
}

static unpeg_status collect(search *s)
{
    s->hot->items = calloc(s->options.most, sizeof *s->hot->items);
    if (!s->hot->items)
        return UNPEG_NO_MEMORY;
    s->hot->processes = s->processes.count;
    s->hot->threads = s->after.count;
    for (size_t i = 0; i < s->after.count && s->hot->count < s->options.most; i++) {
        if (s->after.items[i].load_ppm < s->options.least_ppm)
            break;
        add_thread(s, &s->after.items[i]);
    }
    return UNPEG_OK;
}

static unpeg_status explain(const search *s, unpeg_status status, unpeg_error *error)
{
    switch (status) {
    case UNPEG_OK:
        return status;
    case UNPEG_NOT_FOUND:
        return unpeg_error_set(error, status, "there is no process %d", (int)s->options.tree);
    case UNPEG_UNSUPPORTED:
        return unpeg_error_set(error, status, "this kernel does not say how long threads ran");
    default:
        return unpeg_error_set(error, status, "/proc: %s", unpeg_status_text(status));
    }
}

unpeg_status unpeg_hot_threads_find(const unpeg_find_options *options, unpeg_hot_threads *ret,
                                    unpeg_error *error)
{
    search s = {.hot = ret};
    *ret = (unpeg_hot_threads){.items = NULL};
    fill_options(&s, options);
    unpeg_status status = measure(&s);
    if (status == UNPEG_OK)
        status = collect(&s);
    process_list_deinit(&s.processes);
    thread_list_deinit(&s.before);
    thread_list_deinit(&s.after);
    if (status != UNPEG_OK)
        unpeg_hot_threads_deinit(ret);
    return explain(&s, status, error);
}

void unpeg_hot_threads_deinit(unpeg_hot_threads *hot)
{
    free(hot->items);
    *hot = (unpeg_hot_threads){.items = NULL};
}
