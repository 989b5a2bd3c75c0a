/* SPDX-License-Identifier: MIT
 *
 * Makes an unpeg_prof_report from stacks of labels.
 *
 *     prof_builder builder;
 *     prof_builder_init(&builder, 6);
 *     prof_builder_label(&builder, text, UNPEG_PROF_JAVASCRIPT, &labels[0]);
 *     prof_builder_add(&builder, labels, 1, ticks);
 *     prof_builder_finish(&builder, &report);
 *     prof_builder_deinit(&builder);
 *
 * Labels are numbered by text: equal texts are one label, whatever they stand for. They are UTF-8
 * or WTF-8 (js_text.h); in the report they are UTF-8.
 */
#ifndef UNPEG_REFERENCE_PROF_BUILDER_H
#define UNPEG_REFERENCE_PROF_BUILDER_H

#include "arena.h"
#include "call_tree.h"
#include "intern.h"
#include "unpeg/prof_process.h"

typedef struct prof_builder {
    intern texts;      /* of the labels */
    uint64_t *self;    /* by label: ticks in which it is innermost */
    uint8_t *category; /* by label: unpeg_prof_category */
    size_t label_count, self_capacity, category_capacity;
    call_tree tree;       /* bottom-up: frames are labels, the first level is innermost */
    uint64_t *node_ticks; /* by node: ticks through it */
    size_t node_count, node_capacity;
    uint32_t levels; /* of the tree; what is above is not kept */
    /* What finish makes: */
    arena changed; /* labels that had lone surrogates */
    unpeg_prof_row *rows;
    unpeg_prof_node *nodes;
} prof_builder;

UNPEG_MUST_CHECK unpeg_status prof_builder_init(prof_builder *builder, uint32_t levels);
void prof_builder_deinit(prof_builder *builder);

/* The label of a text; category counts only if the text is new. Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status prof_builder_label(prof_builder *builder, unpeg_slice text,
                                                 unpeg_prof_category category, uint32_t *ret);

void prof_builder_set_category(prof_builder *builder, uint32_t label, unpeg_prof_category category);

/* Counts a stack, innermost first; an empty one is nothing. Fails with NO_MEMORY or LIMIT. */
UNPEG_MUST_CHECK unpeg_status prof_builder_add(prof_builder *builder, const uint32_t *labels,
                                               size_t count, uint64_t ticks);

/* Fills rows and nodes of the report, sorted by ticks and then by label, both descending; labels
 * compare by UTF-16 units. The report borrows from the builder, to which nothing is added any more.
 * Fails with NO_MEMORY. */
UNPEG_MUST_CHECK unpeg_status prof_builder_finish(prof_builder *builder, unpeg_prof_report *report);

#endif
