/* SPDX-License-Identifier: MIT
 *
 * Rows of the log, and which library an address belongs to.
 */
#include "symbol_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "demangle.h"
#include "grow.h"
#include "intern.h"
#include "library_file.h"

/* A Chromium has about 110, and further isolates add hardly any but the same. */
enum { ROW_LIMIT = 1024 };

typedef struct library_row {
    unpeg_addr start, end;
    uint32_t library;
} library_row;

typedef struct library_state {
    library_file file;
    bool opened;
    bool fits;
    size_t rows_compared; /* of set->rows, when fits was last found false */
    uint32_t *names;      /* of each symbol: its number in set->names; 0: not read yet */
} library_state;

struct symbol_set {
    char *sysroot, *debug_dir;
    bool names_off;
    intern paths, names;
    unpeg_library *libraries; /* of path number i + 1 */
    size_t library_count, library_capacity;
    library_state *states; /* of each library */
    size_t state_capacity;
    library_row *rows;
    size_t row_count, row_capacity;
};

/* How sure it is that a row holds the code at an address. */
typedef enum row_trust { ROW_REFUSED, ROW_UNPROVED, ROW_PROVED } row_trust;

unpeg_status symbol_set_create(const symbol_options *options, symbol_set **ret)
{
    symbol_set *set = calloc(1, sizeof *set);
    if (!set)
        return UNPEG_NO_MEMORY;
    set->names_off = options->names_off;
    set->sysroot = strdup(options->sysroot ? options->sysroot : "");
    set->debug_dir = options->debug_dir ? strdup(options->debug_dir) : NULL;
    if (!set->sysroot || (options->debug_dir && !set->debug_dir)) {
        symbol_set_destroy(set);
        return UNPEG_NO_MEMORY;
    }
    *ret = set;
    return UNPEG_OK;
}

void symbol_set_destroy(symbol_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->library_count; i++) {
        library_file_close(&set->states[i].file);
        free(set->states[i].names);
    }
    intern_deinit(&set->paths);
    intern_deinit(&set->names);
    free(set->libraries);
    free(set->states);
    free(set->rows);
    free(set->sysroot);
    free(set->debug_dir);
    free(set);
}

static size_t span_hex(unpeg_slice text, size_t at)
{
    while (at < text.len && text.data[at] != '\0' &&
           strchr("0123456789abcdefABCDEF", text.data[at]))
        at++;
    return at;
}

/* V8 names a mapping without a file by its range, or not at all. */
static bool is_nameless(unpeg_slice path)
{
    size_t dash = span_hex(path, 0);
    if (dash == path.len)
        return dash == 0;
    return dash > 0 && path.data[dash] == '-' && dash + 1 < path.len &&
           span_hex(path, dash + 1) == path.len;
}

static bool has_row(const symbol_set *set, const library_row *row)
{
    for (size_t i = 0; i < set->row_count; i++) {
        const library_row *other = &set->rows[i];
        if (other->start == row->start && other->end == row->end && other->library == row->library)
            return true;
    }
    return false;
}

static unpeg_status add_row(symbol_set *set, library_row row)
{
    if (has_row(set, &row))
        return UNPEG_OK;
    if (set->row_count == ROW_LIMIT)
        return UNPEG_LIMIT;
    if (!grow_reserve((void **)&set->rows, &set->row_capacity, set->row_count + 1,
                      sizeof *set->rows))
        return UNPEG_NO_MEMORY;
    set->rows[set->row_count++] = row;
    return UNPEG_OK;
}

static unpeg_status add_path(symbol_set *set, unpeg_slice path, uint32_t *ret)
{
    uint32_t id;
    size_t count = set->library_count;
    if (!grow_reserve((void **)&set->libraries, &set->library_capacity, count + 1,
                      sizeof *set->libraries) ||
        !grow_reserve((void **)&set->states, &set->state_capacity, count + 1,
                      sizeof *set->states) ||
        !intern_add(&set->paths, path, &id))
        return UNPEG_NO_MEMORY;
    *ret = id - 1;
    if (*ret < count)
        return UNPEG_OK;
    set->libraries[count] =
        (unpeg_library){.path = intern_text(&set->paths, id), .symbols_from = {"", 0}};
    set->states[count] = (library_state){0};
    set->library_count++;
    return UNPEG_OK;
}

unpeg_status symbol_set_add_library(symbol_set *set, const unpeg_shared_library *row)
{
    library_row added = {row->start, row->end, 0};
    if (row->start >= row->end)
        return UNPEG_ARGUMENT;
    if (is_nameless(row->path))
        return UNPEG_OK;
    if (set->row_count == ROW_LIMIT && intern_find(&set->paths, row->path) == 0)
        return UNPEG_LIMIT;
    unpeg_status status = add_path(set, row->path, &added.library);
    return status == UNPEG_OK ? add_row(set, added) : status;
}

/* Rows of one library with one start; ret has room for all rows. */
static size_t rows_from(const symbol_set *set, const library_row *first, library_extent *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < set->row_count; i++) {
        const library_row *row = &set->rows[i];
        if (row->library == first->library && row->start == first->start)
            ret[count++] = (library_extent){row->start, row->end - row->start};
    }
    return count;
}

/* One start that fits is enough: rows of workers also name copies of parts of a file. */
static bool any_rows_fit(const symbol_set *set, uint32_t library)
{
    library_extent extents[ROW_LIMIT];
    for (size_t i = 0; i < set->row_count; i++) {
        if (set->rows[i].library != library)
            continue;
        size_t count = rows_from(set, &set->rows[i], extents);
        if (library_file_fits(&set->states[library].file, extents, count))
            return true;
    }
    return false;
}

static void set_problem(unpeg_library *library, unpeg_unknown_reason problem, const char *detail)
{
    library->problem = problem;
    snprintf(library->detail, sizeof library->detail, "%s", detail);
}

static void compare_with_rows(symbol_set *set, uint32_t index)
{
    library_state *state = &set->states[index];
    unpeg_library *library = &set->libraries[index];
    if (!state->file.elf || state->fits || state->rows_compared == set->row_count)
        return;
    state->fits = any_rows_fit(set, index);
    state->rows_compared = set->row_count;
    if (!state->fits) {
        set_problem(library, UNPEG_UNKNOWN_OTHER_BUILD,
                    "its executable segments are not those that the log has");
        library->symbols_from = (unpeg_slice){"", 0};
        return;
    }
    set_problem(library, state->file.problem, state->file.detail);
    library->symbols_from = unpeg_slice_of(library_file_symbols_from(&state->file));
}

static unpeg_status open_library(symbol_set *set, uint32_t index)
{
    library_state *state = &set->states[index];
    unpeg_library *library = &set->libraries[index];
    const library_places places = {set->sysroot, set->debug_dir, set->names_off};
    if (!state->opened) {
        unpeg_status status = library_file_open(&state->file, library->path, &places);
        if (status != UNPEG_OK) {
            library_file_close(&state->file);
            return status;
        }
        set_problem(library, state->file.problem, state->file.detail);
        state->opened = true;
    }
    compare_with_rows(set, index);
    return UNPEG_OK;
}

/* Keeps of the range the part around addr in which "lies in [from, to)" does not change. */
static void clip(symbol_range *range, unpeg_addr addr, unpeg_addr from, unpeg_addr to)
{
    unpeg_addr low = addr >= to ? to : addr >= from ? from : 0;
    unpeg_addr high = addr < from ? from : addr < to ? to : UINT64_MAX;
    range->start = range->start > low ? range->start : low;
    range->end = range->end < high ? range->end : high;
}

/* Of a row that covers addr. Where the file is known, its segments bound the answer too. */
static row_trust judge(const symbol_set *set, const library_row *row, unpeg_addr addr,
                       symbol_range *range, library_answer *ret)
{
    const library_state *state = &set->states[row->library];
    *ret = (library_answer){0, UINT64_MAX, false, UINT32_MAX};
    if (!state->file.elf || !state->fits)
        return ROW_UNPROVED;
    uint64_t offset = addr - row->start;
    *ret = library_file_find(&state->file, offset);
    uint64_t size = row->end - row->start;
    clip(range, addr, row->start + ret->start, row->start + (ret->end < size ? ret->end : size));
    return ret->code ? ROW_PROVED : ROW_REFUSED;
}

static unpeg_unknown_reason reason_of(const symbol_set *set, uint32_t library, uint32_t symbol)
{
    if (symbol != UINT32_MAX)
        return UNPEG_UNKNOWN_NONE;
    unpeg_unknown_reason problem = set->libraries[library].problem;
    return problem == UNPEG_UNKNOWN_NONE ? UNPEG_UNKNOWN_NO_SYMBOL : problem;
}

unpeg_status symbol_set_find(symbol_set *set, unpeg_addr addr, symbol_range *ret)
{
    row_trust best = ROW_REFUSED;
    uint64_t best_size = 0;
    *ret = (symbol_range){0, UINT64_MAX, SYMBOL_NO_LIBRARY, 0, UNPEG_UNKNOWN_NO_SYMBOL};
    for (size_t i = 0; i < set->row_count; i++) {
        const library_row *row = &set->rows[i];
        uint64_t size = row->end - row->start;
        library_answer answer;
        clip(ret, addr, row->start, row->end);
        if (addr - row->start >= size)
            continue;
        unpeg_status status = open_library(set, row->library);
        if (status != UNPEG_OK)
            return status;
        row_trust trust = judge(set, row, addr, ret, &answer);
        if (trust == ROW_REFUSED || trust < best || (trust == best && size >= best_size))
            continue;
        best = trust;
        best_size = size;
        ret->library = row->library;
        ret->symbol = answer.symbol;
        ret->reason = reason_of(set, row->library, answer.symbol);
    }
    return best == ROW_REFUSED ? UNPEG_NOT_FOUND : UNPEG_OK;
}

static unpeg_status read_name(symbol_set *set, const elf_symbols *symbols, uint32_t symbol,
                              uint32_t *ret)
{
    elf_symbol_text text;
    demangled plain;
    unpeg_slice name = unpeg_slice_of("(unreadable name)");
    if (elf_symbols_name(symbols, symbol, &text) == UNPEG_OK) {
        name = (unpeg_slice){text.bytes, text.len};
        if (!text.cut && demangle(text.bytes, &plain))
            name = (unpeg_slice){plain.bytes, plain.len};
    }
    return intern_add(&set->names, name, ret) ? UNPEG_OK : UNPEG_NO_MEMORY;
}

unpeg_status symbol_set_name(symbol_set *set, const symbol_range *range, unpeg_slice *ret)
{
    library_state *state = &set->states[range->library];
    elf_symbols *symbols = &state->file.symbols;
    if (!state->names)
        state->names = calloc(symbols->table.count, sizeof *state->names);
    if (!state->names)
        return UNPEG_NO_MEMORY;
    uint32_t *name = &state->names[range->symbol];
    unpeg_status status = UNPEG_OK;
    if (*name == 0)
        status = read_name(set, symbols, range->symbol, name);
    if (status == UNPEG_OK)
        *ret = intern_text(&set->names, *name);
    return status;
}

size_t symbol_set_library_count(const symbol_set *set)
{
    return set->library_count;
}

const unpeg_library *symbol_set_library(const symbol_set *set, size_t index)
{
    return &set->libraries[index];
}
