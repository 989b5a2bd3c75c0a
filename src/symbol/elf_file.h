/* SPDX-License-Identifier: MIT
 *
 * One ELF file, opened once: what is mapped from it and where its tables are.
 *
 *     elf_file *file;
 *     if (elf_file_open("/usr/bin/node", &file) == UNPEG_OK)
 *         layout = elf_file_layout(file);
 *     elf_file_find_symbols(file, ELF_SYMTAB, &place);
 *     elf_file_read(file, place.offset, bytes, size);
 *     elf_file_close(file);
 *
 * The file is read, never mapped: a file that shrinks while it is used gives an error, not a
 * signal. Only 64-bit files, of either byte order. Every number of the file is checked here, so
 * that places and segments handed out lie inside the file or the address space.
 */
#ifndef UNPEG_SYMBOL_ELF_FILE_H
#define UNPEG_SYMBOL_ELF_FILE_H

#include "unpeg/status.h"

typedef struct elf_file elf_file;

enum { ELF_SEGMENT_LIMIT = 32, ELF_BUILD_ID_LIMIT = 64, ELF_LINK_LIMIT = 256 };

typedef struct elf_span {
    uint64_t start, end; /* [start, end); empty when equal */
} elf_span;

/* An executable PT_LOAD. offset + size and vaddr + size do not overflow; size is not 0. */
typedef struct elf_segment {
    uint64_t offset, vaddr, size; /* size in the file */
    bool read_execute;            /* neither writable nor unreadable: V8 logs a row for it */
} elf_segment;

typedef struct elf_layout {
    bool fixed;   /* ET_EXEC: mapped at its own addresses */
    bool mapping; /* the machine has mapping symbols ($x, $d), which name no function */
    size_t count;
    elf_segment segments[ELF_SEGMENT_LIMIT]; /* in the order of the file */
} elf_layout;

typedef enum elf_symbols_kind { ELF_SYMTAB, ELF_DYNSYM } elf_symbols_kind;

/* Where a symbol table and its strings are in the file. */
typedef struct elf_symbols_place {
    uint64_t offset, count;
    uint64_t names_offset, names_size;
} elf_symbols_place;

/* Where the hash table of the exported symbols is in the file. */
typedef struct elf_hash_place {
    uint64_t offset, size;
    bool gnu; /* else System V's */
} elf_hash_place;

typedef struct elf_build_id {
    size_t len;
    unsigned char bytes[ELF_BUILD_ID_LIMIT];
} elf_build_id;

typedef struct elf_debug_link {
    char name[ELF_LINK_LIMIT]; /* never holds a '/' */
    uint32_t crc;
} elf_debug_link;

/* NOT_FOUND: no such file. PERMISSION, OS: it cannot be read. UNSUPPORTED: ELF, but not 64-bit.
 * INPUT: not an ELF file, or a damaged one. *ret is changed only on success. */
UNPEG_MUST_CHECK unpeg_status elf_file_open(const char *path, elf_file **ret);
void elf_file_close(elf_file *file);

/* Both live until close. */
const char *elf_file_path(const elf_file *file);
const elf_layout *elf_file_layout(const elf_file *file);

/* The addresses of section number index if it holds code, else an empty span. */
elf_span elf_file_code_section(const elf_file *file, size_t index);
size_t elf_file_section_count(const elf_file *file);

/* NOT_FOUND: the file has no such table (or an empty one). INPUT: it lies outside the file. */
UNPEG_MUST_CHECK unpeg_status elf_file_find_symbols(const elf_file *file, elf_symbols_kind kind,
                                                    elf_symbols_place *ret);

/* The GNU table where there are both. NOT_FOUND: none. UNSUPPORTED: not this machine's byte order.
 * INPUT: it lies outside the file. */
UNPEG_MUST_CHECK unpeg_status elf_file_find_hash(const elf_file *file, elf_hash_place *ret);

/* Exactly size bytes, or OS. */
UNPEG_MUST_CHECK unpeg_status elf_file_read(const elf_file *file, uint64_t offset, void *bytes,
                                            size_t size);

/* Up to size bytes: *ret is how many there are before the end of the file. */
UNPEG_MUST_CHECK unpeg_status elf_file_read_some(const elf_file *file, uint64_t offset, void *bytes,
                                                 size_t size, size_t *ret);

/* count symbols (Elf64_Sym) from the file's table, in the byte order of this machine. */
UNPEG_MUST_CHECK unpeg_status elf_file_read_symbols(const elf_file *file, uint64_t offset,
                                                    void *symbols, size_t count);

/* NOT_FOUND when the file has none. */
UNPEG_MUST_CHECK unpeg_status elf_file_build_id(const elf_file *file, elf_build_id *ret);
UNPEG_MUST_CHECK unpeg_status elf_file_debug_link(const elf_file *file, elf_debug_link *ret);

#endif
