/* SPDX-License-Identifier: MIT
 *
 * The code map against the plainest one, driven by bytes: op, place, size.
 */
#include <stdlib.h>

#include "code_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SPACE = 1 << 16, BASE = 0x7f000000, MAX_STEPS = 255 };

typedef struct model {
    uint8_t owner[SPACE]; /* step that put it, 0 for none */
    uint32_t start[MAX_STEPS + 1], size[MAX_STEPS + 1];
    code_id id[MAX_STEPS + 1];
} model;

static void erase(model *m, uint8_t step)
{
    for (uint32_t i = 0; i < m->size[step]; i++)
        if (m->owner[m->start[step] + i] == step)
            m->owner[m->start[step] + i] = 0;
    m->size[step] = 0;
}

static void place(model *m, uint8_t step, uint32_t start, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (m->owner[start + i] && m->owner[start + i] != step)
            erase(m, m->owner[start + i]);
    m->start[step] = start;
    m->size[step] = size;
    memset(m->owner + start, step, size);
}

static void step_add(code_map *map, model *m, uint8_t step, uint32_t at, uint32_t size)
{
    const code_entry entry = {.start = BASE + at, .size = size};
    if (code_map_add(map, &entry, &m->id[step]) != UNPEG_OK)
        abort();
    place(m, step, at, size);
}

static void step_move(code_map *map, model *m, uint32_t from, uint32_t to)
{
    uint8_t step = m->owner[from];
    if (!step || m->start[step] != from || to + m->size[step] > SPACE)
        return;
    uint32_t size = m->size[step];
    if (code_map_move(map, BASE + from, BASE + to) != UNPEG_OK)
        abort();
    erase(m, step);
    place(m, step, to, size);
}

static void compare(const code_map *map, const model *m)
{
    for (uint32_t at = 0; at < SPACE; at += 37) {
        code_id want = m->owner[at] ? m->id[m->owner[at]] : 0;
        if (code_map_find(map, BASE + at) != want)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    model *m = calloc(1, sizeof *m);
    code_map *map;
    if (!m || code_map_create(&map) != UNPEG_OK)
        abort();
    uint8_t step = 1;
    for (; size >= 5 && step < MAX_STEPS; data += 5, size -= 5, step++) {
        uint32_t at = (uint32_t)data[1] << 8 | data[2];
        uint32_t other = (uint32_t)data[3] << 8 | data[4];
        if (data[0] & 1)
            step_move(map, m, at, other);
        else if (at + 1 + other / 8 <= SPACE)
            step_add(map, m, step, at, 1 + other / 8);
    }
    compare(map, m);
    code_map_destroy(map);
    free(m);
    return 0;
}
