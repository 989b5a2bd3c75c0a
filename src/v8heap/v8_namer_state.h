/* SPDX-License-Identifier: MIT
 *
 * What a namer is made of; for the files of this module.
 *
 *     v8_place_of_code at;
 *     v8_namer_locate(namer, pc, &at);
 *     if (at.builtin) ... else if (at.code) ...
 */
#ifndef UNPEG_V8HEAP_V8_NAMER_STATE_H
#define UNPEG_V8HEAP_V8_NAMER_STATE_H

#include "intern.h"
#include "v8_bytecode.h"
#include "v8_code.h"
#include "v8_function.h"
#include "v8_image.h"
#include "v8_namer.h"
#include "v8_structure.h"

struct v8_namer {
    v8_process process;
    v8_layout layout;
    v8_heap heap;
    intern names;
    v8_scripts scripts;
    v8_functions functions;
    v8_bytecode_cache bytecode;
    v8_codes codes;
    v8_builtins builtins;
    bool builtins_by_address; /* places are addresses of the process, not file offsets */
    bool builtins_tried;      /* of a namer that learns */
    bool learns;              /* the binary has no symbols */
    v8_structure structure;   /* then */
    char *file;               /* path of the image, as mapped */
    v8_health health;
};

/* What code an address is in: at most one of both. */
typedef struct v8_code_at {
    const v8_builtin *builtin;
    unpeg_addr builtin_start; /* where it is mapped */
    v8_code *code;
    bool in_file; /* not in memory for generated code */
} v8_code_at;

UNPEG_MUST_CHECK unpeg_status v8_namer_locate(v8_namer *namer, unpeg_addr pc, v8_code_at *ret);

bool v8_namer_set_file(v8_namer *namer, unpeg_slice path);
UNPEG_MUST_CHECK unpeg_status v8_namer_open_image(const v8_namer *namer, unpeg_slice path,
                                                  v8_image **ret);

/* Makes it one that learns. NOT_FOUND: the process has no memory for generated code. */
UNPEG_MUST_CHECK unpeg_status v8_learning_begin(v8_namer *namer);

/* Counts a check and turns withholding on when too many fail. */
void v8_namer_count_function(v8_namer *namer, bool sound);
void v8_namer_count_line(v8_namer *namer, bool sound);

bool v8_namer_trusts_name(const v8_namer *namer, const v8_function *function);

/* Holds a table of positions against the function's text, once; sets what fits. */
UNPEG_MUST_CHECK unpeg_status v8_namer_trust_bytecode(v8_namer *namer, v8_bytecode *code,
                                                      const v8_function *function);
UNPEG_MUST_CHECK unpeg_status v8_namer_trust_code(v8_namer *namer, v8_code *code,
                                                  const v8_function *function);

#endif
