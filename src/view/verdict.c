/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "peg_rules.h"
#include "spacing.h"

const char *unpeg_verdict_text(unpeg_verdict verdict)
{
#define VERDICT_ID(name, id, text) id,
    static const char *const ids[] = {UNPEG_VERDICT_LIST(VERDICT_ID)};
#undef VERDICT_ID
    return (unsigned)verdict < UNPEG_VERDICT_COUNT ? ids[verdict] : "?";
}

const char *unpeg_verdict_meaning(unpeg_verdict verdict)
{
#define VERDICT_TEXT(name, id, text) text,
    static const char *const texts[] = {UNPEG_VERDICT_LIST(VERDICT_TEXT)};
#undef VERDICT_TEXT
    return (unsigned)verdict < UNPEG_VERDICT_COUNT ? texts[verdict] : "?";
}

const char *unpeg_confidence_text(double confidence)
{
    if (confidence >= 0.8)
        return "high";
    return confidence >= 0.5 ? "medium" : "low";
}

static bool is_native_kind(unpeg_frame_kind kind)
{
    return kind == UNPEG_FRAME_CPP || kind == UNPEG_FRAME_LIBRARY || kind == UNPEG_FRAME_KERNEL ||
           kind == UNPEG_FRAME_BUILTIN;
}

/* Shares of the work: of what is left without GC. */
static double of_work(const unpeg_peg_evidence *e, double share)
{
    return e->gc < 1 ? share / (1 - e->gc) : 0;
}

static unpeg_verdict name_the_work(const verdict_case *c, double *ret_deciding)
{
    const unpeg_peg_evidence *e = &c->peg->evidence;
    double native = of_work(e, e->native);
    double called = of_work(e, e->native + e->builtin);
    double script = of_work(e, e->js + e->builtin + e->native);
    struct rule {
        double share;
        unpeg_verdict verdict;
        bool holds;
    } rules[] = {
        {e->native, UNPEG_VERDICT_IDLE, c->is_native && c->is_wait},
        {e->idle, UNPEG_VERDICT_IDLE, true},
        {e->gc, UNPEG_VERDICT_GC, true},
        {of_work(e, e->compile), UNPEG_VERDICT_COMPILE, true},
        {native, UNPEG_VERDICT_NATIVE_CALL, c->is_native},
        {of_work(e, e->regexp), UNPEG_VERDICT_REGEXP, true},
        {e->cyclic, UNPEG_VERDICT_RECURSION, c->is_recursive},
        {called, UNPEG_VERDICT_NATIVE_CALL, is_native_kind(c->stuck_kind)},
        {native, UNPEG_VERDICT_NATIVE_CALL, native >= PEG_NATIVE_MAJORITY},
        {script, UNPEG_VERDICT_JS_LOOP, c->stuck_kind != UNPEG_FRAME_ROOT},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i].holds && rules[i].share >= PEG_MAJORITY) {
            *ret_deciding = rules[i].share;
            return rules[i].verdict;
        }
    }
    *ret_deciding = PEG_MAJORITY;
    return UNPEG_VERDICT_MIXED;
}

/* How much a number of ticks can say. */
static double sureness(uint64_t ticks)
{
    return ticks >= PEG_SURE_TICKS ? 1 : (double)ticks / PEG_SURE_TICKS;
}

static double at_least(double value, double floor)
{
    return value > floor ? value : floor;
}

/* The deciding share, the stuck frame's share, and the number of ticks each take from 1; a share
 * of a half still leaves three quarters, as another verdict would need the other half. */
static double confidence_of(const verdict_case *c, double deciding)
{
    double confidence = 0.5 + deciding / 2;
    if (c->stuck_kind == UNPEG_FRAME_ROOT && !c->is_native && c->peg->verdict != UNPEG_VERDICT_GC)
        confidence *= 0.6;
    confidence *= at_least(sureness(c->peg->ticks), 0.2);
    confidence *= 1 - c->peg->evidence.unknown / 2;
    confidence *= 1 - c->peg->evidence.hidden / 2;
    return c->is_mixed_thread ? confidence * 0.6 : confidence;
}

/* A bounded text; what does not fit is left out. */
typedef struct text {
    char *bytes;
    size_t size, used;
} text;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
append(text *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(t->bytes + t->used, t->size - t->used, format, arguments);
    va_end(arguments);
    if (len > 0)
        t->used += (size_t)len < t->size - t->used ? (size_t)len : t->size - t->used - 1;
}

/* Tenths by hand: printf would take the decimal point from the locale. */
static void append_tenths(text *t, uint64_t tenths, const char *unit)
{
    append(t, "%llu.%llu%s", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10),
           unit);
}

static void append_share(text *t, const char *label, double share)
{
    if (share < PEG_SHOWN_SHARE)
        return;
    append(t, "%s ", label);
    append_tenths(t, (uint64_t)(share * 1000 + 0.5), " %");
}

static void append_shares(text *t, const unpeg_peg_evidence *e)
{
    const struct {
        const char *label;
        double share;
    } parts[] = {{", js", e->js},         {", builtins", e->builtin},
                 {", regexp", e->regexp}, {", native", e->native},
                 {", gc", e->gc},         {", compile", e->compile},
                 {", idle", e->idle},     {", unknown", e->unknown}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        append_share(t, parts[i].label, parts[i].share);
}

static void describe_peg(text *t, const unpeg_peg *peg, bool is_pegged)
{
    uint64_t us = time_between(peg->start_us, peg->end_us);
    append(t, is_pegged ? "no return for " : "longest stretch ");
    append_tenths(t, us / 100000 + (us % 100000 >= 50000), peg->trailing ? " s, to the end" : " s");
    append(t, " (%llu ticks)", (unsigned long long)peg->ticks);
    if (peg->path_count) {
        append_share(t, ", one call on", peg->evidence.stuck);
        append(t, " of stacks");
        append_share(t, " (hidden in", peg->evidence.hidden);
        append(t, "%s", peg->evidence.hidden >= PEG_SHOWN_SHARE ? ")" : "");
    }
    if (peg->verdict == UNPEG_VERDICT_RECURSION) {
        append_share(t, ", cycle in", peg->evidence.cyclic);
        append(t, " (%u times)", peg->cycle_repeats);
    }
    append_shares(t, &peg->evidence);
}

static void describe(const verdict_case *c)
{
    text t = {c->peg->sentence, sizeof c->peg->sentence, 0};
    t.bytes[0] = '\0';
    if (c->profile_ticks == 0) {
        append(&t, "no ticks");
        return;
    }
    if (c->window_ticks == 0) {
        append(&t, "no ticks in the window");
        return;
    }
    if (c->peg->ticks)
        describe_peg(&t, c->peg, c->is_pegged);
    else
        append(&t, "no work among %llu ticks", (unsigned long long)c->window_ticks);
    if (!c->is_pegged)
        append_share(&t, ", waiting", c->waiting);
}

static void decide_not_pegged(const verdict_case *c)
{
    unpeg_peg *peg = c->peg;
    bool idle = c->waiting >= PEG_IDLE_SHARE || (c->window_ticks == 0 && c->profile_ticks > 0);
    peg->verdict = idle ? UNPEG_VERDICT_IDLE : UNPEG_VERDICT_NOT_PEGGED;
    if (c->profile_ticks == 0)
        peg->confidence = 0;
    else if (c->window_ticks == 0)
        peg->confidence = 0.5;
    else
        peg->confidence = 0.9 * at_least(sureness(c->window_ticks), 0.2);
    if (c->is_mixed_thread)
        peg->confidence *= 0.6;
}

void verdict_decide(const verdict_case *c)
{
    if (c->is_pegged) {
        double deciding;
        c->peg->verdict = name_the_work(c, &deciding);
        c->peg->confidence = confidence_of(c, deciding);
    } else {
        decide_not_pegged(c);
    }
    describe(c);
}
