/* SPDX-License-Identifier: MIT
 *
 * Where the bytes of a log come from: a file, standard input, compressed or not, in any of the
 * encodings that logs turn up in. What comes out is always plain UTF-8 (or raw 8-bit) bytes.
 *
 *     unpeg_source *source;
 *     unpeg_source_open("isolate-0x1-2-v8.log", &source, &error);
 *     while (unpeg_source_read(source, buffer, sizeof buffer, &n, &error) == UNPEG_OK && n != 0)
 *         consume(buffer, n);
 *     unpeg_source_close(source);
 *
 * gzip, zstd, a UTF-8 byte order mark and UTF-16 are recognised by content. A file that is still
 * being written is read up to its end at the time it is reached. Damage (a cut gzip stream, a lone
 * surrogate) is counted, what could be decoded is delivered, and reading ends without an error.
 */
#ifndef UNPEG_SOURCE_H
#define UNPEG_SOURCE_H

#include "unpeg/damage.h"
#include "unpeg/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_source unpeg_source;

/* Opens a path, or standard input for "-". Fails with NOT_FOUND, PERMISSION, OS or NO_MEMORY;
 * a directory is INPUT. A FIFO waits for its writer. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_open(const char *path, unpeg_source **ret,
                                                          unpeg_error *error);

/* A source over memory that the caller keeps alive until close. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_open_memory(const void *bytes, size_t len,
                                                                 unpeg_source **ret,
                                                                 unpeg_error *error);

/* Where bytes come from that are no file's. read gives up to size of them, *ret == 0 at their end;
 * its failure is the source's. */
typedef struct unpeg_reader {
    unpeg_status (*read)(void *user, void *buffer, size_t size, size_t *ret, unpeg_error *error);
    void (*close)(void *user); /* at unpeg_source_close; NULL: nothing */
    void *user;
} unpeg_reader;

/* A source over what a reader gives. Nothing is read yet, and when this fails, nothing is closed.
 */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_open_reader(const unpeg_reader *reader,
                                                                 unpeg_source **ret,
                                                                 unpeg_error *error);

/* From now on deliver the bytes as they are: a byte order mark is part of the text, UTF-16 is not
 * decoded. Compression still is. Call it before the first read. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_make_raw(unpeg_source *source,
                                                              unpeg_error *error);

/* Like make_raw, and compression is not undone either: what a program gets that only reads the
 * file. Fails with OS. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_make_verbatim(unpeg_source *source,
                                                                   unpeg_error *error);

/* Asked when a signal interrupted a wait for input (of a file); true ends the input there. */
typedef bool (*unpeg_interrupted_fn)(void *user);

/* Without it, or with NULL, a wait that was interrupted goes on. */
UNPEG_API void unpeg_source_on_interrupt(unpeg_source *source, unpeg_interrupted_fn ask,
                                         void *user);

/* Up to size bytes of decoded text; *ret == 0 is the end (of a growing file: for now). A plain
 * file costs one read(2) straight into buffer; other input is read until there is some text.
 * Fails with OS or NO_MEMORY, and where the first zstd frame cannot be decoded here with LIMIT (a
 * window over 128 MiB) or UNSUPPORTED (a dictionary), which for a file open may return already.
 * The first failure is sticky. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_read(unpeg_source *source, void *buffer,
                                                          size_t size, size_t *ret,
                                                          unpeg_error *error);

/* The first bytes that reads will return, up to size, which is at most UNPEG_PEEK_MAX; fewer only
 * at the end. Call it before the first read. Fails as read. */
enum { UNPEG_PEEK_MAX = 16 };
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_peek(unpeg_source *source, void *buffer,
                                                          size_t size, size_t *ret,
                                                          unpeg_error *error);

/* True for memory or a regular file of 8-bit text that is not compressed and not empty. */
UNPEG_API bool unpeg_source_can_seek(const unpeg_source *source);

/* Goes to a byte offset of the text (behind a byte order mark); beyond the end is allowed.
 * UNSUPPORTED unless unpeg_source_can_seek. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_source_seek(unpeg_source *source, uint64_t offset,
                                                          unpeg_error *error);

/* Bytes of the underlying file now (compressed size where compressed); 0 if not known (a pipe). */
UNPEG_API uint64_t unpeg_source_size(const unpeg_source *source);

/* Bytes taken from the underlying file so far: with size, how far the reading is. */
UNPEG_API uint64_t unpeg_source_position(const unpeg_source *source);

/* What the decoding met: BAD_ENCODING and CUT_COMPRESSION (its line is 0, the offset that of the
 * text behind which it is). Lives until close. */
UNPEG_API const unpeg_damage *unpeg_source_damage(const unpeg_source *source);

/* NULL is allowed. */
UNPEG_API void unpeg_source_close(unpeg_source *source);

#ifdef __cplusplus
}
#endif
#endif
