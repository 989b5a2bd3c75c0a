/* SPDX-License-Identifier: MIT
 *
 * Exported symbols by their name, through the hash table that the dynamic linker uses: a few small
 * reads for each, whatever the file's size.
 *
 *     elf_lookup lookup;
 *     if (elf_lookup_open(&lookup, file) == UNPEG_OK &&
 *         elf_lookup_find(&lookup, "v8dbg_off_fp_context", &symbol) == UNPEG_OK)
 *         use(symbol.st_value);
 *
 * Formats: System V ABI, chapter "Dynamic Linking", section "Hash Table"; the GNU one as in
 * glibc 2.36, elf/dl-lookup.c. Nothing is to be freed; the file must live as long.
 */
#ifndef UNPEG_SYMBOL_ELF_LOOKUP_H
#define UNPEG_SYMBOL_ELF_LOOKUP_H

#include <elf.h>

#include "elf_file.h"

typedef struct elf_lookup {
    const elf_file *file;
    elf_symbols_place place;
    elf_hash_place hash;
    uint32_t bucket_count;
    uint32_t bloom_count, bloom_shift, first; /* of the GNU table */
} elf_lookup;

/* NOT_FOUND: no exported symbols, or no hash table of them. UNSUPPORTED: of another byte order.
 * INPUT, OS: the table is damaged or cannot be read. */
UNPEG_MUST_CHECK unpeg_status elf_lookup_open(elf_lookup *lookup, const elf_file *file);

/* A defined symbol. NOT_FOUND, INPUT, OS. */
UNPEG_MUST_CHECK unpeg_status elf_lookup_find(const elf_lookup *lookup, const char *name,
                                              Elf64_Sym *ret);

#endif
