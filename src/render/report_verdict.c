/* SPDX-License-Identifier: MIT */
#include "report_text.h"

#include <ctype.h>

#include "recording.h"

enum { CALLERS_MAX = 6, BUSY_MAX = 4, BUSY_TENTHS_MIN = 10, LABEL_COLUMNS = 15 };

static uint64_t span_us(int64_t start_us, int64_t end_us)
{
    return end_us > start_us ? (uint64_t)end_us - (uint64_t)start_us : 0;
}

static void say_time(prose_text *prose, int64_t time_us)
{
    if (time_us < 0)
        out_text(prose, "-");
    print_duration(prose, time_us < 0 ? 0 - (uint64_t)time_us : (uint64_t)time_us);
}

static void say_when(prose_text *prose, const unpeg_peg *peg, bool live)
{
    print_duration(prose, span_us(peg->start_us, peg->end_us));
    out_text(prose, ", from ");
    say_time(prose, peg->start_us);
    if (peg->trailing) {
        out_text(prose, live ? " until the recording ends at " : " until the log ends at ");
    } else {
        out_text(prose, " to ");
    }
    say_time(prose, peg->end_us);
}

static void say_meaning(prose_text *prose, unpeg_verdict verdict)
{
    const char *meaning = unpeg_verdict_meaning(verdict);
    char first = (char)toupper((unsigned char)meaning[0]);
    out_bytes(prose, &first, 1);
    out_text(prose, meaning + 1);
    out_text(prose, ". ");
}

static void say_held(prose_text *prose, const unpeg_peg *peg, bool has_stuck, bool live)
{
    if (!has_stuck) {
        out_text(prose, "The thread has not come back to its event loop for ");
        say_when(prose, peg, live);
        out_text(prose, "; no single call is on the stack all that time.");
        return;
    }
    out_text(prose,
             peg->trailing ? "One call has not returned for " : "One call did not return for ");
    say_when(prose, peg, live);
    out_text(prose, "; it is on the stack in ");
    out_fixed(prose, double_tenths(peg->evidence.stuck), 1);
    out_text(prose, " % of the ticks");
    if (share_tenths(peg->hidden_ticks, peg->stack_ticks)) {
        out_text(prose, ", and builtins may hide it in ");
        out_fixed(prose, share_tenths(peg->hidden_ticks, peg->stack_ticks), 1);
        out_text(prose, " %");
    }
    out_text(prose, ".");
}

static void say_not_held(prose_text *prose, const unpeg_peg *peg, bool live)
{
    if (peg->ticks == 0)
        return;
    if (peg->stretches > 1) {
        out_text(prose, "The longest of ");
        out_u64(prose, peg->stretches);
        out_text(prose, " stretches of work took ");
    } else {
        out_text(prose, "Its one stretch of work took ");
    }
    say_when(prose, peg, live);
    out_text(prose, ".");
}

static void print_fact(text_report *t, const char *label)
{
    out_text(&t->out, "  ");
    out_text(&t->out, label);
    out_repeat(&t->out, ' ', LABEL_COLUMNS - 2 - strlen(label));
}

static void print_step(text_report *t, const unpeg_peg_step *step)
{
    frame_label label =
        print_label(t, step->frame, step->tiers, report_frame(t->r, step->frame)->flags);
    print_frame(t, &label, LABEL_COLUMNS);
}

static bool is_nameless(const text_report *t, const unpeg_peg_step *step)
{
    return report_frame(t->r, step->frame)->kind == UNPEG_FRAME_UNKNOWN;
}

static void print_rest(text_report *t, uint64_t count, const char *what)
{
    if (count == 0)
        return;
    print_fact(t, "");
    out_text(&t->out, "and ");
    out_u64(&t->out, count);
    out_text(&t->out, what);
}

/* From the innermost on; of functions without a name in a row only the first. */
static void print_callers(text_report *t, const unpeg_peg_step *path, size_t count)
{
    for (unsigned shown = 0; count > 0 && shown < CALLERS_MAX; shown++) {
        const unpeg_peg_step *step = &path[--count];
        uint64_t alike = 0;
        for (; is_nameless(t, step) && count > 0 && is_nameless(t, &path[count - 1]); count--)
            alike++;
        print_fact(t, shown ? "" : "called from");
        print_step(t, step);
        print_rest(t, alike, " more without a name\n");
    }
    print_rest(t, count, " more up to the event loop\n");
}

static void print_stuck(text_report *t, const unpeg_peg *peg)
{
    size_t last = peg->path_count - 1;
    print_fact(t, peg_holds(peg) ? "stuck in" : "longest in");
    print_look(t, LOOK_STRONG);
    print_step(t, &peg->path[last]);
    print_look(t, LOOK_PLAIN);
    print_callers(t, peg->path, last);
}

static void print_cycle(text_report *t, const unpeg_peg *peg)
{
    for (size_t i = 0; i < peg->cycle_count; i++) {
        frame_label label = print_label(t, peg->cycle[i], 0, 0);
        print_fact(t, i ? "" : "cycle");
        print_frame(t, &label, LABEL_COLUMNS);
    }
    print_fact(t, peg->cycle_count ? "" : "cycle");
    out_text(&t->out, "repeats ");
    out_u64(&t->out, peg->cycle_repeats);
    out_text(&t->out, " times on the median stack; the stack is ");
    out_text(&t->out, peg->depth.truncated ? "at least " : "");
    out_u64(&t->out, peg->depth.median);
    out_text(&t->out, " frames deep\n");
}

/* Where the ticks under the stuck frame end; all ticks of the stretch if there is no such frame. */
static void print_busy(text_report *t, const unpeg_peg *peg)
{
    const unpeg_row *rows = peg->stuck_count ? peg->stuck_rows : peg->self_rows;
    size_t count = peg->stuck_count ? peg->stuck_count : peg->self_count;
    for (size_t i = 0; i < count && i < BUSY_MAX; i++) {
        if (share_tenths(rows[i].self, peg->ticks) < BUSY_TENTHS_MIN)
            break;
        frame_label label = print_label(t, rows[i].frame, rows[i].tiers, rows[i].frame_flags);
        print_fact(t, i ? "" : "busy in");
        print_percent(t, rows[i].self, peg->ticks);
        out_text(&t->out, "  ");
        print_frame(t, &label, LABEL_COLUMNS + 10);
    }
}

static void print_evidence(text_report *t, const unpeg_peg *peg)
{
    print_fact(t, "evidence");
    print_wrapped(t, peg->sentence, LABEL_COLUMNS, LABEL_COLUMNS);
    print_fact(t, "confidence");
    out_text(&t->out, unpeg_confidence_text(peg->confidence));
    out_text(&t->out, " (");
    out_fixed(&t->out, double_tenths(peg->confidence) / 10, 2);
    out_text(&t->out, ")\n");
}

/* Of nothing. */
static void print_silence(text_report *t)
{
    const unpeg_recording *recording = &t->r->info->recording;
    out_text(&t->out, recording->pid != 0 ? "no samples: " : "no ticks");
    if (recording->pid != 0)
        safe_write(&t->out, recording_silence(recording), print_style(t, 0));
}

void print_headline(text_report *t)
{
    const unpeg_peg *peg = t->r->scope.peg;
    if (t->r->options.log) {
        safe_write(&t->out, unpeg_slice_of(t->r->options.log), print_style(t, 0));
        out_text(&t->out, ": ");
    }
    print_look(t, peg_holds(peg) ? LOOK_ALARM : LOOK_STRONG);
    if (unpeg_profile_tick_count(t->r->profile) > 0)
        out_text(&t->out, unpeg_verdict_text(peg->verdict));
    else
        print_silence(t);
    print_look(t, LOOK_PLAIN);
    out_text(&t->out, "\n");
}

void print_verdict(text_report *t)
{
    const unpeg_peg *peg = t->r->scope.peg;
    bool has_stuck = peg_stuck(t->r->profile, peg);
    prose_text prose;
    text_out_init(&prose, NULL);
    say_meaning(&prose, peg->verdict);
    if (peg_holds(peg))
        say_held(&prose, peg, has_stuck, t->r->info->recording.pid != 0);
    else
        say_not_held(&prose, peg, t->r->info->recording.pid != 0);
    print_prose(t, &prose, 2, 0);
    if (has_stuck)
        print_stuck(t, peg);
    if (peg->verdict == UNPEG_VERDICT_RECURSION)
        print_cycle(t, peg);
    if (peg_holds(peg))
        print_busy(t, peg);
    print_evidence(t, peg);
}
