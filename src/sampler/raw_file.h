/* SPDX-License-Identifier: MIT
 *
 * A recording in raw form: registers, stack bytes and all that unwinding and naming read of memory
 * and files, so that both can be done again without the process. The format is in raw_format.h.
 *
 *     raw_writer_create(&out, &header, &writer);
 *     target_memory noted = raw_writer_memory(writer, &live);
 *     raw_writer_begin(writer, &snapshot);  ... read through noted ...  raw_writer_commit(writer);
 *     raw_writer_finish(writer, &totals);
 *
 *     raw_reader_open(source, &reader, &error);
 *     target_memory memory = raw_reader_memory(reader);
 *     while (raw_reader_next(reader, &snapshot, &error) == UNPEG_OK)
 *         unwind(&snapshot, &memory, raw_reader_maps(reader, &serial));
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
    char exe[256];   /* path of the program, as the target sees it; cut to fit */
} raw_header;

typedef struct raw_totals {
    uint64_t samples, lost, idle;
    uint64_t elapsed_us, run_us;
} raw_totals;

/* A native function, seen from a program counter in it. */
typedef struct raw_name {
    uint64_t offset, size; /* of the program counter in the function; of the function */
    uint32_t reason;       /* 0, or why it has no name */
    unpeg_slice name;
} raw_name;

/* Generated code, named by what the process wrote down; the members of an unpeg_frame. */
typedef struct raw_code {
    uint32_t kind, tier, flags, line, column;
    unpeg_slice name, file, tag;
} raw_code;

typedef struct raw_writer raw_writer;

/* out must outlive the writer. The bytes are compressed on their way. */
UNPEG_MUST_CHECK unpeg_status raw_writer_create(const unpeg_writer *out, const raw_header *header,
                                                raw_writer **ret);
void raw_writer_destroy(raw_writer *writer); /* NULL is allowed */

/* A failure of any of these is sticky, and what raw_writer_commit and _finish return. */

/* A text about the target under a name: "v8" for what is known of V8. */
void raw_writer_note(raw_writer *writer, const char *name, unpeg_slice text);

/* The mappings from now on; a text that did not change is not written again. */
void raw_writer_maps(raw_writer *writer, unpeg_slice text);

/* A part of a file that the target has mapped. */
void raw_writer_file(raw_writer *writer, unpeg_slice path, uint64_t offset, unpeg_slice bytes);

/* What the native code at a program counter is called, and where in the function that is. */
void raw_writer_name(raw_writer *writer, unpeg_addr pc, const raw_name *name);

/* What the process calls the code that it generated at a program counter; kind 0: nothing. */
void raw_writer_code(raw_writer *writer, unpeg_addr pc, const raw_code *code);

/* Memory that answers as live does and notes what was read, in blocks. live must outlive it. */
target_memory raw_writer_memory(raw_writer *writer, const target_memory *live);

/* The process became another program: what was noted of the one before is forgotten, but for the
 * notes. */
void raw_writer_program(raw_writer *writer);

/* A sample and what is read until the commit. The snapshot must live until then. kept: the thread
 * was kept from running before. */
void raw_writer_begin(raw_writer *writer, const target_snapshot *snapshot, bool kept);
UNPEG_MUST_CHECK unpeg_status raw_writer_commit(raw_writer *writer);

/* The file is whole only after this. */
UNPEG_MUST_CHECK unpeg_status raw_writer_finish(raw_writer *writer, const raw_totals *totals);

typedef struct raw_reader raw_reader;

/* The source must outlive the reader. Fails with INPUT (no raw recording), UNSUPPORTED (of a newer
 * version), OS, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status raw_reader_open(unpeg_source *source, raw_reader **ret,
                                              unpeg_error *error);
void raw_reader_close(raw_reader *reader); /* NULL is allowed */

const raw_header *raw_reader_header(const raw_reader *reader);

/* Empty where there is none of this name so far. */
unpeg_slice raw_reader_note(const raw_reader *reader, const char *name);

/* The next sample, valid until the next call; memory and mappings are then those of its time.
 * NOT_FOUND at the end of a whole file; INPUT where it is cut or damaged: the samples before are
 * good; LIMIT, OS, NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status raw_reader_next(raw_reader *reader, target_snapshot *ret,
                                              unpeg_error *error);

/* Of the last sample: whether the thread was kept from running before it. */
bool raw_reader_kept(const raw_reader *reader);

/* Fails with nothing but NOT_FOUND. Valid until close. */
target_memory raw_reader_memory(raw_reader *reader);

/* Valid until the next call of raw_reader_next; serial grows when they change, 0: none yet. */
const mapping_list *raw_reader_maps(const raw_reader *reader, uint64_t *serial);

/* A file of which something is there. */
bool raw_reader_file(const raw_reader *reader, unpeg_slice path, uint32_t *ret);

/* How many bytes of it, up to size, are there from offset on; they are copied. */
size_t raw_reader_file_read(const raw_reader *reader, uint32_t file, uint64_t offset, void *bytes,
                            size_t size);

/* False where no name was saved so far. The name lives until close. */
bool raw_reader_name(const raw_reader *reader, unpeg_addr pc, raw_name *ret);

/* False where none was saved so far. The texts live until close. */
bool raw_reader_code(const raw_reader *reader, unpeg_addr pc, raw_code *ret);

/* The text of raw_reader_maps. */
unpeg_slice raw_reader_maps_text(const raw_reader *reader);

/* How many times the process has become another program so far. */
uint64_t raw_reader_programs(const raw_reader *reader);

/* Zeros until the end was read. */
raw_totals raw_reader_totals(const raw_reader *reader);

#endif
