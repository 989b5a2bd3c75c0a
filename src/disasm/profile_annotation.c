/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "annotation.h"
#include "recording.h"
#include "unpeg/annotate.h"

typedef struct annotating {
    unpeg_annotation notes; /* what the caller sees */
    annotation *code;
    unpeg_annotated *instructions;
    unpeg_annotated_loop *loops;
} annotating;

static unpeg_status disassemble(annotating *a, const unpeg_hot_code *hot, unpeg_error *error)
{
    const annotation_source from = {.arch = hot->machine == UNPEG_MACHINE_X86_64 ? TARGET_X86_64
                                                                                 : TARGET_AARCH64,
                                    .code = {.address = hot->start,
                                             .bytes = (const unsigned char *)hot->bytes.data,
                                             .size = hot->bytes.len},
                                    .hits = hot->hits,
                                    .hit_count = hot->hit_count};
    return annotation_create(&from, &a->code, error);
}

static unpeg_status add_instructions(annotating *a, const unpeg_hot_code *hot)
{
    const unpeg_code_place *place = NULL;
    size_t next = 0;
    size_t count = a->code->instruction_count;
    a->instructions = calloc(count ? count : 1, sizeof *a->instructions);
    if (!a->instructions)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const annotated_instruction *from = &a->code->instructions[i];
        uint64_t offset = from->instruction.address - hot->start;
        while (next < hot->place_count && hot->places[next].offset <= offset)
            place = &hot->places[next++];
        a->instructions[i] =
            (unpeg_annotated){.address = from->instruction.address,
                              .size = from->instruction.size,
                              .text = from->instruction.text,
                              .samples = from->samples,
                              .function = place ? place->function : (unpeg_slice){"", 0},
                              .line = place ? place->line : 0};
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

static void fill(annotating *a, const unpeg_profile *profile, const unpeg_hot_code *hot)
{
    a->notes = (unpeg_annotation){
        .function = *unpeg_profile_frame(profile, hot->function),
        .module = hot->module,
        .start = hot->start,
        .size = hot->bytes.len,
        .samples = a->code->samples,
        .all_samples = unpeg_profile_info_const(profile)->recording.samples,
        .instructions = a->instructions,
        .instruction_count = a->code->instruction_count,
        .loops = a->loops,
        .loop_count = a->code->loop_count,
        .has_hot_loop = a->code->has_hot_loop,
        .hot_loop = a->code->hot_loop,
        .owner = a,
    };
}

static void destroy(annotating *a)
{
    annotation_destroy(a->code);
    free(a->instructions);
    free(a->loops);
    free(a);
}

static unpeg_status refuse(const unpeg_profile *profile, size_t index, unpeg_error *error)
{
    const unpeg_recording *recording = &unpeg_profile_info_const(profile)->recording;
    size_t count = unpeg_profile_hot_code_count(profile);
    if (count > 0)
        return unpeg_error_set(error, UNPEG_NOT_FOUND, "code %zu of %zu is not there", index,
                               count);
    if (recording->pid == 0)
        return unpeg_error_set(error, UNPEG_NOT_FOUND,
                               "a log has no machine code; only a live recording has");
    unpeg_slice silence = recording_silence(recording);
    if (recording->samples == 0)
        return unpeg_error_set(error, UNPEG_NOT_FOUND, "no sample was taken: %.*s",
                               (int)silence.len, silence.data);
    return unpeg_error_set(error, UNPEG_NOT_FOUND,
                           "none of %" PRIu64 " samples was in code with a known beginning and end",
                           recording->samples);
}

unpeg_status unpeg_annotate(const unpeg_profile *profile, size_t index, unpeg_annotation **ret,
                            unpeg_error *error)
{
    if (index >= unpeg_profile_hot_code_count(profile))
        return refuse(profile, index, error);
    const unpeg_hot_code *hot = unpeg_profile_hot_code(profile, index);
    annotating *a = calloc(1, sizeof *a);
    if (!a)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "out of memory");
    unpeg_status status = disassemble(a, hot, error);
    if (status == UNPEG_OK)
        status = add_instructions(a, hot);
    if (status == UNPEG_OK)
        status = add_loops(a);
    if (status != UNPEG_OK) {
        if (error && error->status != status)
            unpeg_error_set(error, status, "%s", unpeg_status_text(status));
        destroy(a);
        return status;
    }
    fill(a, profile, hot);
    *ret = &a->notes;
    return status;
}

void unpeg_annotation_destroy(unpeg_annotation *notes)
{
    if (notes)
        destroy(notes->owner);
}
