/* SPDX-License-Identifier: MIT */
#include "tick_column.h"

#include <stdlib.h>

#include "grow.h"

enum { CHUNK_TICKS = 4096 };

struct tick_chunk {
    int64_t base_us;
    int64_t *wide_us; /* NULL while every time fits base_us + offset_us */
    uint32_t offset_us[CHUNK_TICKS];
    unpeg_node_id node[CHUNK_TICKS];
    uint8_t vm_state[CHUNK_TICKS];
    uint8_t flags[CHUNK_TICKS];
};

static int64_t time_at(const tick_chunk *chunk, size_t i)
{
    return chunk->wide_us ? chunk->wide_us[i] : chunk->base_us + chunk->offset_us[i];
}

static bool fits(const tick_chunk *chunk, int64_t time_us)
{
    int64_t offset;
    return !__builtin_sub_overflow(time_us, chunk->base_us, &offset) && offset >= 0 &&
           offset <= UINT32_MAX;
}

static bool widen(tick_chunk *chunk, size_t used)
{
    int64_t *wide = malloc(CHUNK_TICKS * sizeof *wide);
    if (!wide)
        return false;
    for (size_t i = 0; i < used; i++)
        wide[i] = time_at(chunk, i);
    chunk->wide_us = wide;
    return true;
}

static bool add_chunk(tick_column *column, int64_t base_us)
{
    if (!grow_reserve((void **)&column->chunks, &column->chunk_capacity, column->chunk_count + 1,
                      sizeof(tick_chunk *)))
        return false;
    tick_chunk *chunk = malloc(sizeof *chunk);
    if (!chunk)
        return false;
    chunk->base_us = base_us;
    chunk->wide_us = NULL;
    column->chunks[column->chunk_count++] = chunk;
    return true;
}

bool tick_column_add(tick_column *column, const unpeg_tick *tick)
{
    size_t i = column->count % CHUNK_TICKS;
    if (column->count / CHUNK_TICKS == column->chunk_count && !add_chunk(column, tick->time_us))
        return false;
    tick_chunk *chunk = column->chunks[column->chunk_count - 1];
    if (!chunk->wide_us && !fits(chunk, tick->time_us) && !widen(chunk, i))
        return false;
    if (chunk->wide_us)
        chunk->wide_us[i] = tick->time_us;
    else
        chunk->offset_us[i] = (uint32_t)(tick->time_us - chunk->base_us);
    chunk->node[i] = tick->node;
    chunk->vm_state[i] = tick->vm_state;
    chunk->flags[i] = tick->flags;
    column->count++;
    return true;
}

unpeg_tick tick_column_at(const tick_column *column, size_t index)
{
    const tick_chunk *chunk = column->chunks[index / CHUNK_TICKS];
    size_t i = index % CHUNK_TICKS;
    return (unpeg_tick){
        .time_us = time_at(chunk, i),
        .node = chunk->node[i],
        .vm_state = chunk->vm_state[i],
        .flags = chunk->flags[i],
    };
}

void tick_column_set_node(tick_column *column, size_t index, unpeg_node_id node)
{
    column->chunks[index / CHUNK_TICKS]->node[index % CHUNK_TICKS] = node;
}

void tick_column_renumber(tick_column *column, const unpeg_node_id *map)
{
    for (size_t t = 0; t < column->count; t++) {
        unpeg_node_id *node = &column->chunks[t / CHUNK_TICKS]->node[t % CHUNK_TICKS];
        *node = map[*node];
    }
}

void tick_column_deinit(tick_column *column)
{
    for (size_t c = 0; c < column->chunk_count; c++) {
        free(column->chunks[c]->wide_us);
        free(column->chunks[c]);
    }
    free(column->chunks);
    *column = (tick_column){0};
}
