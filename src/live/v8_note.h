/* SPDX-License-Identifier: MIT
 *
 * What a namer knows of V8's layout, as texts beside a raw recording: "v8-file", "v8-layout" (lines
 * of a name and a number) and "v8-builtins" (lines of start and size in hexadecimal, and a name).
 *
 *     v8_note_write(namer, writer);
 *     v8_note_read(reader, &process, &namer);
 */
#ifndef UNPEG_LIVE_V8_NOTE_H
#define UNPEG_LIVE_V8_NOTE_H

#include "raw_file.h"
#include "v8_namer.h"

/* NO_MEMORY; failures of the writer are its own. */
UNPEG_MUST_CHECK unpeg_status v8_note_write(const v8_namer *namer, raw_writer *writer);

/* As if nothing had been written: the process became another program. */
void v8_note_clear(raw_writer *writer);

/* NOT_FOUND where nothing was saved, or nothing that can be used; NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status v8_note_read(const raw_reader *reader, const v8_process *process,
                                           v8_namer **ret);

#endif
