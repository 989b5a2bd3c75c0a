/* SPDX-License-Identifier: MIT */
#include "annotation.h"

#include <stdlib.h>

#include "grow.h"

enum { NOT_FOUND = -1 };

/* The instruction that covers address, or NOT_FOUND. */
static ptrdiff_t find(const annotation *notes, unpeg_addr address)
{
    size_t low = 0;
    size_t high = notes->instruction_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const disasm_instruction *at = &notes->instructions[middle].instruction;
        if (address < at->address)
            high = middle;
        else if (address - at->address >= at->size)
            low = middle + 1;
        else
            return (ptrdiff_t)middle;
    }
    return NOT_FOUND;
}

static unpeg_status add_instructions(annotation *notes, disassembler *machine, code_view code)
{
    size_t capacity = 0;
    disasm_instruction instruction;
    while (disassembler_next(machine, &code, &instruction)) {
        if (!grow_reserve((void **)&notes->instructions, &capacity, notes->instruction_count + 1,
                          sizeof *notes->instructions))
            return UNPEG_NO_MEMORY;
        notes->instructions[notes->instruction_count++] =
            (annotated_instruction){.instruction = instruction};
    }
    return UNPEG_OK;
}

static void count_samples(annotation *notes, const annotation_source *from)
{
    for (size_t i = 0; i < from->hit_count; i++) {
        const unpeg_code_hits *hit = &from->hits[i];
        ptrdiff_t at = find(notes, from->code.address + hit->offset);
        if (at == NOT_FOUND)
            continue;
        notes->instructions[at].samples += hit->samples;
        notes->samples += hit->samples;
    }
}

static unpeg_status add_loops(annotation *notes)
{
    size_t capacity = 0;
    for (size_t i = 0; i < notes->instruction_count; i++) {
        const disasm_instruction *jump = &notes->instructions[i].instruction;
        ptrdiff_t first = jump->has_target ? find(notes, jump->target) : NOT_FOUND;
        if (first == NOT_FOUND || (size_t)first > i)
            continue;
        annotated_loop loop = {.first = (size_t)first, .last = i};
        for (size_t k = loop.first; k <= i; k++)
            loop.samples += notes->instructions[k].samples;
        if (!grow_reserve((void **)&notes->loops, &capacity, notes->loop_count + 1, sizeof loop))
            return UNPEG_NO_MEMORY;
        notes->loops[notes->loop_count++] = loop;
    }
    return UNPEG_OK;
}

static void choose_hot_loop(annotation *notes)
{
    size_t smallest = SIZE_MAX;
    for (size_t i = 0; i < notes->loop_count; i++) {
        const annotated_loop *loop = &notes->loops[i];
        size_t length = loop->last - loop->first;
        bool holds = loop->samples && loop->samples >= notes->samples - notes->samples / 10;
        if (!holds || length >= smallest)
            continue;
        smallest = length;
        notes->has_hot_loop = true;
        notes->hot_loop = i;
    }
}

unpeg_status annotation_create(const annotation_source *from, annotation **ret, unpeg_error *error)
{
    disassembler *machine;
    if (from->code.size > ANNOTATION_CODE_LIMIT)
        return unpeg_error_set(error, UNPEG_LIMIT, "%zu bytes of code are too many",
                               from->code.size);
    unpeg_status status = disassembler_create(from->arch, &machine, error);
    if (status != UNPEG_OK)
        return status;
    annotation *notes = calloc(1, sizeof *notes);
    status = notes ? add_instructions(notes, machine, from->code) : UNPEG_NO_MEMORY;
    disassembler_destroy(machine);
    if (status == UNPEG_OK) {
        count_samples(notes, from);
        status = add_loops(notes);
    }
    if (status != UNPEG_OK) {
        annotation_destroy(notes);
        return unpeg_error_set(error, status, "%s", unpeg_status_text(status));
    }
    choose_hot_loop(notes);
    *ret = notes;
    return UNPEG_OK;
}

void annotation_destroy(annotation *notes)
{
    if (!notes)
        return;
    free(notes->instructions);
    free(notes->loops);
    free(notes);
}
