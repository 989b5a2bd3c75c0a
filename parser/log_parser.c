/* SPDX-License-Identifier: MIT
 *
 * Bytes to rows. Whole rows are parsed where they lie in the caller's chunk; only a row that a
 * chunk cuts is copied, into the carry. A row of a kind that nobody wants is skipped to its line
 * end even across chunks, so a script-source row of any length costs a scan.
 */
#include "unpeg/log_parser.h"

#include <stdlib.h>

#include "event.h"
#include "grow.h"
#include "record.h"

enum {
    DEFAULT_MAX_ROW_BYTES = 64 << 20,
    JOIN_MAX_BYTES = 64 << 10, /* a function name broken over lines; V8 names are far shorter */
};

struct unpeg_log_parser {
    unpeg_record_fn on_record;
    void *user;
    uint64_t wanted;
    size_t max_row_bytes;
    char *carry; /* the row that the last chunk cut, and lines that it may have to be joined with */
    size_t carry_len, carry_capacity;
    bool skipping; /* inside a row that is dropped up to its line end */
    bool saw_header, saw_profiler;
    uint64_t line;   /* of the next row */
    uint64_t offset; /* of the first byte that is not yet consumed */
    unpeg_log_counters counters;
    unpeg_damage damage;
    unpeg_status status;
};

/* One piece of contiguous input while it is parsed. */
typedef struct text_span {
    const char *at, *end;
    bool final; /* nothing follows: the last row may lack its line end */
} text_span;

unpeg_status unpeg_log_parser_create(const unpeg_log_parser_options *options,
                                     unpeg_record_fn on_record, void *user, unpeg_log_parser **ret)
{
    const unpeg_log_parser_options defaults = {.struct_size = sizeof defaults};
    const unpeg_log_parser_options *o = options ? options : &defaults;
    unpeg_log_parser *parser = calloc(1, sizeof *parser);
    if (!parser)
        return UNPEG_NO_MEMORY;
    parser->on_record = on_record;
    parser->user = user;
    parser->wanted = o->wanted ? o->wanted : UNPEG_RECORD_ALL;
    parser->max_row_bytes = o->max_row_bytes ? o->max_row_bytes : DEFAULT_MAX_ROW_BYTES;
    parser->line = o->first_line ? o->first_line : 1;
    parser->offset = o->first_offset;
    parser->skipping = o->starts_inside_a_row;
    parser->saw_header =
        o->first_offset != 0; /* a part of a log is not blamed for its missing head */
    *ret = parser;
    return UNPEG_OK;
}

void unpeg_log_parser_destroy(unpeg_log_parser *parser)
{
    if (!parser)
        return;
    free(parser->carry);
    free(parser);
}

static void add_damage(unpeg_log_parser *p, unpeg_damage_kind kind)
{
    unpeg_damage_add(&p->damage, kind, p->line, p->offset);
}

static bool is_wanted(const unpeg_log_parser *p, unpeg_record_kind kind)
{
    return (p->wanted & UNPEG_RECORD_MASK(kind)) != 0;
}

/* Consumes len bytes that hold the given number of line ends. */
static void advance(unpeg_log_parser *p, size_t len, uint64_t line_ends)
{
    p->offset += len;
    p->line += line_ends;
    p->counters.lines += line_ends;
}

/* Several loggers that write one file leave several headers. */
static void note_header(unpeg_log_parser *p, const unpeg_record *record)
{
    bool extra = p->counters.records[UNPEG_RECORD_V8_VERSION] > 1;
    if (record->kind == UNPEG_RECORD_PROFILER) {
        extra = p->saw_profiler && record->u.profiler.begin;
        p->saw_profiler |= record->u.profiler.begin;
    }
    if (extra)
        add_damage(p, UNPEG_DAMAGE_EXTRA_HEADER);
}

static void note_missing_header(unpeg_log_parser *p, unpeg_record_kind kind)
{
    if (!p->saw_header && kind != UNPEG_RECORD_V8_VERSION)
        add_damage(p, UNPEG_DAMAGE_NO_HEADER);
    p->saw_header = true;
}

static void blame_row(unpeg_log_parser *p, const unpeg_record *record, unpeg_damage_kind kind)
{
    if (record->cut)
        kind = UNPEG_DAMAGE_CUT_LAST_ROW;
    else if (memchr(record->row.data, '\0', record->row.len))
        kind = UNPEG_DAMAGE_NUL_BYTE;
    add_damage(p, kind);
}

/* Line ends in [from, to). */
static uint64_t count_line_ends(const char *from, const char *to)
{
    uint64_t count = 0;
    for (; from < to && (from = memchr(from, '\n', (size_t)(to - from))) != NULL; from++)
        count++;
    return count;
}

static size_t without_carriage_return(const char *row, size_t len)
{
    return len > 0 && row[len - 1] == '\r' ? len - 1 : len;
}

/* A function's name was broken by a newline: takes following lines that start with no event name
 * until the row has its last fields. Moves *line_end; false when the decision needs more input.
 * When no number of lines completes the row it is left as its first line alone. */
static bool join_lines(unpeg_record *record, const text_span *span, const char **line_end)
{
    const char *row = record->row.data;
    const char *stop = *line_end;
    while (stop < span->end && stop - row < JOIN_MAX_BYTES) {
        const char *next = stop + 1;
        const char *found =
            next < span->end ? memchr(next, '\n', (size_t)(span->end - next)) : NULL;
        if (!found && !span->final)
            return false;
        stop = found ? found : span->end;
        if (next >= stop || event_of_row(next, (size_t)(stop - next)) != UNPEG_RECORD_KIND_COUNT)
            break;
        unpeg_record longer = *record;
        longer.row.len = without_carriage_return(row, (size_t)(stop - row));
        if (code_row_decode(&longer) && !code_row_is_open(&longer.u.code_creation)) {
            *record = longer;
            *line_end = stop;
            break;
        }
    }
    return true;
}

static void deliver(unpeg_log_parser *p, const unpeg_record *record)
{
    if (record->cut)
        add_damage(p, UNPEG_DAMAGE_CUT_LAST_ROW);
    p->status = p->on_record(p->user, record);
}

/* Parses the row at span->at up to line_end. Returns where the next row begins, or NULL when the
 * row's end is not in the span. */
static const char *parse_row(unpeg_log_parser *p, unpeg_record_kind kind, const text_span *span,
                             const char *line_end)
{
    unpeg_record record;
    record.kind = kind;
    record.line = p->line;
    record.offset = p->offset;
    record.row.data = span->at;
    record.row.len = without_carriage_return(span->at, (size_t)(line_end - span->at));
    record.cut = line_end == span->end;
    bool decoded = record_decode(&record);
    if (decoded && kind == UNPEG_RECORD_CODE_CREATION &&
        code_row_is_open(&record.u.code_creation)) {
        const char *first_end = line_end;
        if (!join_lines(&record, span, &line_end))
            return NULL;
        if (line_end != first_end)
            add_damage(p, UNPEG_DAMAGE_SPLIT_NAME);
        else
            blame_row(p, &record, UNPEG_DAMAGE_BAD_ROW);
    }
    p->counters.records[kind]++;
    if (decoded && (kind == UNPEG_RECORD_V8_VERSION || kind == UNPEG_RECORD_PROFILER))
        note_header(p, &record);
    if (decoded)
        deliver(p, &record);
    else
        blame_row(p, &record, UNPEG_DAMAGE_BAD_ROW);
    return line_end;
}

/* Judged by its first bytes alone, since of a dropped row no others are seen. */
static void parse_unwanted(unpeg_log_parser *p, unpeg_record_kind kind, const char *row, size_t len)
{
    if (kind != UNPEG_RECORD_KIND_COUNT)
        p->counters.records[kind]++;
    else if (len == 0)
        add_damage(p, UNPEG_DAMAGE_EMPTY_LINE);
    else if (memchr(row, '\0', len < EVENT_NAME_MAX ? len : EVENT_NAME_MAX))
        add_damage(p, UNPEG_DAMAGE_NUL_BYTE);
    else
        add_damage(p, UNPEG_DAMAGE_UNKNOWN_EVENT);
}

/* Parses the row that ends at line_end; returns the end of what was parsed, which is further when
 * lines were joined, or NULL when more input is needed. */
static const char *parse_line(unpeg_log_parser *p, const text_span *span, const char *line_end)
{
    size_t len = without_carriage_return(span->at, (size_t)(line_end - span->at));
    unpeg_record_kind kind = event_of_row(span->at, len);
    if (!p->saw_header)
        note_missing_header(p, kind);
    if (kind != UNPEG_RECORD_KIND_COUNT && is_wanted(p, kind))
        return parse_row(p, kind, span, line_end);
    parse_unwanted(p, kind, span->at, len);
    if (line_end == span->end)
        add_damage(p, UNPEG_DAMAGE_CUT_LAST_ROW);
    return line_end;
}

/* Parses every whole row of the span; returns where the first incomplete one begins. */
static const char *parse_span(unpeg_log_parser *p, text_span span)
{
    while (span.at < span.end && p->status == UNPEG_OK) {
        const char *line_end = memchr(span.at, '\n', (size_t)(span.end - span.at));
        if (!line_end && !span.final)
            break;
        if (!line_end)
            line_end = span.end;
        const char *row_end = parse_line(p, &span, line_end);
        if (!row_end)
            break;
        const char *next = row_end < span.end ? row_end + 1 : row_end;
        advance(p, (size_t)(next - span.at),
                (uint64_t)(row_end < span.end) + count_line_ends(line_end, row_end));
        span.at = next;
    }
    return span.at;
}

/* Decides what becomes of the start of a row whose end is not here yet: true when it need not be
 * kept because nobody wants it, or nobody may. */
static bool can_drop(unpeg_log_parser *p, const char *row, size_t len)
{
    if (len > p->max_row_bytes) {
        add_damage(p, UNPEG_DAMAGE_ROW_TOO_LONG);
        return true;
    }
    if (len <= EVENT_NAME_MAX)
        return false;
    unpeg_record_kind kind = event_of_row(row, len);
    if (kind != UNPEG_RECORD_KIND_COUNT && is_wanted(p, kind))
        return false;
    note_missing_header(p, kind);
    parse_unwanted(p, kind, row, len);
    return true;
}

static void keep(unpeg_log_parser *p, const char *bytes, size_t len)
{
    if (!grow_reserve((void **)&p->carry, &p->carry_capacity, p->carry_len + len, 1)) {
        p->status = UNPEG_NO_MEMORY;
        return;
    }
    memcpy(p->carry + p->carry_len, bytes, len);
    p->carry_len += len;
}

static void drop_row(unpeg_log_parser *p)
{
    p->skipping = true;
    p->offset += p->carry_len;
    p->carry_len = 0;
}

/* Adds bytes up to the next line end to the carry and parses it. Returns how many were taken. */
static size_t feed_carry(unpeg_log_parser *p, const char *bytes, size_t len)
{
    const char *line_end = memchr(bytes, '\n', len);
    size_t taken = line_end ? (size_t)(line_end - bytes) + 1 : len;
    keep(p, bytes, taken);
    if (p->status != UNPEG_OK)
        return taken;
    if (line_end) {
        const char *rest = parse_span(p, (text_span){p->carry, p->carry + p->carry_len, false});
        size_t left = (size_t)(p->carry + p->carry_len - rest);
        memmove(p->carry, rest, left);
        p->carry_len = left;
    } else if (can_drop(p, p->carry, p->carry_len)) {
        drop_row(p);
    }
    return taken;
}

static size_t feed_skipped(unpeg_log_parser *p, const char *bytes, size_t len)
{
    const char *line_end = memchr(bytes, '\n', len);
    size_t taken = line_end ? (size_t)(line_end - bytes) + 1 : len;
    advance(p, taken, line_end != NULL);
    p->skipping = !line_end;
    return taken;
}

static size_t feed_rows(unpeg_log_parser *p, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    const char *rest = parse_span(p, (text_span){bytes, end, false});
    if (rest == end || p->status != UNPEG_OK)
        return len;
    keep(p, rest, (size_t)(end - rest));
    /* A joined row waits with whole lines in the carry: only a row without any can be dropped. */
    if (p->status == UNPEG_OK && !memchr(p->carry, '\n', p->carry_len) &&
        can_drop(p, p->carry, p->carry_len))
        drop_row(p);
    return len;
}

unpeg_status unpeg_log_parser_feed(unpeg_log_parser *parser, const void *bytes, size_t len)
{
    const char *at = bytes;
    parser->counters.bytes += len;
    while (len > 0 && parser->status == UNPEG_OK) {
        size_t taken = parser->skipping    ? feed_skipped(parser, at, len)
                       : parser->carry_len ? feed_carry(parser, at, len)
                                           : feed_rows(parser, at, len);
        at += taken;
        len -= taken;
    }
    return parser->status;
}

unpeg_status unpeg_log_parser_finish(unpeg_log_parser *parser)
{
    if (parser->status != UNPEG_OK)
        return parser->status;
    if (parser->skipping && parser->counters.bytes > 0)
        add_damage(parser, UNPEG_DAMAGE_CUT_LAST_ROW);
    if (parser->carry_len > 0) {
        const char *end = parser->carry + parser->carry_len;
        parse_span(parser, (text_span){parser->carry, end, true});
        parser->carry_len = 0;
    }
    return parser->status;
}

const unpeg_log_counters *unpeg_log_parser_counters(const unpeg_log_parser *parser)
{
    return &parser->counters;
}

const unpeg_damage *unpeg_log_parser_damage(const unpeg_log_parser *parser)
{
    return &parser->damage;
}
