/* SPDX-License-Identifier: MIT
 *
 * A bar on standard error for work that takes longer than half a second; only on a terminal.
 *
 *     progress bar;
 *     progress_begin(&bar, "x.log", quiet);
 *     progress_show(&bar, bytes, bytes_total);
 *     progress_end(&bar);
 */
#ifndef UNPEG_CLI_PROGRESS_H
#define UNPEG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    const char *name;
    bool enabled;
    bool shown;            /* something is on the line that has to be erased */
    uint64_t next_draw_us; /* of the monotonic clock */
} progress;

void progress_begin(progress *bar, const char *name, bool quiet);

/* bytes_total 0: not known. */
void progress_show(progress *bar, uint64_t bytes, uint64_t bytes_total);

/* Erases the bar; may be called again. */
void progress_end(progress *bar);

/* The line to draw, without control characters, at most size - 1 bytes and columns. */
void progress_format(const progress *bar, uint64_t bytes, uint64_t bytes_total, char *text,
                     unsigned size);

/* µs of the monotonic clock. */
uint64_t progress_clock_us(void);

#endif
