/* SPDX-License-Identifier: MIT
 *
 * The lines of a source, as far as the reference reads them.
 *
 *     ref_lines lines = {.source = source, .wanted = ref_line_is_wanted, .user = run};
 *     while ((status = ref_lines_next(&lines, &line, &error)) == UNPEG_OK && line.len != 0)
 *         process(line);
 *     ref_lines_deinit(&lines);
 *
 * The first empty line is the end, as is a last line without a line end: the reference's reader
 * says both with the same empty string. A long line that is not wanted is never held.
 */
#ifndef UNPEG_REFERENCE_REF_LINES_H
#define UNPEG_REFERENCE_REF_LINES_H

#include "unpeg/source.h"

/* So many bytes of a line are enough to say whether it is wanted. */
enum { REF_LINE_HEAD = 512 };

typedef struct ref_lines {
    unpeg_source *source;
    bool (*wanted)(void *user, unpeg_slice head); /* asked only for lines that are not all there */
    void *user;
    uint64_t line; /* number of the line returned last, from 1 */
    char *buffer;
    size_t capacity;
    size_t start, scanned, end; /* of the next line; [scanned, end) was not searched yet */
    bool skipping;              /* the bytes are of a line that is not wanted */
    bool ended;
} ref_lines;

/* The line, without its end, until the next call; empty at the end. Fails with NO_MEMORY or what
 * the source returned. */
UNPEG_MUST_CHECK unpeg_status ref_lines_next(ref_lines *lines, unpeg_slice *ret,
                                             unpeg_error *error);

void ref_lines_deinit(ref_lines *lines);

#endif
