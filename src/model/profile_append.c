/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "unpeg/profile.h"

static const int64_t GAP_US = 1000000;

static unpeg_status map_frames(unpeg_profile *profile, const unpeg_profile *other,
                               unpeg_frame_id *map)
{
    unpeg_status status = UNPEG_OK;
    size_t count = unpeg_profile_frame_count(other);
    for (size_t f = 0; f < count && status == UNPEG_OK; f++)
        status = unpeg_profile_add_frame(profile, unpeg_profile_frame(other, (unpeg_frame_id)f),
                                         &map[f]);
    return status;
}

static unpeg_status map_nodes(unpeg_profile *profile, const unpeg_profile *other,
                              const unpeg_frame_id *frames, unpeg_node_id *map)
{
    const unpeg_node *nodes = unpeg_profile_nodes(other);
    unpeg_status status = UNPEG_OK;
    size_t count = unpeg_profile_node_count(other);
    map[0] = UNPEG_NODE_ROOT;
    for (size_t n = 1; n < count && status == UNPEG_OK; n++)
        status =
            unpeg_profile_add_node(profile, map[nodes[n].parent], frames[nodes[n].frame], &map[n]);
    return status;
}

/* What to add to other's times; 0 when they would not fit. */
static int64_t find_shift(const unpeg_profile *profile, const unpeg_profile *other)
{
    size_t count = unpeg_profile_tick_count(profile);
    int64_t shift;
    if (count == 0 || unpeg_profile_tick_count(other) == 0)
        return 0;
    int64_t last = unpeg_profile_tick(profile, count - 1).time_us;
    int64_t first = unpeg_profile_tick(other, 0).time_us;
    if (__builtin_sub_overflow(last, first, &shift) ||
        __builtin_add_overflow(shift, GAP_US, &shift))
        return 0;
    return shift;
}

static unpeg_status add_ticks(unpeg_profile *profile, const unpeg_profile *other,
                              const unpeg_node_id *nodes)
{
    int64_t shift = find_shift(profile, other);
    unpeg_status status = UNPEG_OK;
    size_t count = unpeg_profile_tick_count(other);
    for (size_t t = 0; t < count && status == UNPEG_OK; t++) {
        unpeg_tick tick = unpeg_profile_tick(other, t);
        int64_t shifted;
        if (!__builtin_add_overflow(tick.time_us, shift, &shifted))
            tick.time_us = shifted;
        tick.node = nodes[tick.node];
        status = unpeg_profile_add_tick(profile, &tick);
    }
    return status;
}

static bool has_library(const unpeg_profile *profile, unpeg_slice path)
{
    for (size_t i = 0; i < unpeg_profile_library_count(profile); i++)
        if (unpeg_slice_equal(unpeg_profile_library(profile, i)->path, path))
            return true;
    return false;
}

static unpeg_status add_libraries(unpeg_profile *profile, const unpeg_profile *other)
{
    unpeg_status status = UNPEG_OK;
    for (size_t i = 0; i < unpeg_profile_library_count(other) && status == UNPEG_OK; i++) {
        const unpeg_library *library = unpeg_profile_library(other, i);
        if (!has_library(profile, library->path))
            status = unpeg_profile_add_library(profile, library);
    }
    return status;
}

static void add_info(unpeg_profile *profile, const unpeg_profile *other)
{
    unpeg_profile_info *sum = unpeg_profile_info_of(profile);
    const unpeg_profile_info *more = unpeg_profile_info_const(other);
    sum->bytes_read += more->bytes_read;
    sum->bytes_total += more->bytes_total;
    sum->lines += more->lines;
    sum->deopts += more->deopts;
    sum->isolates += more->isolates;
    sum->partial = sum->partial || more->partial;
    sum->tail_only = sum->tail_only || more->tail_only;
    sum->ended = sum->ended && more->ended;
    unpeg_damage_sum(unpeg_profile_damage(profile), unpeg_profile_damage_const(other));
}

unpeg_status unpeg_profile_append(unpeg_profile *profile, const unpeg_profile *other)
{
    unpeg_frame_id *frames = calloc(unpeg_profile_frame_count(other), sizeof *frames);
    unpeg_node_id *nodes = calloc(unpeg_profile_node_count(other), sizeof *nodes);
    unpeg_status status = frames && nodes ? UNPEG_OK : UNPEG_NO_MEMORY;
    if (status == UNPEG_OK)
        status = map_frames(profile, other, frames);
    if (status == UNPEG_OK)
        status = map_nodes(profile, other, frames, nodes);
    if (status == UNPEG_OK)
        status = add_ticks(profile, other, nodes);
    if (status == UNPEG_OK)
        status = add_libraries(profile, other);
    if (status == UNPEG_OK)
        add_info(profile, other);
    free(frames);
    free(nodes);
    return status;
}
