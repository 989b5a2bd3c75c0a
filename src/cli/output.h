/* SPDX-License-Identifier: MIT
 *
 * Where a verb's data goes: standard output, or a file that is written whole or not at all.
 *
 *     output out;
 *     if (!output_open(&out, path)) return EXIT_SYSTEM;    (a message was printed)
 *     unpeg_report_text(profile, &options, &out.writer, &error);
 *     if (!output_commit(&out)) return EXIT_SYSTEM;
 *
 * What is there under the path and is no regular file (a device, a FIFO) is written to directly.
 */
#ifndef UNPEG_CLI_OUTPUT_H
#define UNPEG_CLI_OUTPUT_H

#include <stdio.h>

#include "unpeg/writer.h"

typedef struct output {
    unpeg_writer writer; /* valid from open to commit or discard */
    FILE *file;
    const char *path; /* NULL: standard output */
    char *target;     /* of a temporary file: path behind its links; else NULL */
    char *temporary;  /* else NULL */
    int write_errno;  /* of the first write that failed */
} output;

/* path NULL or "-": standard output. The struct must not move while it is open. */
bool output_open(output *out, const char *path);

/* True if a write failed: there is no use in going on. A reader of a pipe that left counts too. */
bool output_failed(const output *out);

/* Puts the file in its place; false, with a message, when anything was not written. A reader that
 * left is no failure. */
bool output_commit(output *out);

/* Leaves no file behind. */
void output_discard(output *out);

/* For what was printed to stdout without an output: false, with a message, if it got lost. */
bool output_finish_stdout(void);

#endif
