/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "grow.h"
#include "live_process.h"
#include "sampler.h"
#include "sampler_clock.h"
#include "thread_list.h"
#include "unpeg/live.h"

enum {
    PATIENCE_US = 300000, /* how long a thread that runs is waited for */
    LOOKS = 20            /* at a V8 without symbols, until one stack makes sense */
};

typedef struct dumping {
    unpeg_live_dump dump; /* what the caller sees; the first member */
    unpeg_live_options options;
    live_process *process;
    unpeg_live_stack *stacks; /* their frames are the dump's own */
    size_t count, capacity;
} dumping;

static sampler_backend backend_of(unpeg_backend backend)
{
    return backend == UNPEG_BACKEND_PERF ? SAMPLER_PERF : SAMPLER_PTRACE;
}

/* One stop by ptrace is at once; perf has to wait for a tick, so it is second here. */
static unpeg_status open_sampler(const unpeg_live_options *o, int32_t tid, sampler **ret,
                                 unpeg_error *error)
{
    sampler_options options = {.backend = backend_of(o->backend), .stack_bytes = o->stack_bytes};
    unpeg_status status = sampler_open(o->pid, tid, &options, ret, error);
    if (status == UNPEG_OK || o->backend != UNPEG_BACKEND_AUTO)
        return status;
    options.backend = SAMPLER_PERF;
    return sampler_open(o->pid, tid, &options, ret, NULL) == UNPEG_OK ? UNPEG_OK : status;
}

static void copy_frame(const live_frame *from, unpeg_live_frame *to)
{
    *to = (unpeg_live_frame){.frame = from->frame,
                             .line = from->line,
                             .column = from->column,
                             .line_text = v8_line_state_text(from->line_state),
                             .inlined = from->inlined,
                             .pc = from->pc,
                             .module = from->module,
                             .offset = from->offset};
}

static unpeg_status keep_frames(const live_stack *stack, unpeg_live_stack *ret)
{
    unpeg_live_frame *frames = calloc(stack->count ? stack->count : 1, sizeof *frames);
    if (!frames)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < stack->count; i++)
        copy_frame(&stack->frames[i], &frames[i]);
    ret->frames = frames;
    ret->frame_count = stack->count;
    ret->complete = stack->end == STACK_END_COMPLETE;
    ret->end_text = stack_end_text(stack->end);
    return UNPEG_OK;
}

static void keep_regexp(const v8_regexp *regexp, unpeg_live_regexp *ret)
{
    *ret = (unpeg_live_regexp){.known = true,
                               .source = regexp->source,
                               .cut = regexp->source_cut,
                               .subject_known = regexp->has_subject,
                               .subject_length = regexp->subject_length};
    snprintf(ret->flags, sizeof ret->flags, "%s", regexp->flags);
}

/* While the collector moves objects a stack may not say how the heap is laid out; the next does. */
static unpeg_status look(dumping *dump, sampler *s, target_snapshot *snapshot, live_stack *stack,
                         unpeg_error *error)
{
    process_view *view = live_process_target(dump->process);
    unpeg_status status = UNPEG_OK;
    for (int i = 0; i < LOOKS && status == UNPEG_OK; i++) {
        status = sampler_next(s, sampler_clock_us() + PATIENCE_US, snapshot, error);
        if (status != UNPEG_OK)
            break;
        live_process_fresh(dump->process);
        status = process_view_stack(view, snapshot, stack);
        if (!process_view_learns(view))
            break;
    }
    return status;
}

static const char *problem_of(unpeg_status status, const unpeg_error *error)
{
    if (status == UNPEG_DEADLINE)
        return "it did not run while it was waited for";
    return status == UNPEG_NOT_FOUND ? "it has ended" : error->text;
}

static bool is_problem(unpeg_status status)
{
    return status == UNPEG_DEADLINE || status == UNPEG_NOT_FOUND || status == UNPEG_PERMISSION;
}

/* ret_refused: somebody else holds the thread. */
static unpeg_status take_frames(dumping *dump, sampler *s, unpeg_live_stack *ret, bool *ret_refused)
{
    target_snapshot snapshot;
    live_stack stack = {0};
    unpeg_error error = {0};
    unpeg_status status = look(dump, s, &snapshot, &stack, &error);
    if (status == UNPEG_DEADLINE && sampler_explain(s, &error) != UNPEG_OK)
        status = error.status;
    *ret_refused = status == UNPEG_PERMISSION;
    snprintf(ret->problem, sizeof ret->problem, "%s",
             is_problem(status) ? problem_of(status, &error) : "");
    if (ret->problem[0])
        return UNPEG_OK;
    if (status == UNPEG_OK)
        status = keep_frames(&stack, ret);
    if (status == UNPEG_OK && stack.in_regexp)
        keep_regexp(&stack.regexp, &ret->regexp);
    ret->stop_us = sampler_count(s).stop_max_ns / 1000;
    live_stack_deinit(&stack);
    return status;
}

/* A wait that is broken off comes back with EINTR, which some programs do not expect: a thread that
 * sleeps is left alone. */
static bool sleeps(const unpeg_live_stack *stack)
{
    return stack->state != 'R';
}

/* What keeps ptrace away, as a debugger does, does not keep perf away. */
static unpeg_status take_by_perf(dumping *dump, unpeg_live_stack *stack)
{
    sampler *s;
    bool refused;
    const sampler_options options = {.backend = SAMPLER_PERF,
                                     .stack_bytes = dump->options.stack_bytes};
    unpeg_live_stack traced = *stack;
    if (sampler_open(dump->options.pid, stack->tid, &options, &s, NULL) != UNPEG_OK)
        return UNPEG_OK;
    unpeg_status status = take_frames(dump, s, stack, &refused);
    if (status == UNPEG_OK && stack->problem[0])
        *stack = traced;
    sampler_close(s);
    return status;
}

static const char *why_left_alone(char state)
{
    return state == 'T'   ? "a signal has stopped it, and kill -CONT lets it go on"
           : state == 't' ? "a debugger has stopped it"
                          : "it sleeps, and is left alone";
}

static unpeg_status fill_stack(dumping *dump, unpeg_live_stack *stack, unpeg_error *error)
{
    proc_stat stat;
    sampler *s;
    if (thread_stat(dump->options.pid, stack->tid, &stat) != UNPEG_OK) {
        snprintf(stack->problem, sizeof stack->problem, "it has ended");
        return UNPEG_OK;
    }
    stack->state = stat.state;
    snprintf(stack->thread, sizeof stack->thread, "%s", stat.comm);
    if (sleeps(stack)) {
        snprintf(stack->problem, sizeof stack->problem, "%s", why_left_alone(stat.state));
        return UNPEG_OK;
    }
    bool refused;
    unpeg_status status = open_sampler(&dump->options, stack->tid, &s, error);
    if (status != UNPEG_OK)
        return status;
    status = take_frames(dump, s, stack, &refused);
    sampler_close(s);
    if (status != UNPEG_OK || !refused || dump->options.backend != UNPEG_BACKEND_AUTO)
        return status;
    return take_by_perf(dump, stack);
}

static unpeg_status add_stack(dumping *dump, int32_t tid)
{
    if (!grow_reserve((void **)&dump->stacks, &dump->capacity, dump->count + 1,
                      sizeof *dump->stacks))
        return UNPEG_NO_MEMORY;
    dump->stacks[dump->count++] = (unpeg_live_stack){.tid = tid, .end_text = ""};
    return UNPEG_OK;
}

static unpeg_status add_all(dumping *dump)
{
    thread_list threads = {0};
    unpeg_status status = thread_list_add(&threads, dump->options.pid);
    for (size_t i = 0; i < threads.count && status == UNPEG_OK; i++)
        status = add_stack(dump, threads.items[i].tid);
    thread_list_deinit(&threads);
    return status;
}

static unpeg_status add_hot(dumping *dump)
{
    int32_t tid = dump->options.tid;
    unpeg_status status = tid ? UNPEG_OK : live_process_hot_thread(dump->options.pid, &tid);
    return status == UNPEG_OK ? add_stack(dump, tid) : status;
}

static void describe(dumping *d)
{
    uint32_t v8[4];
    proc_stat stat = {.comm = "?"};
    const process_view *view = live_process_target(d->process);
    process_view_v8(view, v8);
    (void)!thread_stat(d->options.pid, d->options.pid, &stat);
    d->dump = (unpeg_live_dump){.pid = d->options.pid,
                                .withheld = process_view_withheld(view),
                                .stacks = d->stacks,
                                .stack_count = d->count,
                                .owner = d};
    snprintf(d->dump.program, sizeof d->dump.program, "%s", stat.comm);
    if (v8[0])
        snprintf(d->dump.v8, sizeof d->dump.v8, "%u.%u", v8[0], v8[1]);
}

static unpeg_status fill(dumping *dump, bool all_threads, unpeg_error *error)
{
    const unpeg_live_options *o = &dump->options;
    unpeg_status status = live_process_open(o->pid, o->native_off, &dump->process, error);
    if (status != UNPEG_OK)
        return status;
    status = all_threads ? add_all(dump) : add_hot(dump);
    for (size_t i = 0; i < dump->count && status == UNPEG_OK; i++)
        status = fill_stack(dump, &dump->stacks[i], error);
    describe(dump);
    return status;
}

static void destroy(dumping *d)
{
    for (size_t i = 0; i < d->count; i++)
        free((void *)(uintptr_t)d->stacks[i].frames);
    free(d->stacks);
    live_process_close(d->process);
    free(d);
}

unpeg_status unpeg_live_dump_create(const unpeg_live_options *options, bool all_threads,
                                    unpeg_live_dump **ret, unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    unpeg_error *told = error ? error : &own;
    dumping *d = calloc(1, sizeof *d);
    if (!d)
        return unpeg_error_set(told, UNPEG_NO_MEMORY, "out of memory");
    size_t size =
        options->struct_size < sizeof d->options ? options->struct_size : sizeof d->options;
    memcpy(&d->options, options, size);
    unpeg_status status = fill(d, all_threads, told);
    if (status == UNPEG_OK) {
        *ret = &d->dump;
        return status;
    }
    destroy(d);
    if (told->status != status)
        unpeg_error_set(told, status, "%s", unpeg_status_text(status));
    return status;
}

void unpeg_live_dump_destroy(unpeg_live_dump *dump)
{
    if (dump)
        destroy(dump->owner);
}
