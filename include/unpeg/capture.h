/* SPDX-License-Identifier: MIT
 *
 * What to call when a page did not answer: one call, one line, in time, and the log is not lost.
 *
 *     unpeg_capture_name name = {.struct_size = sizeof name, .realm = realm, .card = card};
 *     unpeg_capture_options options = {.struct_size = sizeof options, .dir = "/var/tmp/v8",
 *                                      .browser_pid = pid, .name = &name};
 *     unpeg_capture *capture = malloc(sizeof *capture);
 *     if (unpeg_capture_run(&options, capture, &error) == UNPEG_OK) puts(capture->line.text);
 *
 * The log is picked, given a second name in the spool, read, and stored if need be; without a log
 * the process itself is looked at. Each of these steps is done by a child process, so that one that
 * never comes back costs its time and no more: the line is there when the budget ends, whatever
 * hangs. What could not be stored stays in the spool for unpeg_drain_run.
 */
#ifndef UNPEG_CAPTURE_H
#define UNPEG_CAPTURE_H

#include "unpeg/arm.h"
#include "unpeg/pick.h"
#include "unpeg/render.h"
#include "unpeg/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When the raw log is stored. */
typedef enum unpeg_capture_upload {
    UNPEG_CAPTURE_ON_FAILURE, /* when no summary could be made of it */
    UNPEG_CAPTURE_ALWAYS,
    UNPEG_CAPTURE_NEVER
} unpeg_capture_upload;

typedef struct unpeg_capture_options {
    size_t struct_size;
    const char *dir;     /* of the logs. NULL: nothing is armed, the process itself is looked at */
    const char *prefix;  /* NULL: UNPEG_DEFAULT_PREFIX; "": every log with an isolate in its name */
    int pid;             /* that hangs, as we see it; 0: not known */
    int browser_pid;     /* 0: not known. Without pid, the busiest renderer under this process */
    bool no_live;        /* do not look at the process where its log says nothing */
    uint64_t budget_us;  /* 0: 5 s */
    uint64_t observe_us; /* 0: 250 ms, or a tenth of the budget if that is less */
    unpeg_capture_upload upload;
    const char *store;                        /* as unpeg_store_open */
    const unpeg_store_options *store_options; /* NULL: an empty environment */
    const unpeg_capture_name *name;           /* of the key; its time, random and max_bytes are
                                                 filled in. NULL: nothing is known */
    const char *spool;                        /* a folder; NULL: unpeg-spool in dir */
    bool zstd;                                /* compress what is stored */
    bool no_native_symbols;
    bool show_credentials; /* say on the line where they come from, never what they are */
    uint64_t tail_us;      /* summarize only the last so much of the log; 0: all */
    size_t top, max_line;  /* as unpeg_line_options */
    unpeg_stop_fn stop;    /* asked every 20 ms; true ends the capture with what there is */
    void *stop_user;
} unpeg_capture_options;

/* Which path ran, best first. */
#define UNPEG_CAPTURE_LIST(X)                                                                      \
    X(SUMMARIZED, "summarized") /* and stored, if that was asked for */                            \
    X(LIVE, "live")             /* a summary, but of the process and not of its log */             \
    X(STORED, "stored")         /* no summary, but the log is in the store */                      \
    X(PENDING, "pending")       /* a summary; the log should be stored and is not yet */           \
    X(KEPT, "kept")             /* neither; the log is where the line says */                      \
    X(NO_LOG, "no-log")                                                                            \
    X(STOPPED, "stopped")

typedef enum unpeg_capture_path {
#define UNPEG_CAPTURE_ENUM(name, id) UNPEG_CAPTURE_##name,
    UNPEG_CAPTURE_LIST(UNPEG_CAPTURE_ENUM)
#undef UNPEG_CAPTURE_ENUM
} unpeg_capture_path;

typedef struct unpeg_capture {
    unpeg_capture_path path;
    char log[4096];              /* picked; "": none */
    char key[UNPEG_KEY_MAX + 1]; /* "": none was made */
    bool is_stored;
    unpeg_line line;
} unpeg_capture;

/* There is always a line; its keys are in unpeg-line(5). Fails with ARGUMENT only, and then without
 * one. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_capture_run(const unpeg_capture_options *options,
                                                          unpeg_capture *ret, unpeg_error *error);

/* "summarized"; static. */
UNPEG_API const char *unpeg_capture_path_text(unpeg_capture_path path);

typedef struct unpeg_drain_options {
    size_t struct_size;
    const char *dir;                          /* of the logs */
    const char *spool;                        /* NULL: unpeg-spool in dir */
    const char *store;                        /* for captures whose note names none: it could not be
                                                 opened, or there was no time; as unpeg_store_open */
    const unpeg_store_options *store_options; /* with the deadline and the stop of it all */
} unpeg_drain_options;

/* What became of one capture of the spool. Texts live until the next. */
typedef struct unpeg_drained {
    const char *id;
    bool is_busy; /* another process works on it */
    bool is_stored;
    bool was_stored; /* at an earlier time; proof is NONE then */
    bool is_gone;    /* from the spool */
    bool log_gone;   /* and from among the logs */
    uint64_t file_bytes;
    unpeg_proof proof;
    unpeg_status status;
    const char *reason; /* why it is not stored; "" if it is */
    const char *kept;   /* why it is still here, though stored; "" if not */
    const char *store, *key;
    const char *credentials;
} unpeg_drained;

typedef void (*unpeg_drained_fn)(void *user, const unpeg_drained *drained);

typedef struct unpeg_drain {
    size_t stored_count;
    size_t left_count; /* not stored, or busy */
} unpeg_drain;

/* Takes up every capture of the spool, the oldest first, and calls each for it (which may be NULL).
 * A spool that is not there is an empty one. Fails with PERMISSION or OS where it cannot be read,
 * ARGUMENT, or NO_MEMORY; a capture that cannot be stored is no failure. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_drain_run(const unpeg_drain_options *options,
                                                        unpeg_drained_fn each, void *user,
                                                        unpeg_drain *ret, unpeg_error *error);

#ifdef __cplusplus
}
#endif
#endif
