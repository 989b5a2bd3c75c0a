/* SPDX-License-Identifier: MIT */
#include "functions.h"

#include <stdlib.h>

#include "hash.h"

static int compare_u64(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_slices(unpeg_slice a, unpeg_slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : compare_u64(a.len, b.len);
}

static uint64_t position_of(const unpeg_frame *f)
{
    return (uint64_t)f->line << 32 | f->column;
}

/* What is left of a frame's identity once its texts and position are the same. */
static uint64_t traits_of(const unpeg_frame *f)
{
    return (uint64_t)f->kind << 48 | (uint64_t)f->reason << 40 | (uint64_t)f->tier << 32 | f->flags;
}

int frame_compare(const unpeg_frame *a, const unpeg_frame *b)
{
    int order = compare_slices(a->name, b->name);
    if (!order)
        order = compare_slices(a->file, b->file);
    if (!order)
        order = compare_u64(position_of(a), position_of(b));
    if (!order)
        order = compare_u64(a->address, b->address);
    if (!order)
        order = compare_u64(traits_of(a), traits_of(b));
    return order ? order : compare_slices(a->tag, b->tag);
}

static uint64_t function_hash(const unpeg_frame *f)
{
    uint64_t h = hash_bytes(f->name.data, f->name.len, f->kind);
    h = hash_bytes(f->file.data, f->file.len, h);
    return hash_mix(h ^ position_of(f), f->address + f->reason);
}

static bool same_function(const unpeg_frame *a, const unpeg_frame *b, bool split_tiers)
{
    return a->kind == b->kind && position_of(a) == position_of(b) && a->address == b->address &&
           a->reason == b->reason && unpeg_slice_equal(a->name, b->name) &&
           unpeg_slice_equal(a->file, b->file) && (!split_tiers || a->tier == b->tier);
}

/* A slot holds the id + 1 of the first frame of a function; 0 is free. */
static void number_functions(functions *f, const unpeg_profile *profile, uint32_t *slots,
                             size_t mask, bool split_tiers)
{
    size_t frame_count = unpeg_profile_frame_count(profile);
    for (uint32_t id = 0; id < frame_count; id++) {
        const unpeg_frame *frame = unpeg_profile_frame(profile, id);
        size_t at = function_hash(frame) & mask;
        while (slots[at] &&
               !same_function(frame, unpeg_profile_frame(profile, slots[at] - 1), split_tiers))
            at = (at + 1) & mask;
        if (!slots[at]) {
            slots[at] = id + 1;
            f->of_frame[id] = f->count++;
        } else {
            f->of_frame[id] = f->of_frame[slots[at] - 1];
        }
    }
}

unpeg_status functions_init(functions *f, const unpeg_profile *profile, bool split_tiers)
{
    *f = (functions){0};
    size_t frame_count = unpeg_profile_frame_count(profile);
    size_t slot_count = 16;
    while (slot_count < frame_count * 2)
        slot_count *= 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    f->of_frame = calloc(frame_count, sizeof *f->of_frame);
    if (!slots || !f->of_frame) {
        free(slots);
        functions_deinit(f);
        return UNPEG_NO_MEMORY;
    }
    number_functions(f, profile, slots, slot_count - 1, split_tiers);
    free(slots);
    return UNPEG_OK;
}

void functions_deinit(functions *f)
{
    free(f->of_frame);
    *f = (functions){0};
}
