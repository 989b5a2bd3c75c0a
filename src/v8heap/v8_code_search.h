/* SPDX-License-Identifier: MIT
 *
 * Finding the code object around an address by its header in memory.
 *
 *     v8_code_place place;
 *     if (v8_code_search(&codes, pc, mapping->start, &place) == UNPEG_OK)
 *         use(place.start, place.size);
 *
 * Map words seen before are compared first; only when none is found is every word that could be a
 * map looked up.
 */
#ifndef UNPEG_V8HEAP_V8_CODE_SEARCH_H
#define UNPEG_V8HEAP_V8_CODE_SEARCH_H

#include "v8_code.h"

typedef struct v8_code_place {
    v8_word object, code;
    unpeg_addr start;
    uint32_t size;
} v8_code_place;

UNPEG_MUST_CHECK unpeg_status v8_code_search(v8_codes *codes, unpeg_addr pc, unpeg_addr lowest,
                                             v8_code_place *ret);

#endif
