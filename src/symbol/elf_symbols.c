/* SPDX-License-Identifier: MIT */
#include "elf_symbols.h"

#include <elf.h>
#include <stdlib.h>

#include "grow.h"

enum {
    BATCH = 4096, /* table entries read at once */
    BUCKET_SHIFT = 12,
    MAX_SYMBOLS = 1 << 26,
    NAME_BYTES = 512, /* of names that are compared to choose among aliases */
};

/* How well a symbol names its address; lower is better. */
enum { RANK_GLOBAL, RANK_WEAK, RANK_LOCAL, RANK_ALIAS };

typedef struct symbol_key {
    uint32_t offset; /* of the start, from the table's base address */
    uint32_t size;
    uint32_t rank_name; /* rank << 30 | offset of the name in the string table */
} symbol_key;

struct elf_symbols {
    const elf_file *file;
    elf_table table;
    uint64_t base, limit; /* addresses of code lie in [base, limit) */
    symbol_key *keys;     /* by bucket of offset; in no order inside a bucket */
    size_t count, capacity;
    uint32_t *bucket_starts; /* bucket_count + 1 indexes into keys */
    size_t bucket_count;
};

/* All executable segments lie in one span of less than 4 GiB, or the file is refused. */
static bool find_span(elf_symbols *symbols)
{
    size_t count;
    const elf_segment *segments = elf_file_segments(symbols->file, &count);
    symbols->base = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        uint64_t end;
        if (__builtin_add_overflow(segments[i].vaddr, segments[i].size, &end))
            return false;
        if (segments[i].vaddr < symbols->base)
            symbols->base = segments[i].vaddr;
        if (end > symbols->limit)
            symbols->limit = end;
    }
    return count > 0 && symbols->limit - symbols->base < UINT32_MAX;
}

static bool is_function(const elf_symbols *symbols, const Elf64_Sym *symbol)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    return (type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC) &&
           symbol->st_value - symbols->base < symbols->limit - symbols->base &&
           symbol->st_name != 0 && symbol->st_name < symbols->table.strings_size &&
           symbol->st_name < UINT32_MAX >> 2 &&
           elf_file_section_is_code(symbols->file, symbol->st_shndx);
}

static uint32_t rank_of(const Elf64_Sym *symbol)
{
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    return binding == STB_GLOBAL ? RANK_GLOBAL : binding == STB_WEAK ? RANK_WEAK : RANK_LOCAL;
}

static symbol_key key_of(const elf_symbols *symbols, const Elf64_Sym *symbol)
{
    uint64_t offset = symbol->st_value - symbols->base;
    uint64_t room = symbols->limit - symbol->st_value;
    uint64_t size = symbol->st_size < room ? symbol->st_size : room;
    return (symbol_key){(uint32_t)offset, (uint32_t)size, rank_of(symbol) << 30 | symbol->st_name};
}

static unpeg_status take_batch(elf_symbols *symbols, const Elf64_Sym *batch, size_t count)
{
    if (!grow_reserve((void **)&symbols->keys, &symbols->capacity, symbols->count + count,
                      sizeof *symbols->keys))
        return UNPEG_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (is_function(symbols, &batch[i]))
            symbols->keys[symbols->count++] = key_of(symbols, &batch[i]);
    return UNPEG_OK;
}

static unpeg_status read_table(elf_symbols *symbols)
{
    Elf64_Sym *batch = malloc(BATCH * sizeof *batch);
    if (!batch)
        return UNPEG_NO_MEMORY;
    unpeg_status status = UNPEG_OK;
    for (uint64_t done = 0; done < symbols->table.entries && status == UNPEG_OK; done += BATCH) {
        uint64_t left = symbols->table.entries - done;
        size_t count = left < BATCH ? (size_t)left : BATCH;
        if (elf_file_read(symbols->file, symbols->table.offset + done * sizeof *batch, batch,
                          count * sizeof *batch))
            status = take_batch(symbols, batch, count);
        else
            status = UNPEG_INPUT;
    }
    free(batch);
    return status;
}

/* A counting sort by bucket: buckets hold a handful, so no order is needed inside. */
static unpeg_status sort_keys(elf_symbols *symbols)
{
    symbols->bucket_count = (size_t)((symbols->limit - symbols->base) >> BUCKET_SHIFT) + 1;
    symbols->bucket_starts = calloc(symbols->bucket_count + 2, sizeof *symbols->bucket_starts);
    symbol_key *sorted = malloc(symbols->count * sizeof *sorted);
    if (!symbols->bucket_starts || !sorted) {
        free(sorted);
        return UNPEG_NO_MEMORY;
    }
    uint32_t *starts = symbols->bucket_starts + 1; /* shifted by one while filling */
    for (size_t i = 0; i < symbols->count; i++)
        starts[(symbols->keys[i].offset >> BUCKET_SHIFT) + 1]++;
    for (size_t b = 1; b <= symbols->bucket_count; b++)
        starts[b] += starts[b - 1];
    for (size_t i = 0; i < symbols->count; i++)
        sorted[starts[symbols->keys[i].offset >> BUCKET_SHIFT]++] = symbols->keys[i];
    free(symbols->keys);
    symbols->keys = sorted;
    symbols->capacity = symbols->count;
    return UNPEG_OK;
}

static unpeg_status load(elf_symbols *symbols)
{
    if (symbols->table.entries == 0 || !find_span(symbols))
        return UNPEG_OK;
    if (symbols->table.entries > MAX_SYMBOLS)
        return UNPEG_INPUT;
    unpeg_status status = read_table(symbols);
    return status == UNPEG_OK && symbols->count ? sort_keys(symbols) : status;
}

unpeg_status elf_symbols_load(const elf_file *file, bool dynamic, elf_symbols **ret)
{
    elf_symbols *symbols = calloc(1, sizeof *symbols);
    if (!symbols)
        return UNPEG_NO_MEMORY;
    symbols->file = file;
    symbols->table = elf_file_table(file, dynamic);
    unpeg_status status = load(symbols);
    if (status != UNPEG_OK || symbols->count == 0) {
        elf_symbols_destroy(symbols);
        symbols = NULL;
    }
    if (status == UNPEG_OK)
        *ret = symbols;
    return status;
}

void elf_symbols_destroy(elf_symbols *symbols)
{
    if (!symbols)
        return;
    free(symbols->keys);
    free(symbols->bucket_starts);
    free(symbols);
}

size_t elf_symbols_count(const elf_symbols *symbols)
{
    return symbols->count;
}

void elf_symbols_name(const elf_symbols *symbols, uint32_t index, char *buffer, size_t size)
{
    uint32_t name = symbols->keys[index].rank_name & (UINT32_MAX >> 2);
    uint64_t left = symbols->table.strings_size - name;
    buffer[0] = '\0';
    if (!elf_file_read_text(symbols->file, symbols->table.strings_offset + name, buffer,
                            left < size ? (size_t)left + 1 : size))
        return;
    char *version = strchr(buffer, '@');
    if (version && version != buffer)
        *version = '\0';
}

static size_t leading_underscores(const char *name)
{
    return strspn(name, "_");
}

static bool plainer_name(const elf_symbols *symbols, size_t a, size_t b)
{
    char first[NAME_BYTES];
    char second[NAME_BYTES];
    elf_symbols_name(symbols, (uint32_t)a, first, sizeof first);
    elf_symbols_name(symbols, (uint32_t)b, second, sizeof second);
    size_t marks_a = leading_underscores(first);
    size_t marks_b = leading_underscores(second);
    if (marks_a != marks_b)
        return marks_a < marks_b;
    size_t len_a = strlen(first);
    size_t len_b = strlen(second);
    return len_a != len_b ? len_a < len_b : strcmp(first, second) < 0;
}

/* True if key a names its address better than key b at the same one. An alias that lost by its name
 * is marked, so that names are read once. */
static bool better(elf_symbols *symbols, size_t a, size_t b)
{
    symbol_key *x = &symbols->keys[a];
    symbol_key *y = &symbols->keys[b];
    if ((x->size != 0) != (y->size != 0))
        return x->size != 0;
    if (x->rank_name >> 30 != y->rank_name >> 30)
        return x->rank_name >> 30 < y->rank_name >> 30;
    if (x->rank_name >> 30 == RANK_ALIAS || x->rank_name == y->rank_name)
        return false;
    bool first = plainer_name(symbols, a, b);
    *(first ? &y->rank_name : &x->rank_name) |= (uint32_t)RANK_ALIAS << 30;
    return first;
}

/* The greatest start at or before offset in a bucket; false when there is none. */
static bool last_start(const elf_symbols *symbols, size_t bucket, uint32_t offset, uint32_t *ret)
{
    bool found = false;
    for (size_t i = symbols->bucket_starts[bucket]; i < symbols->bucket_starts[bucket + 1]; i++) {
        uint32_t start = symbols->keys[i].offset;
        if (start <= offset && (!found || start > *ret)) {
            *ret = start;
            found = true;
        }
    }
    return found;
}

static size_t best_at(elf_symbols *symbols, size_t bucket, uint32_t start)
{
    size_t best = symbols->count;
    for (size_t i = symbols->bucket_starts[bucket]; i < symbols->bucket_starts[bucket + 1]; i++)
        if (symbols->keys[i].offset == start &&
            (best == symbols->count || better(symbols, i, best)))
            best = i;
    return best;
}

/* The last symbol that starts at or before offset, looking from its bucket downwards; count when
 * there is none. */
static size_t find_before(elf_symbols *symbols, uint32_t offset)
{
    uint32_t start = 0;
    for (size_t b = (offset >> BUCKET_SHIFT) + 1; b-- > 0;)
        if (last_start(symbols, b, offset, &start))
            return best_at(symbols, b, start);
    return symbols->count;
}

/* Where the first symbol behind offset starts; the end of the code when there is none. */
static uint32_t find_next_start(const elf_symbols *symbols, uint32_t offset)
{
    uint32_t limit = (uint32_t)(symbols->limit - symbols->base);
    uint32_t next = limit;
    for (size_t b = offset >> BUCKET_SHIFT; b < symbols->bucket_count && next == limit; b++)
        for (size_t i = symbols->bucket_starts[b]; i < symbols->bucket_starts[b + 1]; i++)
            if (symbols->keys[i].offset > offset && symbols->keys[i].offset < next)
                next = symbols->keys[i].offset;
    return next;
}

elf_symbol_range elf_symbols_find(elf_symbols *symbols, uint64_t vaddr)
{
    if (vaddr - symbols->base >= symbols->limit - symbols->base)
        return (elf_symbol_range){vaddr, vaddr + 1, 0, false};
    uint32_t offset = (uint32_t)(vaddr - symbols->base);
    uint32_t next = find_next_start(symbols, offset);
    size_t index = find_before(symbols, offset);
    elf_symbol_range range = {symbols->base, symbols->base + next, 0, false};
    if (index == symbols->count)
        return range;
    const symbol_key *key = &symbols->keys[index];
    uint32_t end = key->size ? key->offset + key->size : next;
    range.start = symbols->base + (offset < end ? key->offset : end);
    range.end = symbols->base + (offset < end && end < next ? end : next);
    range.index = (uint32_t)index;
    range.found = offset < end;
    return range;
}
