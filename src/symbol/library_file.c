/* SPDX-License-Identifier: MIT
 *
 * Opening the file of a library, and comparing it with the rows of the log.
 */
#include "library_file.h"

#include <limits.h>
#include <stdio.h>

#include "debug_file.h"

#define DEBUG_DIR "/usr/lib/debug"

static void set_problem(library_file *file, unpeg_unknown_reason problem, const char *detail)
{
    file->problem = problem;
    file->detail = detail;
}

static bool begins_with(unpeg_slice text, const char *start)
{
    size_t len = strlen(start);
    return text.len >= len && memcmp(text.data, start, len) == 0;
}

static bool ends_with(unpeg_slice text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static bool is_memory(library_file *file, unpeg_slice path)
{
    if (begins_with(path, "["))
        set_problem(file, UNPEG_UNKNOWN_NO_FILE, "mapped by the kernel, not from a file");
    else if (begins_with(path, "/memfd:") || begins_with(path, "//") || begins_with(path, "/SYSV"))
        set_problem(file, UNPEG_UNKNOWN_NO_FILE, "shared memory, not a file");
    return file->problem != UNPEG_UNKNOWN_NONE;
}

static bool is_no_path(library_file *file, unpeg_slice path)
{
    if (ends_with(path, " (deleted)"))
        set_problem(file, UNPEG_UNKNOWN_FILE_MISSING,
                    "the file was deleted or replaced while the process ran");
    else if (!begins_with(path, "/") || memchr(path.data, '\0', path.len))
        set_problem(file, UNPEG_UNKNOWN_FILE_MISSING, "the name is not an absolute path");
    return file->problem != UNPEG_UNKNOWN_NONE;
}

/* Why a file is of no use. */
static const char *explain_open(unpeg_status status)
{
    if (status == UNPEG_NOT_FOUND)
        return "there is no such file";
    if (status == UNPEG_PERMISSION)
        return "no permission to read the file";
    if (status == UNPEG_INPUT)
        return "what is there is no ELF file, or a damaged one";
    if (status == UNPEG_UNSUPPORTED)
        return "what is there is a 32-bit ELF file; only 64-bit ones are read";
    return "the file cannot be read";
}

/* Why the own table gave no symbols, and no debug file did. */
static const char *explain_stripped(unpeg_status own, bool exported)
{
    if (own == UNPEG_LIMIT)
        return "the symbol table is too large";
    if (own != UNPEG_NOT_FOUND)
        return "the symbol table is damaged";
    return exported ? "stripped, and no debug file found: only exported functions have names"
                    : "stripped, and no debug file found";
}

static unpeg_status find_debug_file(library_file *file, unpeg_slice path,
                                    const library_places *places)
{
    char debug_dir[PATH_MAX];
    char folder[PATH_MAX];
    const char *slash = memrchr(path.data, '/', path.len);
    int folder_len = slash ? (int)(slash - path.data) : 0;
    bool usual = !places->debug_dir;
    int len = snprintf(debug_dir, sizeof debug_dir, "%s%s", usual ? places->sysroot : "",
                       usual ? DEBUG_DIR : places->debug_dir);
    if (len < 0 || (size_t)len >= sizeof debug_dir || (size_t)folder_len >= sizeof folder)
        return UNPEG_NOT_FOUND;
    snprintf(folder, sizeof folder, "%.*s", folder_len, path.data);
    const debug_places where = {elf_file_path(file->elf), folder, debug_dir};
    return debug_file_find(file->elf, &where, &file->debug);
}

static unpeg_status load_from(library_file *file, const elf_file *from, elf_symbols_kind kind)
{
    return elf_symbols_load(&file->symbols, from, kind, elf_file_layout(file->elf));
}

/* The own table, else a debug file's, else the exported symbols. */
static unpeg_status load_symbols(library_file *file, unpeg_slice path, const library_places *places)
{
    unpeg_status own = load_from(file, file->elf, ELF_SYMTAB);
    if (own == UNPEG_OK || own == UNPEG_NO_MEMORY)
        return own;
    unpeg_status status = find_debug_file(file, path, places);
    if (status == UNPEG_OK)
        status = load_from(file, file->debug, ELF_SYMTAB);
    if (status == UNPEG_OK || status == UNPEG_NO_MEMORY)
        return status;
    status = load_from(file, file->elf, ELF_DYNSYM);
    if (status == UNPEG_NO_MEMORY)
        return status;
    set_problem(file, UNPEG_UNKNOWN_STRIPPED, explain_stripped(own, status == UNPEG_OK));
    return UNPEG_OK;
}

unpeg_status library_file_open(library_file *file, unpeg_slice path, const library_places *places)
{
    char full[PATH_MAX];
    file->detail = "";
    if (is_memory(file, path) || places->names_off || is_no_path(file, path))
        return UNPEG_OK;
    if (path.len >= sizeof full - strnlen(places->sysroot, sizeof full)) {
        set_problem(file, UNPEG_UNKNOWN_FILE_MISSING, explain_open(UNPEG_NOT_FOUND));
        return UNPEG_OK;
    }
    snprintf(full, sizeof full, "%s%.*s", places->sysroot, (int)path.len, path.data);
    unpeg_status status = elf_file_open(full, &file->elf);
    if (status == UNPEG_OK)
        return load_symbols(file, path, places);
    if (status == UNPEG_NO_MEMORY)
        return status;
    set_problem(file, UNPEG_UNKNOWN_FILE_MISSING, explain_open(status));
    return UNPEG_OK;
}

void library_file_close(library_file *file)
{
    elf_symbols_deinit(&file->symbols);
    elf_file_close(file->debug);
    elf_file_close(file->elf);
    *file = (library_file){0};
}

const char *library_file_symbols_from(const library_file *file)
{
    return file->symbols.file ? elf_file_path(file->symbols.file) : "";
}

/* Keeps of [*start, *end) the part around at in which "lies in [from, to)" does not change. */
static void clip(library_answer *answer, uint64_t at, uint64_t from, uint64_t to)
{
    uint64_t low = at >= to ? to : at >= from ? from : 0;
    uint64_t high = at < from ? from : at < to ? to : UINT64_MAX;
    answer->start = answer->start > low ? answer->start : low;
    answer->end = answer->end < high ? answer->end : high;
}

static const elf_segment *segment_of(const elf_layout *layout, uint64_t offset)
{
    for (size_t i = 0; i < layout->count; i++)
        if (offset - layout->segments[i].offset < layout->segments[i].size)
            return &layout->segments[i];
    return NULL;
}

library_answer library_file_find(const library_file *file, uint64_t offset)
{
    library_answer answer = {0, UINT64_MAX, false, UINT32_MAX};
    const elf_layout *layout = elf_file_layout(file->elf);
    const elf_segment *segment = segment_of(layout, offset);
    for (size_t i = 0; i < layout->count; i++)
        clip(&answer, offset, layout->segments[i].offset,
             layout->segments[i].offset + layout->segments[i].size);
    if (!segment)
        return answer;
    answer.code = true;
    if (!file->symbols.file)
        return answer;
    uint64_t vaddr = offset - segment->offset + segment->vaddr;
    elf_symbols_range range = elf_symbols_find(&file->symbols, vaddr);
    uint64_t before = vaddr - range.start;
    uint64_t after = range.end - vaddr;
    answer.symbol = range.index;
    if (offset - answer.start > before)
        answer.start = offset - before;
    if (answer.end - offset > after)
        answer.end = offset + after;
    return answer;
}

static uint64_t round_up(uint64_t value, uint64_t page)
{
    return (value + page - 1) / page * page;
}

static uint64_t end_of(const elf_segment *segment, uint64_t page)
{
    return round_up(segment->offset + segment->size, page);
}

/* The kernel joins neighbours into one mapping, whose row ends with the last of them. */
static bool runs_on(const elf_layout *layout, const elf_segment *segment, uint64_t page)
{
    uint64_t end = end_of(segment, page);
    for (size_t i = 0; i < layout->count; i++) {
        const elf_segment *next = &layout->segments[i];
        if (next != segment && next->offset / page * page == end &&
            next->vaddr - next->offset == segment->vaddr - segment->offset)
            return true;
    }
    return false;
}

static bool has_row(const library_extent *rows, size_t count, uint64_t size)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].size == size)
            return true;
    return false;
}

static bool segments_fit(const elf_layout *layout, const library_extent *rows, size_t count,
                         uint64_t page)
{
    for (size_t i = 0; i < layout->count; i++) {
        const elf_segment *segment = &layout->segments[i];
        if (layout->fixed && segment->vaddr - segment->offset != rows[0].start)
            return false;
        if (segment->read_execute && !has_row(rows, count, end_of(segment, page)) &&
            !runs_on(layout, segment, page))
            return false;
    }
    return true;
}

static bool rows_fit(const elf_layout *layout, const library_extent *rows, size_t count,
                     uint64_t page)
{
    for (size_t i = 0; i < count; i++) {
        bool inside = false;
        for (size_t j = 0; j < layout->count && !inside; j++)
            inside = rows[i].size > layout->segments[j].offset &&
                     rows[i].size <= end_of(&layout->segments[j], page);
        if (!inside)
            return false;
    }
    return true;
}

bool library_file_fits(const library_file *file, const library_extent *rows, size_t count)
{
    static const uint64_t pages[] = {4096, 16384, 65536};
    const elf_layout *layout = elf_file_layout(file->elf);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (segments_fit(layout, rows, count, pages[i]) && rows_fit(layout, rows, count, pages[i]))
            return true;
    return false;
}
