/* SPDX-License-Identifier: MIT
 *
 * The file of one library: its layout, its symbols, or why there are none.
 *
 *     library_file file = {0};
 *     library_file_open(&file, path, &places);
 *     if (file.elf && library_file_find(&file, offset, &answer))
 *         use(answer.start, answer.end, answer.symbol, answer.reason);
 *     library_file_close(&file);
 *
 * Whatever is wrong with a file is an answer (problem, detail), not a failure. Offsets are file
 * offsets, as in the rows of a log.
 */
#ifndef UNPEG_SYMBOL_LIBRARY_FILE_H
#define UNPEG_SYMBOL_LIBRARY_FILE_H

#include "elf_symbols.h"
#include "unpeg/profile.h"

typedef struct library_places {
    const char *sysroot;   /* "" for none */
    const char *debug_dir; /* without sysroot; NULL means the usual one, below sysroot */
    bool names_off;        /* open no file; only tell what has none */
} library_places;

typedef struct library_file {
    elf_file *elf;   /* NULL: the file is of no use */
    elf_file *debug; /* whose symbols are used instead; or NULL */
    elf_symbols symbols;
    unpeg_unknown_reason problem; /* NONE, FILE_MISSING, STRIPPED or NO_FILE */
    const char *detail;           /* one sentence on it, static; or "" */
} library_file;

/* The answer for every offset in [start, end). */
typedef struct library_answer {
    uint64_t start, end;
    bool code;       /* an executable segment holds them */
    uint32_t symbol; /* for elf_symbols_name; UINT32_MAX if none */
} library_answer;

/* A row as the log has it: the mapping's end as a file offset, and where offset 0 would be. */
typedef struct library_extent {
    uint64_t start, size;
} library_extent;

/* file must be zeroed. Fails with NO_MEMORY only; close is due in every case. */
UNPEG_MUST_CHECK unpeg_status library_file_open(library_file *file, unpeg_slice path,
                                                const library_places *places);
void library_file_close(library_file *file);

/* The file that the symbols are from; "" if there are none. */
const char *library_file_symbols_from(const library_file *file);

/* For files with elf set. */
library_answer library_file_find(const library_file *file, uint64_t offset);

/* Whether rows that begin at one address can be mappings of this file: each ends at or in an
 * executable segment, each segment has a row that ends where it ends (or runs on into the next
 * segment), and a file with fixed addresses is mapped at them. */
bool library_file_fits(const library_file *file, const library_extent *rows, size_t count);

#endif
