/* SPDX-License-Identifier: MIT
 *
 * Reads a perf map, /tmp/perf-PID.map: a line for each piece of generated code, while it grows.
 *
 *     perf_map *map;
 *     perf_map_create(table, &map);
 *     perf_map_feed(map, bytes, len);        any number of times, in any pieces
 *     perf_map_destroy(map);
 *
 * "START SIZE NAME", the numbers hexadecimal (tools/perf/Documentation/jit-interface.txt of Linux).
 * Lines that are none are left out; a name ends at JIT_NAME_BYTES.
 */
#ifndef UNPEG_LIVE_PERF_MAP_H
#define UNPEG_LIVE_PERF_MAP_H

#include "jit_table.h"

typedef struct perf_map perf_map;

/* table outlives the map. NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status perf_map_create(jit_table *table, perf_map **ret);
void perf_map_destroy(perf_map *map); /* NULL is allowed */

/* NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status perf_map_feed(perf_map *map, const char *bytes, size_t len);

#endif
