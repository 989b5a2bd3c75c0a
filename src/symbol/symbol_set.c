/* SPDX-License-Identifier: MIT */
#include "symbol_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "debug_file.h"
#include "demangle.h"
#include "grow.h"
#include "intern.h"
#include "symbol_file.h"
#include "u64map.h"

enum { MAX_ROWS = 1 << 14, PAGE_BYTES = 4096, NAME_BYTES = 8192 };

typedef struct library_row {
    unpeg_addr start, end;
    uint32_t library;
} library_row;

struct symbol_set {
    char *sysroot, *debug_dir; /* NULL: none, the default */
    symbol_options options;    /* with the copies above */
    intern texts;              /* paths and names */
    uint32_t *library_by_path; /* by number in texts, which paths come first in; library + 1 */
    size_t path_capacity;
    u64map names; /* library << 32 | symbol to number in texts + 1 */
    unpeg_library *libraries;
    symbol_file *files;
    size_t library_count, library_capacity, file_capacity;
    library_row *rows;
    size_t row_count, row_capacity;
};

static bool copy_text(const char *text, char **ret)
{
    *ret = text ? strdup(text) : NULL;
    return !text || *ret;
}

unpeg_status symbol_set_create(const symbol_options *options, symbol_set **ret)
{
    symbol_set *set = calloc(1, sizeof *set);
    if (!set)
        return UNPEG_NO_MEMORY;
    if (!copy_text(options->sysroot, &set->sysroot) ||
        !copy_text(options->debug_dir, &set->debug_dir)) {
        symbol_set_destroy(set);
        return UNPEG_NO_MEMORY;
    }
    set->options = (symbol_options){set->sysroot, set->debug_dir, options->names_off};
    *ret = set;
    return UNPEG_OK;
}

void symbol_set_destroy(symbol_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->library_count; i++)
        symbol_file_close(&set->files[i]);
    intern_deinit(&set->texts);
    u64map_deinit(&set->names);
    free(set->library_by_path);
    free(set->libraries);
    free(set->files);
    free(set->rows);
    free(set->sysroot);
    free(set->debug_dir);
    free(set);
}

/* V8 9 and 10 call unnamed mappings "<from>-<to>": generated code of other isolates. */
static bool is_address_range(unpeg_slice path)
{
    size_t dashes = 0;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.data[i];
        dashes += c == '-';
        if (c != '-' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return dashes == 1;
}

static bool reserve_library(symbol_set *set)
{
    size_t needed = set->library_count + 1;
    return grow_reserve((void **)&set->libraries, &set->library_capacity, needed,
                        sizeof *set->libraries) &&
           grow_reserve((void **)&set->files, &set->file_capacity, needed, sizeof *set->files);
}

static unpeg_status library_of_path(symbol_set *set, unpeg_slice path, uint32_t *ret)
{
    uint32_t text;
    size_t old_capacity = set->path_capacity;
    if (!intern_add(&set->texts, path, &text) ||
        !grow_reserve((void **)&set->library_by_path, &set->path_capacity, (size_t)text + 1,
                      sizeof *set->library_by_path))
        return UNPEG_NO_MEMORY;
    if (set->path_capacity > old_capacity)
        memset(set->library_by_path + old_capacity, 0,
               (set->path_capacity - old_capacity) * sizeof *set->library_by_path);
    if (!set->library_by_path[text]) {
        if (!reserve_library(set))
            return UNPEG_NO_MEMORY;
        set->libraries[set->library_count] =
            (unpeg_library){.path = intern_text(&set->texts, text), .symbols_from = {"", 0}};
        set->files[set->library_count++] = (symbol_file){0};
        set->library_by_path[text] = (uint32_t)set->library_count;
    }
    *ret = set->library_by_path[text] - 1;
    return UNPEG_OK;
}

unpeg_status symbol_set_add_library(symbol_set *set, const unpeg_shared_library *row)
{
    if (row->start >= row->end)
        return UNPEG_ARGUMENT;
    if (row->path.len == 0 || is_address_range(row->path))
        return UNPEG_OK;
    if (set->row_count == MAX_ROWS)
        return UNPEG_LIMIT;
    uint32_t library;
    unpeg_status status = library_of_path(set, row->path, &library);
    if (status != UNPEG_OK)
        return status;
    if (!grow_reserve((void **)&set->rows, &set->row_capacity, set->row_count + 1,
                      sizeof *set->rows))
        return UNPEG_NO_MEMORY;
    set->rows[set->row_count++] = (library_row){row->start, row->end, library};
    return UNPEG_OK;
}

/* True if the end of one row is the end of one of the file's executable segments. Of a binary that
 * maps several, or parts of one anew, at least one row does; of another build hardly any. */
static bool rows_fit(const symbol_set *set, uint32_t library)
{
    size_t count;
    const elf_segment *segments = elf_file_segments(set->files[library].elf, &count);
    for (size_t r = 0; r < set->row_count; r++) {
        for (size_t s = 0; s < count && set->rows[r].library == library; s++) {
            uint64_t end = segments[s].offset + segments[s].size;
            uint64_t logged = set->rows[r].end - set->rows[r].start;
            if ((end + PAGE_BYTES - 1) / PAGE_BYTES == logged / PAGE_BYTES)
                return true;
        }
    }
    return false;
}

static unpeg_status open_library(symbol_set *set, uint32_t index)
{
    char found[DEBUG_FILE_PATH];
    unpeg_library *library = &set->libraries[index];
    symbol_file *file = &set->files[index];
    uint32_t text;
    unpeg_status status = symbol_file_open(file, &set->options, library, found);
    if (status != UNPEG_OK)
        return status;
    if (file->elf && !rows_fit(set, index)) {
        symbol_file_close(file);
        file->opened = true;
        library->problem = UNPEG_UNKNOWN_OTHER_BUILD;
        snprintf(library->detail, sizeof library->detail,
                 "the file's code has another size than the mapping in the log");
        return UNPEG_OK;
    }
    if (!intern_add(&set->texts, unpeg_slice_of(found), &text))
        return UNPEG_NO_MEMORY;
    library->symbols_from = file->symbols ? intern_text(&set->texts, text) : (unpeg_slice){"", 0};
    return UNPEG_OK;
}

/* A row and how well it covers an address. */
typedef struct row_choice {
    const library_row *row;
    bool is_code; /* the file's own segments say so */
    uint64_t vaddr;
} row_choice;

static bool goes_before(const row_choice *a, const row_choice *b)
{
    if (!b->row || a->is_code != b->is_code)
        return !b->row || a->is_code;
    return a->row->end - a->row->start < b->row->end - b->row->start;
}

/* Worker isolates log rows that begin far below the real mapping, so a row is believed where its
 * file has code; rows whose file is not here are believed everywhere. */
static unpeg_status choose_row(symbol_set *set, unpeg_addr addr, row_choice *ret)
{
    *ret = (row_choice){.row = NULL};
    for (size_t i = 0; i < set->row_count; i++) {
        const library_row *row = &set->rows[i];
        if (addr - row->start >= row->end - row->start)
            continue;
        const symbol_file *file = &set->files[row->library];
        if (!file->opened) {
            unpeg_status status = open_library(set, row->library);
            if (status != UNPEG_OK)
                return status;
        }
        row_choice choice = {.row = row};
        if (file->elf) {
            choice.is_code = elf_file_vaddr(file->elf, addr - row->start, &choice.vaddr);
            if (!choice.is_code)
                continue;
        }
        if (goes_before(&choice, ret))
            *ret = choice;
    }
    return UNPEG_OK;
}

static void keep_inside(symbol_range *range, unpeg_addr low, unpeg_addr high)
{
    if (range->start < low)
        range->start = low;
    if (range->end > high)
        range->end = high;
}

/* Clips a range to where no other row begins or ends: there another row might be the better one. */
static void clip_at_rows(const symbol_set *set, unpeg_addr addr, symbol_range *range)
{
    for (size_t i = 0; i < set->row_count; i++) {
        const unpeg_addr edges[] = {set->rows[i].start, set->rows[i].end};
        for (size_t e = 0; e < 2; e++) {
            if (edges[e] <= addr && edges[e] > range->start)
                range->start = edges[e];
            if (edges[e] > addr && edges[e] < range->end)
                range->end = edges[e];
        }
    }
}

static unpeg_unknown_reason why_unnamed(const unpeg_library *library)
{
    return library->problem == UNPEG_UNKNOWN_NONE ? UNPEG_UNKNOWN_NO_SYMBOL : library->problem;
}

static void answer_from_file(const symbol_set *set, unpeg_addr addr, const row_choice *choice,
                             symbol_range *ret)
{
    const symbol_file *file = &set->files[choice->row->library];
    size_t count;
    const elf_segment *segments = elf_file_segments(file->elf, &count);
    unpeg_addr bias = addr - choice->vaddr;
    for (size_t i = 0; i < count; i++)
        if (choice->vaddr - segments[i].vaddr < segments[i].size)
            keep_inside(ret, segments[i].vaddr + bias, segments[i].vaddr + segments[i].size + bias);
    if (!file->symbols)
        return;
    elf_symbol_range symbol = elf_symbols_find(file->symbols, choice->vaddr);
    keep_inside(ret, symbol.start + bias, symbol.end + bias);
    ret->symbol = symbol.index;
    if (symbol.found)
        ret->reason = UNPEG_UNKNOWN_NONE;
}

unpeg_status symbol_set_find(symbol_set *set, unpeg_addr addr, symbol_range *ret)
{
    row_choice choice;
    unpeg_status status = choose_row(set, addr, &choice);
    if (status != UNPEG_OK)
        return status;
    *ret = (symbol_range){0, UINT64_MAX, SYMBOL_NO_LIBRARY, 0, UNPEG_UNKNOWN_NO_MAPPING};
    clip_at_rows(set, addr, ret);
    if (!choice.row)
        return UNPEG_NOT_FOUND;
    ret->library = choice.row->library;
    ret->reason = why_unnamed(&set->libraries[ret->library]);
    if (choice.is_code)
        answer_from_file(set, addr, &choice, ret);
    return UNPEG_OK;
}

static bool intern_name(symbol_set *set, const symbol_range *range, uint32_t *ret)
{
    char raw[NAME_BYTES];
    elf_symbols_name(set->files[range->library].symbols, range->symbol, raw, sizeof raw);
    char *plain = demangle(raw);
    bool ok = intern_add(&set->texts, unpeg_slice_of(plain ? plain : raw), ret);
    free(plain);
    return ok;
}

unpeg_status symbol_set_name(symbol_set *set, const symbol_range *range, unpeg_slice *ret)
{
    uint64_t key = (uint64_t)range->library << 32 | range->symbol;
    uint32_t text = u64map_get(&set->names, key);
    if (text == 0) {
        if (!intern_name(set, range, &text) || !u64map_put(&set->names, key, ++text))
            return UNPEG_NO_MEMORY;
    }
    *ret = intern_text(&set->texts, text - 1);
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
