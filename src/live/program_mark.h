/* SPDX-License-Identifier: MIT
 *
 * Which program a process runs: an exec puts another one in its place, under the same number.
 *
 *     program_mark mark = program_mark_of(pid);
 *     if (program_mark_changed(&mark)) ... look at its memory and files anew ...
 */
#ifndef UNPEG_LIVE_PROGRAM_MARK_H
#define UNPEG_LIVE_PROGRAM_MARK_H

#include "unpeg/base.h"

typedef struct program_mark {
    int32_t pid;
    uint64_t stack_start; /* of its main thread: where chance put it; 0: not known */
} program_mark;

program_mark program_mark_of(int32_t pid);

/* True once for each program that came. A process that is gone, or of which that cannot be told,
 * has not changed. */
bool program_mark_changed(program_mark *mark);

#endif
