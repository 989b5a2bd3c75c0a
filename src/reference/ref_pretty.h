/* SPDX-License-Identifier: MIT
 *
 * JSON the way JSON.stringify(value, null, 2) lays it out, written as it comes.
 *
 *     ref_pretty out;
 *     ref_pretty_init(&out, writer);
 *     ref_pretty_open(&out, '{');
 *     ref_pretty_key(&out, "name");
 *     ref_pretty_string(&out, text);
 *     ref_pretty_close(&out, '}');
 *     status = ref_pretty_finish(&out);
 *
 * The first failure of the writer is kept, and nothing is written after it.
 */
#ifndef UNPEG_REFERENCE_REF_PRETTY_H
#define UNPEG_REFERENCE_REF_PRETTY_H

#include "unpeg/writer.h"

typedef struct ref_pretty {
    const unpeg_writer *writer;
    unpeg_status status;
    int depth;     /* of arrays and objects that are open */
    bool is_empty; /* nothing is in the innermost one yet */
    size_t len;
    char buffer[1 << 14];
} ref_pretty;

void ref_pretty_init(ref_pretty *out, const unpeg_writer *writer);

/* Writes what is buffered. Returns the first failure. */
UNPEG_MUST_CHECK unpeg_status ref_pretty_finish(ref_pretty *out);

/* Text as it is. */
void ref_pretty_raw(ref_pretty *out, const char *text);

/* An array or object begins; it ends, on its first line if nothing is in it. */
void ref_pretty_open(ref_pretty *out, char bracket);
void ref_pretty_close(ref_pretty *out, char bracket);

/* What follows is the next element of the array, or the member with this key. */
void ref_pretty_item(ref_pretty *out);
void ref_pretty_key(ref_pretty *out, const char *key);

/* Values. No number (NaN, infinite) is null. A lone surrogate is escaped, as are quotes, backslash
 * and control characters, and nothing else. */
void ref_pretty_number(ref_pretty *out, double value);
void ref_pretty_string(ref_pretty *out, unpeg_slice text);

#endif
