/* SPDX-License-Identifier: MIT
 *
 * Numbers with units, as options write them.
 *
 *     uint64_t us;
 *     if (!units_duration("1.5m", &us)) ... not a duration
 *     units_size("16M", &bytes);
 *     units_range("100,2.5s", &range);
 *
 * Durations: us, ms, s, m, h. Sizes: B, K, M, G, T, also as KB or KiB, always by 1024; without a
 * unit, bytes. Decimal fractions with a point; no sign, no blank, no exponent.
 */
#ifndef UNPEG_CLI_UNITS_H
#define UNPEG_CLI_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* Each is false, with *ret unchanged, for anything that is not of its form or not below 2^63. */

/* In µs. A number without unit is none, but for 0. */
bool units_duration(const char *text, uint64_t *ret);

bool units_size(const char *text, uint64_t *ret);

/* Decimal digits only. */
bool units_count(const char *text, uint64_t *ret);

typedef struct units_span {
    int64_t start_us, end_us; /* INT64_MIN and INT64_MAX where it was left open */
} units_span;

/* "A,B": each a duration, a number of milliseconds, or empty for the log's begin or end. False as
 * well if B is before A. */
bool units_range(const char *text, units_span *ret);

#endif
