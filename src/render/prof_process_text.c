/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "js_number.h"
#include "reference.h"
#include "unpeg/prof_process.h"

/* Callers that have less of what they call are not shown. */
static const double CUTOFF_PERCENT = 1.0;

typedef struct text_out {
    const unpeg_writer *writer;
    unpeg_status status; /* the first failure */
    size_t len;
    char buffer[1 << 14];
} text_out;

static void flush(text_out *out)
{
    if (out->status == UNPEG_OK && out->len != 0)
        out->status = out->writer->write(out->writer->user, out->buffer, out->len);
    out->len = 0;
}

static void put(text_out *out, unpeg_slice text)
{
    while (text.len != 0 && out->status == UNPEG_OK) {
        size_t room = sizeof out->buffer - out->len;
        size_t n = text.len < room ? text.len : room;
        memcpy(out->buffer + out->len, text.data, n);
        out->len += n;
        text = (unpeg_slice){text.data + n, text.len - n};
        if (out->len == sizeof out->buffer)
            flush(out);
    }
}

static void put_string(text_out *out, const char *text)
{
    put(out, unpeg_slice_of(text));
}

/* Short text only: what does not fit in 128 bytes is cut. */
__attribute__((format(printf, 2, 3))) static void put_format(text_out *out, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_string(out, text);
}

/* Right-aligned in five columns, never cut. A report has tens of thousands of numbers, and
 * formatting them by vsnprintf took half of its time. */
static void put_aligned(text_out *out, const char *text, size_t len)
{
    if (len < 5)
        put(out, (unpeg_slice){"    ", 5 - len});
    put(out, (unpeg_slice){text, len});
}

static void put_ticks(text_out *out, uint64_t ticks)
{
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + (int)(ticks % 10));
    while ((ticks /= 10) != 0);
    put_string(out, "  ");
    put_aligned(out, digits + at, sizeof digits - at);
    put_string(out, "  ");
}

static void put_percent(text_out *out, double percent)
{
    char text[JS_NUMBER_SIZE];
    put_aligned(out, text, js_fixed1(percent, text));
    put_string(out, "%  ");
}

/* ---- Flat lists ---- */

static void put_header(text_out *out, const char *title)
{
    put_format(out, "\n [%s]:\n   ticks  total  nonlib   name\n", title);
}

/* What percentages are of; nonlib is not shown where it is not asked for. */
typedef struct bases {
    double total, nonlib;
    bool has_nonlib;
} bases;

static void put_line(text_out *out, unpeg_slice label, uint64_t ticks, bases of)
{
    double hundredfold = (double)ticks * 100;
    put_ticks(out, ticks);
    put_percent(out, hundredfold / of.total);
    if (of.has_nonlib)
        put_percent(out, hundredfold / of.nonlib);
    else
        put_string(out, "        ");
    put(out, label);
    put_string(out, "\n");
}

static uint64_t sum_of(const unpeg_prof_report *report, unpeg_prof_category category)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].category == category)
            sum += report->rows[i].ticks;
    return sum;
}

static void put_list(text_out *out, const unpeg_prof_report *report, unpeg_prof_category category,
                     bases of)
{
    static const char *const TITLES[] = {
        [UNPEG_PROF_LIBRARY] = "Shared libraries",
        [UNPEG_PROF_JAVASCRIPT] = "JavaScript",
        [UNPEG_PROF_CPP] = "C++",
    };
    put_header(out, TITLES[category]);
    for (size_t i = 0; i < report->row_count; i++)
        if (report->rows[i].category == category)
            put_line(out, report->rows[i].label, report->rows[i].ticks, of);
}

/* GC ticks are also in the category of the code they came upon, so the lines add up to more than
 * all. The base of the unaccounted ones is always all ticks. */
static void put_summary(text_out *out, const unpeg_prof_report *report, bases of)
{
    bases total_only = {of.total, 0, false};
    bases all = {(double)report->ticks, 0, false};
    put_header(out, "Summary");
    put_line(out, unpeg_slice_of("JavaScript"), sum_of(report, UNPEG_PROF_JAVASCRIPT), of);
    put_line(out, unpeg_slice_of("C++"), sum_of(report, UNPEG_PROF_CPP), of);
    put_line(out, unpeg_slice_of("GC"), report->gc, of);
    put_line(out, unpeg_slice_of("Shared libraries"), sum_of(report, UNPEG_PROF_LIBRARY),
             total_only);
    if (!report->ignore_unknown && report->unaccounted > 0)
        put_line(out, unpeg_slice_of("Unaccounted"), report->unaccounted, all);
}

static void put_c_entries(text_out *out, const unpeg_prof_report *report, double total)
{
    bases of = {(double)report->c_entry_ticks, total, true};
    put_string(out, "\n [C++ entry points]:\n   ticks    cpp   total   name\n");
    for (size_t i = 0; i < report->c_entry_count; i++)
        put_line(out, report->c_entries[i].label, report->c_entries[i].ticks, of);
}

/* ---- The tree ---- */

static void put_node(text_out *out, const unpeg_prof_node *node, double percent)
{
    put_ticks(out, node->ticks);
    put_percent(out, percent);
    for (uint32_t i = 0; i < node->depth; i++)
        put_string(out, "  ");
    put(out, node->label);
    put_string(out, "\n");
}

/* The node behind the one at index and everything under it. */
static size_t skip_subtree(const unpeg_prof_report *report, size_t index)
{
    uint32_t depth = report->nodes[index].depth;
    do
        index++;
    while (index < report->node_count && report->nodes[index].depth > depth);
    return index;
}

static void put_tree(text_out *out, const unpeg_prof_report *report, double total)
{
    bool top_is_shown = false;
    for (size_t i = 0; i < report->node_count;) {
        const unpeg_prof_node *node = &report->nodes[i];
        bool is_top = node->depth == 0;
        double base = is_top ? total : (double)report->nodes[node->parent].ticks;
        double percent = (double)node->ticks / base * 100.0;
        bool is_shown = !(percent < CUTOFF_PERCENT);
        if (is_top && top_is_shown) /* an empty line behind each innermost function's callers */
            put_string(out, "\n");
        if (is_top)
            top_is_shown = is_shown;
        if (is_shown)
            put_node(out, node, percent);
        i = is_shown ? i + 1 : skip_subtree(report, i);
    }
    if (top_is_shown)
        put_string(out, "\n");
}

static void put_bottom_up(text_out *out, const unpeg_prof_report *report, double total)
{
    put_string(out, "\n [Bottom up (heavy) profile]:\n"
                    "  Note: percentage shows a share of a particular caller in the total\n"
                    "  amount of its parent calls.\n"
                    "  Callers occupying less than 1.0% are not shown.\n\n"
                    "   ticks parent  name\n");
    put_tree(out, report, total);
}

/* ---- The whole ---- */

static void put_first_line(text_out *out, const unpeg_prof_report *report)
{
    put_string(out, "Statistical profiling result from ");
    put(out, report->log_name);
    put_format(out, ", (%llu ticks, %llu unaccounted, %llu excluded).\n",
               (unsigned long long)report->ticks, (unsigned long long)report->unaccounted,
               (unsigned long long)report->excluded);
}

static void put_body(text_out *out, const unpeg_prof_report *report)
{
    double total =
        (double)report->ticks - (report->ignore_unknown ? (double)report->unaccounted : 0);
    double nonlib = total - (double)sum_of(report, UNPEG_PROF_LIBRARY);
    bases of = {total, nonlib, true};
    if (!report->only_summary) {
        put_list(out, report, UNPEG_PROF_LIBRARY, (bases){total, 0, false});
        put_list(out, report, UNPEG_PROF_JAVASCRIPT, of);
        put_list(out, report, UNPEG_PROF_CPP, of);
    }
    put_summary(out, report, of);
    if (!report->only_summary) {
        put_c_entries(out, report, total);
        put_bottom_up(out, report, total);
    }
}

unpeg_status unpeg_prof_report_print(const unpeg_prof_report *report, const unpeg_writer *writer)
{
    text_out out;
    out.writer = writer;
    out.status = UNPEG_OK;
    out.len = 0;
    put_first_line(&out, report);
    if (report->ticks != 0 && !report->header_only)
        put_body(&out, report);
    flush(&out);
    return out.status;
}

unpeg_status unpeg_reference_print(const unpeg_reference *reference, const unpeg_writer *out,
                                   unpeg_error *error)
{
    const unpeg_prof_report *report = unpeg_reference_report(reference);
    if (!reference_prints_text(reference))
        return reference_print_json(reference, out, error);
    unpeg_status status = unpeg_prof_report_print(report, out);
    if (status != UNPEG_OK)
        return unpeg_error_set(error, status, "cannot write the report");
    if (report->header_only && report->ticks != 0)
        return unpeg_error_set(error, UNPEG_UNSUPPORTED,
                               "the reference dies of a stack of more than %d frames",
                               UNPEG_PROF_MAX_STACK);
    return UNPEG_OK;
}
