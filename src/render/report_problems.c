/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "missing.h"
#include "notes.h"
#include "report_text.h"

enum { MISSING_MAX = 10, COUNT_COLUMNS = 10 };

static void print_notes(text_report *t)
{
    note notes[NOTES_MAX];
    size_t count = notes_make(t->r->scope.view, notes);
    if (count)
        print_heading(t, "NOTES", "\n");
    for (size_t i = 0; i < count; i++)
        print_wrapped(t, notes[i].text, 2, 0);
}

static void say_place(const text_report *t, prose_text *prose, const unpeg_damage_place *place)
{
    const char *log = t->r->options.log;
    if (log)
        safe_write(prose, path_base(unpeg_slice_of(log)), print_style(t, 64));
    out_text(prose, log ? ":" : "line ");
    out_u64(prose, place->line);
}

static void print_damage_kind(text_report *t, unpeg_damage_kind kind)
{
    const unpeg_damage_entry *entry = &unpeg_profile_damage_const(t->r->profile)->kinds[kind];
    prose_text prose;
    text_out_init(&prose, NULL);
    out_text(&prose, unpeg_damage_text(kind));
    for (size_t i = 0; i < entry->count && i < UNPEG_DAMAGE_PLACES; i++) {
        if (entry->places[i].line == 0)
            break;
        out_text(&prose, i ? ", " : ": ");
        say_place(t, &prose, &entry->places[i]);
    }
    out_text(&prose, entry->count > UNPEG_DAMAGE_PLACES ? ", ..." : "");
    out_u64_right(&t->out, entry->count, 8);
    out_text(&t->out, "  ");
    print_prose(t, &prose, COUNT_COLUMNS, COUNT_COLUMNS);
}

static void print_damage(text_report *t)
{
    const unpeg_damage *damage = unpeg_profile_damage_const(t->r->profile);
    bool any = false;
    for (int kind = 0; kind < UNPEG_DAMAGE_COUNT; kind++) {
        if (damage->kinds[kind].count == 0)
            continue;
        if (!any)
            print_heading(t, "DAMAGE", " in the log\n   count\n");
        any = true;
        print_damage_kind(t, (unpeg_damage_kind)kind);
    }
}

static void print_missing_one(text_report *t, const missing_ticks *m)
{
    out_u64_right(&t->out, m->ticks, 8);
    print_percent(t, m->ticks, t->r->totals->ticks);
    out_text(&t->out, "  ");
    out_text(&t->out, unpeg_unknown_id(m->reason));
    if (m->path.len) {
        out_text(&t->out, "  ");
        safe_write(&t->out, m->path, print_style(t, t->r->options.width / 3));
    }
    if (m->library && m->library->detail[0]) {
        out_text(&t->out, "  (");
        safe_write(&t->out, unpeg_slice_of(m->library->detail), print_style(t, 0));
        out_text(&t->out, ")");
    }
    out_text(&t->out, "\n");
}

static void print_remedy(text_report *t, unpeg_unknown_reason reason)
{
    out_text(&t->out, "  ");
    out_text(&t->out, unpeg_unknown_id(reason));
    out_text(&t->out, ": ");
    out_text(&t->out, unpeg_unknown_text(reason));
    out_text(&t->out, "\n");
    print_wrapped(t, missing_remedy(reason), 4, 0);
}

static void print_missing_list(text_report *t, const missing_ticks *list, size_t count)
{
    uint32_t reasons = 0;
    size_t shown = count < MISSING_MAX ? count : MISSING_MAX;
    print_heading(t, "TICKS WITHOUT A FUNCTION NAME", "\n");
    for (size_t i = 0; i < shown; i++) {
        print_missing_one(t, &list[i]);
        reasons |= UINT32_C(1) << list[i].reason;
    }
    if (shown < count) {
        out_u64_right(&t->out, count - shown, 8);
        out_text(&t->out, " more places\n");
    }
    for (int reason = UNPEG_UNKNOWN_NONE + 1; reason < UNPEG_UNKNOWN_COUNT; reason++) {
        if (reasons >> reason & 1)
            print_remedy(t, (unpeg_unknown_reason)reason);
    }
}

static void print_missing(text_report *t)
{
    missing_ticks *list;
    size_t count;
    unpeg_status status = missing_make(t->r->scope.view, &list, &count);
    if (status != UNPEG_OK) {
        text_out_fail(&t->out, status);
        return;
    }
    if (count)
        print_missing_list(t, list, count);
    free(list);
}

void print_problems(text_report *t)
{
    print_damage(t);
    print_missing(t);
    print_notes(t);
}
