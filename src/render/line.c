/* SPDX-License-Identifier: MIT */
#include "line.h"

enum {
    ALL_FIGURES = 32,
    SHORT_NAME = 64,
    SHORTER_NAME = 32,
    TINY_NAME = 12,
    LEAST_NAME = 3,
    SHORT_PATH = 3,
    FEW_FIGURES = 3
};

/* How much of the content is written. */
typedef struct line_level {
    size_t name_bytes; /* of a name, and of a place */
    size_t path_names;
    size_t tops;
    size_t figures; /* the first so many of the optional figures */
    bool hint, caller, stuck;
    bool places; /* and marks, behind the names of stuck, caller and tops */
    bool shares; /* behind them; without, also nothing in front of a name */
} line_level;

static const line_level line_level_first = {.name_bytes = 160,
                                            .path_names = LINE_PATH_MAX,
                                            .tops = LINE_TOPS_MAX,
                                            .figures = ALL_FIGURES,
                                            .hint = true,
                                            .caller = true,
                                            .stuck = true,
                                            .places = true,
                                            .shares = true};

static bool lower(size_t *value, size_t to)
{
    if (*value <= to)
        return false;
    *value = to;
    return true;
}

static bool drop(bool *wanted)
{
    bool dropped = *wanted;
    *wanted = false;
    return dropped;
}

static bool step_down(size_t *value, size_t least)
{
    return *value > least && lower(value, *value - 1);
}

/* From the end of the line: hint, callers of the path, more top functions, figures. In between
 * names get shorter, so that one long name does not cost all the rest. */
static bool line_level_reduce(line_level *l)
{
    return drop(&l->hint) || step_down(&l->path_names, SHORT_PATH) ||
           lower(&l->name_bytes, SHORT_NAME) || step_down(&l->path_names, 0) ||
           step_down(&l->tops, 1) || lower(&l->name_bytes, SHORTER_NAME) ||
           step_down(&l->figures, FEW_FIGURES) || drop(&l->caller) || drop(&l->places) ||
           step_down(&l->figures, 0) || step_down(&l->name_bytes, TINY_NAME) || drop(&l->shares) ||
           step_down(&l->name_bytes, LEAST_NAME) || step_down(&l->tops, 0) || drop(&l->stuck);
}

typedef struct line_writer {
    const line_content *c;
    const line_level *level;
    text_out *out;
    size_t figures; /* seen so far */
} line_writer;

static safe_style style_of(const line_writer *w)
{
    return (safe_style){SAFE_BYTES | SAFE_QUOTED, w->level->name_bytes};
}

static void put_key(line_writer *w, const char *key)
{
    out_text(w->out, " ");
    out_text(w->out, key);
    out_text(w->out, "=");
}

static bool wants_figure(line_writer *w)
{
    return w->figures++ < w->level->figures;
}

static void figure_text(line_writer *w, const char *key, const char *text)
{
    if (!wants_figure(w))
        return;
    put_key(w, key);
    out_text(w->out, text);
}

static void figure_fixed(line_writer *w, const char *key, uint64_t value, unsigned decimals)
{
    if (!wants_figure(w))
        return;
    put_key(w, key);
    out_fixed(w->out, value, decimals);
}

static void figure_share(line_writer *w, const char *key, uint64_t ticks)
{
    figure_fixed(w, key, share_tenths(ticks, w->c->totals->ticks), 1);
}

static bool is_bare(unpeg_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr(" =\"\\", text.data[i]))
            return false;
    }
    return text.len != 0 && safe_size(text, SAFE_BYTES) == text.len;
}

static void put_name(line_writer *w, unpeg_slice text)
{
    const char *quote = is_bare(text) ? "" : "\"";
    out_text(w->out, quote);
    safe_write(w->out, text, style_of(w));
    out_text(w->out, quote);
}

static const char *word_of(const line_content *c)
{
    switch (c->status) {
    case UNPEG_OK:
        break;
    case UNPEG_NOT_FOUND:
        return "no-log";
    case UNPEG_INPUT:
    case UNPEG_SYNTAX:
        return "not-a-log";
    case UNPEG_PERMISSION:
        return "no-permission";
    case UNPEG_NO_MEMORY:
        return "no-memory";
    case UNPEG_DEADLINE:
        return "budget-exceeded";
    case UNPEG_STOPPED:
        return "stopped";
    case UNPEG_OS:
        return "read-error";
    case UNPEG_LIMIT:
    case UNPEG_STATE:
    case UNPEG_UNSUPPORTED:
    case UNPEG_MISMATCH:
    case UNPEG_ARGUMENT:
    case UNPEG_REMOTE:
    case UNPEG_STATUS_COUNT:
        return "error";
    }
    if (c->budget_ended)
        return "budget-exceeded";
    if (c->info && unpeg_profile_tick_count(c->options.profile) == 0)
        return "no-ticks";
    return c->info ? "ok" : "error";
}

static void put_reason(line_writer *w)
{
    if (w->c->status == UNPEG_OK || (w->c->status == UNPEG_DEADLINE && w->c->info))
        return;
    const char *reason = w->c->options.reason;
    if (!reason || !*reason)
        reason = unpeg_status_text(w->c->status);
    if (!wants_figure(w))
        return;
    put_key(w, "reason");
    put_name(w, unpeg_slice_of(reason));
}

static void put_state(line_writer *w)
{
    const unpeg_peg *peg = w->c->scope.peg;
    if (!peg || unpeg_profile_tick_count(w->c->options.profile) == 0)
        return;
    figure_text(w, "state", unpeg_verdict_text(peg->verdict));
    figure_text(w, "conf", unpeg_confidence_text(peg->confidence));
    if (w->c->scope.of_peg)
        figure_text(w, "ongoing", peg->trailing ? "1" : "0");
}

static bool take_char(unpeg_slice *text, const char *set)
{
    if (text->len == 0 || !strchr(set, text->data[0]) || text->data[0] == '\0')
        return false;
    text->data++;
    text->len--;
    return true;
}

/* The digits of PID in isolate-0xADDRESS-PID-NAME; empty if the name is not of that form (V8
 * src/logging/log.cc, with --logfile-per-isolate). */
static unpeg_slice pid_of(unpeg_slice name)
{
    static const char prefix[] = "isolate-0x";
    size_t len = sizeof prefix - 1;
    if (name.len < len || memcmp(name.data, prefix, len) != 0)
        return (unpeg_slice){NULL, 0};
    unpeg_slice rest = {name.data + len, name.len - len};
    while (take_char(&rest, "0123456789abcdefABCDEF")) {
    }
    if (!take_char(&rest, "-"))
        return (unpeg_slice){NULL, 0};
    unpeg_slice pid = {rest.data, 0};
    while (pid.len < 10 && take_char(&rest, "0123456789"))
        pid.len++;
    return take_char(&rest, "-") ? pid : (unpeg_slice){NULL, 0};
}

static void put_log(line_writer *w)
{
    if (!w->c->options.log)
        return;
    unpeg_slice name = path_base(unpeg_slice_of(w->c->options.log));
    unpeg_slice pid = pid_of(name);
    if (pid.len && wants_figure(w)) {
        put_key(w, "pid");
        out_bytes(w->out, pid.data, pid.len);
    }
    if (!wants_figure(w))
        return;
    put_key(w, "log");
    put_name(w, name);
}

static void put_live(line_writer *w, const unpeg_recording *live)
{
    figure_fixed(w, "pid", live->pid, 0);
    if (!wants_figure(w))
        return;
    put_key(w, "live");
    put_name(w, live->backend.len ? live->backend : unpeg_slice_of("unknown"));
    if (live->backend.len == 0) /* it comes with the figures, at the end of a recording */
        return;
    figure_fixed(w, "stopped_ms", divide_rounded(live->stopped_us, 100), 1);
}

static void put_bytes(line_writer *w, const unpeg_profile_info *info)
{
    uint64_t total = info->bytes_total ? info->bytes_total : info->bytes_read;
    figure_fixed(w, "log_mb", divide_rounded(total, 100000), 1);
    figure_fixed(w, "read_mb", divide_rounded(info->bytes_read, 100000), 1);
}

static void put_coverage(line_writer *w)
{
    const unpeg_profile_info *info = w->c->info;
    if (!info)
        return;
    if (info->recording.pid)
        put_live(w, &info->recording);
    else
        put_bytes(w, info);
    put_key(w, "partial");
    out_text(w->out, info->partial || w->c->budget_ended ? "1" : "0");
    put_key(w, "ticks");
    out_u64(w->out,
            w->c->totals ? w->c->totals->ticks : unpeg_profile_tick_count(w->c->options.profile));
}

static void put_shares(line_writer *w)
{
    const unpeg_totals *t = w->c->totals;
    if (!t || t->ticks == 0)
        return;
    const uint64_t *by = t->by_category;
    uint64_t native =
        by[UNPEG_CATEGORY_CPP] + by[UNPEG_CATEGORY_LIBRARY] + by[UNPEG_CATEGORY_KERNEL];
    uint64_t js = t->ticks - native - by[UNPEG_CATEGORY_GC] - by[UNPEG_CATEGORY_IDLE] -
                  by[UNPEG_CATEGORY_UNKNOWN];
    uint64_t span_us = (uint64_t)t->end_us - (uint64_t)t->start_us;
    figure_fixed(w, "window_s", divide_rounded(span_us, 100000), 1);
    figure_share(w, "js", js);
    figure_share(w, "gc", by[UNPEG_CATEGORY_GC]);
    figure_share(w, "native", native);
    figure_share(w, "idle", by[UNPEG_CATEGORY_IDLE]);
    figure_share(w, "unresolved", by[UNPEG_CATEGORY_UNKNOWN]);
}

static void put_label(line_writer *w, const frame_label *label)
{
    if (w->level->places)
        label_write(w->out, label, style_of(w));
    else if (w->level->shares)
        label_write_name(w->out, label, style_of(w));
    else
        safe_write(w->out, label->name.len ? label->name : unpeg_slice_of(label->prefix),
                   style_of(w));
}

static void put_frame(line_writer *w, const char *key, const line_frame *frame)
{
    put_key(w, key);
    out_text(w->out, "\"");
    put_label(w, &frame->label);
    if (w->level->shares) {
        out_text(w->out, " ");
        out_fixed(w->out, share_tenths(frame->self, w->c->totals->ticks), 1);
        out_text(w->out, "/");
        out_fixed(w->out, share_tenths(frame->total, w->c->totals->ticks), 1);
    }
    out_text(w->out, "\"");
}

static void put_frames(line_writer *w)
{
    if (w->c->has_stuck && w->level->stuck)
        put_frame(w, "stuck", &w->c->stuck);
    if (w->c->has_caller && w->level->caller)
        put_frame(w, "caller", &w->c->caller);
    for (size_t i = 0; i < w->c->top_count && i < w->level->tops; i++) {
        char key[] = "top00";
        key[3] = (char)('0' + (i + 1) / 10);
        key[4] = (char)('0' + (i + 1) % 10);
        if (i + 1 < 10) {
            key[3] = key[4];
            key[4] = '\0';
        }
        put_frame(w, key, &w->c->tops[i]);
    }
}

static void put_cycle(line_writer *w)
{
    const unpeg_peg *peg = w->c->scope.peg;
    if (!w->c->totals || peg->verdict != UNPEG_VERDICT_RECURSION)
        return;
    if (peg->cycle_count && wants_figure(w)) {
        put_key(w, "cycle");
        out_text(w->out, "\"");
        for (size_t i = 0; i < peg->cycle_count && i < LINE_CYCLE_MAX; i++) {
            frame_label label;
            frame_label_make(unpeg_profile_frame(w->c->options.profile, peg->cycle[i]), 0, 0,
                             &label);
            out_text(w->out, i ? "<" : "");
            label_write_name(w->out, &label, style_of(w));
        }
        out_text(w->out, peg->cycle_count > LINE_CYCLE_MAX ? "<\u2026\"" : "\"");
    }
    figure_fixed(w, "depth", peg->depth.median, 0);
}

static void put_path(line_writer *w)
{
    size_t count = w->c->path_count;
    size_t shown = count < w->level->path_names ? count : w->level->path_names;
    if (shown == 0)
        return;
    put_key(w, "path");
    out_text(w->out, shown < count || w->c->path_is_cut ? "\"\u2026<" : "\"");
    for (size_t i = shown; i > 0; i--) {
        label_write_name(w->out, &w->c->path[i - 1], style_of(w));
        out_text(w->out, i > 1 ? "<" : " ");
    }
    out_fixed(w->out, share_tenths(w->c->path_ticks, w->c->totals->ticks), 1);
    out_text(w->out, "\"");
}

static void put_rest(line_writer *w)
{
    const unpeg_profile_info *info = w->c->info;
    if (w->c->totals && info->interval_us && info->interval_us < 1000000) {
        uint64_t ticks = w->c->totals->by_category[UNPEG_CATEGORY_GC];
        figure_fixed(w, "gc_ms", divide_rounded(ticks * info->interval_us, 1000), 0);
    }
    if (info)
        figure_fixed(w, "deopts", info->deopts, 0);
    if (info && info->isolates > 1)
        figure_fixed(w, "isolates", info->isolates, 0);
    figure_fixed(w, "ms", divide_rounded(w->c->options.elapsed_us, 1000), 0);
    if (w->c->budget_ended && w->c->options.budget_us)
        figure_fixed(w, "budget_ms", divide_rounded(w->c->options.budget_us, 1000), 0);
}

static const char *hint_of(const line_content *c)
{
    bool silent = c->info && unpeg_profile_tick_count(c->options.profile) == 0;
    if (silent && c->info->recording.pid != 0)
        return "the thread did not run; a longer recording may see it";
    if (silent)
        return "run with --prof, and for longer than a few ticks";
    if (c->info && c->info->isolates > 1)
        return "several isolates wrote this file; use --logfile-per-isolate";
    if (c->status == UNPEG_NOT_FOUND)
        return "V8 names it isolate-0xADDRESS-PID-NAME; a sandboxed renderer cannot write one";
    return NULL;
}

static void put_hint(line_writer *w)
{
    const char *hint = hint_of(w->c);
    if (!hint || !w->level->hint)
        return;
    put_key(w, "hint");
    put_name(w, unpeg_slice_of(hint));
}

static void line_write(const line_content *content, const line_level *level, text_out *out)
{
    line_writer w = {content, level, out, 0};
    out_text(out, "unpeg v=1 status=");
    out_text(out, word_of(content));
    put_reason(&w);
    put_state(&w);
    put_log(&w);
    put_coverage(&w);
    put_shares(&w);
    put_frames(&w);
    put_cycle(&w);
    put_path(&w);
    put_rest(&w);
    put_hint(&w);
}

static line_level level_after(size_t steps)
{
    line_level level = line_level_first;
    while (steps > 0 && line_level_reduce(&level))
        steps--;
    return level;
}

static size_t count_steps(void)
{
    line_level level = line_level_first;
    size_t steps = 0;
    while (line_level_reduce(&level))
        steps++;
    return steps;
}

static bool write_within(const line_content *content, size_t steps, size_t limit, text_out *out)
{
    line_level level = level_after(steps);
    text_out_init(out, NULL);
    line_write(content, &level, out);
    return out->status == UNPEG_OK && out->used <= limit;
}

/* No step makes a line longer, so the first that fits can be found by halving; the last always
 * fits. */
void line_fit(const line_content *content, size_t limit, unpeg_line *ret)
{
    text_out out;
    size_t fits = 0;
    if (!write_within(content, 0, limit, &out)) {
        size_t too_long = 0;
        fits = count_steps();
        while (fits - too_long > 1) {
            size_t middle = too_long + (fits - too_long) / 2;
            if (write_within(content, middle, limit, &out))
                fits = middle;
            else
                too_long = middle;
        }
        (void)write_within(content, fits, limit, &out);
    }
    memcpy(ret->text, out.buffer, out.used);
    ret->text[out.used] = '\0';
    ret->len = out.used;
}

static size_t limit_of(const unpeg_line_options *options)
{
    size_t limit = options->max_line ? options->max_line : UNPEG_LINE_DEFAULT;
    if (limit < UNPEG_LINE_MIN)
        return UNPEG_LINE_MIN;
    return limit < UNPEG_LINE_MAX ? limit : UNPEG_LINE_MAX;
}

void unpeg_line_make(const unpeg_line_options *options, unpeg_line *ret)
{
    line_content content;
    line_content_open(options, &content);
    line_fit(&content, limit_of(&content.options), ret);
    line_content_close(&content);
}
