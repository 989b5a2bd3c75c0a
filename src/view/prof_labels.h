/* SPDX-License-Identifier: MIT
 *
 * Labels as `node --prof-process` prints them: "LazyCompile: *name /file.js:1:2".
 *
 *     prof_labels labels;
 *     if (prof_labels_init(&labels, profile, &options) != UNPEG_OK) return ...;
 *     unpeg_slice text = prof_label_text(&labels, labels.functions.of_frame[frame]);
 *     prof_labels_deinit(&labels);
 */
#ifndef UNPEG_VIEW_PROF_LABELS_H
#define UNPEG_VIEW_PROF_LABELS_H

#include "functions.h"
#include "intern.h"
#include "unpeg/prof_process.h"

/* What the options do with a frame. */
typedef enum prof_role {
    PROF_SHOWN,
    PROF_FOLDED,      /* counts as its caller; shown where there is none */
    PROF_TRANSPARENT, /* counts as its caller */
    PROF_HOLDER       /* what it calls counts as it */
} prof_role;

typedef struct prof_labels {
    functions functions; /* a function is a label */
    intern texts;        /* ids are labels; 0, the empty text, is the root's */
    uint8_t *categories; /* by label: unpeg_prof_category */
    uint8_t *roles;      /* by frame: prof_role */
} prof_labels;

/* shows_gc: the frames in GC ticks are shown, not only that it was GC. */
unpeg_status prof_labels_init(prof_labels *labels, const unpeg_profile *profile,
                              const unpeg_prof_options *options, bool shows_gc);
void prof_labels_deinit(prof_labels *labels);

static inline unpeg_slice prof_label_text(const prof_labels *labels, uint32_t label)
{
    return intern_text(&labels->texts, label);
}

/* The order of JavaScript's < on strings, that is by UTF-16 units; less than 0 if a is first. */
int prof_label_compare(unpeg_slice a, unpeg_slice b);

/* A number for the first bytes of a label: of two that differ in it, the one with the lower number
 * is first. */
uint64_t prof_label_beginning(unpeg_slice text);

#endif
