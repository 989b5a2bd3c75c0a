/* SPDX-License-Identifier: MIT
 *
 * The ticks of a profile, stored by column in chunks: 10 bytes a tick.
 *
 *     tick_column ticks = {0};
 *     if (!tick_column_add(&ticks, &tick)) return UNPEG_NO_MEMORY;
 *     unpeg_tick same = tick_column_at(&ticks, 0);
 *     tick_column_deinit(&ticks);
 *
 * Times are kept as 32-bit offsets from the first tick of their chunk; a chunk whose times do not
 * fit (hostile or broken clocks) carries 64-bit times instead. Chunks never move.
 */
#ifndef UNPEG_MODEL_TICK_COLUMN_H
#define UNPEG_MODEL_TICK_COLUMN_H

#include "unpeg/profile.h"

typedef struct tick_chunk tick_chunk;

typedef struct tick_column {
    tick_chunk **chunks;
    size_t chunk_count, chunk_capacity;
    size_t count;
} tick_column;

/* False when there is no memory. */
bool tick_column_add(tick_column *column, const unpeg_tick *tick);

unpeg_tick tick_column_at(const tick_column *column, size_t index);

void tick_column_set_node(tick_column *column, size_t index, unpeg_node_id node);

/* Replaces every tick's node by map[node]. */
void tick_column_renumber(tick_column *column, const unpeg_node_id *map);

void tick_column_deinit(tick_column *column);

#endif
