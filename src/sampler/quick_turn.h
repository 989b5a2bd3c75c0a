/* SPDX-License-Identifier: MIT
 *
 * The calling thread gets its turn on a processor at once: while it waits for one, the target that
 * it stopped waits too.
 *
 *     quick_turn turn;
 *     quick_turn_open(&turn);
 *     quick_turn_begin(&turn);  ... stop, read, let go ...  quick_turn_end(&turn);
 *     quick_turn_close(&turn);
 *
 * With the right to it (CAP_SYS_NICE) the thread is a real-time one from begin to end, and only
 * then. Else it gets short slices from open to close, which kernels from 6.12 on serve sooner, and
 * need no right.
 */
#ifndef UNPEG_SAMPLER_QUICK_TURN_H
#define UNPEG_SAMPLER_QUICK_TURN_H

#include <stdbool.h>
#include <stdint.h>

typedef enum quick_turn_means { TURN_AS_ALL, TURN_REAL_TIME, TURN_SHORT_SLICES } quick_turn_means;

typedef struct quick_turn {
    quick_turn_means means;
    int32_t nice;      /* as it was */
    uint64_t slice_ns; /* as it was */
} quick_turn;

/* A thread that is not scheduled like all others stays as it is. */
void quick_turn_open(quick_turn *turn);
void quick_turn_begin(const quick_turn *turn);
void quick_turn_end(const quick_turn *turn);
void quick_turn_close(const quick_turn *turn);

#endif
