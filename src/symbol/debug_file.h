/* SPDX-License-Identifier: MIT
 *
 * The separate file that holds a stripped file's symbols.
 *
 *     elf_file *debug;
 *     char path[DEBUG_FILE_PATH];
 *     if (debug_file_open(file, "/usr/bin/chromium", NULL, path, &debug) == UNPEG_OK) ...
 *
 * Looked for as gdb does (its manual, "Debugging Information in Separate Files"): by build id under
 * DEBUGDIR/.build-id, then by the name in .gnu_debuglink beside the file, in .debug, and under
 * DEBUGDIR; the latter only if its checksum is the one recorded.
 */
#ifndef UNPEG_SYMBOL_DEBUG_FILE_H
#define UNPEG_SYMBOL_DEBUG_FILE_H

#include "elf_file.h"

enum { DEBUG_FILE_PATH = 4096 };

/* debug_dir NULL means /usr/lib/debug. found has DEBUG_FILE_PATH bytes. NOT_FOUND when there is
 * none that fits; NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status debug_file_open(const elf_file *file, const char *path,
                                              const char *debug_dir, char *found, elf_file **ret);

#endif
