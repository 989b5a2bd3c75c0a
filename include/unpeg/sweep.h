/* SPDX-License-Identifier: MIT
 *
 * Removing the logs of earlier runs, and nothing else.
 *
 *     unpeg_sweep *sweep;
 *     unpeg_sweep_options options = {.struct_size = sizeof options, .dir = "/tmp", .prefix = "p-"};
 *     unpeg_sweep_run(&options, &sweep, &error);
 *     printf("%zu removed\n", sweep->removed_count);
 *     unpeg_sweep_destroy(sweep);
 *
 * A log of an earlier run is a regular file of this user whose name is one of V8's for the prefix,
 * that was last written to before the launch that unpeg_arm_create stamped, and that no living
 * process writes.
 */
#ifndef UNPEG_SWEEP_H
#define UNPEG_SWEEP_H

#include "unpeg/status.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why a file went or stayed. Removed ones come first. */
#define UNPEG_SWEEP_LIST(X)                                                                        \
    X(STALE, "stale", "of an earlier run")                                                         \
    X(OVER_TOTAL, "over-total", "the logs are more than they may be together")                     \
    X(CURRENT, "current", "of this run")                                                           \
    X(WRITTEN, "written", "a process has it open")                                                 \
    X(ALIVE, "alive", "the process it is named for lives, and does not show what it has open")     \
    X(LINK, "link", "a symbolic link")                                                             \
    X(SPECIAL, "special", "no regular file")                                                       \
    X(FOREIGN, "foreign", "of another user")                                                       \
    X(NO_LAUNCH, "no-launch", "no launch was stamped here, so every log may be of this run")       \
    X(FAILED, "failed", "it could not be removed")

typedef enum unpeg_sweep_reason {
#define UNPEG_SWEEP_ENUM(name, id, text) UNPEG_SWEEP_##name,
    UNPEG_SWEEP_LIST(UNPEG_SWEEP_ENUM)
#undef UNPEG_SWEEP_ENUM
        UNPEG_SWEEP_COUNT
} unpeg_sweep_reason;

typedef struct unpeg_sweep_file {
    const char *name;
    uint64_t size_bytes;
    unpeg_sweep_reason reason;
    int pid;      /* of WRITTEN and ALIVE, else 0 */
    int os_errno; /* of FAILED, else 0 */
} unpeg_sweep_file;

typedef struct unpeg_sweep_options {
    size_t struct_size;
    const char *dir;
    const char *prefix;       /* NULL or "": every log with an isolate in its name */
    uint64_t max_total_bytes; /* logs of this run that nobody writes go as well, the oldest first,
                                 as long as all together are more; 0: no limit */
    bool dry_run;             /* say what would be done */
} unpeg_sweep_options;

typedef struct unpeg_sweep {
    unpeg_sweep_file *files; /* the matching ones, by name */
    size_t count;
    size_t removed_count;
    uint64_t removed_bytes, kept_bytes; /* of regular files of this user */
} unpeg_sweep;

/* Fails with NOT_FOUND, PERMISSION or OS where the folder cannot be read, ARGUMENT, or NO_MEMORY.
 * A file that cannot be removed is no failure. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_sweep_run(const unpeg_sweep_options *options,
                                                        unpeg_sweep **ret, unpeg_error *error);
UNPEG_API void unpeg_sweep_destroy(unpeg_sweep *sweep);

/* One document with a newline at its end ("schema":"unpeg.sweep/1"). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_sweep_json(const unpeg_sweep *sweep,
                                                         const unpeg_writer *out);

/* "stale"; what it means in words; both static. */
UNPEG_API const char *unpeg_sweep_reason_text(unpeg_sweep_reason reason);
UNPEG_API const char *unpeg_sweep_reason_meaning(unpeg_sweep_reason reason);
UNPEG_API bool unpeg_sweep_is_removal(unpeg_sweep_reason reason);

#ifdef __cplusplus
}
#endif
#endif
