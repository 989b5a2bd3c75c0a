/* SPDX-License-Identifier: MIT
 *
 * The strict mode over a log in memory, and against the stored outputs of a folder.
 *
 *     strict_print("v8.log", "-j --range=1,2", log, len, &out);
 *     size_t compared = strict_check_folder("tests/golden/reference/cases/escapes");
 *
 * Such a folder has v8.log or v8.log.zst, the reference's output prof-process.txt, and for each
 * prof-process.TAG.args with more options a prof-process.TAG.txt or .json.
 */
#ifndef UNPEG_TESTS_STRICT_RUN_H
#define UNPEG_TESTS_STRICT_RUN_H

#include "unpeg/prof_process.h"

/* Runs the reference over bytes as they are, and prints. options are words with single spaces
 * between, all of which must be known. Returns what the run or the printing returned. */
unpeg_status strict_print(const char *log_name, const char *options, unpeg_slice log,
                          const unpeg_writer *out);

/* The bytes of a file, unpacked if it ends in .zst, but not decoded; data is freed by the caller.
 * Fails the test when the file cannot be read. */
unpeg_slice strict_read(const char *path);

/* Compares each stored output of the folder with ours; a difference fails the test. Returns how
 * many there are. */
size_t strict_check_folder(const char *folder);

#endif
