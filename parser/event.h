/* SPDX-License-Identifier: MIT
 *
 * Event names: the first field of a row.
 *
 *     unpeg_record_kind kind = event_of_row(row, len);
 *     if (kind == UNPEG_RECORD_KIND_COUNT) ... unknown
 */
#ifndef UNPEG_PARSER_EVENT_H
#define UNPEG_PARSER_EVENT_H

#include "unpeg/record.h"

enum { EVENT_NAME_MAX = 32 }; /* longer than every known name */

/* The kind named by the bytes before the first comma (or the whole row);
 * UNPEG_RECORD_KIND_COUNT when there is no such event. */
unpeg_record_kind event_of_row(const char *row, size_t len);

/* Length of the event name itself, without the comma. */
size_t event_name_length(unpeg_record_kind kind);

#endif
