/* SPDX-License-Identifier: MIT
 *
 * The functions of one symbol table, ordered by address.
 *
 *     elf_symbols *symbols;
 *     elf_symbols_load(file, false, &symbols);
 *     elf_symbol_range range = elf_symbols_find(symbols, vaddr);
 *     if (range.found) elf_symbols_name(symbols, range.index, name, sizeof name);
 *     elf_symbols_destroy(symbols);
 *
 * Twelve bytes a symbol and no strings: names are read from the file when they are asked for. (nm
 * of a Node binary prints 10 to 49 MB; loading its 136 k functions here takes milliseconds.)
 */
#ifndef UNPEG_SYMBOL_ELF_SYMBOLS_H
#define UNPEG_SYMBOL_ELF_SYMBOLS_H

#include "elf_file.h"

typedef struct elf_symbols elf_symbols;

/* The answer for every address in [start, end): a symbol, or the gap between symbols. */
typedef struct elf_symbol_range {
    uint64_t start, end;
    uint32_t index;
    bool found;
} elf_symbol_range;

/* The file must outlive the symbols. *ret is NULL when the table is not there or has no function.
 * Fails with NO_MEMORY, or INPUT for a damaged table. */
UNPEG_MUST_CHECK unpeg_status elf_symbols_load(const elf_file *file, bool dynamic,
                                               elf_symbols **ret);
void elf_symbols_destroy(elf_symbols *symbols); /* NULL is allowed */

size_t elf_symbols_count(const elf_symbols *symbols);

/* A symbol without a size ends where the next one begins. Of several at one address, one with a
 * size goes before one without, then global before weak before local, then the plainest name. */
elf_symbol_range elf_symbols_find(elf_symbols *symbols, uint64_t vaddr);

/* Raw name, without a version suffix; cut at size - 1 bytes. Empty when it cannot be read. */
void elf_symbols_name(const elf_symbols *symbols, uint32_t index, char *buffer, size_t size);

#endif
