/* SPDX-License-Identifier: MIT
 *
 * What people and programs read: the report as text and as JSON, and the line for a log.
 *
 *     unpeg_report_options options = {.struct_size = sizeof options, .log = path};
 *     unpeg_report_text(profile, &options, out, &error);
 *     unpeg_line line;
 *     unpeg_line_make(&(unpeg_line_options){.struct_size = sizeof(unpeg_line_options),
 *                                           .log = path, .profile = profile}, &line);
 *     puts(line.text);
 *
 * Names in a profile are user-controlled: what is written here is valid UTF-8 in which control,
 * escape and bidi characters are visible, never raw.
 */
#ifndef UNPEG_RENDER_H
#define UNPEG_RENDER_H

#include "unpeg/peg.h"
#include "unpeg/view.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parts of a report, as bits. */
enum {
    UNPEG_REPORT_VERDICT = 1,
    UNPEG_REPORT_SUMMARY = 2,
    UNPEG_REPORT_FLAT = 4,
    UNPEG_REPORT_TOP_DOWN = 8,
    UNPEG_REPORT_BOTTOM_UP = 16,
    UNPEG_REPORT_PROBLEMS = 32, /* damage, missing symbols, what was not read */
};

#define UNPEG_REPORT_ALL_ROWS SIZE_MAX

/* All zero but struct_size: a whole report with the defaults. */
typedef struct unpeg_report_options {
    size_t struct_size;
    const char *log;          /* what to call the log; NULL: not said */
    const unpeg_query *query; /* NULL: every tick. The peg is looked for in its window */
    bool peg_only;            /* tables and trees show only the peg's ticks, if there is a peg */
    uint32_t sections;        /* UNPEG_REPORT_... bits; 0 means all */
    unpeg_order order;        /* of the flat table */
    size_t top;               /* rows of the flat table; 0: 20 in text, all in JSON */
    double min_share; /* lighter tree nodes are left out; 0: 0.01 in text, 0.001 in JSON; negative:
                         nothing is */
    uint32_t max_depth; /* levels of a tree; 0: in text 40 (bottom-up 5), no limit in JSON */
    uint32_t width; /* text: longer lines have their names cut in the middle; 0: nothing is cut */
    bool color;     /* text: SGR sequences; nothing is said by colour alone */
    bool ascii;     /* text: other characters are written as \u{2026} */
} unpeg_report_options;

/* For people: verdict and stuck frame first, problems last. Fails with what the writer returned,
 * ARGUMENT (a regular expression of the query), LIMIT (2^32 ticks and more) or NO_MEMORY; options
 * and error may be NULL. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_report_text(const unpeg_profile *profile,
                                                          const unpeg_report_options *options,
                                                          const unpeg_writer *out,
                                                          unpeg_error *error);

/* For programs: one document with a newline at its end, by src/render/report.schema.json
 * ("schema":"unpeg.report/1"). sections leaves members out; the rest is as for the text. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_report_json(const unpeg_profile *profile,
                                                          const unpeg_report_options *options,
                                                          const unpeg_writer *out,
                                                          unpeg_error *error);

/* The whole profile, in the form that unpeg_log_load reads like a log (src/log/saved_profile.h).
 * Fails with what the writer returned; error may be NULL. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_profile_save(const unpeg_profile *profile,
                                                           const unpeg_writer *writer,
                                                           unpeg_error *error);

enum { UNPEG_LINE_MIN = 80, UNPEG_LINE_DEFAULT = 1000, UNPEG_LINE_MAX = 8000 };

typedef struct unpeg_line_options {
    size_t struct_size;
    const char *log; /* path: its last part is shown, with the pid of isolate-0xADDRESS-PID-NAME;
                        NULL: not said */
    const unpeg_profile *profile; /* NULL: there is none, and status says why */
    unpeg_status status;          /* what loading returned; DEADLINE beside a profile says that the
                                     budget ended first (so does its damage SKIPPED_BYTES) */
    const char *reason;           /* beside a failure: unpeg_error.text; NULL: not said */
    const unpeg_query *query;     /* NULL: every tick */
    uint64_t elapsed_us;          /* since the start of the work: ms= */
    uint64_t budget_us;           /* 0: none; else shown when it ended first */
    size_t top;                   /* top1= to topN=; 0 means 3, at most 20 */
    size_t max_line; /* bytes without the line end; 0 means 1000; kept between 80 and 8000 */
} unpeg_line_options;

/* Zero-terminated, without a line end. */
typedef struct unpeg_line {
    size_t len;
    char text[UNPEG_LINE_MAX + 1];
} unpeg_line;

/* Always a line, always a status, also when memory ends. When a peg is found, the figures are of
 * its ticks, else of all that the query selects. The grammar is in src/render/line.h. */
UNPEG_API void unpeg_line_make(const unpeg_line_options *options, unpeg_line *ret);

/* Writes text to buffer the way all of the above do: control, escape, bidi and line separator
 * characters become \x1b or \u{202e}, a byte that is no UTF-8 becomes U+FFFD. At most size - 1
 * bytes, never a part of a character; zero-terminated if size is not 0. Returns the length the
 * whole text has. */
UNPEG_API size_t unpeg_text_safe(unpeg_slice text, char *buffer, size_t size);

#ifdef __cplusplus
}
#endif
#endif
