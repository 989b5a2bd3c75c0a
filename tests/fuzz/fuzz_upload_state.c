/* SPDX-License-Identifier: MIT
 *
 * Notes of unfinished uploads: whatever is in the file, what is taken from it is consistent.
 */
#include <stdlib.h>

#include "upload_state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    upload_state state = {0};
    if (upload_state_parse(&state, (const char *)data, size) == UNPEG_OK) {
        bool begun = state.upload_id[0] != '\0';
        if (state.pending.key[0] == '\0' || begun != (state.part_bytes != 0) ||
            state.part_count > UPLOAD_PARTS_MAX)
            abort();
        for (size_t i = 0; i < state.part_count; i++)
            if (!upload_etag_is_sound(state.parts[i].etag))
                abort();
    }
    upload_state_deinit(&state);
    return 0;
}
