/* SPDX-License-Identifier: MIT
 *
 * Whole logs into profiles: every tick has a node, every node an earlier parent.
 */
#include <stdlib.h>

#include "unpeg/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const unpeg_profile *profile)
{
    const unpeg_node *nodes = unpeg_profile_nodes(profile);
    size_t node_count = unpeg_profile_node_count(profile);
    size_t frame_count = unpeg_profile_frame_count(profile);
    for (size_t n = 1; n < node_count; n++)
        if (nodes[n].parent >= n || nodes[n].frame >= frame_count)
            abort();
    for (size_t t = 0; t < unpeg_profile_tick_count(profile); t++)
        if (unpeg_profile_tick(profile, t).node >= node_count)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const unpeg_log_options options = {.struct_size = sizeof options, .no_native_symbols = true};
    unpeg_source *source;
    unpeg_profile *profile;
    unpeg_error error;
    /* Bytes may look compressed and be refused. */
    if (unpeg_source_open_memory(data, size, &source, &error) != UNPEG_OK)
        return 0;
    if (unpeg_log_load(&options, source, &profile, &error) == UNPEG_OK) {
        check(profile);
        unpeg_profile_destroy(profile);
    }
    unpeg_source_close(source);
    return 0;
}
