/* SPDX-License-Identifier: MIT
 *
 * The flags of V8 that make it write a log, in among those that are there already.
 *
 *     js_flags_wish wish = {.log_path = "/tmp/p-%p.log", .interval_us = 0};
 *     char *merged = js_flags_merge("--js-flags=--expose-gc --no-prof", &wish);
 *     puts(merged);              --expose-gc --prof --logfile=/tmp/p-%p.log
 *     free(merged);
 */
#ifndef UNPEG_CAPTURE_JS_FLAGS_H
#define UNPEG_CAPTURE_JS_FLAGS_H

#include "unpeg/base.h"

typedef struct js_flags_wish {
    const char *log_path; /* as --logfile takes it, with its %p */
    uint32_t interval_us; /* 0: V8's own */
} js_flags_wish;

/* existing: what --js-flags has, flags between blanks or commas. Those that would undo the wish
 * are left out: V8 takes "-" for "_", one dash for two, and no or no- before a name. NULL when
 * there is no memory. */
char *js_flags_merge(const char *existing, const js_flags_wish *wish);

/* The value of an argument --NAME=VALUE, also with one dash; NULL if it is another. */
const char *js_flags_argument(const char *argument, const char *name);

/* Whether a flag, with its dashes and perhaps a value, says NAME or its negation. */
bool js_flags_is(unpeg_slice flag, const char *name, bool negated);

/* A path as --logfile takes it: of a percent sign two. NULL when there is no memory. */
char *js_flags_escape(const char *path);

#endif
