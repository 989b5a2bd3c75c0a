/* SPDX-License-Identifier: MIT */
#include "report_text.h"

enum { PROSE_COLUMNS = 100, FRAME_COLUMNS_MIN = 16 };

void print_look(text_report *t, text_look look)
{
    static const char *const sequences[] = {"\x1b[0m", "\x1b[1m", "\x1b[1;31m", "\x1b[2m"};
    if (t->r->options.color)
        out_text(&t->out, sequences[look]);
}

void print_heading(text_report *t, const char *heading, const char *rest)
{
    out_text(&t->out, "\n");
    print_look(t, LOOK_STRONG);
    out_text(&t->out, heading);
    print_look(t, LOOK_PLAIN);
    out_text(&t->out, rest);
}

safe_style print_style(const text_report *t, size_t max)
{
    return (safe_style){t->r->options.ascii ? SAFE_ASCII : 0, max};
}

frame_label print_label(const text_report *t, unpeg_frame_id frame, uint32_t tiers, uint32_t flags)
{
    frame_label label;
    frame_label_make(report_frame(t->r, frame), tiers, flags, &label);
    return label;
}

/* How many columns name and place may have, of so many. The name gives way first, down to half. */
typedef struct fitting {
    size_t name, place; /* 0: no limit */
} fitting;

static fitting fit(const text_report *t, const frame_label *label, size_t used)
{
    size_t width = t->r->options.width;
    if (width == 0)
        return (fitting){0, 0};
    unsigned flags = print_style(t, 0).flags;
    size_t fixed = used + strlen(label->prefix) + strlen(label->detail) + strlen(label->marks) + 3;
    size_t room = width > fixed + FRAME_COLUMNS_MIN ? width - fixed : FRAME_COLUMNS_MIN;
    size_t name = safe_size(label->name, flags);
    size_t place = label_place_size(label, flags);
    if (name + place <= room)
        return (fitting){0, 0};
    size_t half = room / 2;
    if (name <= half)
        return (fitting){0, room - name};
    if (place <= half)
        return (fitting){room - place, 0};
    return (fitting){half, room - half};
}

void print_frame(text_report *t, const frame_label *label, size_t columns_used)
{
    fitting fits = fit(t, label, columns_used);
    label_write_name(&t->out, label, print_style(t, fits.name));
    if (label->file.len) {
        out_text(&t->out, "  ");
        print_look(t, LOOK_DIM);
        label_write_place(&t->out, label, print_style(t, fits.place));
        print_look(t, LOOK_PLAIN);
    }
    if (label->marks[0])
        out_text(&t->out, label->file.len ? " " : "  ");
    out_text(&t->out, label->marks);
    out_text(&t->out, "\n");
}

void print_duration(text_out *out, uint64_t us)
{
    if (us < 10000)
        out_fixed(out, divide_rounded(us, 10), 2);
    else if (us < 1000000)
        out_u64(out, divide_rounded(us, 1000));
    else if (us < 10000000)
        out_fixed(out, divide_rounded(us, 10000), 2);
    else
        out_fixed(out, divide_rounded(us, 100000), 1);
    out_text(out, us < 1000000 ? " ms" : " s");
}

void print_percent(text_report *t, uint64_t part, uint64_t whole)
{
    out_fixed_right(&t->out, share_tenths(part, whole), 1, 6);
    out_text(&t->out, " %");
}

/* A unit belongs to the number before it: no line break there. */
static bool is_unit(const char *word)
{
    static const char *const units[] = {"%", "s", "ms", "MB"};
    size_t len = strcspn(word, " ,.;)");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (len == strlen(units[i]) && memcmp(word, units[i], len) == 0)
            return true;
    }
    return false;
}

static size_t word_length(const char *text)
{
    size_t len = strcspn(text, " ");
    if (text[len] == ' ' && is_unit(text + len + 1))
        len += 1 + strcspn(text + len + 1, " ");
    return len;
}

void print_wrapped(text_report *t, const char *text, size_t indent, size_t column)
{
    size_t width = t->r->options.width;
    if (width == 0 || width > PROSE_COLUMNS)
        width = PROSE_COLUMNS;
    bool first = true;
    while (*text) {
        size_t word = word_length(text);
        if (column + 1 + word > width && !first) {
            out_text(&t->out, "\n");
            column = 0;
        }
        size_t blanks = column < indent ? indent - column : !first;
        out_repeat(&t->out, ' ', blanks);
        column += blanks;
        first = false;
        out_bytes(&t->out, text, word);
        column += word;
        text += word + (text[word] == ' ');
    }
    out_text(&t->out, "\n");
}

void print_prose(text_report *t, prose_text *prose, size_t indent, size_t column)
{
    out_bytes(prose, "", 1);
    if (prose->status == UNPEG_OK)
        print_wrapped(t, prose->buffer, indent, column);
    else
        text_out_fail(&t->out, prose->status);
}

static void print_all(text_report *t)
{
    const report *r = t->r;
    bool has_ticks = r->totals->ticks > 0;
    print_headline(t);
    if (report_has(r, UNPEG_REPORT_VERDICT) && unpeg_profile_tick_count(r->profile))
        print_verdict(t);
    if (report_has(r, UNPEG_REPORT_SUMMARY))
        print_summary(t);
    if (report_has(r, UNPEG_REPORT_FLAT) && has_ticks)
        print_flat(t);
    if (report_has(r, UNPEG_REPORT_TOP_DOWN) && has_ticks)
        print_tree(t, false);
    if (report_has(r, UNPEG_REPORT_BOTTOM_UP) && has_ticks)
        print_tree(t, true);
    if (report_has(r, UNPEG_REPORT_PROBLEMS))
        print_problems(t);
}

unpeg_status unpeg_report_text(const unpeg_profile *profile, const unpeg_report_options *options,
                               const unpeg_writer *out, unpeg_error *error)
{
    static const report_defaults defaults = {
        .top = 20, .min_share = 0.01, .max_depth = {40, 5}, .max_nodes = {300, 150}};
    report r;
    unpeg_status status = report_open(profile, options, &defaults, &r, error);
    if (status == UNPEG_OK) {
        text_report t = {.r = &r};
        text_out_init(&t.out, out);
        print_all(&t);
        status = text_out_finish(&t.out);
        if (status != UNPEG_OK)
            unpeg_error_set(error, status, "writing the report: %s", unpeg_status_text(status));
    }
    report_close(&r);
    return status;
}
