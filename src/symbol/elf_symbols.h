/* SPDX-License-Identifier: MIT
 *
 * The functions of one ELF file by virtual address.
 *
 *     elf_symbols symbols = {0};
 *     elf_symbols_load(&symbols, file, ELF_SYMTAB, elf_file_layout(mapped));
 *     range = elf_symbols_find(&symbols, vaddr);
 *     elf_symbols_name(&symbols, range.index, &text);
 *     elf_symbols_deinit(&symbols);
 *
 * Symbols outside the executable segments are left out. No name is read before it is asked for.
 * The file of the symbols (which may be a separate debug file) must outlive them; the layout is
 * that of the file that is mapped.
 */
#ifndef UNPEG_SYMBOL_ELF_SYMBOLS_H
#define UNPEG_SYMBOL_ELF_SYMBOLS_H

#include "elf_file.h"
#include "symbol_table.h"

enum { ELF_NAME_LIMIT = 4096 };

typedef struct elf_symbols {
    const elf_file *file;
    elf_symbols_place place;
    uint64_t base; /* virtual address that is 0 in the table */
    symbol_table table;
} elf_symbols;

typedef struct elf_symbols_range {
    uint64_t start, end; /* virtual addresses */
    uint32_t index;      /* UINT32_MAX: no symbol covers them */
} elf_symbols_range;

typedef struct elf_symbol_text {
    size_t len;
    bool cut; /* the name is longer */
    char bytes[ELF_NAME_LIMIT + 1];
} elf_symbol_text;

/* Of a dynamic table only symbols with a size are taken: what lies between exported functions is
 * not listed there, so a symbol without size would claim code of others. NOT_FOUND: no such table,
 * or no function in it. LIMIT: more symbols than the table holds. INPUT, OS, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status elf_symbols_load(elf_symbols *symbols, const elf_file *file,
                                               elf_symbols_kind kind, const elf_layout *layout);
void elf_symbols_deinit(elf_symbols *symbols);

elf_symbols_range elf_symbols_find(const elf_symbols *symbols, uint64_t vaddr);

/* The name as it is in the file, without a version suffix ("@@GLIBC_2.2.5"). Of aliases: the one
 * with the fewest leading underscores, then the shortest, then the first by bytes. Fails with INPUT
 * when the name lies outside the file's strings, or OS. */
UNPEG_MUST_CHECK unpeg_status elf_symbols_name(const elf_symbols *symbols, uint32_t index,
                                               elf_symbol_text *ret);

#endif
