/* SPDX-License-Identifier: MIT */
#include "hot_code_list.h"

#include <stdlib.h>

#include "grow.h"

bool hot_code_is_sound(const unpeg_hot_code *code)
{
    if ((unsigned)code->machine >= UNPEG_MACHINE_COUNT)
        return false;
    for (size_t i = 0; i < code->hit_count; i++)
        if (code->hits[i].offset >= code->bytes.len ||
            (i > 0 && code->hits[i].offset <= code->hits[i - 1].offset))
            return false;
    for (size_t i = 0; i < code->place_count; i++)
        if (code->places[i].offset >= code->bytes.len ||
            (i > 0 && code->places[i].offset <= code->places[i - 1].offset))
            return false;
    return true;
}

static void *copy_of(const void *items, size_t count, size_t size)
{
    void *copy = calloc(count ? count : 1, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

static void destroy(hot_code *own)
{
    free(own->hits);
    free(own->places);
}

bool hot_code_list_add(hot_code_list *list, const unpeg_hot_code *code)
{
    hot_code own = {.code = *code};
    if (!grow_reserve((void **)&list->items, &list->capacity, list->count + 1, sizeof own))
        return false;
    own.hits = copy_of(code->hits, code->hit_count, sizeof *own.hits);
    own.places = copy_of(code->places, code->place_count, sizeof *own.places);
    if (!own.hits || !own.places) {
        destroy(&own);
        return false;
    }
    own.code.hits = own.hits;
    own.code.places = own.places;
    list->items[list->count++] = own;
    return true;
}

void hot_code_list_deinit(hot_code_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        destroy(&list->items[i]);
    free(list->items);
    *list = (hot_code_list){0};
}
