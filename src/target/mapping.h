/* SPDX-License-Identifier: MIT
 *
 * What a process has mapped where: /proc/PID/maps, parsed.
 *
 *     mapping_list list = {0};
 *     mapping_list_parse(&list, text, size);
 *     const mapping *at = mapping_find(&list, pc);
 *     if (at && (at->prot & MAPPING_EXEC) && at->path.len) ...
 *     mapping_list_deinit(&list);
 */
#ifndef UNPEG_TARGET_MAPPING_H
#define UNPEG_TARGET_MAPPING_H

#include "unpeg/status.h"

enum { MAPPING_READ = 1, MAPPING_WRITE = 2, MAPPING_EXEC = 4 };

typedef struct mapping {
    unpeg_addr start, end; /* [start, end) */
    uint64_t offset;       /* in the file */
    uint64_t inode;        /* 0: no file */
    uint32_t device_major, device_minor;
    uint32_t prot;    /* MAPPING_* */
    bool deleted;     /* the path ended in " (deleted)", which path is without */
    unpeg_slice path; /* "/usr/bin/node", "[stack]", "" where anonymous; owned by the list */
} mapping;

typedef struct mapping_list {
    mapping *items; /* ascending by start, disjoint */
    size_t count;
    uint64_t damaged; /* rows that are no mapping, left out */
    char *text;       /* the paths' bytes; the list's own */
} mapping_list;

/* Overwrites list, which owns nothing yet, and copies what it needs of text. Rows that cannot be
 * read, or that go back, are left out and counted. NO_MEMORY; LIMIT for a million rows and more. */
UNPEG_MUST_CHECK unpeg_status mapping_list_parse(mapping_list *list, const char *text, size_t size);
void mapping_list_deinit(mapping_list *list);

/* The kernel gives names like "[heap]" or "[anon:...]" to memory of no file, also to executable
 * one: V8 may get its memory for code right behind the program, where the heap would grow. */
static inline bool mapping_has_file(const mapping *item)
{
    return item->path.len > 0 && item->path.data[0] == '/';
}

/* NULL where nothing is mapped. */
const mapping *mapping_find(const mapping_list *list, unpeg_addr address);

#endif
