/* SPDX-License-Identifier: MIT
 *
 * A recording in raw form: registers, stack bytes and all memory that unwinding and naming read,
 * so that both can be done again without the process. The format is in raw_format.h.
 *
 *     raw_writer_create(&out, &header, &writer);
 *     raw_writer_maps(writer, text, size);
 *     target_memory noted = raw_writer_memory(writer, &live);
 *     raw_writer_begin(writer, &snapshot);  ... read through noted ...  raw_writer_commit(writer);
 *     raw_writer_finish(writer, &totals);
 *
 *     raw_reader_open(source, &reader, &error);
 *     target_memory memory = raw_reader_memory(reader);
 *     while (raw_reader_next(reader, &snapshot, &error) == UNPEG_OK)
 *         unwind(&snapshot, &memory, raw_reader_maps(reader));
 */
#ifndef UNPEG_SAMPLER_RAW_FILE_H
#define UNPEG_SAMPLER_RAW_FILE_H

#include "mapping.h"
#include "snapshot.h"
#include "unpeg/source.h"
#include "unpeg/writer.h"

typedef struct raw_header {
    target_arch arch;
    int32_t pid;
    uint32_t rate_hz;
    int64_t wall_us; /* when the recording began, since 1970 */
    char exe[256];   /* path of the program, as the target saw it */
    char v8[64];     /* what was known of V8: "12.4.254.21 v8dbg"; "" if nothing */
} raw_header;

typedef struct raw_totals {
    uint64_t samples, lost, idle;
    uint64_t elapsed_us, run_us;
} raw_totals;

typedef struct raw_writer raw_writer;

/* out must outlive the writer. The bytes are compressed on their way. */
UNPEG_MUST_CHECK unpeg_status raw_writer_create(const unpeg_writer *out, const raw_header *header,
                                                raw_writer **ret);
void raw_writer_destroy(raw_writer *writer); /* NULL is allowed */

/* The mappings from now on; a text that did not change is not written again. */
UNPEG_MUST_CHECK unpeg_status raw_writer_maps(raw_writer *writer, const char *text, size_t size);

/* Memory that answers as live does and notes what was read. live must outlive it. */
target_memory raw_writer_memory(raw_writer *writer, const target_memory *live);

/* A sample and what is read until the commit. The snapshot must live until then. */
void raw_writer_begin(raw_writer *writer, const target_snapshot *snapshot);
UNPEG_MUST_CHECK unpeg_status raw_writer_commit(raw_writer *writer);

/* The file is whole only after this. */
UNPEG_MUST_CHECK unpeg_status raw_writer_finish(raw_writer *writer, const raw_totals *totals);

typedef struct raw_reader raw_reader;

/* Does the file begin like a raw recording? size is that of the first bytes, decompressed. */
bool raw_file_is(const void *bytes, size_t size);

/* Takes the source over on success, and closes it. Fails with INPUT, OS, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status raw_reader_open(unpeg_source *source, raw_reader **ret,
                                              unpeg_error *error);
void raw_reader_close(raw_reader *reader); /* NULL is allowed */

const raw_header *raw_reader_header(const raw_reader *reader);

/* The next sample; memory and mappings are then those of its time. NOT_FOUND at the end of a whole
 * file, INPUT where it is cut or damaged: the samples before are good. */
UNPEG_MUST_CHECK unpeg_status raw_reader_next(raw_reader *reader, target_snapshot *ret,
                                              unpeg_error *error);

/* Never fails but with NOT_FOUND. Valid until close. */
target_memory raw_reader_memory(raw_reader *reader);

/* Valid until the next call of raw_reader_next; serial grows when they change. */
const mapping_list *raw_reader_maps(const raw_reader *reader, uint64_t *serial);

/* Zeros until the end was read. */
raw_totals raw_reader_totals(const raw_reader *reader);

#endif
