/* SPDX-License-Identifier: MIT
 *
 * Which of several logs is that of the isolate that hangs.
 *
 *     unpeg_pick *pick;
 *     unpeg_pick_options options = {.struct_size = sizeof options, .dir = "/tmp", .prefix = "p-"};
 *     unpeg_pick_run(&options, &pick, &error);
 *     if (pick->path) printf("%s, by %s\n", pick->path, unpeg_pick_reason_text(pick->reason));
 *     unpeg_pick_destroy(pick);
 *
 * By the pid if there is one; else by which process uses the processor, then by which log grows
 * while it is looked at, then by which was written to last, then by size. The largest log is often
 * the wrong one: a browser's own pages write more in their lives than one that has just hung.
 */
#ifndef UNPEG_PICK_H
#define UNPEG_PICK_H

#include "unpeg/status.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What set the picked log apart from the runner-up. */
#define UNPEG_PICK_LIST(X)                                                                         \
    X(NONE, "none", "there is none to pick")                                                       \
    X(ONLY, "only", "it is the only one of this run")                                              \
    X(PID, "pid", "it is the only one of that process")                                            \
    X(CPU, "cpu", "its process uses the processor")                                                \
    X(GROWTH, "growth", "it grew most while it was looked at")                                     \
    X(TIME, "mtime", "it was written to last")                                                     \
    X(SIZE, "size", "it is the largest")

typedef enum unpeg_pick_reason {
#define UNPEG_PICK_ENUM(name, id, text) UNPEG_PICK_##name,
    UNPEG_PICK_LIST(UNPEG_PICK_ENUM)
#undef UNPEG_PICK_ENUM
        UNPEG_PICK_COUNT
} unpeg_pick_reason;

typedef struct unpeg_pick_log {
    const char *name;
    uint64_t isolate;    /* its address in the name; 0 without */
    int pid;             /* in the name, as the process sees itself; 0 without */
    int process;         /* as we see it; 0: not found */
    uint64_t size_bytes; /* at the end of the observation */
    uint64_t grown_bytes;
    uint64_t cpu_us;      /* of the process, while it was observed */
    int64_t modified_ns;  /* since 1970 */
    bool is_candidate;    /* else .log of an earlier run, of another name or process, no file... */
    const char *excluded; /* why it is no candidate; static; NULL if it is */
} unpeg_pick_log;

typedef struct unpeg_pick_options {
    size_t struct_size;
    const char *dir;
    const char *prefix;  /* NULL or "": every log with an isolate in its name */
    int pid;             /* 0: not known. As the process sees itself, or as we see it */
    uint64_t observe_us; /* 0: 250 ms */
} unpeg_pick_options;

typedef struct unpeg_pick {
    char *path; /* NULL if there is none */
    unpeg_pick_reason reason;
    unpeg_pick_log *logs; /* candidates first, the picked one before its runner-up and so on; then
                             every other file that ends in .log, the newest first */
    size_t candidate_count;
    size_t count;
    uint64_t observed_us; /* 0: there was nothing to tell apart */
    bool launch_known;    /* if not, logs of earlier runs are candidates too */
} unpeg_pick;

/* Finding none is no failure. Fails with NOT_FOUND, PERMISSION or OS where the folder cannot be
 * read, ARGUMENT, or NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_pick_run(const unpeg_pick_options *options,
                                                       unpeg_pick **ret, unpeg_error *error);
UNPEG_API void unpeg_pick_destroy(unpeg_pick *pick);

/* One document with a newline at its end ("schema":"unpeg.pick/1"). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_pick_json(const unpeg_pick *pick,
                                                        const unpeg_writer *out);

/* "growth"; what it means in words; both static. */
UNPEG_API const char *unpeg_pick_reason_text(unpeg_pick_reason reason);
UNPEG_API const char *unpeg_pick_reason_meaning(unpeg_pick_reason reason);

#ifdef __cplusplus
}
#endif
#endif
