/* SPDX-License-Identifier: MIT
 *
 * A running process, looked at from outside: one stack, or a recording that is a profile like any
 * other. Nothing has to be armed before.
 *
 *     unpeg_live_options options = {.struct_size = sizeof options, .pid = 4711,
 *                                   .duration_us = 3000000};
 *     unpeg_live_record(&options, &profile, &error);
 *     unpeg_report_text(profile, NULL, &out, &error);
 *
 * The thread is held for some ten microseconds a sample, at most 1 % of the time, and is let go of
 * by the kernel if this process dies. A thread that sleeps is not touched.
 */
#ifndef UNPEG_LIVE_H
#define UNPEG_LIVE_H

#include "unpeg/log.h"
#include "unpeg/profile.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum unpeg_backend {
    UNPEG_BACKEND_AUTO, /* perf where it opens, else ptrace */
    UNPEG_BACKEND_PERF,
    UNPEG_BACKEND_PTRACE
} unpeg_backend;

typedef struct unpeg_live_options {
    size_t struct_size;
    int32_t pid;
    int32_t tid; /* 0: the thread that uses most of the processor, or the main one if none does */
    unpeg_backend backend;
    uint32_t rate_hz;        /* 0: 499 */
    uint64_t duration_us;    /* of a recording; 0: until progress says false or the process ends */
    uint64_t max_samples;    /* 0: no limit */
    uint32_t stopped_ppm;    /* most of the time that the thread may be held; 0: 10000 (1 %) */
    uint32_t stack_bytes;    /* most that is copied of a stack at once; 0: the sampler's default */
    bool native_off;         /* native functions get no names */
    bool keep_outer;         /* keep the native frames outside the outermost JavaScript function; a
                                log has none, and what lies there is the same in every sample */
    const unpeg_writer *raw; /* NULL, or where the raw samples go: see unpeg_replay */
    unpeg_progress_fn progress; /* asked several times a second, with microseconds done and in all
                                   (0: no end is set); false ends the recording */
    void *progress_user;
} unpeg_live_options;

/* Samples a thread into a profile. What was taken before an end of the process is a success. Fails
 * with NOT_FOUND (no such process or thread), PERMISSION (error names the cause and the remedy),
 * UNSUPPORTED (this kernel or machine), OS or NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_live_record(const unpeg_live_options *options,
                                                          unpeg_profile **ret, unpeg_error *error);

/* One function on a stack. Several may share one machine frame: they were inlined. */
typedef struct unpeg_live_frame {
    unpeg_frame frame;     /* function, kind, tier, and where the function begins */
    uint32_t line, column; /* where it is now; 0 when not known */
    const char *line_text; /* why not, or not exactly, in a few words; static; "" if it is */
    bool inlined;          /* into the next one */
    unpeg_addr pc;
    unpeg_slice module; /* of native code: the mapped file */
    uint64_t offset;    /* of pc, from the function's start, or if it has no name from the file's */
} unpeg_live_frame;

/* The regular expression that a thread is in. The subject's text is the user's, and is not read. */
typedef struct unpeg_live_regexp {
    bool known;              /* false: it is in none, or in which is not certain */
    unpeg_slice source;      /* without the slashes; user-controlled */
    bool cut;                /* the source is longer */
    char flags[12];          /* "gi" */
    bool subject_known;      /* the next one is */
    uint64_t subject_length; /* of the string that it is matched against, in UTF-16 units */
} unpeg_live_regexp;

typedef struct unpeg_live_stack {
    int32_t tid;
    char thread[64];                /* its name; user-controlled */
    char state;                     /* as in /proc: 'R' runs, 'S' sleeps */
    const unpeg_live_frame *frames; /* innermost first */
    size_t frame_count;             /* 0: it sleeps and was not touched, or could not be read */
    bool complete;                  /* down to the thread's first function */
    const char *end_text;           /* how the walk ended, in a few words; static */
    unpeg_live_regexp regexp;
    uint64_t stop_us;  /* for how long it was held */
    char problem[256]; /* why there are no frames; "" if there are */
} unpeg_live_stack;

/* Everything in it lives until destroy. */
typedef struct unpeg_live_dump {
    int32_t pid;
    char program[64];               /* name of the process; user-controlled */
    char v8[48];                    /* "12.4"; "" if there is no V8, or its version is not known */
    const char *withheld;           /* what is not told, and why, in a sentence; "" if nothing */
    const unpeg_live_stack *stacks; /* one for each thread that was asked for */
    size_t stack_count;
    void *owner; /* the library's own */
} unpeg_live_dump;

/* The stacks of one thread (as options say), or with all_threads of every thread of the process.
 * Sleeping threads are reported without frames. Fails as unpeg_live_record; where single threads
 * cannot be read, their stacks say why. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_live_dump_create(const unpeg_live_options *options,
                                                               bool all_threads,
                                                               unpeg_live_dump **ret,
                                                               unpeg_error *error);

/* NULL is allowed. */
UNPEG_API void unpeg_live_dump_destroy(unpeg_live_dump *dump);

/* For people; for programs: one document, "schema":"unpeg.dump/1". Fail with what the writer
 * returned. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_live_dump_text(const unpeg_live_dump *dump,
                                                             const unpeg_writer *out);
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_live_dump_json(const unpeg_live_dump *dump,
                                                             const unpeg_writer *out);

#ifdef __cplusplus
}
#endif
#endif
