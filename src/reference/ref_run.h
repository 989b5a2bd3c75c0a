/* SPDX-License-Identifier: MIT
 *
 * A run of the reference: the state that its row handlers share.
 *
 *     status = ref_process_row(run, REF_EVENT_TICK, line);
 *     status = ref_text_add_function(run, &code);   (or ref_json_add_function)
 *
 * Handlers fail with NO_MEMORY, which ends the run, or with anything else where the reference
 * throws: then the row is lost and reading goes on.
 */
#ifndef UNPEG_REFERENCE_REF_RUN_H
#define UNPEG_REFERENCE_REF_RUN_H

#include "prof_builder.h"
#include "ref_code_map.h"
#include "ref_json.h"
#include "ref_row.h"
#include "unpeg/prof_process.h"

/* A code-creation row. */
typedef struct ref_code {
    unpeg_slice type, name;
    bool has_type;
    double time_us, start, size;
    double sfi; /* this and state only for code of a function */
    ref_state state;
} ref_code;

/* The addresses of a tick, innermost first. */
typedef struct ref_stack {
    double *addresses;
    size_t count, capacity;
} ref_stack;

struct unpeg_reference {
    unpeg_prof_options options;
    uint64_t line; /* of the row at hand */
    intern strings;
    ref_code_map map;
    ref_row row;
    ref_stack stack;
    double distortion_us;  /* so far */
    uint32_t timer;        /* the last active-runtime-timer, or REF_UNDEFINED */
    uint32_t wanted_timer; /* likewise */
    prof_builder builder;  /* of the text */
    uint32_t *labels;      /* of the stack at hand */
    size_t label_capacity;
    ref_json json; /* of --preprocess */
    unpeg_prof_report report;
};

/* Reports a row that was lost. */
void ref_warn(const unpeg_reference *run, unpeg_status status);

/* Processes one row. Fails with NO_MEMORY alone. */
UNPEG_MUST_CHECK unpeg_status ref_process_row(unpeg_reference *run, ref_event event,
                                              unpeg_slice line);

/* A tick; the row is open at its first field. */
UNPEG_MUST_CHECK unpeg_status ref_process_tick(unpeg_reference *run);

/* An address field. Fails with SYNTAX where BigInt throws. */
UNPEG_MUST_CHECK unpeg_status ref_address(const unpeg_reference *run, const ref_fields *fields,
                                          size_t index, double *ret);

/* A code-source-info row, whose look-ups count in both modes. */
UNPEG_MUST_CHECK unpeg_status ref_add_source(unpeg_reference *run, double start,
                                             const ref_fields *fields);

/* The text mode. A tick's stack is run->stack. */
UNPEG_MUST_CHECK unpeg_status ref_text_add_library(unpeg_reference *run, unpeg_slice name);
UNPEG_MUST_CHECK unpeg_status ref_text_add_code(unpeg_reference *run, const ref_code *code);
UNPEG_MUST_CHECK unpeg_status ref_text_add_function(unpeg_reference *run, const ref_code *code);
UNPEG_MUST_CHECK unpeg_status ref_text_add_tick(unpeg_reference *run);

/* The --preprocess mode. */
UNPEG_MUST_CHECK unpeg_status ref_json_add_library(unpeg_reference *run, uint32_t entry);
UNPEG_MUST_CHECK unpeg_status ref_json_add_code(unpeg_reference *run, const ref_code *code);
UNPEG_MUST_CHECK unpeg_status ref_json_add_function(unpeg_reference *run, const ref_code *code);
UNPEG_MUST_CHECK unpeg_status ref_json_add_source(unpeg_reference *run, uint32_t entry,
                                                  const ref_json_source *source);
UNPEG_MUST_CHECK unpeg_status ref_json_add_deopt(unpeg_reference *run, double address,
                                                 const ref_fields *fields);
UNPEG_MUST_CHECK unpeg_status ref_json_add_script(unpeg_reference *run, const ref_fields *fields);
UNPEG_MUST_CHECK unpeg_status ref_json_add_tick(unpeg_reference *run, double time_us, double state);

#endif
