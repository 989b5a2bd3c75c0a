/* SPDX-License-Identifier: MIT
 *
 * Code that a process named itself, on its way into a raw recording and out of one.
 *
 *     written_code_note(writer, pc, &frame);                  frame of jit_table_find
 *     if (written_code_find(reader, pc, &frame))              later, without the process
 *         use(&frame);
 */
#ifndef UNPEG_LIVE_WRITTEN_CODE_H
#define UNPEG_LIVE_WRITTEN_CODE_H

#include "raw_file.h"
#include "unpeg/profile.h"

/* frame NULL: it has no name, and if it had one, it is none any more. */
void written_code_note(raw_writer *writer, unpeg_addr pc, const unpeg_frame *frame);

/* False: it was not named. frame's slices live with the reader. */
bool written_code_find(const raw_reader *reader, unpeg_addr pc, unpeg_frame *ret);

#endif
