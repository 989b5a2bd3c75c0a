/* SPDX-License-Identifier: MIT
 *
 * The hottest code of a live recording, instruction by instruction, with the samples of each, the
 * source line it is of, and the loop that holds them.
 *
 *     unpeg_live_record(&options, &profile, &error);         or unpeg_log_load of a saved one
 *     unpeg_annotation *notes;
 *     unpeg_annotate(profile, 0, &notes, &error);
 *     unpeg_annotation_text(notes, false, &out);
 *     unpeg_annotation_destroy(notes);
 *
 * A processor that is interrupted reports an instruction or two behind the slow one: counts are of
 * where the thread was found. Disassembling needs libcapstone, which is loaded when it is needed.
 */
#ifndef UNPEG_ANNOTATE_H
#define UNPEG_ANNOTATE_H

#include "unpeg/hot_code.h"
#include "unpeg/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct unpeg_annotated {
    unpeg_addr address;
    uint32_t size; /* bytes */
    const char *text;
    uint64_t samples;
    unpeg_slice function; /* of the source, which may have been inlined; "" if not known */
    uint32_t line;        /* in it; 0 if not known */
} unpeg_annotated;

/* A jump back from instruction last to first, both inclusive. */
typedef struct unpeg_annotated_loop {
    size_t first, last;
    uint64_t samples;
} unpeg_annotated_loop;

/* Everything in it lives until destroy. */
typedef struct unpeg_annotation {
    unpeg_frame function; /* whose code it is */
    unpeg_slice module;   /* of native code: the mapped file */
    unpeg_addr start;
    uint64_t size;                 /* bytes */
    uint64_t samples, all_samples; /* inside, and in all */
    const unpeg_annotated *instructions;
    size_t instruction_count;
    const unpeg_annotated_loop *loops; /* in the order of their jumps */
    size_t loop_count;
    bool has_hot_loop;
    size_t hot_loop; /* the smallest that holds at least 90 % of samples */
    void *owner;     /* the library's own */
} unpeg_annotation;

/* The hot code of this index, 0 for the hottest. The profile must outlive the notes. NOT_FOUND:
 * there is none; UNSUPPORTED: no libcapstone; LIMIT, NO_MEMORY. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_annotate(const unpeg_profile *profile, size_t index,
                                                       unpeg_annotation **ret, unpeg_error *error);

/* NULL is allowed. */
UNPEG_API void unpeg_annotation_destroy(unpeg_annotation *notes);

/* The hot loop, or where there is none all instructions with samples; with all every instruction.
 * Fails with what the writer returned. */
UNPEG_MUST_CHECK UNPEG_API unpeg_status unpeg_annotation_text(const unpeg_annotation *notes,
                                                              bool all, const unpeg_writer *out);

#ifdef __cplusplus
}
#endif
#endif
