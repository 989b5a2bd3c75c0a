/* SPDX-License-Identifier: MIT
 *
 * What was wrong with the input, counted by kind, with the first places.
 *
 *     const unpeg_damage *damage = unpeg_profile_damage(profile);
 *     for (int k = 0; k < UNPEG_DAMAGE_COUNT; k++)
 *         if (damage->kinds[k].count != 0)
 *             printf("%s: %llu\n", unpeg_damage_text(k), damage->kinds[k].count);
 *
 * Damage never stops the reading and costs nothing but the bytes it sits in. A plain value:
 * nothing to free.
 */
#ifndef UNPEG_DAMAGE_H
#define UNPEG_DAMAGE_H

#include "unpeg/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UNPEG_DAMAGE_LIST(X)                                                                       \
    X(NO_HEADER, "no-header", "no v8-version row at the start")                                    \
    X(EXTRA_HEADER, "extra-header",                                                                \
      "a further v8-version or profiler,begin row: several isolates in one file")                  \
    X(EMPTY_LINE, "empty-line", "empty line")                                                      \
    X(NUL_BYTE, "nul-byte", "line with NUL bytes")                                                 \
    X(UNKNOWN_EVENT, "unknown-event", "unknown event name")                                        \
    X(BAD_ROW, "bad-row", "row with missing or unreadable fields")                                 \
    X(BAD_FRAME, "bad-frame", "stack frame that is no address")                                    \
    X(ROW_TOO_LONG, "row-too-long", "row longer than the limit, skipped")                          \
    X(CUT_LAST_ROW, "cut-last-row", "last row cut off")                                            \
    X(UNKNOWN_MARKER, "unknown-marker", "tier marker newer than this build knows")                 \
    X(UNKNOWN_STATE, "unknown-state", "VM state out of range")                                     \
    X(SPLIT_NAME, "split-name", "function name broken over lines, joined")                         \
    X(UNKNOWN_MOVE, "unknown-move", "code-move of unknown code")                                   \
    X(BAD_LIBRARY, "bad-library", "shared-library row with an impossible range")                   \
    X(BAD_CODE_RANGE, "bad-code-range", "code-creation row with an impossible range")              \
    X(TIME_BACKWARDS, "time-backwards", "tick older than the one before it")                       \
    X(LOST_SAMPLES, "lost-samples", "samples lost before this tick (overflow)")                    \
    X(TRUNCATED_STACK, "truncated-stack", "stack cut at V8's limit of 255 frames")                 \
    X(BAD_ENCODING, "bad-encoding", "bytes that are no text in the encoding of the file")          \
    X(CUT_COMPRESSION, "cut-compression", "compressed data damaged or cut off")                    \
    X(SKIPPED_BYTES, "skipped-bytes", "bytes not read because the budget ended")

typedef enum unpeg_damage_kind {
#define UNPEG_DAMAGE_ENUM(name, id, text) UNPEG_DAMAGE_##name,
    UNPEG_DAMAGE_LIST(UNPEG_DAMAGE_ENUM)
#undef UNPEG_DAMAGE_ENUM
        UNPEG_DAMAGE_COUNT
} unpeg_damage_kind;

enum { UNPEG_DAMAGE_PLACES = 4 };

/* Where: line counts from 1, offset is the byte offset of the row in the decoded input. */
typedef struct unpeg_damage_place {
    uint64_t line;
    uint64_t offset;
} unpeg_damage_place;

typedef struct unpeg_damage_entry {
    uint64_t count;
    unpeg_damage_place places[UNPEG_DAMAGE_PLACES]; /* the first min(count, 4) */
} unpeg_damage_entry;

typedef struct unpeg_damage {
    unpeg_damage_entry kinds[UNPEG_DAMAGE_COUNT];
} unpeg_damage;

/* The English text of a kind; static. */
UNPEG_API const char *unpeg_damage_text(unpeg_damage_kind kind);

/* A kind's machine name, lower case with dashes ("bad-row"); static. */
UNPEG_API const char *unpeg_damage_name(unpeg_damage_kind kind);

/* Counts one occurrence and keeps its place if it is among the first. */
UNPEG_API void unpeg_damage_add(unpeg_damage *damage, unpeg_damage_kind kind, uint64_t line,
                                uint64_t offset);

/* Adds more to sum; the first places of sum are kept. */
UNPEG_API void unpeg_damage_sum(unpeg_damage *sum, const unpeg_damage *more);

#ifdef __cplusplus
}
#endif
#endif
