/* SPDX-License-Identifier: MIT */
#include "reference.h"

#include <stdio.h>
#include <stdlib.h>

#include "ref_json.h"
#include "ref_lines.h"
#include "ref_run.h"
#include "ref_timed.h"

void ref_warn(const unpeg_reference *run, unpeg_status status)
{
    static const struct {
        unpeg_status status;
        const char *text;
    } TEXTS[] = {
        {UNPEG_SYNTAX, "row lost: a field is missing or no number"},
        {UNPEG_UNSUPPORTED, "row lost: unknown tier marker"},
        {UNPEG_NOT_FOUND, "row lost: code that is not known"},
        {UNPEG_LIMIT, "row lost: the library has too many pages"},
    };
    if (run->options.on_warning == NULL)
        return;
    const char *text = unpeg_status_text(status);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (TEXTS[i].status == status)
            text = TEXTS[i].text;
    run->options.on_warning(run->options.warning_user, run->line, text);
}

/* The event of a line, if its rows change anything in this mode. */
static ref_event useful_event(const unpeg_reference *run, unpeg_slice line)
{
    ref_event event = ref_event_of(line);
    bool json_only = event == REF_EVENT_SCRIPT_SOURCE || event == REF_EVENT_CODE_DEOPT;
    return json_only && !run->options.preprocess ? REF_EVENT_NONE : event;
}

static bool is_wanted(void *user, unpeg_slice head)
{
    return useful_event(user, head) != REF_EVENT_NONE || ref_timed_is_marker(head);
}

static unpeg_status process(void *user, uint64_t number, unpeg_slice line)
{
    unpeg_reference *run = user;
    run->line = number;
    return ref_process_row(run, useful_event(run, line), line);
}

/* Rows go straight to their handlers, or with --timed-range through what holds them back. */
static unpeg_status read_rows(unpeg_reference *run, ref_lines *lines, ref_timed *timed,
                              unpeg_error *error)
{
    unpeg_slice line;
    unpeg_status status;
    while ((status = ref_lines_next(lines, &line, error)) == UNPEG_OK && line.len != 0) {
        if (!run->options.timed_range && !run->options.pairwise_timed_range)
            status = process(run, lines->line, line);
        else if (is_wanted(run, line))
            status = ref_timed_line(timed, lines->line, line);
        if (status != UNPEG_OK)
            return unpeg_error_set(error, status, "no memory for the profile");
    }
    return status;
}

static unpeg_status read_source(unpeg_reference *run, unpeg_source *source, unpeg_error *error)
{
    ref_lines lines = {.source = source, .wanted = is_wanted, .user = run};
    ref_timed timed = {
        .pairwise = run->options.pairwise_timed_range, .process = process, .user = run};
    unpeg_status status = read_rows(run, &lines, &timed, error);
    ref_lines_deinit(&lines);
    ref_timed_deinit(&timed);
    return status;
}

/* A level for the function itself and one for each of its callers. */
static uint32_t levels_of(const unpeg_prof_options *options)
{
    return options->caller_levels == UINT32_MAX ? UINT32_MAX : options->caller_levels + 1;
}

static unpeg_status set_up(unpeg_reference *run, const unpeg_prof_options *options)
{
    run->options = *options;
    run->timer = run->wanted_timer = REF_UNDEFINED;
    unpeg_status status = prof_builder_init(&run->builder, levels_of(options));
    if (status == UNPEG_OK)
        status = ref_code_map_init(&run->map, &run->strings);
    run->map.whole_pages = options->use_bigint_addresses;
    if (options->runtime_timer != NULL &&
        !intern_add(&run->strings, unpeg_slice_of(options->runtime_timer), &run->wanted_timer))
        return UNPEG_NO_MEMORY;
    run->report.struct_size = sizeof run->report;
    run->report.log_name = unpeg_slice_of(options->log_name);
    run->report.ignore_unknown = options->ignore_unknown;
    run->report.only_summary = options->only_summary;
    return status;
}

static unpeg_status finish(unpeg_reference *run, unpeg_error *error)
{
    if (run->options.preprocess || run->report.header_only)
        return UNPEG_OK;
    unpeg_status status = prof_builder_finish(&run->builder, &run->report);
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "no memory to sort the report");
    return UNPEG_OK;
}

unpeg_status unpeg_reference_run(const unpeg_prof_options *options, unpeg_source *source,
                                 unpeg_reference **ret, unpeg_error *error)
{
    unpeg_reference *run = calloc(1, sizeof *run);
    if (run == NULL)
        return unpeg_error_set(error, UNPEG_NO_MEMORY, "no memory to begin");
    unpeg_status status = set_up(run, options);
    if (status != UNPEG_OK)
        unpeg_error_set(error, status, "no memory to begin");
    if (status == UNPEG_OK)
        status = read_source(run, source, error);
    if (status == UNPEG_OK)
        status = finish(run, error);
    if (status == UNPEG_OK)
        *ret = run;
    else
        unpeg_reference_destroy(run);
    return status;
}

void unpeg_reference_destroy(unpeg_reference *run)
{
    if (run == NULL)
        return;
    prof_builder_deinit(&run->builder);
    ref_code_map_deinit(&run->map);
    ref_json_deinit(&run->json);
    ref_row_deinit(&run->row);
    intern_deinit(&run->strings);
    free(run->stack.addresses);
    free(run->labels);
    free(run);
}

const unpeg_prof_report *unpeg_reference_report(const unpeg_reference *run)
{
    return &run->report;
}

unpeg_status reference_print_json(const unpeg_reference *run, const unpeg_writer *out,
                                  unpeg_error *error)
{
    if (!run->options.serialize_vm_symbols)
        return ref_json_print(&run->json, &run->strings, out, error);
    if (run->options.preprocess)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "the reference cannot do both --preprocess and "
                               "--serialize-vm-symbols");
    /* Libraries are not in the list, and other symbols there are none. */
    return out->write(out->user, "[]\n", 3);
}

bool reference_prints_text(const unpeg_reference *run)
{
    return !run->options.preprocess && !run->options.serialize_vm_symbols;
}
