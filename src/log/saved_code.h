/* SPDX-License-Identifier: MIT
 *
 * Hot code of a saved profile, put together from its rows.
 *
 *     saved_code code = {0};
 *     saved_code_begin(&code, &head, size);         a code row; head without arrays
 *     saved_code_bytes(&code, hex);                 the rows behind it, in any order
 *     saved_code_hit(&code, &hit);
 *     saved_code_place(&code, &place);
 *     saved_code_end(&code, profile);               the first row that is none of these
 *     saved_code_deinit(&code);
 */
#ifndef UNPEG_LOG_SAVED_CODE_H
#define UNPEG_LOG_SAVED_CODE_H

#include "unpeg/hot_code.h"

typedef struct saved_code {
    unpeg_hot_code head;
    char *bytes, *module, *texts;
    size_t size; /* what the bytes should be */
    size_t bytes_len, bytes_capacity, module_capacity, texts_len, texts_capacity;
    unpeg_code_hits *hits;
    size_t hit_count, hit_capacity;
    unpeg_code_place *places; /* their functions lie in texts, one behind the other */
    size_t place_count, place_capacity;
    bool open;
} saved_code;

/* All but end: NO_MEMORY; ARGUMENT: the row makes no sense here. */
UNPEG_MUST_CHECK unpeg_status saved_code_begin(saved_code *code, const unpeg_hot_code *head,
                                               uint64_t size);
UNPEG_MUST_CHECK unpeg_status saved_code_bytes(saved_code *code, unpeg_slice hex);
UNPEG_MUST_CHECK unpeg_status saved_code_hit(saved_code *code, const unpeg_code_hits *hit);
UNPEG_MUST_CHECK unpeg_status saved_code_place(saved_code *code, const unpeg_code_place *place);

/* Nothing is done where none is open. ARGUMENT: what came is no sound code; it is left out. */
UNPEG_MUST_CHECK unpeg_status saved_code_end(saved_code *code, unpeg_profile *profile);
void saved_code_deinit(saved_code *code);

#endif
