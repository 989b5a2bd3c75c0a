/* SPDX-License-Identifier: MIT
 *
 * What V8 writes as the name of JavaScript code, taken apart: "<function> <script>:<line>:<col>".
 *
 *     code_name name = code_name_split(raw, is_script, user);
 *     if (!name.has_position) ... wasm or another name without a place
 */
#ifndef UNPEG_LOG_CODE_NAME_H
#define UNPEG_LOG_CODE_NAME_H

#include "unpeg/base.h"

typedef struct code_name {
    unpeg_slice function; /* raw; empty for anonymous functions, scripts and evals */
    unpeg_slice script;   /* raw; empty for code without a script name */
    uint32_t line, column;
    bool has_position;
} code_name;

/* True when the text is the raw name of a script of this log. */
typedef bool (*code_name_script_fn)(void *user, unpeg_slice script);

/* Slices point into raw. Function and script names may both hold spaces: the script is the longest
 * rest after a space that is_script knows, else one that begins like a path or URL, else what
 * follows the last space. */
code_name code_name_split(unpeg_slice raw, code_name_script_fn is_script, void *user);

#endif
