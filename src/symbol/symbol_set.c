/* SPDX-License-Identifier: MIT
 *
 * Names libraries by their rows alone.
 */
#include "symbol_set.h"

#include <stdlib.h>

#include "grow.h"
#include "intern.h"

typedef struct library_row {
    unpeg_addr start, end;
    uint32_t library;
} library_row;

struct symbol_set {
    intern paths;
    unpeg_library *libraries; /* of path number i + 1 */
    size_t library_count, library_capacity;
    library_row *rows;
    size_t row_count, row_capacity;
};

unpeg_status symbol_set_create(const symbol_options *options, symbol_set **ret)
{
    (void)options;
    *ret = calloc(1, sizeof **ret);
    return *ret ? UNPEG_OK : UNPEG_NO_MEMORY;
}

void symbol_set_destroy(symbol_set *set)
{
    if (!set)
        return;
    intern_deinit(&set->paths);
    free(set->libraries);
    free(set->rows);
    free(set);
}

unpeg_status symbol_set_add_library(symbol_set *set, const unpeg_shared_library *row)
{
    uint32_t path;
    if (row->start >= row->end)
        return UNPEG_ARGUMENT;
    if (row->path.len == 0)
        return UNPEG_OK;
    if (!intern_add(&set->paths, row->path, &path) ||
        !grow_reserve((void **)&set->libraries, &set->library_capacity, path,
                      sizeof *set->libraries) ||
        !grow_reserve((void **)&set->rows, &set->row_capacity, set->row_count + 1,
                      sizeof *set->rows))
        return UNPEG_NO_MEMORY;
    if (path > set->library_count)
        set->libraries[set->library_count++] =
            (unpeg_library){.path = intern_text(&set->paths, path), .symbols_from = {"", 0}};
    set->rows[set->row_count++] = (library_row){row->start, row->end, path - 1};
    return UNPEG_OK;
}

unpeg_status symbol_set_find(symbol_set *set, unpeg_addr addr, symbol_range *ret)
{
    *ret = (symbol_range){addr, addr + 1, SYMBOL_NO_LIBRARY, 0, UNPEG_UNKNOWN_NO_SYMBOL};
    for (size_t i = 0; i < set->row_count; i++) {
        const library_row *row = &set->rows[i];
        if (addr - row->start >= row->end - row->start)
            continue;
        if (ret->library == SYMBOL_NO_LIBRARY || row->end - row->start < ret->end - ret->start) {
            ret->start = row->start;
            ret->end = row->end;
            ret->library = row->library;
        }
    }
    return ret->library == SYMBOL_NO_LIBRARY ? UNPEG_NOT_FOUND : UNPEG_OK;
}

unpeg_status symbol_set_name(symbol_set *set, const symbol_range *range, unpeg_slice *ret)
{
    *ret = set->libraries[range->library].path;
    return UNPEG_OK;
}

size_t symbol_set_library_count(const symbol_set *set)
{
    return set->library_count;
}

const unpeg_library *symbol_set_library(const symbol_set *set, size_t index)
{
    return &set->libraries[index];
}
