/* SPDX-License-Identifier: MIT
 *
 * An ELF file: where its code is mapped from, and where its symbol tables lie.
 *
 *     elf_file *file;
 *     if (elf_file_open("/usr/bin/node", &file, &error) == UNPEG_OK)
 *         vaddr_known = elf_file_vaddr(file, offset, &vaddr);
 *     elf_file_close(file);
 *
 * Headers and notes are read through libelf; tables are read in pieces by those who need them, so
 * that a file of 150 MB costs no memory. Only 64-bit files of this machine's byte order.
 */
#ifndef UNPEG_SYMBOL_ELF_FILE_H
#define UNPEG_SYMBOL_ELF_FILE_H

#include "unpeg/status.h"

typedef struct elf_file elf_file;

/* An executable PT_LOAD. */
typedef struct elf_segment {
    uint64_t offset, vaddr, size; /* size in the file */
} elf_segment;

enum { ELF_MAX_SEGMENTS = 16, ELF_MAX_BUILD_ID = 64, ELF_MAX_NAME = 255 };

/* A symbol table and its strings, as places in the file. entries is 0 when there is none. */
typedef struct elf_table {
    uint64_t offset, entries;
    uint64_t strings_offset, strings_size;
} elf_table;

/* Fails with NOT_FOUND, PERMISSION, OS, NO_MEMORY, or INPUT for what is no usable ELF file. */
UNPEG_MUST_CHECK unpeg_status elf_file_open(const char *path, elf_file **ret, unpeg_error *error);
void elf_file_close(elf_file *file); /* NULL is allowed */

/* Executable segments in file order; they live as long as the file. */
const elf_segment *elf_file_segments(const elf_file *file, size_t *ret_count);

/* Virtual address of a file offset in an executable segment; false when it is in none. */
bool elf_file_vaddr(const elf_file *file, uint64_t offset, uint64_t *ret);

/* .symtab, or with dynamic .dynsym. */
elf_table elf_file_table(const elf_file *file, bool dynamic);

/* True if the section holds code. */
bool elf_file_section_is_code(const elf_file *file, uint32_t section);

/* Build id bytes; empty when there is none. Lives as long as the file. */
unpeg_slice elf_file_build_id(const elf_file *file);

/* Name and CRC-32 of .gnu_debuglink; false when there is none. name has ELF_MAX_NAME + 1 bytes. */
bool elf_file_debug_link(const elf_file *file, char *name, uint32_t *ret_crc);

/* Reads size bytes at offset; false when the file has not so many. */
bool elf_file_read(const elf_file *file, uint64_t offset, void *buffer, size_t size);

/* The zero-terminated text at offset, cut at size - 1 bytes. */
bool elf_file_read_text(const elf_file *file, uint64_t offset, char *buffer, size_t size);

#endif
