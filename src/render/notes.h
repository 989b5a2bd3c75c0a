/* SPDX-License-Identifier: MIT
 *
 * What a reader of a report must know about its figures: what was not read, what is mixed, what
 * has no names, and what to do about it.
 *
 *     note notes[NOTES_MAX];
 *     size_t count = notes_make(view, notes);
 *     for (size_t i = 0; i < count; i++)
 *         puts(notes[i].text);
 */
#ifndef UNPEG_RENDER_NOTES_H
#define UNPEG_RENDER_NOTES_H

#include "unpeg/view.h"

enum { NOTES_MAX = 8 };

typedef struct note {
    const char *id; /* "several-isolates"; static */
    char text[320]; /* ASCII, one sentence or two */
} note;

/* Fills at most NOTES_MAX notes and returns how many. */
size_t notes_make(const unpeg_view *view, note *notes);

#endif
