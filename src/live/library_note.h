/* SPDX-License-Identifier: MIT
 *
 * The libraries of a profile as lines of text: problem, detail, symbols_from and path, with tabs
 * between.
 *
 *     library_note_put(&text, library);
 *     library_note_read(text, profile);
 */
#ifndef UNPEG_LIVE_LIBRARY_NOTE_H
#define UNPEG_LIVE_LIBRARY_NOTE_H

#include "raw_bytes.h"
#include "unpeg/profile.h"

/* A library with a tab or a line end in one of its texts is left out. */
void library_note_put(raw_bytes *text, const unpeg_library *library);

/* Lines that are none are left out. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status library_note_read(unpeg_slice text, unpeg_profile *profile);

#endif
