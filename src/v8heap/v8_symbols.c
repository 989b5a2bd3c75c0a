/* SPDX-License-Identifier: MIT
 *
 * What the symbols of V8's file tell: the layout of its heap, and where its builtins are.
 */
#include <elf.h>
#include <stdlib.h>

#include "elf_lookup.h"
#include "v8_image.h"

#define VERSION "_ZN2v88internal7Version"
#define BYTECODE_SIZES "_ZN2v88internal11interpreter9Bytecodes14kBytecodeSizesE"

#define BUILTIN_PREFIX "Builtins_"

enum {
    BATCH = 2048,             /* symbols read at once */
    WINDOW = 64 << 10,        /* bytes of names read at once */
    NAMES_LIMIT = 256 << 20,  /* bytes of names */
    NAME_ROOM = 256,          /* no builtin's name is longer */
    PROBE_DISTANCE = 256,     /* symbols; V8 has had more than 1500 builtins since 2019 */
    BYTECODES_LEAST = 3 * 64, /* bytes of a table of their sizes */
    BYTECODES_MOST = 3 * V8_BYTECODE_LIMIT,
};

typedef struct bytecode_table {
    uint64_t vaddr, size;
} bytecode_table;

static bool read_sizes(const v8_image *image, const bytecode_table *table, size_t width,
                       v8_layout *layout)
{
    unsigned char raw[V8_BYTECODE_LIMIT * sizeof(uint32_t)];
    size_t count = (size_t)(table->size / 3 / width);
    for (size_t scale = 0; scale < 3; scale++) {
        uint64_t vaddr = table->vaddr + scale * count * width;
        if (v8_image_read(image, vaddr, raw, count * width))
            return false;
        for (size_t i = 0; i < count; i++)
            layout->bytecode_sizes[scale][i] = raw[i * width];
    }
    layout->bytecode_count = (int32_t)count;
    return true;
}

/* A number for each bytecode, three times: of one byte, or up to V8 8 of four. */
static void read_bytecode_sizes(const v8_image *image, const bytecode_table *table,
                                v8_layout *layout)
{
    uint64_t size = table->size;
    size_t width = size / 3 <= V8_BYTECODE_LIMIT ? 1 : sizeof(uint32_t);
    bool fits = size > 0 && size % (3 * width) == 0 && size / 3 / width <= V8_BYTECODE_LIMIT;
    if (table->vaddr == 0 || !fits || !read_sizes(image, table, width, layout))
        layout->bytecode_count = 0;
}

/* The number that a variable is initialized with. False: there is no such symbol. */
static bool read_number(const v8_image *image, const elf_lookup *symbols, const char *name,
                        int32_t *ret)
{
    Elf64_Sym symbol;
    return elf_lookup_find(symbols, name, &symbol) == UNPEG_OK &&
           v8_image_read(image, symbol.st_value, ret, sizeof *ret) == UNPEG_OK;
}

static size_t apply_constants(const v8_image *image, const elf_lookup *symbols, v8_layout *layout)
{
    char name[V8_CONSTANT_NAME];
    size_t applied = 0;
    int32_t value;
    for (size_t i = 0; v8_layout_constant(i, name); i++) {
        if (!read_number(image, symbols, name, &value))
            continue;
        v8_layout_apply(layout, i, value);
        applied++;
    }
    return applied;
}

unpeg_status v8_image_load_layout(const v8_image *image, v8_layout *layout)
{
    elf_lookup symbols;
    Elf64_Sym sizes;
    int32_t major = 0;
    int32_t minor = 0;
    unpeg_status status = elf_lookup_open(&symbols, v8_image_file(image));
    if (status) {
        v8_layout_for_version(layout, 0, 0);
        return status;
    }
    (void)read_number(image, &symbols, VERSION "6major_E", &major);
    (void)read_number(image, &symbols, VERSION "6minor_E", &minor);
    v8_layout_for_version(layout, major, minor);
    if (apply_constants(image, &symbols, layout) == 0)
        return UNPEG_NOT_FOUND;
    v8_layout_complete(layout);
    layout->bytecode_count = 0;
    if (elf_lookup_find(&symbols, BYTECODE_SIZES, &sizes) == UNPEG_OK)
        read_bytecode_sizes(image, &(bytecode_table){sizes.st_value, sizes.st_size}, layout);
    return UNPEG_OK;
}

/* A part of the names of a symbol table. */
typedef struct name_window {
    const elf_file *file;
    elf_symbols_place place;
    char *bytes; /* size + NAME_ROOM; zeros behind the last name */
    size_t size;
    uint64_t from;
} name_window;

static unpeg_status move_window(name_window *window, uint64_t name)
{
    uint64_t rest = window->place.names_size - name;
    size_t room = window->size + NAME_ROOM;
    size_t size = rest < room ? (size_t)rest : room;
    window->from = name;
    memset(window->bytes + size, 0, room - size);
    return elf_file_read(window->file, window->place.names_offset + name, window->bytes, size);
}

static unpeg_status open_window(name_window *window, const elf_file *file,
                                const elf_symbols_place *place, size_t size)
{
    *window = (name_window){file, *place, malloc(size + NAME_ROOM), size, 0};
    return window->bytes ? move_window(window, 0) : UNPEG_NO_MEMORY;
}

/* NAME_ROOM readable bytes from the start of a name. */
static unpeg_status name_at(name_window *window, uint64_t name, const char **ret)
{
    if (name >= window->place.names_size)
        return UNPEG_INPUT;
    if (name < window->from || name - window->from > window->size) {
        unpeg_status status = move_window(window, name);
        if (status)
            return status;
    }
    *ret = window->bytes + (name - window->from);
    return UNPEG_OK;
}

/* Symbols by their index, [first, end). */
typedef struct symbol_range {
    uint64_t first, end;
} symbol_range;

/* Going through the symbols that are not exported. */
typedef struct symbol_walk {
    const v8_image *image;
    const elf_file *file;
    elf_symbols_place place;
    name_window names;
    v8_builtins *builtins;
    bytecode_table sizes;     /* which newer binaries name only here */
    symbol_range builtins_in; /* of one source file, with a builtin in it */
    uint64_t file_at;         /* the last symbol that begins those of a source file */
} symbol_walk;

typedef unpeg_status (*symbol_fn)(symbol_walk *walk, const Elf64_Sym *symbol, uint64_t index);

static unpeg_status each_symbol(symbol_walk *walk, symbol_range range, symbol_fn each)
{
    Elf64_Sym *batch = malloc(BATCH * sizeof *batch);
    unpeg_status status = batch ? UNPEG_OK : UNPEG_NO_MEMORY;
    for (uint64_t at = range.first; at < range.end && !status; at += BATCH) {
        size_t count = range.end - at < BATCH ? (size_t)(range.end - at) : BATCH;
        status = elf_file_read_symbols(walk->file, walk->place.offset + at * sizeof *batch, batch,
                                       count);
        for (size_t i = 0; i < count && !status; i++)
            status = each(walk, &batch[i], at + i);
    }
    free(batch);
    return status;
}

static bool is_builtin(const char *text)
{
    return memcmp(text, BUILTIN_PREFIX, sizeof BUILTIN_PREFIX - 1) == 0;
}

static unpeg_status take_builtin(symbol_walk *walk, const Elf64_Sym *symbol, uint64_t index)
{
    (void)index;
    const char *text;
    uint64_t offset;
    size_t len = sizeof BUILTIN_PREFIX - 1;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_name >= walk->place.names_size)
        return UNPEG_OK;
    unpeg_status status = name_at(&walk->names, symbol->st_name, &text);
    if (status || !is_builtin(text) ||
        !v8_image_code_offset(walk->image, symbol->st_value, &offset))
        return status;
    const char *end = memchr(text, '\0', NAME_ROOM);
    unpeg_slice name = {text + len, (end ? (size_t)(end - text) : NAME_ROOM) - len};
    return v8_builtins_add(walk->builtins, offset, symbol->st_size, name);
}

/* Whether the symbol has that name; without the window, which stays where it is. */
static bool has_name(const symbol_walk *walk, const Elf64_Sym *symbol, const char *name,
                     size_t size)
{
    char text[NAME_ROOM];
    const elf_symbols_place *place = &walk->place;
    return symbol->st_name < place->names_size && size <= place->names_size - symbol->st_name &&
           elf_file_read(walk->file, place->names_offset + symbol->st_name, text, size) ==
               UNPEG_OK &&
           memcmp(text, name, size) == 0;
}

static bool may_be_sizes(const Elf64_Sym *symbol)
{
    return ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_size >= BYTECODES_LEAST &&
           symbol->st_size <= sizeof(uint32_t) * BYTECODES_MOST && symbol->st_size % 3 == 0;
}

/* Looks at few names. A symbol of a source file begins the local symbols of that file, by the ELF
 * specification, and the builtins are all from one, which the build makes. */
static unpeg_status look_around(symbol_walk *walk, const Elf64_Sym *symbol, uint64_t index)
{
    bool begins = ELF64_ST_TYPE(symbol->st_info) == STT_FILE;
    bool local = ELF64_ST_BIND(symbol->st_info) == STB_LOCAL;
    symbol_range *found = &walk->builtins_in;
    if (begins || !local) {
        if (found->first < found->end && found->end == walk->place.count)
            found->end = index;
        walk->file_at = index;
    } else if (index % PROBE_DISTANCE == 0 && found->first == found->end &&
               has_name(walk, symbol, BUILTIN_PREFIX, sizeof BUILTIN_PREFIX - 1)) {
        *found = (symbol_range){walk->file_at, walk->place.count};
    }
    if (may_be_sizes(symbol) && has_name(walk, symbol, BYTECODE_SIZES, sizeof BYTECODE_SIZES))
        walk->sizes = (bytecode_table){symbol->st_value, symbol->st_size};
    return UNPEG_OK;
}

static unpeg_status take_builtins(symbol_walk *walk, symbol_range range, size_t window)
{
    unpeg_status status = open_window(&walk->names, walk->file, &walk->place, window);
    if (!status)
        status = each_symbol(walk, range, take_builtin);
    free(walk->names.bytes);
    return status;
}

/* In a build that is made otherwise, all names are read. */
static unpeg_status find_builtins(symbol_walk *walk)
{
    const symbol_range all = {0, walk->place.count};
    unpeg_status status = each_symbol(walk, all, look_around);
    if (!status && walk->builtins_in.first < walk->builtins_in.end)
        status = take_builtins(walk, walk->builtins_in, WINDOW);
    if (!status && walk->builtins->count == 0 && walk->place.names_size <= NAMES_LIMIT)
        status = take_builtins(walk, all, (size_t)walk->place.names_size);
    return status;
}

unpeg_status v8_image_load_builtins(const v8_image *image, v8_builtins *builtins, v8_layout *layout)
{
    symbol_walk walk = {.image = image, .file = v8_image_file(image), .builtins = builtins};
    unpeg_status status = elf_file_find_symbols(walk.file, ELF_SYMTAB, &walk.place);
    if (!status)
        status = find_builtins(&walk);
    if (!status && layout->bytecode_count == 0)
        read_bytecode_sizes(image, &walk.sizes, layout);
    v8_builtins_sort(builtins);
    return !status && builtins->count == 0 ? UNPEG_NOT_FOUND : status;
}
