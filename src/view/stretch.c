/* SPDX-License-Identifier: MIT */
#include "stretch.h"

#include "peg_rules.h"

typedef struct finder {
    const timeline *t;
    stretch_set set;
    stretch open, longest;
    bool is_open;
    uint32_t top; /* outermost function of the open stretch; UINT32_MAX until known */
} finder;

static uint64_t duration_of(const timeline *t, size_t first, size_t last)
{
    return time_between(timeline_time(t, first), timeline_time(t, last));
}

static void close_stretch(finder *f)
{
    if (!f->is_open)
        return;
    f->is_open = false;
    stretch *s = &f->open;
    s->duration_us = duration_of(f->t, s->first, s->last);
    if (s->native && s->duration_us < (uint64_t)PEG_MIN_US)
        return;
    if (f->set.count++ == 0 || s->duration_us > f->longest.duration_us ||
        (s->duration_us == f->longest.duration_us &&
         s->last - s->first > f->longest.last - f->longest.first))
        f->longest = *s;
}

static void open_stretch(finder *f, size_t i, bool native, uint32_t top)
{
    close_stretch(f);
    f->is_open = true;
    f->open = (stretch){.first = i, .last = i, .native = native};
    f->top = top;
}

/* Time, and the ticks in it. */
typedef struct period {
    uint64_t us, ticks;
} period;

static bool is_busy(const timeline *t, period p)
{
    return (double)(p.ticks * t->spacing.typical_us) >= PEG_BUSY_SHARE * (double)p.us;
}

/* From tick i on in one direction, over the given time or to where a stretch would end anyway. */
static period look_from(const timeline *t, size_t i, int step, uint64_t span_us)
{
    int64_t start_us = timeline_time(t, i);
    period seen = {0};
    for (size_t next = i + (size_t)step; next < t->count && seen.us < span_us;
         next += (size_t)step) {
        if (timeline_event(t, next) >= EVENT_LOOP)
            break;
        int64_t time_us = timeline_time(t, next);
        seen.us = step > 0 ? time_between(start_us, time_us) : time_between(time_us, start_us);
        seen.ticks++;
    }
    return seen;
}

/* A gap before tick i in which the thread waited; not one in which it was kept from running. A
 * message loop has no call that could go on behind a gap. */
static bool waited_before(const timeline *t, size_t i, bool native)
{
    uint64_t gap_us = duration_of(t, i - 1, i);
    if (gap_us <= t->spacing.gap_us || (timeline_tick(t, i).flags & UNPEG_TICK_OVERFLOW))
        return false;
    if (native)
        return true;
    uint64_t span_us =
        gap_us < UINT64_MAX / PEG_GAP_SURROUNDINGS ? gap_us * PEG_GAP_SURROUNDINGS : UINT64_MAX;
    if (span_us < PEG_GAP_SURROUNDINGS_US)
        span_us = PEG_GAP_SURROUNDINGS_US;
    period before = look_from(t, i - 1, -1, span_us);
    period behind = look_from(t, i, 1, span_us);
    period all = {before.us + gap_us + behind.us, before.ticks + behind.ticks};
    return !is_busy(t, before) || !is_busy(t, behind) || !is_busy(t, all);
}

static void add_stack(finder *f, size_t i)
{
    uint32_t top = f->t->top[timeline_node(f->t, i)];
    if (!f->is_open || f->open.native || (f->top != UINT32_MAX && f->top != top))
        open_stretch(f, i, false, top);
    f->top = top;
    f->open.last = i;
}

static void add_any(finder *f, size_t i, bool native)
{
    if (!f->is_open || f->open.native != native)
        open_stretch(f, i, native, UINT32_MAX);
    f->open.last = i;
}

static void add_event(finder *f, size_t i)
{
    switch (timeline_event(f->t, i)) {
    case EVENT_STACK:
        add_stack(f, i);
        break;
    case EVENT_TRUNCATED:
        add_any(f, i, false);
        break;
    case EVENT_NEUTRAL:
        add_any(f, i, f->is_open && f->open.native);
        break;
    case EVENT_LOOP:
        add_any(f, i, true);
        break;
    case EVENT_IDLE:
        close_stretch(f);
        break;
    }
}

void stretches_find(const timeline *t, bool log_was_cut, stretch_set *ret)
{
    finder f = {.t = t};
    for (size_t i = 0; i < t->count; i++) {
        if (f.is_open && waited_before(t, i, f.open.native))
            close_stretch(&f);
        add_event(&f, i);
    }
    uint64_t before_last = f.set.count;
    bool trailing = f.is_open;
    f.open.trailing = true;
    close_stretch(&f);
    f.set.best = f.longest;
    if (log_was_cut && trailing && f.set.count > before_last &&
        f.open.duration_us >= (uint64_t)PEG_MIN_US)
        f.set.best = f.open;
    *ret = f.set;
}
