/* SPDX-License-Identifier: MIT
 *
 * Functions of the files that a process has mapped, by file and offset.
 *
 *     native_names *names;
 *     native_names_create("/proc/4711/root", &names);
 *     native_name found;
 *     native_names_find(names, mapping->path, file_offset, &found);
 *     if (found.reason == UNPEG_UNKNOWN_NONE)
 *         use(found.name);
 *     native_names_destroy(names);
 *
 * Files are opened when an address first needs them, names read and demangled when they are first
 * asked for. Nothing is done while the process is stopped.
 */
#ifndef UNPEG_LIVE_NATIVE_NAMES_H
#define UNPEG_LIVE_NATIVE_NAMES_H

#include "unpeg/profile.h"

typedef struct native_names native_names;

typedef struct native_name {
    unpeg_slice name;            /* demangled; empty unless reason is NONE */
    unpeg_unknown_reason reason; /* NONE, NO_FILE, FILE_MISSING, STRIPPED or NO_SYMBOL */
    uint64_t offset;             /* of the address from the function's start, in bytes */
    uint64_t size;               /* of the function */
} native_name;

/* root: before every path that is opened; "" for none. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status native_names_create(const char *root, native_names **ret);
void native_names_destroy(native_names *names); /* NULL is allowed */

/* Slices live until destroy. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status native_names_find(native_names *names, unpeg_slice path,
                                                uint64_t file_offset, native_name *ret);

/* The files that were looked at, for the profile's list of libraries. */
size_t native_names_file_count(const native_names *names);
unpeg_library native_names_file(const native_names *names, size_t index);

#endif
