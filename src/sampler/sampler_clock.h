/* SPDX-License-Identifier: MIT
 *
 * The monotonic clock, in the units of the sampler.
 *
 *     int64_t begin = sampler_clock_ns();
 *     sampler_sleep_until(begin + 2000000);
 */
#ifndef UNPEG_SAMPLER_CLOCK_H
#define UNPEG_SAMPLER_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t sampler_clock_ns(void)
{
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline int64_t sampler_clock_us(void)
{
    return sampler_clock_ns() / 1000;
}

/* Returns early when a signal is handled. */
static inline void sampler_sleep_until(int64_t time_ns)
{
    struct timespec time = {.tv_sec = time_ns / 1000000000, .tv_nsec = time_ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

#endif
