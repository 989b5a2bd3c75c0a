/* SPDX-License-Identifier: MIT
 *
 * One library's file with its symbols, opened when it is first needed.
 *
 *     symbol_file file = {0};
 *     symbol_file_open(&file, path, &options, &library);
 *     if (file.elf) ...
 *     symbol_file_close(&file);
 */
#ifndef UNPEG_SYMBOL_FILE_H
#define UNPEG_SYMBOL_FILE_H

#include "elf_file.h"
#include "elf_symbols.h"
#include "symbol_set.h"

typedef struct symbol_file {
    elf_file *elf;        /* NULL when there is none to use */
    elf_file *debug;      /* the separate debug file, if the symbols are in one */
    elf_symbols *symbols; /* NULL when there are none */
    bool opened;          /* it was tried */
} symbol_file;

/* Opens the file of library->path and tells in library what became of it: problem, detail. The path
 * that gave the symbols goes to found (DEBUG_FILE_PATH bytes), empty if none did. Everything that
 * is wrong with the file is told in library; fails with NO_MEMORY only. */
UNPEG_MUST_CHECK unpeg_status symbol_file_open(symbol_file *file, const symbol_options *options,
                                               unpeg_library *library, char *found);
void symbol_file_close(symbol_file *file);

#endif
