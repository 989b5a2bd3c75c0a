/* SPDX-License-Identifier: MIT
 *
 * One row, split at its commas the way the reference does it.
 *
 *     ref_row_open(&row, line);
 *     while (ref_row_next(&row, &raw))
 *         ref_row_text(&row, raw, &text);
 *     ref_row_deinit(&row);
 *
 * Commas are split first and escapes undone then, in every field, the event's name included.
 */
#ifndef UNPEG_REFERENCE_REF_ROW_H
#define UNPEG_REFERENCE_REF_ROW_H

#include "unpeg/status.h"

#define REF_EVENT_LIST(X)                                                                          \
    X(SHARED_LIBRARY, "shared-library")                                                            \
    X(CODE_CREATION, "code-creation")                                                              \
    X(CODE_DEOPT, "code-deopt")                                                                    \
    X(CODE_MOVE, "code-move")                                                                      \
    X(CODE_SOURCE_INFO, "code-source-info")                                                        \
    X(SCRIPT_SOURCE, "script-source")                                                              \
    X(SFI_MOVE, "sfi-move")                                                                        \
    X(ACTIVE_RUNTIME_TIMER, "active-runtime-timer")                                                \
    X(TICK, "tick")                                                                                \
    X(TIMER_EVENT_START, "timer-event-start")                                                      \
    X(TIMER_EVENT_END, "timer-event-end")

/* The events whose rows can change what is printed. */
typedef enum ref_event {
    REF_EVENT_NONE,
#define REF_EVENT_ENUM(name, text) REF_EVENT_##name,
    REF_EVENT_LIST(REF_EVENT_ENUM)
#undef REF_EVENT_ENUM
} ref_event;

/* The event of a line, of which the first REF_LINE_HEAD bytes are enough. */
ref_event ref_event_of(unpeg_slice line);

/* Whether the undecoded line begins with these bytes. */
bool ref_line_starts_with(unpeg_slice line, const char *text);

typedef struct ref_row {
    unpeg_slice line;
    size_t at;
    bool ended;
    char *scratch; /* holds texts that differ from their bytes */
    size_t scratch_size, scratch_used;
} ref_row;

/* Begins a row at its first field, the event. A zeroed row is a valid one. */
void ref_row_open(ref_row *row, unpeg_slice line);
void ref_row_deinit(ref_row *row);

/* The bytes of the next field; false behind the last one. */
bool ref_row_next(ref_row *row, unpeg_slice *ret_raw);

/* The text of a field, until the next row is opened: decoded and without escapes. Fails with
 * NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status ref_row_text(ref_row *row, unpeg_slice raw, unpeg_slice *ret);

enum { REF_MAX_FIELDS = 9 };

/* The first fields of a row, the event not counted. */
typedef struct ref_fields {
    unpeg_slice text[REF_MAX_FIELDS];
    size_t count;
} ref_fields;

/* Takes up to max fields from an opened row. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status ref_row_fields(ref_row *row, size_t max, ref_fields *ret);

/* parseInt of a field; NaN where it is missing. */
double ref_field_number(const ref_fields *fields, size_t index);

#endif
