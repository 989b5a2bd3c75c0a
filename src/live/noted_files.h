/* SPDX-License-Identifier: MIT
 *
 * Files that a process has mapped, on their way into a raw recording and out of one.
 *
 *     noted_files noted = {.files = process_files_source(&files), .writer = writer};
 *     code_file_source recording = noted_files_source(&noted);
 *     code_file_source replayed = saved_files_source(reader);
 */
#ifndef UNPEG_LIVE_NOTED_FILES_H
#define UNPEG_LIVE_NOTED_FILES_H

#include "code_file.h"
#include "raw_file.h"

typedef struct noted_files {
    code_file_source files;
    raw_writer *writer;
} noted_files;

/* Files of noted->files; what is read of them is written down. noted outlives the source. */
code_file_source noted_files_source(noted_files *noted);

/* Only what was written down is there. reader outlives the source. */
code_file_source saved_files_source(raw_reader *reader);

#endif
