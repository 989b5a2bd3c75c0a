/* SPDX-License-Identifier: MIT */
#include "notes.h"

#include <stdarg.h>
#include <stdio.h>

#include "recording.h"
#include "text_out.h"

typedef struct note_list {
    note *notes;
    size_t count;
} note_list;

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
add(note_list *list, const char *id, const char *format, ...)
{
    note *n = &list->notes[list->count++];
    n->id = id;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(n->text, sizeof n->text, format, arguments) < 0)
        n->text[0] = '\0';
    va_end(arguments);
}

static void note_ended(note_list *list, const unpeg_recording *live)
{
    uint64_t done = divide_rounded(live->duration_us, 100000);
    uint64_t asked = divide_rounded(live->asked_us, 100000);
    char of[32] = "";
    if (asked)
        snprintf(of, sizeof of, "of %llu.%llu s ", (unsigned long long)(asked / 10),
                 (unsigned long long)(asked % 10));
    add(list, "partial", "Partial: %llu.%llu s %swere recorded: %.*s.",
        (unsigned long long)(done / 10), (unsigned long long)(done % 10), of,
        live->ended.len < 80 ? (int)live->ended.len : 80, live->ended.data);
}

static void note_partial(note_list *list, const unpeg_profile_info *info)
{
    if (info->partial && info->recording.ended.len) {
        note_ended(list, &info->recording);
        return;
    }
    uint64_t read = divide_rounded(info->bytes_read, 100000);
    uint64_t total = divide_rounded(info->bytes_total, 100000);
    if (info->partial && total > read)
        add(list, "partial",
            "Partial: %llu.%llu of %llu.%llu MB were read; ticks and names of the rest are "
            "missing.",
            (unsigned long long)(read / 10), (unsigned long long)(read % 10),
            (unsigned long long)(total / 10), (unsigned long long)(total % 10));
    else if (info->partial)
        add(list, "partial", "Partial: the input was cut off or not read to its end.");
    if (info->tail_only)
        add(list, "tail-only", "The ticks are those of the end of the log only.");
}

static void note_isolates(note_list *list, const unpeg_profile_info *info)
{
    if (info->isolates > 1)
        add(list, "several-isolates",
            "%llu isolates wrote into this file: their ticks are mixed, and names may be of "
            "another isolate's code. Let V8 write a log for each: --logfile-per-isolate.",
            (unsigned long long)info->isolates);
}

static void note_ticks(note_list *list, const unpeg_profile_info *info, const unpeg_totals *totals)
{
    const unpeg_recording *recording = &info->recording;
    unpeg_slice silence = recording_silence(recording);
    if (totals->ticks == 0 && totals->excluded > 0)
        add(list, "no-ticks", "No tick is selected: %llu are left out by window, focus or ignore.",
            (unsigned long long)totals->excluded);
    else if (totals->ticks == 0 && recording->pid != 0)
        add(list, "no-ticks", "No sample was taken: %.*s.", (int)silence.len, silence.data);
    else if (totals->ticks == 0)
        add(list, "no-ticks",
            "The log has no ticks: was the process run with --prof, and for long enough?");
}

/* Node 22 is V8 12.4; from then on Node's start snapshot holds code that no row describes. */
static bool has_node_snapshot(const unpeg_profile_info *info)
{
    static const char node[] = "-node";
    size_t len = sizeof node - 1;
    bool is_node = info->embedder.len >= len && memcmp(info->embedder.data, node, len) == 0;
    return is_node && (info->v8[0] > 12 || (info->v8[0] == 12 && info->v8[1] >= 4));
}

/* The ticks of the nameless function that is on most stacks. */
static uint64_t most_ticks_without_row(const unpeg_view *view)
{
    size_t count;
    const unpeg_row *rows = unpeg_view_rows(view, UNPEG_ORDER_TOTAL, &count);
    for (size_t i = 0; i < count; i++) {
        const unpeg_frame *f = unpeg_profile_frame(unpeg_view_profile(view), rows[i].frame);
        if (f->reason == UNPEG_UNKNOWN_NO_CODE_ROW)
            return rows[i].total;
    }
    return 0;
}

static void note_snapshot(note_list *list, const unpeg_view *view)
{
    if (!has_node_snapshot(unpeg_profile_info_const(unpeg_view_profile(view))))
        return;
    uint64_t ticks = most_ticks_without_row(view);
    if (ticks)
        add(list, "node-snapshot",
            "Functions without a name are on the stack in at least %llu of the ticks. Those of "
            "Node's start snapshot get their names when the profiled command has "
            "--no-node-snapshot.",
            (unsigned long long)ticks);
}

size_t notes_make(const unpeg_view *view, note *notes)
{
    const unpeg_profile_info *info = unpeg_profile_info_const(unpeg_view_profile(view));
    const unpeg_totals *totals = unpeg_view_totals(view);
    note_list list = {notes, 0};
    note_partial(&list, info);
    note_isolates(&list, info);
    note_ticks(&list, info, totals);
    note_snapshot(&list, view);
    return list.count;
}
