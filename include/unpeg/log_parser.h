/* SPDX-License-Identifier: MIT
 *
 * A push parser for V8 logs: bytes in, records out.
 *
 *     unpeg_log_parser *parser;
 *     unpeg_log_parser_create(NULL, on_record, user, &parser);
 *     while ((n = read(fd, chunk, sizeof chunk)) > 0)
 *         unpeg_log_parser_feed(parser, chunk, (size_t)n);
 *     unpeg_log_parser_finish(parser);
 *     unpeg_log_parser_destroy(parser);
 *
 * Any chunking of the same bytes gives the same records. Input is UTF-8 or Latin-1 bytes; other
 * encodings are the business of unpeg/source.h. Memory is one incomplete row at most, and rows of
 * kinds that were not asked for are scanned but never copied. Malformed input is counted in
 * unpeg_log_parser_damage and reading goes on. The first failure of the callback or of an
 * allocation is sticky: every later call returns it.
 */
#ifndef UNPEG_LOG_PARSER_H
#define UNPEG_LOG_PARSER_H

#include "unpeg/damage.h"
#include "unpeg/record.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_log_parser unpeg_log_parser;

/* Bit (1 << kind) of each kind that the callback wants. */
#define UNPEG_RECORD_MASK(kind) (UINT64_C(1) << (kind))
#define UNPEG_RECORD_ALL UINT64_MAX

typedef struct unpeg_log_parser_options {
    size_t struct_size;
    uint64_t wanted;          /* kinds to deliver; 0 means all */
    size_t max_row_bytes;     /* a longer wanted row is damage; 0 means 64 MiB */
    uint64_t first_line;      /* what the first line fed counts as; 0 means 1 */
    uint64_t first_offset;    /* byte offset of the first byte fed */
    bool starts_inside_a_row; /* drop bytes up to the first line end (reading a tail) */
} unpeg_log_parser_options;

typedef struct unpeg_log_counters {
    uint64_t bytes;
    uint64_t lines;                            /* empty ones included */
    uint64_t records[UNPEG_RECORD_KIND_COUNT]; /* by kind, delivered or not */
} unpeg_log_counters;

/* options may be NULL. ret is changed only on success. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status
unpeg_log_parser_create(const unpeg_log_parser_options *options, unpeg_record_fn on_record,
                        void *user, unpeg_log_parser **ret);

/* Parses bytes; an incomplete last line is kept for the next call. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_log_parser_feed(unpeg_log_parser *parser,
                                                              const void *bytes, size_t len);

/* Ends the input: a last line without a line end counts if it looks complete. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_log_parser_finish(unpeg_log_parser *parser);

/* Both live until destroy and change with each feed. */
UNPEG_API const unpeg_log_counters *unpeg_log_parser_counters(const unpeg_log_parser *parser);
UNPEG_API const unpeg_damage *unpeg_log_parser_damage(const unpeg_log_parser *parser);

/* NULL is allowed. */
UNPEG_API void unpeg_log_parser_destroy(unpeg_log_parser *parser);

#ifdef __cplusplus
}
#endif
#endif
