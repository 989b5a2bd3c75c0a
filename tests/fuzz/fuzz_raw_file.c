/* SPDX-License-Identifier: MIT
 *
 * Any bytes as a raw recording: every sample lies within what was read, and whatever the file
 * says about memory, mappings and files can be asked for.
 */
#include <stdlib.h>

#include "raw_file.h"

enum { SAMPLES_READ = 64 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static unsigned sum_of(const unsigned char *bytes, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    return sum;
}

static void use(raw_reader *reader, const target_snapshot *snapshot)
{
    uint64_t serial, word;
    volatile unsigned sum = sum_of(snapshot->stack, snapshot->stack_size);
    target_memory memory = raw_reader_memory(reader);
    const mapping_list *maps = raw_reader_maps(reader, &serial);
    for (unsigned i = 0; i < TARGET_REGISTER_COUNT; i++) {
        uint64_t value = snapshot->registers.value[i];
        const mapping *at = mapping_find(maps, value);
        require(!at || (at->start <= value && value < at->end));
        unpeg_status status = memory_read_u64(&memory, value, &word);
        require(status == UNPEG_OK || status == UNPEG_NOT_FOUND);
    }
    (void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unpeg_source *source;
    raw_reader *reader;
    target_snapshot snapshot;
    uint32_t file;
    char byte;
    unpeg_error error = {0};
    if (unpeg_source_open_memory(data, size, &source, &error) != UNPEG_OK)
        return 0;
    if (raw_reader_open(source, &reader, &error) != UNPEG_OK) {
        unpeg_source_close(source);
        return 0;
    }
    for (int i = 0; i < SAMPLES_READ && raw_reader_next(reader, &snapshot, &error) == UNPEG_OK; i++)
        use(reader, &snapshot);
    if (raw_reader_file(reader, unpeg_slice_of("/usr/bin/node"), &file))
        (void)raw_reader_file_read(reader, file, 5000, &byte, 1);
    (void)raw_reader_note(reader, "v8");
    raw_reader_close(reader);
    unpeg_source_close(source);
    return 0;
}
