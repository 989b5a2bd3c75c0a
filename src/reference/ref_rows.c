/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "js_number.h"
#include "ref_run.h"

/* ---- Fields ---- */

unpeg_status ref_address(const unpeg_reference *run, const ref_fields *fields, size_t index,
                         double *ret)
{
    *ret = ref_field_number(fields, index);
    if (!run->options.use_bigint_addresses)
        return UNPEG_OK;
    bool is_number = index < fields->count && js_parse_bigint(fields->text[index], ret);
    return is_number ? UNPEG_OK : UNPEG_SYNTAX;
}

static unpeg_status two_addresses(unpeg_reference *run, double *ret_first, double *ret_second)
{
    ref_fields fields;
    unpeg_status status = ref_row_fields(&run->row, 2, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 0, ret_first);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 1, ret_second);
    return status;
}

/* ---- Libraries and code ---- */

static unpeg_status on_shared_library(unpeg_reference *run)
{
    ref_fields fields;
    double start;
    double end;
    ref_entry library = {.kind = REF_LIBRARY, .code_id = REF_UNDEFINED, .func_id = REF_UNDEFINED};
    uint32_t entry;
    unpeg_status status = ref_row_fields(&run->row, 3, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 1, &start);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 2, &end);
    if (status != UNPEG_OK)
        return status;
    unpeg_slice name = fields.count > 0 ? fields.text[0] : (unpeg_slice){"", 0};
    library.size = end - start;
    if (!intern_add(&run->strings, name, &library.name))
        return UNPEG_NO_MEMORY;
    status = ref_entry_new(&run->map, &library, &entry);
    if (status == UNPEG_OK)
        status = ref_code_map_add_library(&run->map, start, entry);
    if (status != UNPEG_OK)
        return status;
    return run->options.preprocess ? ref_json_add_library(run, entry)
                                   : ref_text_add_library(run, name);
}

/* The tier of a marker; false for one that Node 26 does not know. */
static bool state_of(unpeg_slice marker, ref_state *ret)
{
    static const struct {
        const char *text;
        ref_state state;
    } KNOWN[] = {
        {"", REF_COMPILED},   {"~", REF_IGNITION},  {"^", REF_SPARKPLUG},  {"+", REF_MAGLEV},
        {"+'", REF_MAGLEV},   {"o+", REF_MAGLEV},   {"o+'", REF_MAGLEV},   {"*", REF_TURBOFAN},
        {"*'", REF_TURBOFAN}, {"o*", REF_TURBOFAN}, {"o*'", REF_TURBOFAN},
    };
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        *ret = KNOWN[i].state;
        if (unpeg_slice_equal(marker, unpeg_slice_of(KNOWN[i].text)))
            return true;
    }
    return false;
}

enum { CODE_TYPE, CODE_KIND, CODE_TIME, CODE_START, CODE_SIZE, CODE_NAME, CODE_SFI, CODE_MARKER };

static unpeg_status on_function(unpeg_reference *run, const ref_fields *fields, ref_code *code)
{
    unpeg_status status = ref_address(run, fields, CODE_SFI, &code->sfi);
    if (status != UNPEG_OK)
        return status;
    if (fields->count <= CODE_MARKER || !state_of(fields->text[CODE_MARKER], &code->state))
        return UNPEG_UNSUPPORTED;
    return run->options.preprocess ? ref_json_add_function(run, code)
                                   : ref_text_add_function(run, code);
}

static unpeg_status on_code_creation(unpeg_reference *run)
{
    ref_fields fields;
    ref_code code = {.type = {"", 0}, .name = {"", 0}};
    unpeg_status status = ref_row_fields(&run->row, CODE_MARKER + 1, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, CODE_START, &code.start);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, CODE_SIZE, &code.size);
    if (status != UNPEG_OK)
        return status;
    code.time_us = ref_field_number(&fields, CODE_TIME);
    code.has_type = fields.count > CODE_TYPE;
    if (code.has_type)
        code.type = fields.text[CODE_TYPE];
    if (fields.count > CODE_NAME)
        code.name = fields.text[CODE_NAME];
    bool is_regexp = unpeg_slice_equal(code.type, unpeg_slice_of("RegExp"));
    if (!is_regexp && fields.count > CODE_SFI)
        return on_function(run, &fields, &code);
    return run->options.preprocess ? ref_json_add_code(run, &code) : ref_text_add_code(run, &code);
}

static unpeg_status on_code_move(unpeg_reference *run)
{
    double from;
    double to;
    unpeg_status status = two_addresses(run, &from, &to);
    return status == UNPEG_OK ? ref_code_map_move(&run->map, from, to) : status;
}

/* Unlike a move of code, one of an unknown function is no error. */
static unpeg_status on_sfi_move(unpeg_reference *run)
{
    double from;
    double to;
    unpeg_status status = two_addresses(run, &from, &to);
    if (status != UNPEG_OK || ref_code_map_at(&run->map, from) == REF_NO_ENTRY)
        return status;
    return ref_code_map_move(&run->map, from, to);
}

/* ---- Sources ---- */

static unpeg_status on_code_source_info(unpeg_reference *run)
{
    ref_fields fields;
    double start;
    unpeg_status status = ref_row_fields(&run->row, 7, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 0, &start);
    return status == UNPEG_OK ? ref_add_source(run, start, &fields) : status;
}

static unpeg_status on_script_source(unpeg_reference *run)
{
    ref_fields fields;
    unpeg_status status = ref_row_fields(&run->row, 3, &fields);
    return status == UNPEG_OK ? ref_json_add_script(run, &fields) : status;
}

static unpeg_status on_code_deopt(unpeg_reference *run)
{
    ref_fields fields;
    double size;
    double address;
    unpeg_status status = ref_row_fields(&run->row, 8, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 1, &size);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, 2, &address);
    return status == UNPEG_OK ? ref_json_add_deopt(run, address, &fields) : status;
}

/* ---- Dispatch ---- */

static unpeg_status on_runtime_timer(unpeg_reference *run)
{
    ref_fields fields;
    unpeg_status status = ref_row_fields(&run->row, 1, &fields);
    if (status != UNPEG_OK)
        return status;
    run->timer = REF_UNDEFINED;
    if (fields.count > 0 && !intern_add(&run->strings, fields.text[0], &run->timer))
        return UNPEG_NO_MEMORY;
    return UNPEG_OK;
}

static unpeg_status on_timer_event(unpeg_reference *run)
{
    run->distortion_us += run->options.distortion_us;
    return UNPEG_OK;
}

typedef unpeg_status (*row_handler)(unpeg_reference *run);

static row_handler handler_of(ref_event event)
{
    static const row_handler HANDLERS[] = {
        [REF_EVENT_SHARED_LIBRARY] = on_shared_library,
        [REF_EVENT_CODE_CREATION] = on_code_creation,
        [REF_EVENT_CODE_DEOPT] = on_code_deopt,
        [REF_EVENT_CODE_MOVE] = on_code_move,
        [REF_EVENT_CODE_SOURCE_INFO] = on_code_source_info,
        [REF_EVENT_SCRIPT_SOURCE] = on_script_source,
        [REF_EVENT_SFI_MOVE] = on_sfi_move,
        [REF_EVENT_ACTIVE_RUNTIME_TIMER] = on_runtime_timer,
        [REF_EVENT_TICK] = ref_process_tick,
        [REF_EVENT_TIMER_EVENT_START] = on_timer_event,
        [REF_EVENT_TIMER_EVENT_END] = on_timer_event,
    };
    return HANDLERS[event];
}

unpeg_status ref_process_row(unpeg_reference *run, ref_event event, unpeg_slice line)
{
    row_handler handler = handler_of(event);
    if (handler == NULL)
        return UNPEG_OK;
    ref_row_open(&run->row, line);
    unpeg_status status = handler(run);
    if (status == UNPEG_NO_MEMORY)
        return status;
    if (status != UNPEG_OK)
        ref_warn(run, status);
    return UNPEG_OK;
}
