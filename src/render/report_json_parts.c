/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "missing.h"
#include "notes.h"
#include "recording.h"
#include "report_json.h"

static void write_evidence(json_writer *w, const unpeg_peg_evidence *e)
{
    json_open(w, "evidence", '{');
    json_share(w, "js", e->js);
    json_share(w, "builtin", e->builtin);
    json_share(w, "regexp", e->regexp);
    json_share(w, "native", e->native);
    json_share(w, "gc", e->gc);
    json_share(w, "compile", e->compile);
    json_share(w, "idle", e->idle);
    json_share(w, "unknown", e->unknown);
    json_share(w, "stuck", e->stuck);
    json_share(w, "cyclic", e->cyclic);
    json_share(w, "callback", e->callback);
    json_close(w, '}');
}

static void write_path(json_report *j, const unpeg_peg *peg)
{
    json_open(&j->w, "path", '[');
    for (size_t i = 0; i < peg->path_count; i++) {
        json_open(&j->w, NULL, '{');
        json_u64(&j->w, "frame", json_frame_index(j, peg->path[i].frame));
        json_tiers(j, peg->path[i].tiers);
        json_u64(&j->w, "ticks", peg->path[i].ticks);
        json_close(&j->w, '}');
    }
    json_close(&j->w, ']');
}

static void write_cycle(json_report *j, const unpeg_peg *peg)
{
    json_open(&j->w, "cycle", '[');
    for (size_t i = 0; i < peg->cycle_count; i++)
        json_u64(&j->w, NULL, json_frame_index(j, peg->cycle[i]));
    json_close(&j->w, ']');
    json_u64(&j->w, "cycle_repeats", peg->cycle_repeats);
    json_open(&j->w, "stack_depth", '{');
    json_u64(&j->w, "min", peg->depth.min);
    json_u64(&j->w, "median", peg->depth.median);
    json_u64(&j->w, "max", peg->depth.max);
    json_u64(&j->w, "truncated", peg->depth.truncated);
    json_close(&j->w, '}');
}

static void write_span(json_writer *w, const unpeg_peg *peg)
{
    json_i64(w, "start_us", peg->start_us);
    json_i64(w, "end_us", peg->end_us);
    json_i64(w, "stretch_start_us", peg->stretch_start_us);
    json_i64(w, "stretch_end_us", peg->stretch_end_us);
    json_bool(w, "trailing", peg->trailing);
    json_u64(w, "stretches", peg->stretches);
    json_u64(w, "ticks", peg->ticks);
    json_u64(w, "stack_ticks", peg->stack_ticks);
    json_u64(w, "hidden_ticks", peg->hidden_ticks);
    json_share(w, "share", peg->share);
}

void json_peg(json_report *j)
{
    const unpeg_peg *peg = j->r->scope.peg;
    json_open(&j->w, "peg", '{');
    json_text(&j->w, "verdict", unpeg_verdict_text(peg->verdict));
    json_text(&j->w, "meaning", unpeg_verdict_meaning(peg->verdict));
    json_bool(&j->w, "holds", peg_holds(peg));
    json_share(&j->w, "confidence", peg->confidence);
    json_text(&j->w, "confidence_text", unpeg_confidence_text(peg->confidence));
    json_text(&j->w, "sentence", peg->sentence);
    write_evidence(&j->w, &peg->evidence);
    write_span(&j->w, peg);
    const unpeg_peg_step *stuck = peg_stuck(j->r->profile, peg);
    if (stuck)
        json_u64(&j->w, "stuck_frame", json_frame_index(j, stuck->frame));
    else
        json_null(&j->w, "stuck_frame");
    write_path(j, peg);
    json_rows(j, "functions", peg->self_rows, peg->self_count);
    json_rows(j, "functions_under_stuck", peg->stuck_rows, peg->stuck_count);
    write_cycle(j, peg);
    json_close(&j->w, '}');
}

static void write_recording(json_writer *w, const unpeg_recording *recording)
{
    json_open(w, "recording", '{');
    for (size_t i = 0; i < RECORDING_NUMBERS; i++)
        json_u64(w, recording_number_name(i), recording_number(recording, i));
    for (size_t i = 0; i < RECORDING_TEXTS; i++)
        json_slice(w, recording_text_name(i), recording_text(recording, i));
    json_close(w, '}');
}

static void write_info(json_report *j)
{
    const unpeg_profile_info *info = j->r->info;
    json_writer *w = &j->w;
    json_open(w, "info", '{');
    json_open(w, "v8", '[');
    for (size_t i = 0; i < 4; i++)
        json_u64(w, NULL, info->v8[i]);
    json_close(w, ']');
    json_slice(w, "embedder", info->embedder);
    json_u64(w, "interval_us", info->interval_us);
    json_u64(w, "bytes_read", info->bytes_read);
    json_u64(w, "bytes_total", info->bytes_total);
    json_u64(w, "lines", info->lines);
    json_u64(w, "deopts", info->deopts);
    json_u64(w, "isolates", info->isolates);
    json_bool(w, "partial", info->partial);
    json_bool(w, "tail_only", info->tail_only);
    json_bool(w, "ended", info->ended);
    if (info->recording.pid)
        write_recording(w, &info->recording);
    json_close(w, '}');
}

static void write_optional(json_writer *w, const char *key, const char *text)
{
    if (text)
        json_text(w, key, text);
    else
        json_null(w, key);
}

static void write_query(json_report *j)
{
    const unpeg_query *q = &j->r->scope.query;
    json_writer *w = &j->w;
    json_open(w, "query", '{');
    json_bool(w, "peg_only", j->r->scope.of_peg);
    if (q->flags & UNPEG_QUERY_WINDOW) {
        json_i64(w, "start_us", q->start_us);
        json_i64(w, "end_us", q->end_us);
    } else {
        json_null(w, "start_us");
        json_null(w, "end_us");
    }
    write_optional(w, "focus", q->focus);
    write_optional(w, "ignore", q->ignore);
    json_bool(w, "keep_handlers", q->flags & UNPEG_QUERY_KEEP_HANDLERS);
    json_bool(w, "split_tiers", q->flags & UNPEG_QUERY_SPLIT_TIERS);
    json_bool(w, "keep_gc_frames", q->flags & UNPEG_QUERY_KEEP_GC_FRAMES);
    json_close(w, '}');
}

static void write_tables(json_writer *w, const unpeg_totals *t)
{
    json_open(w, "by_category", '{');
    for (int i = 0; i < UNPEG_CATEGORY_COUNT; i++)
        json_u64(w, unpeg_category_text((unpeg_category)i), t->by_category[i]);
    json_close(w, '}');
    json_open(w, "by_state", '{');
    for (int i = 0; i < UNPEG_VM_STATE_COUNT; i++)
        json_u64(w, unpeg_vm_state_text((unpeg_vm_state)i), t->by_state[i]);
    json_close(w, '}');
    json_open(w, "by_reason", '{');
    for (int i = UNPEG_UNKNOWN_NONE + 1; i < UNPEG_UNKNOWN_COUNT; i++)
        json_u64(w, unpeg_unknown_id((unpeg_unknown_reason)i), t->by_reason[i]);
    json_close(w, '}');
}

static void write_totals(json_writer *w, const unpeg_totals *t)
{
    json_open(w, "totals", '{');
    json_u64(w, "ticks", t->ticks);
    json_u64(w, "excluded", t->excluded);
    json_i64(w, "start_us", t->start_us);
    json_i64(w, "end_us", t->end_us);
    json_u64(w, "gap_us", t->gap_us);
    json_u64(w, "truncated", t->truncated);
    json_u64(w, "no_stack", t->no_stack);
    json_u64(w, "overflow", t->overflow);
    write_tables(w, t);
    json_close(w, '}');
}

void json_summary(json_report *j)
{
    if (!report_has(j->r, UNPEG_REPORT_SUMMARY))
        return;
    write_info(j);
    write_query(j);
    write_totals(&j->w, j->r->totals);
}

static void write_damage_kind(json_writer *w, unpeg_damage_kind kind,
                              const unpeg_damage_entry *entry)
{
    json_open(w, NULL, '{');
    json_text(w, "kind", unpeg_damage_name(kind));
    json_text(w, "text", unpeg_damage_text(kind));
    json_u64(w, "count", entry->count);
    json_open(w, "places", '[');
    for (size_t i = 0; i < entry->count && i < UNPEG_DAMAGE_PLACES; i++) {
        if (entry->places[i].line == 0)
            break;
        json_open(w, NULL, '{');
        json_u64(w, "line", entry->places[i].line);
        json_u64(w, "offset", entry->places[i].offset);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void write_damage(json_report *j)
{
    const unpeg_damage *damage = unpeg_profile_damage_const(j->r->profile);
    json_open(&j->w, "damage", '[');
    for (int kind = 0; kind < UNPEG_DAMAGE_COUNT; kind++) {
        if (damage->kinds[kind].count)
            write_damage_kind(&j->w, (unpeg_damage_kind)kind, &damage->kinds[kind]);
    }
    json_close(&j->w, ']');
}

static void write_missing(json_report *j)
{
    missing_ticks *list;
    size_t count;
    unpeg_status status = missing_make(j->r->scope.view, &list, &count);
    if (status != UNPEG_OK) {
        text_out_fail(j->w.out, status);
        return;
    }
    json_open(&j->w, "unnamed", '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&j->w, NULL, '{');
        json_text(&j->w, "reason", unpeg_unknown_id(list[i].reason));
        json_slice(&j->w, "library", list[i].path);
        json_u64(&j->w, "ticks", list[i].ticks);
        json_text(&j->w, "remedy", missing_remedy(list[i].reason));
        json_close(&j->w, '}');
    }
    json_close(&j->w, ']');
    free(list);
}

static void write_libraries(json_report *j)
{
    json_open(&j->w, "libraries", '[');
    for (size_t i = 0; i < unpeg_profile_library_count(j->r->profile); i++) {
        const unpeg_library *library = unpeg_profile_library(j->r->profile, i);
        json_open(&j->w, NULL, '{');
        json_slice(&j->w, "path", library->path);
        json_slice(&j->w, "symbols_from", library->symbols_from);
        write_optional(&j->w, "problem",
                       library->problem ? unpeg_unknown_id(library->problem) : NULL);
        json_text(&j->w, "detail", library->detail);
        json_close(&j->w, '}');
    }
    json_close(&j->w, ']');
}

static void write_notes(json_report *j)
{
    note notes[NOTES_MAX];
    size_t count = notes_make(j->r->scope.view, notes);
    json_open(&j->w, "notes", '[');
    for (size_t i = 0; i < count; i++) {
        json_open(&j->w, NULL, '{');
        json_text(&j->w, "id", notes[i].id);
        json_text(&j->w, "text", notes[i].text);
        json_close(&j->w, '}');
    }
    json_close(&j->w, ']');
}

void json_problems(json_report *j)
{
    write_damage(j);
    write_missing(j);
    write_libraries(j);
    write_notes(j);
}
