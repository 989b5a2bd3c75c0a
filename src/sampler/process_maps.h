/* SPDX-License-Identifier: MIT
 *
 * What a live process has mapped, kept until it is read again.
 *
 *     process_maps maps = {.pid = pid};
 *     process_maps_refresh(&maps);
 *     const mapping *at = mapping_find(&maps.list, pc);
 *     process_maps_deinit(&maps);
 */
#ifndef UNPEG_SAMPLER_PROCESS_MAPS_H
#define UNPEG_SAMPLER_PROCESS_MAPS_H

#include "mapping.h"

typedef struct process_maps {
    int32_t pid;
    mapping_list list;
    char *text; /* as /proc/PID/maps had it */
    size_t text_size;
    uint64_t serial; /* of the reading; 0: never read */
    int64_t time_us; /* of the reading, CLOCK_MONOTONIC */
} process_maps;

/* Reads the mappings anew; on failure what was there stays. NOT_FOUND: the process is gone;
 * also PERMISSION, OS, NO_MEMORY, LIMIT. */
UNPEG_MUST_CHECK unpeg_status process_maps_refresh(process_maps *maps);
void process_maps_deinit(process_maps *maps);

#endif
