/* SPDX-License-Identifier: MIT
 *
 * One row's text into a record.
 *
 *     unpeg_record record = {.kind = event_of_row(row, len), .row = {row, len}};
 *     if (!record_decode(&record)) ... damaged
 */
#ifndef UNPEG_PARSER_RECORD_H
#define UNPEG_PARSER_RECORD_H

#include "unpeg/record.h"

/* Fills record->u from record->row by record->kind. False when fields are missing or unreadable:
 * then the row says nothing. Slices point into the row. */
bool record_decode(unpeg_record *record);

/* As record_decode for code-creation, whose name may hold commas: it is read from both ends. */
bool code_row_decode(unpeg_record *record);

/* True when a decoded code-creation row of a function lacks its last fields: its name was broken by
 * a raw newline and goes on in the next line (V8 9.4 and later do not escape function names). */
bool code_row_is_open(const unpeg_code_creation *row);

#endif
