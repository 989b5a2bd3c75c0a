/* SPDX-License-Identifier: MIT
 *
 * Profiles with a known peg, written as a sequence of ticks, one each millisecond.
 *
 *     script p = script_begin();
 *     script_ticks(&p, 1500, "main;spin");
 *     unpeg_peg *peg = script_find(&p);
 *     script_check(&p, peg, UNPEG_VERDICT_JS_LOOP, "main;spin");
 *     script_end(&p, peg);
 */
#ifndef UNPEG_TESTS_PEG_SCRIPT_H
#define UNPEG_TESTS_PEG_SCRIPT_H

#include <stdio.h>

#include "stacks.h"
#include "unpeg/peg.h"

enum { MS = 1000 };

/* A profile being written: a tick each ms. */
typedef struct script {
    stacks s;
    int64_t now_us;
} script;

static inline script script_begin(void)
{
    return (script){.s = stacks_open(), .now_us = 5 * MS};
}

static inline void script_tick(script *p, unpeg_vm_state state, const char *stack)
{
    stacks_tick(&p->s, p->now_us, state, stack);
    p->now_us += MS;
}

static inline void script_ticks(script *p, int count, const char *stack)
{
    for (int i = 0; i < count; i++)
        script_tick(p, UNPEG_VM_STATE_JS, stack);
}

static inline void script_loop_ticks(script *p, int count)
{
    for (int i = 0; i < count; i++)
        script_tick(p, UNPEG_VM_STATE_OTHER, "l:chromium");
}

static inline unpeg_peg *script_find(script *p)
{
    unpeg_peg *peg;
    assert_int_equal(unpeg_peg_find(p->s.profile, NULL, &peg, NULL), UNPEG_OK);
    for (const char *c = peg->sentence; *c; c++)
        assert_true(*c >= ' ' && *c <= '~');
    assert_true(peg->confidence >= 0 && peg->confidence <= 1);
    const unpeg_peg_evidence *e = &peg->evidence;
    if (peg->ticks) {
        double sum =
            e->js + e->builtin + e->regexp + e->native + e->gc + e->compile + e->idle + e->unknown;
        assert_true(sum > 0.999 && sum < 1.001);
    }
    return peg;
}

static inline void script_end(script *p, unpeg_peg *peg)
{
    unpeg_peg_destroy(peg);
    stacks_close(&p->s);
}

static inline void script_end_log(script *p)
{
    unpeg_profile_info_of(p->s.profile)->ended = true;
}

/* The path's names, joined with ';'. Frames without a name by their kind. */
static inline const char *script_path(const script *p, const unpeg_peg *peg)
{
    static _Thread_local char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < peg->path_count; i++) {
        const unpeg_frame *f = unpeg_profile_frame(p->s.profile, peg->path[i].frame);
        const char *kind = unpeg_frame_kind_text(f->kind);
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.*s", i ? ";" : "",
                 f->name.len ? (int)f->name.len : (int)strlen(kind),
                 f->name.len ? f->name.data : kind);
    }
    return text;
}

static inline void script_check(const script *p, const unpeg_peg *peg, unpeg_verdict verdict,
                                const char *path)
{
    assert_string_equal(unpeg_verdict_text(peg->verdict), unpeg_verdict_text(verdict));
    if (path)
        assert_string_equal(script_path(p, peg), path);
}

static inline void script_check_window(const unpeg_peg *peg, int64_t start_ms, int64_t end_ms,
                                       bool trailing)
{
    assert_int_equal(peg->start_us, start_ms * MS);
    assert_int_equal(peg->end_us, end_ms * MS);
    assert_int_equal(peg->trailing, trailing);
}

static inline const char *script_name(const script *p, unpeg_frame_id frame)
{
    static _Thread_local char text[256];
    const unpeg_frame *f = unpeg_profile_frame(p->s.profile, frame);
    snprintf(text, sizeof text, "%.*s", (int)f->name.len, f->name.data);
    return text;
}

#endif
