/* SPDX-License-Identifier: MIT */
#include "unpeg/profile.h"

#include <stdlib.h>

#include "call_tree.h"
#include "grow.h"
#include "hash.h"
#include "hot_code_list.h"
#include "intern.h"
#include "profile_edit.h"
#include "tick_column.h"

/* Open addressing over ids; a slot holds id + 1, 0 is free. Grown at half full. */
typedef struct id_table {
    uint32_t *slots;
    size_t slot_count; /* power of two, or 0 */
} id_table;

struct unpeg_profile {
    intern strings;
    unpeg_frame *frames;
    uint8_t
        *frame_kinds; /* the same as in frames, where a tick's look-up does not miss the cache */
    size_t frame_count, frame_capacity, kind_capacity;
    id_table frame_ids;
    call_tree tree;
    tick_column ticks;
    unpeg_library *libraries;
    size_t library_count, library_capacity;
    hot_code_list codes;
    unpeg_profile_info info;
    unpeg_damage damage;
};

/* Slices of a stored frame are interned, so their addresses stand for their texts. */
static uint64_t frame_hash(const unpeg_frame *f)
{
    uint64_t h = hash_mix((uintptr_t)f->name.data, (uintptr_t)f->file.data);
    h = hash_mix(h, (uintptr_t)f->tag.data);
    h = hash_mix(h, (uint64_t)f->line << 32 | f->column);
    h = hash_mix(h, f->address);
    return hash_mix(h, (uint64_t)f->kind << 24 | (uint64_t)f->tier << 16 |
                           (uint64_t)f->reason << 8 | f->flags);
}

static bool frame_equal(const unpeg_frame *a, const unpeg_frame *b)
{
    return a->name.data == b->name.data && a->file.data == b->file.data &&
           a->tag.data == b->tag.data && a->line == b->line && a->column == b->column &&
           a->address == b->address && a->kind == b->kind && a->tier == b->tier &&
           a->reason == b->reason && a->flags == b->flags;
}

static bool table_resize(id_table *table, size_t slot_count)
{
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (!slots)
        return false;
    free(table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    return true;
}

static void table_put(id_table *table, uint64_t hash, uint32_t id)
{
    size_t mask = table->slot_count - 1;
    size_t at = hash & mask;
    while (table->slots[at])
        at = (at + 1) & mask;
    table->slots[at] = id + 1;
}

static bool grow_frame_table(unpeg_profile *p)
{
    size_t wanted = p->frame_ids.slot_count ? p->frame_ids.slot_count * 2 : 4096;
    if (!table_resize(&p->frame_ids, wanted))
        return false;
    for (size_t f = 0; f < p->frame_count; f++)
        table_put(&p->frame_ids, frame_hash(&p->frames[f]), (uint32_t)f);
    return true;
}

unpeg_status unpeg_profile_intern(unpeg_profile *profile, unpeg_slice text, unpeg_slice *ret)
{
    uint32_t id;
    if (!intern_add(&profile->strings, text, &id))
        return UNPEG_NO_MEMORY;
    *ret = id == 0 ? (unpeg_slice){"", 0} : intern_text(&profile->strings, id);
    return UNPEG_OK;
}

static unpeg_status intern_frame(unpeg_profile *profile, unpeg_frame *frame)
{
    unpeg_status status = unpeg_profile_intern(profile, frame->name, &frame->name);
    if (status == UNPEG_OK)
        status = unpeg_profile_intern(profile, frame->file, &frame->file);
    if (status == UNPEG_OK)
        status = unpeg_profile_intern(profile, frame->tag, &frame->tag);
    return status;
}

unpeg_status profile_add_own_frame(unpeg_profile *profile, const unpeg_frame *frame,
                                   unpeg_frame_id *ret)
{
    unpeg_frame own = *frame;
    if (profile->frame_count * 2 >= profile->frame_ids.slot_count && !grow_frame_table(profile))
        return UNPEG_NO_MEMORY;
    size_t mask = profile->frame_ids.slot_count - 1;
    size_t at = frame_hash(&own) & mask;
    for (uint32_t id; (id = profile->frame_ids.slots[at]) != 0; at = (at + 1) & mask) {
        if (frame_equal(&profile->frames[id - 1], &own)) {
            *ret = id - 1;
            return UNPEG_OK;
        }
    }
    if (profile->frame_count >= UINT32_MAX - 1)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&profile->frames, &profile->frame_capacity, profile->frame_count + 1,
                      sizeof own) ||
        !grow_reserve((void **)&profile->frame_kinds, &profile->kind_capacity,
                      profile->frame_count + 1, 1))
        return UNPEG_NO_MEMORY;
    profile->frames[profile->frame_count] = own;
    profile->frame_kinds[profile->frame_count] = (uint8_t)own.kind;
    profile->frame_ids.slots[at] = (uint32_t)profile->frame_count + 1;
    *ret = (unpeg_frame_id)profile->frame_count++;
    return UNPEG_OK;
}

unpeg_status unpeg_profile_add_frame(unpeg_profile *profile, const unpeg_frame *frame,
                                     unpeg_frame_id *ret)
{
    unpeg_frame own = *frame;
    unpeg_status status = intern_frame(profile, &own);
    return status == UNPEG_OK ? profile_add_own_frame(profile, &own, ret) : status;
}

unpeg_status unpeg_profile_add_node(unpeg_profile *profile, unpeg_node_id parent,
                                    unpeg_frame_id frame, unpeg_node_id *ret)
{
    if (parent >= profile->tree.count || frame >= profile->frame_count)
        return UNPEG_ARGUMENT;
    return call_tree_child(&profile->tree, parent, frame, ret);
}

unpeg_status unpeg_profile_add_tick(unpeg_profile *profile, const unpeg_tick *tick)
{
    if (tick->node >= profile->tree.count)
        return UNPEG_ARGUMENT;
    return tick_column_add(&profile->ticks, tick) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

unpeg_status unpeg_profile_add_library(unpeg_profile *profile, const unpeg_library *library)
{
    unpeg_library own = *library;
    unpeg_status status = unpeg_profile_intern(profile, own.path, &own.path);
    if (status == UNPEG_OK)
        status = unpeg_profile_intern(profile, own.symbols_from, &own.symbols_from);
    if (status != UNPEG_OK)
        return status;
    if (!grow_reserve((void **)&profile->libraries, &profile->library_capacity,
                      profile->library_count + 1, sizeof own))
        return UNPEG_NO_MEMORY;
    profile->libraries[profile->library_count++] = own;
    return UNPEG_OK;
}

unpeg_status unpeg_profile_add_hot_code(unpeg_profile *profile, const unpeg_hot_code *code)
{
    unpeg_hot_code own = *code;
    unpeg_code_place *places;
    if (own.function >= profile->frame_count || !hot_code_is_sound(code))
        return UNPEG_ARGUMENT;
    unpeg_status status = unpeg_profile_intern(profile, own.module, &own.module);
    if (status == UNPEG_OK)
        status = unpeg_profile_intern(profile, own.bytes, &own.bytes);
    if (status == UNPEG_OK && !hot_code_list_add(&profile->codes, &own))
        status = UNPEG_NO_MEMORY;
    if (status != UNPEG_OK)
        return status;
    places = profile->codes.items[profile->codes.count - 1].places;
    for (size_t i = 0; i < own.place_count; i++) {
        if (status == UNPEG_OK)
            status = unpeg_profile_intern(profile, places[i].function, &places[i].function);
        if (status != UNPEG_OK)
            places[i].function = (unpeg_slice){"", 0};
    }
    return status;
}

size_t unpeg_profile_hot_code_count(const unpeg_profile *profile)
{
    return profile->codes.count;
}

const unpeg_hot_code *unpeg_profile_hot_code(const unpeg_profile *profile, size_t index)
{
    return &profile->codes.items[index].code;
}

static unpeg_status add_root(unpeg_profile *p)
{
    unpeg_frame_id frame;
    unpeg_status status =
        unpeg_profile_add_frame(p, &(unpeg_frame){.kind = UNPEG_FRAME_ROOT}, &frame);
    if (status != UNPEG_OK)
        return status;
    return call_tree_init(&p->tree, frame);
}

unpeg_status unpeg_profile_create(unpeg_profile **ret)
{
    unpeg_profile *profile = calloc(1, sizeof *profile);
    if (!profile)
        return UNPEG_NO_MEMORY;
    profile->info.isolates = 1;
    profile->info.embedder = (unpeg_slice){"", 0};
    unpeg_status status = add_root(profile);
    if (status != UNPEG_OK) {
        unpeg_profile_destroy(profile);
        return status;
    }
    *ret = profile;
    return UNPEG_OK;
}

void unpeg_profile_destroy(unpeg_profile *profile)
{
    if (!profile)
        return;
    intern_deinit(&profile->strings);
    free(profile->frames);
    free(profile->frame_kinds);
    free(profile->frame_ids.slots);
    call_tree_deinit(&profile->tree);
    tick_column_deinit(&profile->ticks);
    free(profile->libraries);
    hot_code_list_deinit(&profile->codes);
    free(profile);
}

unpeg_status profile_add_path(unpeg_profile *profile, unpeg_node_id parent,
                              const unpeg_frame_id *frames, size_t count, unpeg_node_id *ret)
{
    return call_tree_path(&profile->tree, parent, frames, count, ret);
}

unpeg_frame_kind profile_frame_kind(const unpeg_profile *profile, unpeg_frame_id id)
{
    return (unpeg_frame_kind)profile->frame_kinds[id];
}

/* The new tree is built beside the old one and swapped in when it is whole. Parents come before
 * their children, so one pass is enough. */
unpeg_status profile_merge_frames(unpeg_profile *profile, const unpeg_frame_id *map)
{
    const call_tree *old = &profile->tree;
    call_tree fresh;
    unpeg_node_id *moved = calloc(old->count, sizeof *moved);
    unpeg_status status = call_tree_init(&fresh, old->nodes[0].frame);
    if (!moved)
        status = UNPEG_NO_MEMORY;
    for (size_t n = 1; n < old->count && status == UNPEG_OK; n++)
        status = call_tree_child(&fresh, moved[old->nodes[n].parent], map[old->nodes[n].frame],
                                 &moved[n]);
    if (status == UNPEG_OK) {
        tick_column_renumber(&profile->ticks, moved);
        call_tree_deinit(&profile->tree);
        profile->tree = fresh;
    } else {
        call_tree_deinit(&fresh);
    }
    free(moved);
    return status;
}

void profile_clear_ticks(unpeg_profile *profile)
{
    tick_column_deinit(&profile->ticks);
}

void profile_set_tick_node(unpeg_profile *profile, size_t tick, unpeg_node_id node)
{
    tick_column_set_node(&profile->ticks, tick, node);
}

size_t unpeg_profile_frame_count(const unpeg_profile *profile)
{
    return profile->frame_count;
}

const unpeg_frame *unpeg_profile_frame(const unpeg_profile *profile, unpeg_frame_id id)
{
    return &profile->frames[id];
}

size_t unpeg_profile_node_count(const unpeg_profile *profile)
{
    return profile->tree.count;
}

const unpeg_node *unpeg_profile_nodes(const unpeg_profile *profile)
{
    return profile->tree.nodes;
}

size_t unpeg_profile_tick_count(const unpeg_profile *profile)
{
    return profile->ticks.count;
}

unpeg_tick unpeg_profile_tick(const unpeg_profile *profile, size_t index)
{
    return tick_column_at(&profile->ticks, index);
}

size_t unpeg_profile_library_count(const unpeg_profile *profile)
{
    return profile->library_count;
}

const unpeg_library *unpeg_profile_library(const unpeg_profile *profile, size_t index)
{
    return &profile->libraries[index];
}

unpeg_profile_info *unpeg_profile_info_of(unpeg_profile *profile)
{
    return &profile->info;
}

unpeg_damage *unpeg_profile_damage(unpeg_profile *profile)
{
    return &profile->damage;
}

const unpeg_profile_info *unpeg_profile_info_const(const unpeg_profile *profile)
{
    return &profile->info;
}

const unpeg_damage *unpeg_profile_damage_const(const unpeg_profile *profile)
{
    return &profile->damage;
}
