/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "annotation.h"
#include "live_code.h"
#include "live_process.h"
#include "sampler_clock.h"
#include "sampling.h"
#include "unpeg/annotate.h"

enum { DURATION_US = 2000000, STEP_US = 100000 };

typedef struct annotating {
    unpeg_annotation notes; /* what the caller sees */
    unpeg_live_options options;
    unpeg_error *error;
    live_process *process;
    sampler *sampler;
    live_codes codes;
    live_stack stack;
    annotation *code;
    unpeg_annotated *instructions;
    unpeg_annotated_loop *loops;
} annotating;

static unpeg_status open_target(annotating *a)
{
    unpeg_live_options *o = &a->options;
    const sampler_options options = sampling_options(o);
    int32_t tid = o->tid;
    unpeg_status status = tid ? UNPEG_OK : live_process_hot_thread(o->pid, &tid);
    if (status != UNPEG_OK)
        return unpeg_error_set(a->error, status, "there is no process %d", (int)o->pid);
    status = live_process_open(o->pid, o->native_off, &a->process, a->error);
    if (status == UNPEG_OK)
        status = sampler_open(o->pid, tid, &options, &a->sampler, a->error);
    return status;
}

static unpeg_status take(annotating *a, int64_t deadline_us)
{
    target_snapshot snapshot;
    process_view *view = live_process_target(a->process);
    unpeg_status status = sampler_next(a->sampler, deadline_us, &snapshot, a->error);
    if (status != UNPEG_OK)
        return status == UNPEG_DEADLINE ? UNPEG_OK : status;
    live_process_fresh(a->process);
    status = process_view_stack(view, &snapshot, &a->stack);
    return status == UNPEG_OK ? live_codes_add(&a->codes, view, &snapshot, &a->stack) : status;
}

static bool wants_more(const annotating *a, int64_t begin_us, uint64_t duration_us)
{
    const unpeg_live_options *o = &a->options;
    uint64_t done = (uint64_t)(sampler_clock_us() - begin_us);
    if (done >= duration_us || (o->max_samples && a->codes.pc_count >= o->max_samples))
        return false;
    return !o->progress || o->progress(o->progress_user, done, duration_us);
}

static unpeg_status sample(annotating *a)
{
    int64_t begin = sampler_clock_us();
    uint64_t duration = a->options.duration_us ? a->options.duration_us : DURATION_US;
    unpeg_status status = UNPEG_OK;
    while (status == UNPEG_OK && wants_more(a, begin, duration)) {
        int64_t next = sampler_clock_us() + STEP_US;
        while (status == UNPEG_OK && sampler_clock_us() < next)
            status = take(a, next);
    }
    return status == UNPEG_NOT_FOUND && a->codes.pc_count ? UNPEG_OK : status;
}

static unpeg_status disassemble(annotating *a, const live_code *hot)
{
    unsigned char *bytes = malloc((size_t)hot->size);
    process_view *view = live_process_target(a->process);
    if (!bytes)
        return UNPEG_NO_MEMORY;
    live_process_fresh(a->process);
    unpeg_status status = process_view_read(view, hot->start, bytes, (size_t)hot->size);
    if (status == UNPEG_OK) {
        const annotation_source from = {
            .arch = hot->registers.arch,
            .code = {.address = hot->start, .bytes = bytes, .size = (size_t)hot->size},
            .samples = a->codes.pcs,
            .sample_count = a->codes.pc_count};
        status = annotation_create(&from, &a->code, a->error);
    } else {
        unpeg_error_set(a->error, status, "the hottest code is gone");
    }
    free(bytes);
    return status;
}

static unpeg_status add_instructions(annotating *a, const live_code *hot)
{
    process_view *view = live_process_target(a->process);
    size_t count = a->code->instruction_count;
    a->instructions = calloc(count ? count : 1, sizeof *a->instructions);
    if (!a->instructions)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const annotated_instruction *from = &a->code->instructions[i];
        unpeg_annotated *to = &a->instructions[i];
        live_frame place = {.line = 0};
        *to = (unpeg_annotated){.address = from->instruction.address,
                                .size = from->instruction.size,
                                .text = from->instruction.text,
                                .samples = from->samples};
        unpeg_status status = process_view_line(view, &hot->registers, to->address, &place);
        if (status != UNPEG_OK && status != UNPEG_NOT_FOUND)
            return status;
        to->function = place.frame.name;
        to->line = place.line;
    }
    return UNPEG_OK;
}

static unpeg_status add_loops(annotating *a)
{
    size_t count = a->code->loop_count;
    a->loops = calloc(count ? count : 1, sizeof *a->loops);
    if (!a->loops)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const annotated_loop *loop = &a->code->loops[i];
        a->loops[i] = (unpeg_annotated_loop){loop->first, loop->last, loop->samples};
    }
    return UNPEG_OK;
}

static unpeg_status fill(annotating *a)
{
    const live_code *hot = live_codes_hottest(&a->codes);
    if (!hot)
        return unpeg_error_set(a->error, UNPEG_NOT_FOUND,
                               "none of %zu samples was in code with a known beginning and end",
                               a->codes.pc_count);
    unpeg_status status = disassemble(a, hot);
    if (status == UNPEG_OK)
        status = add_instructions(a, hot);
    if (status == UNPEG_OK)
        status = add_loops(a);
    if (status != UNPEG_OK)
        return status;
    a->notes = (unpeg_annotation){.function = hot->frame.frame,
                                  .module = hot->frame.module,
                                  .start = hot->start,
                                  .size = hot->size,
                                  .samples = hot->samples,
                                  .all_samples = a->codes.pc_count,
                                  .instructions = a->instructions,
                                  .instruction_count = a->code->instruction_count,
                                  .loops = a->loops,
                                  .loop_count = a->code->loop_count,
                                  .has_hot_loop = a->code->has_hot_loop,
                                  .hot_loop = a->code->hot_loop,
                                  .owner = a};
    return UNPEG_OK;
}

static void destroy(annotating *a)
{
    sampler_close(a->sampler);
    annotation_destroy(a->code);
    live_codes_deinit(&a->codes);
    live_stack_deinit(&a->stack);
    live_process_close(a->process);
    free(a->instructions);
    free(a->loops);
    free(a);
}

unpeg_status unpeg_live_annotate(const unpeg_live_options *options, unpeg_annotation **ret,
                                 unpeg_error *error)
{
    unpeg_error own = {.status = UNPEG_OK};
    annotating *a = calloc(1, sizeof *a);
    if (!a)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "out of memory");
    a->error = error ? error : &own;
    size_t size =
        options->struct_size < sizeof a->options ? options->struct_size : sizeof a->options;
    memcpy(&a->options, options, size);
    unpeg_status status = open_target(a);
    if (status == UNPEG_OK)
        status = sample(a);
    if (status == UNPEG_OK)
        status = fill(a);
    if (status == UNPEG_OK) {
        *ret = &a->notes;
        return status;
    }
    if (a->error->status != status)
        unpeg_error_set(a->error, status, "%s", unpeg_status_text(status));
    destroy(a);
    return status;
}

void unpeg_annotation_destroy(unpeg_annotation *notes)
{
    if (notes)
        destroy(notes->owner);
}
