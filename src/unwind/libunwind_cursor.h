/* SPDX-License-Identifier: MIT
 *
 * libunwind over the registers and the memory of a snapshot: for the rare row of call frame
 * information that cfi.h has no rule for, and as a second opinion in tests.
 *
 *     libunwind_cursor *cursor;
 *     if (libunwind_cursor_create(space, &cursor) == UNPEG_OK &&
 *         libunwind_cursor_begin(cursor, &registers, &memory) == UNPEG_OK)
 *         while (libunwind_cursor_next(cursor, &frame) == UNPEG_OK)
 *             use(frame.pc, frame.sp, frame.fp);
 *     libunwind_cursor_destroy(cursor);
 */
#ifndef UNPEG_UNWIND_LIBUNWIND_CURSOR_H
#define UNPEG_UNWIND_LIBUNWIND_CURSOR_H

#include "address_space.h"
#include "registers.h"

typedef struct libunwind_cursor libunwind_cursor;

typedef struct libunwind_frame {
    unpeg_addr pc, sp, fp;
} libunwind_frame;

/* space must outlive the cursor. UNSUPPORTED where the library is missing. */
UNPEG_MUST_CHECK unpeg_status libunwind_cursor_create(address_space *space, libunwind_cursor **ret);
void libunwind_cursor_destroy(libunwind_cursor *cursor);

/* The frame that registers are of, as if it were interrupted at its pc. Both must live on.
 * UNSUPPORTED for registers of another processor than ours. */
UNPEG_MUST_CHECK unpeg_status libunwind_cursor_begin(libunwind_cursor *cursor,
                                                     const target_registers *registers,
                                                     const target_memory *memory);

/* The next frame further out. NOT_FOUND: there is none; INPUT: it cannot be told, also where that
 * would take too much work; or the status with which memory ended the work. */
UNPEG_MUST_CHECK unpeg_status libunwind_cursor_next(libunwind_cursor *cursor, libunwind_frame *ret);

#endif
