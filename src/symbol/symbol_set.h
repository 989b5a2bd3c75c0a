/* SPDX-License-Identifier: MIT
 *
 * Native symbols of the libraries that a log names: address in, symbol out.
 *
 *     symbol_set *set;
 *     symbol_set_create(&(symbol_options){.sysroot = NULL}, &set);
 *     symbol_set_add_library(set, &row);              (unescaped path)
 *     if (symbol_set_find(set, pc, &range) == UNPEG_OK)
 *         symbol_set_name(set, &range, &name);        (demangled)
 *     symbol_set_destroy(set);
 *
 * Files are opened when an address first needs them. A row's address - start is a file offset
 * (V8 src/base/platform/platform-linux.cc); it is mapped to a virtual address by the executable
 * PT_LOAD that holds it, so PIE, non-PIE and shared objects are right, and rows whose range covers
 * more than the file's executable segments are not believed there. Several rows of one path share
 * one file.
 */
#ifndef UNPEG_SYMBOL_SET_H
#define UNPEG_SYMBOL_SET_H

#include "unpeg/profile.h"
#include "unpeg/record.h"

typedef struct symbol_set symbol_set;

typedef struct symbol_options {
    const char *sysroot;   /* prefix for every path; NULL or "" means none */
    const char *debug_dir; /* root of .build-id/ and of debug-link files; NULL: /usr/lib/debug */
    bool names_off;        /* never open a file: NO_SYMBOL, or NO_FILE for what has none */
} symbol_options;

/* The answer for every address in [start, end). */
typedef struct symbol_range {
    unpeg_addr start, end;
    uint32_t library;            /* index for symbol_set_library */
    uint32_t symbol;             /* for symbol_set_name; meaningless unless reason is NONE */
    unpeg_unknown_reason reason; /* NONE: a symbol covers it; else why not */
} symbol_range;

#define SYMBOL_NO_LIBRARY UINT32_MAX

UNPEG_MUST_CHECK unpeg_status symbol_set_create(const symbol_options *options, symbol_set **ret);
void symbol_set_destroy(symbol_set *set);

/* Later rows of the same path add segments; rows with start >= end are refused with ARGUMENT.
 * Copies what it needs. */
UNPEG_MUST_CHECK unpeg_status symbol_set_add_library(symbol_set *set,
                                                     const unpeg_shared_library *row);

/* NOT_FOUND: the address is in no row (or in none that may hold code there); then ret->start and
 * ret->end still bound a range without an answer that holds the address. OK else; the library of
 * ret is set even when no symbol is known. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status symbol_set_find(symbol_set *set, unpeg_addr addr, symbol_range *ret);

/* Demangled name of a found symbol, version suffix ("@@GLIBC_2.2.5") removed; lives until destroy.
 */
UNPEG_MUST_CHECK unpeg_status symbol_set_name(symbol_set *set, const symbol_range *range,
                                              unpeg_slice *ret);

/* One entry for each distinct path, in the order of first mention; path and symbols_from live
 * until destroy. problem is known only once an address of the library was looked up. */
size_t symbol_set_library_count(const symbol_set *set);
const unpeg_library *symbol_set_library(const symbol_set *set, size_t index);

#endif
