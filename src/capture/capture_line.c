/* SPDX-License-Identifier: MIT */
#include "capture_line.h"

#include <stdio.h>

#include "safe_text.h"

/* What is left out as the line gets shorter. */
typedef struct tail_level {
    bool runner_up, kept;
    size_t reason_bytes; /* of each failure */
    size_t value_bytes;  /* of names and places but the key; 0: whole */
} tail_level;

static const tail_level levels[] = {
    {true, true, 200, 0},   {false, true, 120, 0},  {false, true, 60, 120},
    {false, false, 40, 60}, {false, false, 16, 24},
};
enum { LEVELS = sizeof levels / sizeof levels[0] };

typedef struct tail_writer {
    const capture_facts *facts;
    const tail_level *level;
    text_out *out;
} tail_writer;

void capture_line_limits(size_t max_line, size_t limits[static STEP_LINES])
{
    static const size_t tails[STEP_LINES] = {140, 260, 420, 600, 760};
    for (size_t i = 0; i < STEP_LINES; i++) {
        size_t left = max_line > tails[i] ? max_line - tails[i] : 0;
        limits[i] = left > UNPEG_LINE_MIN ? left : UNPEG_LINE_MIN;
    }
}

static void put_key(const tail_writer *w, const char *key)
{
    out_text(w->out, " ");
    out_text(w->out, key);
    out_text(w->out, "=");
}

static bool is_bare(const char *text)
{
    return *text && text[strcspn(text, " =\"\\")] == '\0' &&
           safe_size(unpeg_slice_of(text), SAFE_BYTES) == strlen(text);
}

static void put_text(const tail_writer *w, const char *key, const char *text, size_t max)
{
    if (!text || !*text)
        return;
    const char *quote = is_bare(text) ? "" : "\"";
    put_key(w, key);
    out_text(w->out, quote);
    safe_write(w->out, unpeg_slice_of(text), (safe_style){SAFE_BYTES | SAFE_QUOTED, max});
    out_text(w->out, quote);
}

static void put_value(const tail_writer *w, const char *key, const char *text)
{
    put_text(w, key, text, w->level->value_bytes);
}

static void put_number(const tail_writer *w, const char *key, uint64_t number)
{
    put_key(w, key);
    out_u64(w->out, number);
}

static void put_megabytes(const tail_writer *w, const char *key, uint64_t bytes)
{
    put_key(w, key);
    out_fixed(w->out, divide_rounded(bytes, 100000), 1);
}

static void put_pick(const tail_writer *w)
{
    const pick_report *p = w->facts->pick;
    if (!p->path[0])
        return;
    put_value(w, "picked", unpeg_pick_reason_text(p->why));
    put_number(w, "candidates", p->candidates);
    if (p->candidates < 2 || !w->level->runner_up)
        return;
    put_value(w, "runner_up", p->runner_up);
    put_megabytes(w, "runner_up_mb", p->runner_up_bytes);
}

/* What is there instead. */
static void put_miss(const tail_writer *w)
{
    const pick_report *p = w->facts->pick;
    const char *dir = w->facts->options->dir;
    if (p->path[0] || !dir || !*dir)
        return;
    put_value(w, "dir", dir);
    put_value(w, "prefix", w->facts->options->prefix);
    if (p->status != UNPEG_OK)
        return;
    put_number(w, "seen", p->seen);
    put_value(w, "newest", p->runner_up);
    put_value(w, "newest_is", p->excluded);
}

static void put_store(const tail_writer *w)
{
    const capture_facts *f = w->facts;
    put_value(w, "upload", f->upload);
    if (f->put && f->put->status == UNPEG_OK)
        put_value(w, "verified", unpeg_proof_text(f->put->proof));
    put_value(w, "store", f->url);
    put_text(w, "key", f->key, 0);
    if (f->put && f->options->show_credentials)
        put_value(w, "credentials", f->put->credentials);
    put_value(w, "file", f->file);
    if (w->level->kept)
        put_value(w, "kept", f->kept);
}

static void put_failures(const tail_writer *w)
{
    const capture_facts *f = w->facts;
    if (f->failure_count == 0)
        return;
    put_key(w, "failed");
    out_text(w->out, "\"");
    for (size_t i = 0; i < f->failure_count; i++) {
        const capture_failure *failure = &f->failures[i];
        out_text(w->out, i ? "; " : "");
        out_text(w->out, failure->step);
        out_text(w->out, ": ");
        safe_write(w->out, unpeg_slice_of(failure->reason),
                   (safe_style){SAFE_BYTES | SAFE_QUOTED, w->level->reason_bytes});
        out_text(w->out, " (");
        out_u64(w->out, divide_rounded(failure->elapsed_us, 1000));
        out_text(w->out, " ms)");
    }
    out_text(w->out, "\"");
}

static void write_tail(const capture_facts *facts, const tail_level *level, text_out *out)
{
    const tail_writer w = {facts, level, out};
    text_out_init(out, NULL);
    put_pick(&w);
    put_miss(&w);
    put_store(&w);
    put_failures(&w);
    put_number(&w, "total_ms", divide_rounded(facts->elapsed_us, 1000));
}

static void make_head(const capture_facts *f, size_t limit, unpeg_line *ret)
{
    const unpeg_line_options options = {.struct_size = sizeof options,
                                        .log = f->log,
                                        .status = f->status,
                                        .reason = f->reason,
                                        .elapsed_us = f->elapsed_us,
                                        .max_line = limit};
    unpeg_line_make(&options, ret);
}

/* The longest head that leaves room for so much behind it; false if none does. */
static bool choose_head(const capture_facts *f, size_t tail, unpeg_line *ret)
{
    if (tail + UNPEG_LINE_MIN > f->max_line)
        return false;
    size_t room = f->max_line - tail;
    if (!f->summary) {
        make_head(f, room, ret);
        return ret->len <= room;
    }
    for (size_t i = 0; i < STEP_LINES; i++) {
        if (f->summary->lines[i].len > room)
            continue;
        *ret = f->summary->lines[i];
        return true;
    }
    return false;
}

static void append(unpeg_line *line, const text_out *tail)
{
    size_t len = tail->used < UNPEG_LINE_MAX - line->len ? tail->used : UNPEG_LINE_MAX - line->len;
    memcpy(line->text + line->len, tail->buffer, len);
    line->len += len;
    line->text[line->len] = '\0';
}

/* A key that does not fit beside the least of the rest is worth more than the limit. */
static void exceed(const capture_facts *f, unpeg_line *ret)
{
    if (f->summary)
        *ret = f->summary->lines[STEP_LINES - 1];
    else
        make_head(f, UNPEG_LINE_MIN, ret);
}

void capture_line_make(const capture_facts *facts, unpeg_line *ret)
{
    text_out tail;
    for (size_t i = 0; i < LEVELS; i++) {
        write_tail(facts, &levels[i], &tail);
        if (choose_head(facts, tail.used, ret)) {
            append(ret, &tail);
            return;
        }
    }
    exceed(facts, ret);
    append(ret, &tail);
}
