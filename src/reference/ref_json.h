/* SPDX-License-Identifier: MIT
 *
 * What --preprocess collects: the arrays of its JSON.
 *
 *     ref_json_print(&run->json, &run->strings, out, &error);
 *     ref_json_deinit(&run->json);
 *
 * Texts are ids in the run's strings, or slices in an arena where they are long and seldom equal.
 * A slice without data is JavaScript's undefined, whose member is left out.
 */
#ifndef UNPEG_REFERENCE_REF_JSON_H
#define UNPEG_REFERENCE_REF_JSON_H

#include "arena.h"
#include "intern.h"
#include "ref_code_map.h"
#include "unpeg/writer.h"

/* "source" of a code: from code-source-info. */
typedef struct ref_json_source {
    double script, start, end;
    unpeg_slice positions, inlined;
    uint32_t *functions; /* REF_UNDEFINED is null */
    size_t function_count;
} ref_json_source;

/* "deopt" of a code: from its first code-deopt. */
typedef struct ref_json_deopt {
    double time_us, inlining_id, script_offset;
    unpeg_slice position, reason, bailout_type;
} ref_json_deopt;

typedef struct ref_json_code {
    ref_kind kind;
    ref_state state; /* of functions */
    uint32_t name;
    uint32_t tag; /* of plain code: id of its tag, or REF_UNDEFINED */
    uint32_t function;
    uint32_t next_of_function; /* the next code of the same function, or REF_UNDEFINED */
    double time_us;
    ref_json_source *source; /* NULL: none */
    ref_json_deopt *deopt;
    bool deopt_is_first; /* it was there before the source, and so is printed before it */
} ref_json_code;

typedef struct ref_json_function {
    uint32_t name;
    uint32_t first, last; /* code ids, or REF_UNDEFINED */
} ref_json_function;

typedef struct ref_json_tick {
    double time_us, state;
    size_t frame_count;
} ref_json_tick;

typedef struct ref_json_frame {
    double value;  /* offset in the code, or the address */
    uint32_t code; /* REF_UNDEFINED: not resolved, printed as -1 */
} ref_json_frame;

/* Scripts with the same last part of their URL share one name: see ref_json_print.c. */
typedef struct ref_json_basename {
    unpeg_slice last_url;
    size_t script_count;
} ref_json_basename;

typedef struct ref_json_script {
    uint32_t id;
    uint32_t basename; /* id of the string, and index in basenames */
    unpeg_slice url, source;
} ref_json_script;

typedef struct ref_json {
    arena texts;
    ref_json_code *codes;
    size_t code_count, code_capacity;
    ref_json_function *functions;
    size_t function_count, function_capacity;
    ref_json_tick *ticks;
    size_t tick_count, tick_capacity;
    ref_json_frame *frames; /* of all ticks */
    size_t frame_count, frame_capacity;
    ref_json_script *scripts; /* in the order of their rows */
    size_t script_count, script_capacity;
    ref_json_basename *basenames; /* by string id */
    size_t basename_count, basename_capacity;
    bool has_bigints; /* which the reference cannot print */
} ref_json;

void ref_json_deinit(ref_json *json);

/* Prints the whole document. Fails with what the writer returned, NO_MEMORY, or with UNSUPPORTED
 * where the reference dies in the middle. */
UNPEG_MUST_CHECK unpeg_status ref_json_print(const ref_json *json, const intern *strings,
                                             const unpeg_writer *out, unpeg_error *error);

#endif
