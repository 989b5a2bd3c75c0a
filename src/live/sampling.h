/* SPDX-License-Identifier: MIT
 *
 * The sampler that the options of a caller ask for.
 *
 *     sampler_options options = sampling_options(&wanted);
 *     sampler_open(pid, tid, &options, &sampler, &error);
 */
#ifndef UNPEG_LIVE_SAMPLING_H
#define UNPEG_LIVE_SAMPLING_H

#include "sampler.h"
#include "unpeg/live.h"

sampler_options sampling_options(const unpeg_live_options *wanted);

#endif
