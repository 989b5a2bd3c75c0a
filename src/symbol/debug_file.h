/* SPDX-License-Identifier: MIT
 *
 * The separate file that holds the symbols of a stripped one.
 *
 *     debug_places places = {.path = "/sys/usr/lib/libc.so.6", .folder = "/usr/lib",
 *                            .debug_dir = "/sys/usr/lib/debug"};
 *     if (debug_file_find(stripped, &places, &file) == UNPEG_OK)
 *         elf_symbols_load(&symbols, file, ELF_SYMTAB, elf_file_layout(stripped));
 *
 * Searched in this order: debug_dir/.build-id/xx/rest.debug; the name of .gnu_debuglink beside the
 * file, in .debug beside it, and in debug_dir under the file's own folder. A candidate counts only
 * if it has the same build id, or, where one of the two has none, the CRC32 of the link.
 */
#ifndef UNPEG_SYMBOL_DEBUG_FILE_H
#define UNPEG_SYMBOL_DEBUG_FILE_H

#include "elf_file.h"

typedef struct debug_places {
    const char *path;      /* of the stripped file, as opened */
    const char *folder;    /* of the stripped file without sysroot and last slash */
    const char *debug_dir; /* as opened */
} debug_places;

/* NOT_FOUND: none that belongs to file and has a symbol table. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status debug_file_find(const elf_file *file, const debug_places *places,
                                              elf_file **ret);

#endif
