/* SPDX-License-Identifier: MIT */
#include "perf_map.h"

#include <stdlib.h>

enum { NUMBERS_BYTES = 40 }; /* two numbers with "0x", and two spaces */

struct perf_map {
    jit_table *table;
    size_t used; /* of line, which has no line end yet */
    char line[NUMBERS_BYTES + JIT_NAME_BYTES];
};

unpeg_status perf_map_create(jit_table *table, perf_map **ret)
{
    perf_map *map = calloc(1, sizeof *map);
    if (!map)
        return UNPEG_NO_MEMORY;
    map->table = table;
    *ret = map;
    return UNPEG_OK;
}

void perf_map_destroy(perf_map *map)
{
    free(map);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static unpeg_slice without(unpeg_slice text, size_t len)
{
    return (unpeg_slice){text.data + len, text.len - len};
}

/* Takes a number and the space behind it off the front. */
static bool take_hex(unpeg_slice *text, uint64_t *ret)
{
    size_t at = 0;
    *ret = 0;
    if (text->len > 2 && text->data[0] == '0' && (text->data[1] | 0x20) == 'x')
        *text = without(*text, 2);
    for (int digit; at < text->len && (digit = hex_digit(text->data[at])) >= 0; at++) {
        if (at == 16)
            return false;
        *ret = *ret << 4 | (uint64_t)digit;
    }
    if (at == 0 || at == text->len || text->data[at] != ' ')
        return false;
    *text = without(*text, at + 1);
    return true;
}

static unpeg_status take_line(perf_map *map)
{
    unpeg_slice text = {map->line, map->used};
    uint64_t start, size;
    map->used = 0;
    if (!take_hex(&text, &start) || !take_hex(&text, &size) || text.len == 0)
        return UNPEG_OK;
    return jit_table_add(map->table, start, size, text);
}

/* What does not fit is left out. */
static void keep(perf_map *map, const char *bytes, size_t len)
{
    size_t room = sizeof map->line - map->used;
    if (len > room)
        len = room;
    memcpy(map->line + map->used, bytes, len);
    map->used += len;
}

unpeg_status perf_map_feed(perf_map *map, const char *bytes, size_t len)
{
    unpeg_status status = UNPEG_OK;
    while (len > 0 && status == UNPEG_OK) {
        const char *end = memchr(bytes, '\n', len);
        size_t part = end ? (size_t)(end - bytes) : len;
        keep(map, bytes, part);
        if (!end)
            return UNPEG_OK;
        status = take_line(map);
        bytes += part + 1;
        len -= part + 1;
    }
    return status;
}
