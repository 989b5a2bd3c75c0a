/* SPDX-License-Identifier: MIT
 *
 * Any bytes as the file of a library: whatever it says about itself, every answer holds the address
 * that was asked for, and the same answer is given for all of its range.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "demangle.h"
#include "elf_lookup.h"
#include "elf_symbols.h"
#include "v8_image.h"

enum { NAMES_READ = 16 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void read_name(const elf_symbols *symbols, uint32_t index)
{
    elf_symbol_text text;
    demangled plain;
    if (elf_symbols_name(symbols, index, &text) != UNPEG_OK)
        return;
    require(text.len > 0 && text.bytes[text.len] == '\0');
    if (demangle(text.bytes, &plain))
        require(plain.len > 0 && plain.bytes[plain.len] == '\0');
}

static elf_symbols_range ask(const elf_symbols *symbols, uint64_t vaddr)
{
    elf_symbols_range range = elf_symbols_find(symbols, vaddr);
    require(range.start <= vaddr && vaddr < range.end);
    require(elf_symbols_find(symbols, range.start).end == range.end);
    require(elf_symbols_find(symbols, range.end - 1).start == range.start);
    return range;
}

/* From the lowest address on, from range to range. */
static void walk(const elf_symbols *symbols)
{
    uint64_t vaddr = symbols->base;
    for (int names = 0; vaddr < UINT64_MAX;) {
        elf_symbols_range range = ask(symbols, vaddr);
        if (range.index != UINT32_MAX && names++ < NAMES_READ)
            read_name(symbols, range.index);
        vaddr = range.end;
    }
}

static void use(const elf_file *file, elf_symbols_kind kind)
{
    elf_symbols symbols = {0};
    if (elf_symbols_load(&symbols, file, kind, elf_file_layout(file)) != UNPEG_OK)
        return;
    walk(&symbols);
    elf_symbols_deinit(&symbols);
}

static void look_up(const elf_file *file)
{
    elf_lookup lookup;
    Elf64_Sym symbol;
    if (elf_lookup_open(&lookup, file) != UNPEG_OK)
        return;
    for (const char *name = "abcmain"; *name != '\0'; name++)
        if (elf_lookup_find(&lookup, name, &symbol) == UNPEG_OK)
            require(symbol.st_shndx != SHN_UNDEF);
}

static void use_as_v8(const char *path)
{
    v8_image *image;
    v8_layout layout = {0};
    v8_builtins builtins = {0};
    if (v8_image_open(path, &image) != UNPEG_OK)
        return;
    if (v8_image_load_layout(image, &layout) == UNPEG_OK)
        require(layout.bytecode_count >= 0 && layout.bytecode_count <= V8_BYTECODE_LIMIT);
    if (v8_image_load_builtins(image, &builtins, &layout) == UNPEG_OK)
        require(builtins.count > 0);
    v8_builtins_deinit(&builtins);
    v8_image_close(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    elf_file *file;
    elf_build_id id;
    elf_debug_link link;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (elf_file_open(path, &file) == UNPEG_OK) {
        use(file, ELF_SYMTAB);
        use(file, ELF_DYNSYM);
        look_up(file);
        use_as_v8(path);
        if (elf_file_build_id(file, &id) == UNPEG_OK)
            require(id.len > 0 && id.len <= ELF_BUILD_ID_LIMIT);
        if (elf_file_debug_link(file, &link) == UNPEG_OK)
            require(link.name[0] != '\0' && strchr(link.name, '/') == NULL);
        elf_file_close(file);
    }
    close(fd);
    return 0;
}
