/* SPDX-License-Identifier: MIT
 *
 * ELF files made for a test, in memory or in a folder that is removed at the end.
 *
 *     elf_load loads[] = {{0x1000, 0x401000, 0x800, PF_R | PF_X}};
 *     elf_symbol symbols[] = {{"main", 0x401000, 0x20, STT_FUNC, STB_GLOBAL, 1}};
 *     elf_spec spec = {.fixed = true, .loads = loads, .load_count = 1,
 *                      .symtab = symbols, .symtab_count = 1};
 *     elf_image image = elf_write(&spec);
 *     temp_folder_put(&folder, "lib/a.so", image.bytes, image.len);
 *     free(image.bytes);
 *
 * Load number i has section number i + 1 with the same addresses. The content of loads is zeros.
 */
#ifndef UNPEG_TESTS_ELF_WRITER_H
#define UNPEG_TESTS_ELF_WRITER_H

#include <elf.h>

#include "unpeg/base.h"

typedef struct elf_load {
    uint64_t offset, vaddr, size;
    uint32_t flags; /* PF_ */
} elf_load;

typedef struct elf_symbol {
    const char *name;
    uint64_t value, size;
    unsigned char type, bind;
    uint16_t section;
} elf_symbol;

typedef struct elf_spec {
    bool fixed;         /* ET_EXEC, else ET_DYN */
    bool big_endian;    /* else little */
    bool no_sections;   /* no section headers: nothing tells where tables are */
    uint16_t machine;   /* 0: EM_X86_64 */
    uint64_t min_bytes; /* the tables begin here at the earliest */
    const elf_load *loads;
    size_t load_count;
    const elf_symbol *symtab, *dynsym; /* NULL: no such section */
    size_t symtab_count, dynsym_count;
    const void *build_id;
    size_t build_id_len; /* 0: no such note */
    const char *debug_link;
    uint32_t debug_link_crc;
} elf_spec;

typedef struct elf_image {
    unsigned char *bytes;
    size_t len;
} elf_image;

/* To be freed. Fails the test when there is no memory. */
elf_image elf_write(const elf_spec *spec);

typedef struct temp_folder {
    char path[256];
} temp_folder;

void temp_folder_create(temp_folder *folder);
void temp_folder_remove(temp_folder *folder);

/* Writes a file below the folder, making the folders that its name needs. */
void temp_folder_put(const temp_folder *folder, const char *name, const void *bytes, size_t len);

/* The full path of a name, in text of size bytes; returns text. */
const char *temp_folder_path(const temp_folder *folder, const char *name, char *text, size_t size);

/* elf_write into a file of the folder. */
void temp_folder_put_elf(const temp_folder *folder, const char *name, const elf_spec *spec);

#endif
