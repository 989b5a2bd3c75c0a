/* SPDX-License-Identifier: MIT
 *
 * Any bytes as raw samples, unwound and named: registers, stacks, memory, mappings, files and the
 * layout of V8's heap are all the file's to choose.
 */
#include "unpeg/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unpeg_source *source;
    unpeg_profile *profile;
    unpeg_error error = {0};
    if (unpeg_source_open_memory(data, size, &source, &error) != UNPEG_OK)
        return 0;
    if (unpeg_replay(source, NULL, &profile, &error) == UNPEG_OK)
        unpeg_profile_destroy(profile);
    unpeg_source_close(source);
    return 0;
}
