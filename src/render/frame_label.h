/* SPDX-License-Identifier: MIT
 *
 * What a frame is called: name, place, tier marks.
 *
 *     frame_label label;
 *     frame_label_make(frame, row->tiers, row->frame_flags, &label);
 *     label_write_name(&out, &label, style);         "(regexp) ^a+$"
 *     label_write_place(&out, &label, style);        "/srv/app.js:30:17", "libc.so.6"
 *     out_text(&out, label.marks);                   "~^*"
 *
 * Marks are V8's: ~ Ignition, ^ Sparkplug, + Maglev, * Turbofan, o before what was compiled for
 * on-stack replacement, ' behind what is specialized to a context. Of a function in several tiers
 * every mark is there, lowest tier first, and o and ' stand at the highest.
 */
#ifndef UNPEG_RENDER_FRAME_LABEL_H
#define UNPEG_RENDER_FRAME_LABEL_H

#include "safe_text.h"
#include "unpeg/view.h"

typedef struct frame_label {
    const char *prefix; /* "(regexp) " */
    unpeg_slice name;   /* as in the profile: not safe yet; may be empty if prefix is not */
    char detail[48];    /* " [stripped]", behind the name */
    unpeg_slice file;   /* not safe yet */
    uint32_t line, column;
    char marks[8];
} frame_label;

/* tiers: bits 1 << unpeg_tier. Borrows the frame's slices. */
void frame_label_make(const unpeg_frame *frame, uint32_t tiers, uint32_t flags, frame_label *ret);

/* max of the style limits the name proper, not prefix and detail; the size counts all. */
void label_write_name(text_out *out, const frame_label *label, safe_style style);
size_t label_name_size(const frame_label *label, unsigned flags);

/* Nothing for a frame without a file. max of the style limits all of it: the file is cut. */
void label_write_place(text_out *out, const frame_label *label, safe_style style);
size_t label_place_size(const frame_label *label, unsigned flags);

/* "name place marks" in one: "run app.js:3:7~". */
void label_write(text_out *out, const frame_label *label, safe_style style);

/* What follows the last slash or backslash. */
unpeg_slice path_base(unpeg_slice path);

/* The last two parts of a path or of a URL's path: host, query and fragment are left out. */
unpeg_slice path_short(unpeg_slice path);

#endif
