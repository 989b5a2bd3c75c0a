/* SPDX-License-Identifier: MIT
 *
 * Reads a symbol table in pieces and keeps twelve bytes of each function.
 */
#include "elf_symbols.h"

#include <elf.h>
#include <stdlib.h>

enum {
    CHUNK_SYMBOLS = 2048,
    COUNT_LIMIT = 1 << 23, /* 192 MiB of table; a Chromium with all symbols has 2 million */
    ALIAS_LIMIT = 64,      /* names read to choose one */
    FIRST_READ_BYTES = 192,
};

/* A symbol's number is where its name is among the strings; this one is nowhere. */
#define NAME_TOO_FAR (SYMBOL_NUMBER_LIMIT - 1)

typedef struct collector {
    const elf_file *file;
    const elf_layout *layout;
    uint64_t base;
    bool sized_only;
    elf_span *sections; /* where the code of each section of file is, cut to the layout */
    size_t section_count;
    symbol_key *keys;
    size_t count;
    Elf64_Sym chunk[CHUNK_SYMBOLS];
} collector;

static elf_span span_of(const elf_segment *segment)
{
    return (elf_span){segment->vaddr, segment->vaddr + segment->size};
}

/* Of a span, what lies in the segment that its start lies in. */
static elf_span cut_to_layout(const elf_layout *layout, elf_span span)
{
    for (size_t i = 0; i < layout->count; i++) {
        elf_span segment = span_of(&layout->segments[i]);
        if (span.start < segment.start || span.start >= segment.end)
            continue;
        span.end = span.end < segment.end ? span.end : segment.end;
        return span;
    }
    return (elf_span){0, 0};
}

static uint64_t lowest_address(const elf_layout *layout)
{
    uint64_t lowest = UINT64_MAX;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->segments[i].vaddr < lowest)
            lowest = layout->segments[i].vaddr;
    return lowest;
}

/* Of a symbol without size, whether it may be believed. */
static bool may_be_sizeless(const collector *c, const Elf64_Sym *symbol)
{
    bool mapping = c->layout->mapping && ELF64_ST_TYPE(symbol->st_info) == STT_NOTYPE &&
                   ELF64_ST_BIND(symbol->st_info) == STB_LOCAL;
    return !c->sized_only && !mapping;
}

/* The code around a symbol that it cannot reach beyond. */
static elf_span room_of(const collector *c, const Elf64_Sym *symbol)
{
    if (symbol->st_shndx < c->section_count)
        return c->sections[symbol->st_shndx];
    if (symbol->st_shndx == SHN_XINDEX)
        return cut_to_layout(c->layout, (elf_span){symbol->st_value, UINT64_MAX});
    return (elf_span){0, 0};
}

static uint32_t rank_of(const Elf64_Sym *symbol)
{
    static const uint8_t of_bind[16] = {[STB_LOCAL] = 2, [STB_WEAK] = 1};
    return (uint32_t)(of_bind[ELF64_ST_BIND(symbol->st_info)] +
                      4 * (ELF64_ST_TYPE(symbol->st_info) == STT_NOTYPE) +
                      SYMBOL_RANK_SIZELESS * (symbol->st_size == 0));
}

/* The hot loop of a load: no branch here depends on what differs between one function and the
 * next. No size wraps to the largest, so that the room limits it. */
static void collect(collector *c, const Elf64_Sym *symbol)
{
    const unsigned code_types = 1u << STT_FUNC | 1u << STT_NOTYPE | 1u << STT_GNU_IFUNC;
    if (!(code_types >> ELF64_ST_TYPE(symbol->st_info) & 1))
        return;
    elf_span room = room_of(c, symbol);
    if (symbol->st_value - room.start >= room.end - room.start)
        return;
    if (symbol->st_size == 0 && !may_be_sizeless(c, symbol))
        return;
    uint64_t start = symbol->st_value - c->base;
    uint64_t last = symbol->st_size - 1;
    uint64_t last_room = room.end - symbol->st_value - 1;
    last = last < last_room ? last : last_room;
    if (start >= UINT32_MAX)
        return;
    last = last < UINT32_MAX - 1 - start ? last : UINT32_MAX - 1 - start;
    symbol_key *key = &c->keys[c->count++];
    key->start = (uint32_t)start;
    key->size = (uint32_t)last + 1;
    key->order = rank_of(symbol) << SYMBOL_RANK_SHIFT |
                 (symbol->st_name < NAME_TOO_FAR ? symbol->st_name : NAME_TOO_FAR);
}

static unpeg_status prepare_sections(collector *c)
{
    c->section_count = elf_file_section_count(c->file);
    c->sections = calloc(c->section_count + 1, sizeof *c->sections);
    if (!c->sections)
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < c->section_count; i++)
        c->sections[i] = cut_to_layout(c->layout, elf_file_code_section(c->file, i));
    return UNPEG_OK;
}

static unpeg_status collect_all(collector *c, const elf_symbols_place *place)
{
    unpeg_status status = prepare_sections(c);
    c->keys = malloc(place->count * sizeof *c->keys);
    if (!c->keys)
        return UNPEG_NO_MEMORY;
    for (uint64_t at = 0; at < place->count && status == UNPEG_OK; at += CHUNK_SYMBOLS) {
        uint64_t left = place->count - at;
        size_t count = left < CHUNK_SYMBOLS ? (size_t)left : CHUNK_SYMBOLS;
        status =
            elf_file_read_symbols(c->file, place->offset + at * sizeof *c->chunk, c->chunk, count);
        for (size_t i = 0; i < count && status == UNPEG_OK; i++)
            collect(c, &c->chunk[i]);
    }
    return status;
}

static unpeg_status load_table(elf_symbols *symbols, collector *c)
{
    unpeg_status status = collect_all(c, &symbols->place);
    if (status == UNPEG_OK && c->count == 0)
        status = UNPEG_NOT_FOUND;
    if (status != UNPEG_OK) {
        free(c->keys);
        return status;
    }
    return symbol_table_build(&symbols->table, c->keys, c->count);
}

unpeg_status elf_symbols_load(elf_symbols *symbols, const elf_file *file, elf_symbols_kind kind,
                              const elf_layout *layout)
{
    elf_symbols loaded = {.file = file, .base = lowest_address(layout)};
    unpeg_status status = elf_file_find_symbols(file, kind, &loaded.place);
    if (status != UNPEG_OK)
        return status;
    if (loaded.place.count > COUNT_LIMIT)
        return UNPEG_LIMIT;
    collector *c = calloc(1, sizeof *c);
    if (!c)
        return UNPEG_NO_MEMORY;
    c->file = file;
    c->layout = layout;
    c->base = loaded.base;
    c->sized_only = kind == ELF_DYNSYM;
    status = load_table(&loaded, c);
    free(c->sections);
    free(c);
    if (status == UNPEG_OK)
        *symbols = loaded;
    else
        elf_symbols_deinit(&loaded);
    return status;
}

void elf_symbols_deinit(elf_symbols *symbols)
{
    symbol_table_deinit(&symbols->table);
    *symbols = (elf_symbols){0};
}

elf_symbols_range elf_symbols_find(const elf_symbols *symbols, uint64_t vaddr)
{
    uint64_t offset = vaddr - symbols->base;
    if (offset >= UINT32_MAX) {
        uint64_t end = offset > vaddr ? symbols->base : UINT64_MAX;
        uint64_t start = offset > vaddr ? 0 : symbols->base + UINT32_MAX;
        return (elf_symbols_range){start, end, UINT32_MAX};
    }
    symbol_table_range found = symbol_table_find(&symbols->table, (uint32_t)offset);
    elf_symbols_range range = {symbols->base + found.start, symbols->base + found.end, found.index};
    if (range.end < range.start)
        range.end = UINT64_MAX;
    return range;
}

static unpeg_status read_name(const elf_symbols *symbols, uint32_t name, elf_symbol_text *ret)
{
    if (name >= symbols->place.names_size || name == NAME_TOO_FAR)
        return UNPEG_INPUT;
    uint64_t left = symbols->place.names_size - name;
    uint64_t at = symbols->place.names_offset + name;
    size_t limit = left < ELF_NAME_LIMIT ? (size_t)left : ELF_NAME_LIMIT;
    size_t size = limit < FIRST_READ_BYTES ? limit : FIRST_READ_BYTES;
    for (;; size = limit) {
        size_t got = 0;
        unpeg_status status = elf_file_read_some(symbols->file, at, ret->bytes, size, &got);
        if (status != UNPEG_OK)
            return status;
        ret->bytes[got] = '\0';
        ret->len = strlen(ret->bytes);
        ret->cut = ret->len == got;
        if (!ret->cut || size == limit)
            return UNPEG_OK;
    }
}

static void drop_version(elf_symbol_text *text)
{
    char *at = text->len > 1 ? memchr(text->bytes + 1, '@', text->len - 1) : NULL;
    if (!at)
        return;
    *at = '\0';
    text->len = (size_t)(at - text->bytes);
    text->cut = false;
}

static bool is_better_name(const elf_symbol_text *a, const elf_symbol_text *b)
{
    size_t x = strspn(a->bytes, "_");
    size_t y = strspn(b->bytes, "_");
    if (x != y)
        return x < y;
    if (a->len != b->len)
        return a->len < b->len;
    return memcmp(a->bytes, b->bytes, a->len) < 0;
}

static void copy_text(elf_symbol_text *to, const elf_symbol_text *from)
{
    to->len = from->len;
    to->cut = from->cut;
    memcpy(to->bytes, from->bytes, from->len + 1);
}

unpeg_status elf_symbols_name(const elf_symbols *symbols, uint32_t index, elf_symbol_text *ret)
{
    size_t count;
    const uint32_t *numbers = symbol_table_aliases(&symbols->table, index, &count);
    unpeg_status found = UNPEG_INPUT;
    elf_symbol_text text;
    for (size_t i = 0; i < count && i < ALIAS_LIMIT; i++) {
        unpeg_status status = read_name(symbols, numbers[i], &text);
        if (status != UNPEG_OK || text.len == 0)
            continue;
        drop_version(&text);
        if (found != UNPEG_OK || is_better_name(&text, ret))
            copy_text(ret, &text);
        found = UNPEG_OK;
    }
    return found;
}
