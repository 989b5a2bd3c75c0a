/* SPDX-License-Identifier: MIT */
#include "live_code.h"

#include <stdlib.h>

#include "grow.h"
#include "live_recorder.h"

enum {
    KEPT = 4,             /* code objects of a recording */
    SIZE_LIMIT = 1 << 20, /* bytes of one */
    NEAR = 512, /* bytes around a sample whose lines are looked up; each costs a look-up */
};

/* What is hit often moves to the front. */
static live_code *find(live_codes *codes, unpeg_addr pc)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (pc - codes->items[i].start >= codes->items[i].size)
            continue;
        if (i == 0)
            return codes->items;
        live_code found = codes->items[i];
        codes->items[i] = codes->items[i - 1];
        codes->items[i - 1] = found;
        return &codes->items[i - 1];
    }
    return NULL;
}

/* Of the innermost machine frame the function that the others were inlined into. */
static const live_frame *owner_of(const live_stack *stack)
{
    size_t i = 0;
    while (i + 1 < stack->count && stack->frames[i].inlined)
        i++;
    return &stack->frames[i];
}

/* Code is looked at when the recording ends: then another frame may be where its frame was. */
static void note_frame(live_code *code, const target_snapshot *snapshot)
{
    unpeg_addr fp = process_view_frame_pointer(&snapshot->registers);
    unpeg_addr start = snapshot->stack_start;
    code->registers = snapshot->registers;
    code->frame_size = 0;
    if (fp < start || fp - start >= snapshot->stack_size)
        return;
    uint64_t skipped = fp - start > LIVE_CODE_FRAME_BELOW ? fp - start - LIVE_CODE_FRAME_BELOW : 0;
    size_t left = snapshot->stack_size - (size_t)skipped;
    code->frame_start = start + skipped;
    code->frame_size = left < LIVE_CODE_FRAME_BYTES ? left : LIVE_CODE_FRAME_BYTES;
    memcpy(code->frame_bytes, snapshot->stack + skipped, code->frame_size);
}

static unpeg_status add_code(live_codes *codes, process_view *view, const target_snapshot *snapshot,
                             const live_stack *stack)
{
    const live_frame *owner = owner_of(stack);
    live_code code = {.frame = owner->frame, .module = owner->module, .samples = 1};
    unpeg_status status = process_view_code(view, stack->frames[0].pc, &code.start, &code.size);
    if (status != UNPEG_OK)
        return status;
    if (!grow_reserve((void **)&codes->items, &codes->capacity, codes->count + 1, sizeof code))
        return UNPEG_NO_MEMORY;
    note_frame(&code, snapshot);
    codes->items[codes->count++] = code;
    return UNPEG_OK;
}

unpeg_status live_codes_add(live_codes *codes, process_view *view, const target_snapshot *snapshot,
                            const live_stack *stack)
{
    if (stack->count == 0)
        return UNPEG_OK;
    unpeg_addr pc = stack->frames[0].pc;
    live_code *known = find(codes, pc);
    unpeg_status status = known ? UNPEG_OK : add_code(codes, view, snapshot, stack);
    if (status != UNPEG_OK)
        return status == UNPEG_NO_MEMORY ? status : UNPEG_OK;
    if (known) {
        known->samples++;
        note_frame(known, snapshot);
    }
    if (!grow_reserve((void **)&codes->pcs, &codes->pc_capacity, codes->pc_count + 1, sizeof pc))
        return UNPEG_NO_MEMORY;
    codes->pcs[codes->pc_count++] = pc;
    return UNPEG_OK;
}

static int compare_samples(const void *a, const void *b)
{
    const live_code *x = a;
    const live_code *y = b;
    return (x->samples < y->samples) - (x->samples > y->samples);
}

static int compare_pcs(const void *a, const void *b)
{
    unpeg_addr x = *(const unpeg_addr *)a;
    unpeg_addr y = *(const unpeg_addr *)b;
    return (x > y) - (x < y);
}

/* One code object on its way into a profile. */
typedef struct keeping {
    process_view *view;
    const live_code *code;
    target_snapshot sample; /* of it, with one frame */
    char *bytes;
    unpeg_code_hits *hits;
    size_t hit_count, hit_capacity;
    unpeg_code_place *places;
    size_t place_count, place_capacity;
} keeping;

static unpeg_status count_hits(keeping *k, const live_codes *codes)
{
    for (size_t i = 0; i < codes->pc_count; i++) {
        uint64_t offset = codes->pcs[i] - k->code->start;
        if (offset >= k->code->size)
            continue;
        if (k->hit_count > 0 && k->hits[k->hit_count - 1].offset == offset) {
            k->hits[k->hit_count - 1].samples++;
            continue;
        }
        if (!grow_reserve((void **)&k->hits, &k->hit_capacity, k->hit_count + 1, sizeof *k->hits))
            return UNPEG_NO_MEMORY;
        k->hits[k->hit_count++] = (unpeg_code_hits){(uint32_t)offset, 1};
    }
    return UNPEG_OK;
}

static unpeg_status add_place(keeping *k, uint32_t offset)
{
    live_frame at = {.line = 0};
    unpeg_status status = process_view_line(k->view, &k->sample, k->code->start + offset, &at);
    if (status == UNPEG_NO_MEMORY)
        return status;
    const unpeg_code_place place = {offset, at.line,
                                    at.line ? at.frame.name : (unpeg_slice){"", 0}};
    const unpeg_code_place *last = k->place_count ? &k->places[k->place_count - 1] : NULL;
    if (last ? last->line == place.line && unpeg_slice_equal(last->function, place.function)
             : place.line == 0)
        return UNPEG_OK;
    if (!grow_reserve((void **)&k->places, &k->place_capacity, k->place_count + 1, sizeof place))
        return UNPEG_NO_MEMORY;
    k->places[k->place_count++] = place;
    return UNPEG_OK;
}

static unpeg_status add_places(keeping *k)
{
    unpeg_status status = UNPEG_OK;
    uint32_t next = 0;
    for (size_t i = 0; i < k->hit_count; i++) {
        uint32_t hit = k->hits[i].offset;
        uint32_t from = hit > NEAR && hit - NEAR > next ? hit - NEAR : next;
        uint32_t end = k->code->size - hit > NEAR ? hit + NEAR : (uint32_t)k->code->size;
        for (next = from; next < end && status == UNPEG_OK; next++)
            status = add_place(k, next);
    }
    return status;
}

static bool is_still_there(const keeping *k)
{
    unpeg_addr start;
    uint64_t size;
    return process_view_code(k->view, k->code->start, &start, &size) == UNPEG_OK &&
           start == k->code->start && size == k->code->size &&
           process_view_read(k->view, start, k->bytes, (size_t)size) == UNPEG_OK;
}

static unpeg_status add_to(keeping *k, unpeg_profile *profile)
{
    unpeg_hot_code code = {.machine = k->code->registers.arch == TARGET_X86_64
                                          ? UNPEG_MACHINE_X86_64
                                          : UNPEG_MACHINE_AARCH64,
                           .module = k->code->module,
                           .start = k->code->start,
                           .bytes = {k->bytes, (size_t)k->code->size},
                           .hits = k->hits,
                           .hit_count = k->hit_count,
                           .places = k->places,
                           .place_count = k->place_count};
    const unpeg_frame frame = live_recorder_frame(&k->code->frame);
    unpeg_status status = unpeg_profile_add_frame(profile, &frame, &code.function);
    return status == UNPEG_OK ? unpeg_profile_add_hot_code(profile, &code) : status;
}

static unpeg_status keep(const live_codes *codes, const live_code *code, process_view *view,
                         unpeg_profile *profile)
{
    if (code->size > SIZE_LIMIT)
        return UNPEG_OK;
    keeping k = {.view = view, .code = code, .bytes = malloc((size_t)code->size)};
    k.sample = (target_snapshot){.registers = code->registers,
                                 .stack_start = process_view_frame_pointer(&code->registers) -
                                                LIVE_CODE_FRAME_BELOW,
                                 .stack = code->frame_bytes,
                                 .stack_size = code->frame_size};
    unpeg_status status = k.bytes ? UNPEG_OK : UNPEG_NO_MEMORY;
    if (status == UNPEG_OK && is_still_there(&k)) {
        status = count_hits(&k, codes);
        if (status == UNPEG_OK)
            status = add_places(&k);
        if (status == UNPEG_OK)
            status = add_to(&k, profile);
    }
    free(k.bytes);
    free(k.hits);
    free(k.places);
    return status;
}

unpeg_status live_codes_keep(live_codes *codes, process_view *view, unpeg_profile *profile)
{
    unpeg_status status = UNPEG_OK;
    if (codes->count == 0)
        return status;
    qsort(codes->items, codes->count, sizeof *codes->items, compare_samples);
    qsort(codes->pcs, codes->pc_count, sizeof *codes->pcs, compare_pcs);
    for (size_t i = 0; i < codes->count && i < KEPT && status == UNPEG_OK; i++)
        status = keep(codes, &codes->items[i], view, profile);
    return status;
}

void live_codes_deinit(live_codes *codes)
{
    free(codes->items);
    free(codes->pcs);
    *codes = (live_codes){0};
}
