/* SPDX-License-Identifier: MIT */
#include "sampling.h"

sampler_options sampling_options(const unpeg_live_options *wanted)
{
    static const sampler_backend backends[] = {
        [UNPEG_BACKEND_AUTO] = SAMPLER_AUTO,
        [UNPEG_BACKEND_PERF] = SAMPLER_PERF,
        [UNPEG_BACKEND_PTRACE] = SAMPLER_PTRACE,
    };
    return (sampler_options){.backend = backends[wanted->backend],
                             .rate_hz = wanted->rate_hz,
                             .stopped_ppm = wanted->stopped_ppm,
                             .stack_bytes = wanted->stack_bytes};
}
