/* SPDX-License-Identifier: MIT */
#include "v8_image.h"

#include "elf_file.h"

#include <elf.h>
#include <stdlib.h>

enum {
    SEGMENT_LIMIT = 64,
    DYNAMIC_LIMIT = 1024,
    NAMES_LIMIT = 256 << 20, /* bytes of symbol names */
    BATCH = 4096             /* symbols read at once */
};

struct v8_image {
    elf_file *file;
    char *names; /* of the table that is gone through; its pages are used again for the next one */
    size_t names_capacity;
    size_t segment_count;
    Elf64_Phdr segments[SEGMENT_LIMIT];
};

typedef struct named_symbol {
    unpeg_slice name;
    const Elf64_Sym *symbol;
} named_symbol;

typedef unpeg_status (*symbol_fn)(void *user, const named_symbol *symbol);

static unpeg_status read_segments(v8_image *image)
{
    Elf64_Ehdr header;
    unpeg_status status = elf_file_read(image->file, 0, &header, sizeof header);
    if (status)
        return status;
    if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_phentsize != sizeof(Elf64_Phdr))
        return UNPEG_UNSUPPORTED;
    image->segment_count = header.e_phnum < SEGMENT_LIMIT ? header.e_phnum : SEGMENT_LIMIT;
    return elf_file_read(image->file, header.e_phoff, image->segments,
                         image->segment_count * sizeof(Elf64_Phdr));
}

unpeg_status v8_image_open(const char *path, v8_image **ret)
{
    v8_image *image = calloc(1, sizeof *image);
    if (!image)
        return UNPEG_NO_MEMORY;
    unpeg_status status = elf_file_open(path, &image->file);
    if (!status)
        status = read_segments(image);
    if (status)
        v8_image_close(image);
    else
        *ret = image;
    return status;
}

void v8_image_close(v8_image *image)
{
    if (!image)
        return;
    if (image->file)
        elf_file_close(image->file);
    free(image->names);
    free(image);
}

/* The segment that has size file bytes at vaddr, or NULL. */
static const Elf64_Phdr *segment_of(const v8_image *image, uint64_t vaddr, uint64_t size)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        uint64_t inside = vaddr - segment->p_vaddr;
        if (segment->p_type == PT_LOAD && vaddr >= segment->p_vaddr &&
            inside <= segment->p_filesz && size <= segment->p_filesz - inside)
            return segment;
    }
    return NULL;
}

unpeg_status v8_image_read(const v8_image *image, uint64_t vaddr, void *bytes, size_t size)
{
    const Elf64_Phdr *segment = segment_of(image, vaddr, size);
    uint64_t inside = segment ? vaddr - segment->p_vaddr : 0;
    if (!segment || inside > UINT64_MAX - segment->p_offset)
        return UNPEG_NOT_FOUND;
    return elf_file_read(image->file, segment->p_offset + inside, bytes, size);
}

static bool is_loaded(const Elf64_Phdr *segment)
{
    return segment->p_type == PT_LOAD && segment->p_filesz > 0;
}

size_t v8_image_part_count(const v8_image *image)
{
    size_t count = 0;
    for (size_t i = 0; i < image->segment_count; i++)
        count += is_loaded(&image->segments[i]);
    return count;
}

v8_image_part v8_image_part_at(const v8_image *image, size_t index)
{
    v8_image_part part = {0};
    for (size_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segments[i];
        if (!is_loaded(segment) || index-- > 0)
            continue;
        part = (v8_image_part){segment->p_vaddr, segment->p_filesz, segment->p_flags & PF_X,
                               segment->p_flags & PF_W};
        break;
    }
    return part;
}

unpeg_status v8_image_dynamic(const v8_image *image, int64_t tag, uint64_t *ret)
{
    const Elf64_Phdr *dynamic = NULL;
    for (size_t i = 0; i < image->segment_count; i++)
        if (image->segments[i].p_type == PT_DYNAMIC)
            dynamic = &image->segments[i];
    size_t count = dynamic ? (size_t)(dynamic->p_filesz / sizeof(Elf64_Dyn)) : 0;
    for (size_t i = 0; i < count && i < DYNAMIC_LIMIT; i++) {
        Elf64_Dyn entry;
        unpeg_status status =
            elf_file_read(image->file, dynamic->p_offset + i * sizeof entry, &entry, sizeof entry);
        if (status)
            return status;
        if (entry.d_tag == tag) {
            *ret = entry.d_un.d_val;
            return UNPEG_OK;
        }
    }
    return UNPEG_NOT_FOUND;
}

static unpeg_status read_names(v8_image *image, const elf_symbols_place *place)
{
    if (place->names_size > NAMES_LIMIT)
        return UNPEG_LIMIT;
    size_t size = (size_t)place->names_size;
    if (size >= image->names_capacity) {
        char *names = realloc(image->names, size + 1);
        if (!names)
            return UNPEG_NO_MEMORY;
        image->names = names;
        image->names_capacity = size + 1;
    }
    image->names[size] = 0;
    return elf_file_read(image->file, place->names_offset, image->names, size);
}

typedef struct symbol_visit {
    const char *names;
    size_t names_size;
    symbol_fn each;
    void *user;
} symbol_visit;

/* Only such names are asked for. Most of a hundred thousand symbols end here, unmeasured. */
static bool is_wanted(const char *text)
{
    static const char *const prefixes[] = {"Builtins_", "v8dbg_", "_ZN2v88internal7Version",
                                           "_ZN2v88internal11interpreter9Bytecodes"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (text[0] == prefixes[i][0] && strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static unpeg_status visit_batch(const symbol_visit *visit, const Elf64_Sym *symbols, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Elf64_Sym *symbol = &symbols[i];
        if (symbol->st_shndx == SHN_UNDEF || symbol->st_name >= visit->names_size)
            continue;
        const char *text = visit->names + symbol->st_name;
        if (!is_wanted(text))
            continue;
        named_symbol named = {{text, strlen(text)}, symbol};
        unpeg_status status = visit->each(visit->user, &named);
        if (status)
            return status;
    }
    return UNPEG_OK;
}

static unpeg_status visit_place(const v8_image *image, const elf_symbols_place *place,
                                const symbol_visit *visit)
{
    Elf64_Sym *symbols = malloc(BATCH * sizeof *symbols);
    if (!symbols)
        return UNPEG_NO_MEMORY;
    unpeg_status status = UNPEG_OK;
    for (uint64_t at = 0; at < place->count && !status; at += BATCH) {
        size_t count = place->count - at < BATCH ? (size_t)(place->count - at) : BATCH;
        status = elf_file_read_symbols(image->file, place->offset + at * sizeof *symbols, symbols,
                                       count);
        if (!status)
            status = visit_batch(visit, symbols, count);
    }
    free(symbols);
    return status;
}

/* Calls each for the defined symbols of one table. NOT_FOUND: there is none. */
static unpeg_status visit_symbols(v8_image *image, elf_symbols_kind kind, symbol_fn each,
                                  void *user)
{
    elf_symbols_place place;
    unpeg_status status = elf_file_find_symbols(image->file, kind, &place);
    if (status)
        return status;
    status = read_names(image, &place);
    if (status)
        return status;
    const symbol_visit visit = {image->names, (size_t)place.names_size, each, user};
    return visit_place(image, &place, &visit);
}

static bool has_prefix(unpeg_slice text, const char *prefix, unpeg_slice *rest)
{
    size_t len = strlen(prefix);
    if (text.len < len || memcmp(text.data, prefix, len) != 0)
        return false;
    *rest = (unpeg_slice){text.data + len, text.len - len};
    return true;
}

typedef struct constant {
    unpeg_slice name; /* without v8dbg_ */
    int32_t value;
} constant;

enum { CONSTANT_LIMIT = 2048 };

typedef struct constants {
    const v8_image *image;
    int32_t version[2]; /* major, minor */
    uint64_t sizes_vaddr, sizes_size;
    size_t count;
    constant items[CONSTANT_LIMIT];
    arena names;
} constants;

static unpeg_status read_int(const constants *found, const Elf64_Sym *symbol, int32_t *ret)
{
    return v8_image_read(found->image, symbol->st_value, ret, sizeof *ret);
}

static unpeg_status add_constant(constants *found, unpeg_slice name, const Elf64_Sym *symbol)
{
    constant *item = &found->items[found->count];
    if (found->count == CONSTANT_LIMIT || read_int(found, symbol, &item->value))
        return UNPEG_OK;
    char *copy = arena_copy(&found->names, name.data, name.len);
    if (!copy)
        return UNPEG_NO_MEMORY;
    item->name = (unpeg_slice){copy, name.len};
    found->count++;
    return UNPEG_OK;
}

static unpeg_status take_constant(void *user, const named_symbol *named)
{
    constants *found = user;
    unpeg_slice rest;
    if (has_prefix(named->name, "v8dbg_", &rest))
        return add_constant(found, rest, named->symbol);
    if (!has_prefix(named->name, "_ZN2v88internal", &rest))
        return UNPEG_OK;
    int32_t value = 0;
    if (has_prefix(rest, "7Version6major_E", &rest) && !read_int(found, named->symbol, &value))
        found->version[0] = value;
    else if (has_prefix(rest, "7Version6minor_E", &rest) && !read_int(found, named->symbol, &value))
        found->version[1] = value;
    else if (has_prefix(rest, "11interpreter9Bytecodes14kBytecodeSizesE", &rest)) {
        found->sizes_vaddr = named->symbol->st_value;
        found->sizes_size = named->symbol->st_size;
    }
    return UNPEG_OK;
}

static bool read_sizes(const constants *found, size_t width, v8_layout *layout)
{
    unsigned char raw[V8_BYTECODE_LIMIT * sizeof(uint32_t)];
    size_t count = (size_t)(found->sizes_size / 3 / width);
    for (size_t scale = 0; scale < 3; scale++) {
        uint64_t vaddr = found->sizes_vaddr + scale * count * width;
        if (v8_image_read(found->image, vaddr, raw, count * width))
            return false;
        for (size_t i = 0; i < count; i++)
            layout->bytecode_sizes[scale][i] = raw[i * width];
    }
    layout->bytecode_count = (int32_t)count;
    return true;
}

/* A number for each bytecode, three times: of one byte, or up to V8 8 of four. */
static void read_bytecode_sizes(const constants *found, v8_layout *layout)
{
    uint64_t size = found->sizes_size;
    size_t width = size / 3 <= V8_BYTECODE_LIMIT ? 1 : sizeof(uint32_t);
    bool fits = size > 0 && size % (3 * width) == 0 && size / 3 / width <= V8_BYTECODE_LIMIT;
    if (found->sizes_vaddr == 0 || !fits || !read_sizes(found, width, layout))
        layout->bytecode_count = 0;
}

static unpeg_status fill_layout(v8_image *image, constants *found, v8_layout *layout)
{
    unpeg_status status = visit_symbols(image, ELF_DYNSYM, take_constant, found);
    if (status && status != UNPEG_NOT_FOUND)
        return status;
    v8_layout_for_version(layout, found->version[0], found->version[1]);
    if (found->count == 0)
        return UNPEG_NOT_FOUND;
    for (size_t i = 0; i < found->count; i++)
        (void)v8_layout_apply(layout, found->items[i].name, found->items[i].value);
    v8_layout_complete(layout);
    return UNPEG_OK;
}

unpeg_status v8_image_load_layout(v8_image *image, v8_layout *layout)
{
    constants *found = calloc(1, sizeof *found);
    if (!found)
        return UNPEG_NO_MEMORY;
    found->image = image;
    unpeg_status status = fill_layout(image, found, layout);
    if (!status)
        read_bytecode_sizes(found, layout);
    arena_deinit(&found->names);
    free(found);
    return status;
}

typedef struct builtin_search {
    const v8_image *image;
    v8_builtins *builtins;
    constants *found; /* for the table that newer binaries have here only */
} builtin_search;

static unpeg_status take_builtin(void *user, const named_symbol *named)
{
    const builtin_search *search = user;
    unpeg_slice name;
    const Elf64_Sym *symbol = named->symbol;
    if (!has_prefix(named->name, "Builtins_", &name))
        return take_constant(search->found, named);
    const Elf64_Phdr *segment = segment_of(search->image, symbol->st_value, 1);
    if (!segment || !(segment->p_flags & PF_X))
        return UNPEG_OK;
    uint64_t offset = symbol->st_value - segment->p_vaddr + segment->p_offset;
    return v8_builtins_add(search->builtins, offset, symbol->st_size, name);
}

unpeg_status v8_image_load_builtins(v8_image *image, v8_builtins *builtins, v8_layout *layout)
{
    constants *found = calloc(1, sizeof *found);
    if (!found)
        return UNPEG_NO_MEMORY;
    found->image = image;
    builtin_search search = {image, builtins, found};
    unpeg_status status = visit_symbols(image, ELF_SYMTAB, take_builtin, &search);
    if (!status && layout->bytecode_count == 0)
        read_bytecode_sizes(found, layout);
    v8_builtins_sort(builtins);
    arena_deinit(&found->names);
    free(found);
    if (!status && builtins->count == 0)
        status = UNPEG_NOT_FOUND;
    return status;
}
