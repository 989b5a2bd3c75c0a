/* SPDX-License-Identifier: MIT
 *
 * The replacement of `node --prof-process`: its options, its report, and its rules.
 *
 *     unpeg_prof_options options;
 *     unpeg_prof_options_parse(argc, argv, &options, &error);
 *     unpeg_source_open(options.path, &source, &error);
 *     unpeg_reference_run(&options, source, &reference, &error);
 *     unpeg_reference_print(reference, &out, &error);
 *     unpeg_reference_destroy(reference);
 *
 * A reference prints, byte for byte, what Node 26 prints on stdout for the same bytes, without its
 * message on versions, when it finds no symbols (--nm=/bin/true): it names libraries, and no
 * function in them. "The reference" in comments is Node 26's processor. Whoever wants right
 * attribution fills an unpeg_prof_report from a profile; the text layout is the same.
 */
#ifndef UNPEG_PROF_PROCESS_H
#define UNPEG_PROF_PROCESS_H

#include "unpeg/source.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum unpeg_prof_platform {
    UNPEG_PROF_LINUX,
    UNPEG_PROF_MAC,
    UNPEG_PROF_WINDOWS
} unpeg_prof_platform;

/* What the reference writes on its stderr: a row that was lost, and why. The wording is ours. */
typedef void (*unpeg_prof_warning_fn)(void *user, uint64_t line, const char *message);

/* Every option of Node 26's --prof-process. Strings are borrowed. */
typedef struct unpeg_prof_options {
    size_t struct_size;

    /* Numbers of the log's VM states; a double because the reference compares with ==, so that
     * what is no number (NaN) equals no state. */
    bool has_state, has_hidden_state;
    double state;        /* keep only its ticks: -j -g -p -b -c -o -e */
    double hidden_state; /* keep all others: -ni; beats state */

    const char *runtime_timer; /* --filter-runtime-timer; NULL: none. Both of the above beat it */
    uint32_t caller_levels;    /* --call-graph-size: levels of callers; UINT32_MAX: all */
    bool ignore_unknown, separate_ic, separate_bytecodes, separate_builtins, separate_stubs;
    double range_start_us, range_end_us; /* --range, both inclusive; infinite where open */
    double distortion_us; /* --distortion: taken off the time for each tick and timer row so far */
    bool timed_range, pairwise_timed_range; /* ticks between current-time rows only */

    bool only_summary, serialize_vm_symbols, preprocess; /* what is printed */

    /* Addresses are not cut to 32 bit page numbers, and rows with an address that is no number are
     * lost. As everywhere in a reference they are doubles: exact up to 2^53. */
    bool use_bigint_addresses;

    unpeg_prof_platform platform;
    const char *target, *nm, *objdump, *readelf, *apk_embedded_library; /* never NULL */

    const char *log_name; /* what the report calls the log */
    const char *path;     /* what to open; NULL: no argument was given */

    unpeg_prof_warning_fn on_warning; /* NULL: nobody is told */
    void *warning_user;
} unpeg_prof_options;

/* The defaults; log_name is "v8.log" as in the reference. */
UNPEG_API void unpeg_prof_options_init(unpeg_prof_options *ret);

/* The reference's own way: --name=value or --name; a bare --separate-... is false; of several the
 * last wins; the last argument is the path whatever it looks like, the last one without a dash
 * (or "-") the name. argv has neither program nor verb and is borrowed. Fails with ARGUMENT (an
 * unknown option or platform) and UNSUPPORTED (--source-map, on which the reference dies). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_prof_options_parse(int argc, char *const *argv,
                                                                 unpeg_prof_options *ret,
                                                                 unpeg_error *error);

/* One line for each option. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_prof_options_usage(const unpeg_writer *out);

/* Which list of the text a label belongs to. */
typedef enum unpeg_prof_category {
    UNPEG_PROF_UNLISTED, /* in the trees only */
    UNPEG_PROF_LIBRARY,
    UNPEG_PROF_JAVASCRIPT,
    UNPEG_PROF_CPP
} unpeg_prof_category;

/* A line of a flat list. */
typedef struct unpeg_prof_row {
    unpeg_slice label; /* UTF-8, printed as it is: no control character is hidden */
    uint64_t ticks;
    unpeg_prof_category category;
} unpeg_prof_row;

/* A line of the bottom-up tree. */
typedef struct unpeg_prof_node {
    unpeg_slice label;
    uint64_t ticks;  /* through this node */
    uint32_t parent; /* index of the node it calls; meaningful only with depth > 0 */
    uint32_t depth;  /* 0 for the innermost functions */
} unpeg_prof_node;

/* What the text layout shows. Arrays are in the order of printing and borrowed. */
typedef struct unpeg_prof_report {
    size_t struct_size;
    unpeg_slice log_name;
    uint64_t ticks, unaccounted, excluded, gc; /* gc is part of ticks; so is excluded */
    bool ignore_unknown, only_summary;
    bool header_only; /* the reference dies after the first line: see UNPEG_PROF_MAX_STACK */
    const unpeg_prof_row *rows;
    size_t row_count;
    const unpeg_prof_row *c_entries;
    size_t c_entry_count;
    uint64_t c_entry_ticks;       /* base of their first percentage */
    const unpeg_prof_node *nodes; /* parents first; nodes below 1 % of their parent are skipped */
    size_t node_count;
} unpeg_prof_report;

/* Labels of the deepest stack that the reference's recursion survives; measured for Node 26 (the
 * exact number depends on what its compiler has optimized by then). */
enum { UNPEG_PROF_MAX_STACK = 2790 };

/* Fails with what the writer returned. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_prof_report_print(const unpeg_prof_report *report,
                                                                const unpeg_writer *out);

typedef struct unpeg_reference unpeg_reference;

/* Reads the source to its end, or to where the reference stops: the first empty line. To get what
 * the reference gets, the source must deliver the bytes as they are: unpeg_source_make_verbatim.
 * Fails with NO_MEMORY or what the source returned. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_reference_run(const unpeg_prof_options *options,
                                                            unpeg_source *source,
                                                            unpeg_reference **ret,
                                                            unpeg_error *error);
/* NULL is allowed. */
UNPEG_API void unpeg_reference_destroy(unpeg_reference *reference);

/* The report of a run without --preprocess; lives as long as the reference. */
UNPEG_API const unpeg_prof_report *unpeg_reference_report(const unpeg_reference *reference);

/* What the options asked for: the text, the --preprocess JSON or the --serialize-vm-symbols JSON.
 * Fails with what the writer returned; and, like the reference at the same byte, with UNSUPPORTED
 * where it dies: --preprocess with --use-bigint-addresses or --serialize-vm-symbols, script ids
 * that make its string too long, stacks deeper than UNPEG_PROF_MAX_STACK (all else is printed). */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_reference_print(const unpeg_reference *reference,
                                                              const unpeg_writer *out,
                                                              unpeg_error *error);

#ifdef __cplusplus
}
#endif
#endif
