/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "grow.h"
#include "js_number.h"
#include "ref_run.h"

enum { TICK_PC, TICK_TIME, TICK_IS_CALLBACK, TICK_TOS, TICK_STATE, TICK_FIELDS };

static const double STATE_GC = 1;

static unpeg_status push(ref_stack *stack, double address)
{
    if (!grow_reserve((void **)&stack->addresses, &stack->capacity, stack->count + 1,
                      sizeof *stack->addresses))
        return UNPEG_NO_MEMORY;
    stack->addresses[stack->count++] = address;
    return UNPEG_OK;
}

/* ---- Frames ---- */

/* Nearly every field of a log: 0x and up to 13 digits, which need no rounding. */
static bool plain_hexadecimal(unpeg_slice raw, double *ret)
{
    uint64_t value = 0;
    if (raw.len < 3 || raw.len > 15 || raw.data[0] != '0' || raw.data[1] != 'x')
        return false;
    for (size_t i = 2; i < raw.len; i++) {
        unsigned c = (unsigned char)raw.data[i];
        unsigned digit = c - '0' < 10 ? c - '0' : (c | 0x20) - 'a' < 6 ? (c | 0x20) - 'a' + 10 : 16;
        if (digit > 15)
            return false;
        value = value << 4 | digit;
    }
    *ret = (double)value;
    return true;
}

static unpeg_status parse_frame(const unpeg_reference *run, unpeg_slice text, double *ret)
{
    if (run->options.use_bigint_addresses)
        return js_parse_bigint(text, ret) ? UNPEG_OK : UNPEG_SYNTAX;
    *ret = js_parse_int(text, 0);
    return UNPEG_OK;
}

/* A frame that is not plainly an address. One with a sign is relative to the relative one before
 * it (at first to the pc); one that begins with o is the word "overflow" and is dropped. */
static unpeg_status add_odd_frame(unpeg_reference *run, unpeg_slice raw, double *base)
{
    unpeg_slice text;
    double value;
    unpeg_status status = ref_row_text(&run->row, raw, &text);
    if (status != UNPEG_OK)
        return status;
    int first = text.len != 0 ? text.data[0] : 0;
    if (first == 'o')
        return UNPEG_OK;
    status = parse_frame(run, text, &value);
    if (status != UNPEG_OK)
        return status;
    if (first == '+' || first == '-')
        value = *base += value;
    return push(&run->stack, value);
}

static unpeg_status add_frames(unpeg_reference *run, double pc)
{
    unpeg_status status = UNPEG_OK;
    unpeg_slice raw;
    double value;
    while (status == UNPEG_OK && ref_row_next(&run->row, &raw))
        status = plain_hexadecimal(raw, &value) ? push(&run->stack, value)
                                                : add_odd_frame(run, raw, &pc);
    return status;
}

/* ---- The tick ---- */

static bool is_kept(const unpeg_reference *run, double state)
{
    const unpeg_prof_options *options = &run->options;
    if (options->has_hidden_state)
        return options->hidden_state != state;
    if (options->has_state)
        return options->state == state;
    return run->wanted_timer == REF_UNDEFINED || run->wanted_timer == run->timer;
}

/* The top of stack counts only if it lies in code of a function: then that function was called
 * without a frame. */
static unpeg_status is_function(unpeg_reference *run, double address, bool *ret)
{
    uint32_t entry;
    double offset;
    unpeg_status status = ref_code_map_find(&run->map, address, &entry, &offset);
    *ret = entry != REF_NO_ENTRY && !run->options.preprocess &&
           ref_entry_of(&run->map, entry)->kind == REF_FUNCTION;
    return status;
}

static bool is_truthy(double value)
{
    return value != 0 && !isnan(value);
}

/* Starts the stack. In an external callback the callback's entry stands for the pc. */
static unpeg_status start_stack(unpeg_reference *run, double pc, double tos, bool is_callback)
{
    bool has_tos = false;
    unpeg_status status = UNPEG_OK;
    run->stack.count = 0;
    if (is_callback)
        pc = tos;
    else if (is_truthy(tos))
        status = is_function(run, tos, &has_tos);
    if (status == UNPEG_OK)
        status = push(&run->stack, pc);
    if (status == UNPEG_OK && has_tos)
        status = push(&run->stack, tos);
    return status == UNPEG_OK ? add_frames(run, pc) : status;
}

/* Counts the tick; false if it is not looked at any further. A time that is no number is in every
 * range. */
static bool is_counted(unpeg_reference *run, double time_us, double state)
{
    unpeg_prof_report *report = &run->report;
    if (time_us < run->options.range_start_us || time_us > run->options.range_end_us)
        return false;
    report->ticks++;
    report->gc += state == STATE_GC;
    if (is_kept(run, state))
        return true;
    report->excluded++;
    return false;
}

unpeg_status ref_process_tick(unpeg_reference *run)
{
    ref_fields fields;
    double pc;
    double tos;
    unpeg_status status = ref_row_fields(&run->row, TICK_FIELDS, &fields);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, TICK_PC, &pc);
    if (status == UNPEG_OK)
        status = ref_address(run, &fields, TICK_TOS, &tos);
    if (status != UNPEG_OK)
        return status;
    double state = ref_field_number(&fields, TICK_STATE);
    run->distortion_us += run->options.distortion_us;
    double time_us = ref_field_number(&fields, TICK_TIME) - run->distortion_us;
    if (!is_counted(run, time_us, state))
        return UNPEG_OK;
    bool is_callback = is_truthy(ref_field_number(&fields, TICK_IS_CALLBACK));
    status = start_stack(run, pc, tos, is_callback);
    if (status != UNPEG_OK)
        return status;
    return run->options.preprocess ? ref_json_add_tick(run, time_us, state)
                                   : ref_text_add_tick(run);
}
