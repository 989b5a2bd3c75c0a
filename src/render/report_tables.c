/* SPDX-License-Identifier: MIT */
#include "report_text.h"

enum {
    NAME_COLUMNS_MAX = 48,
    FACT_COLUMNS = 9,
    CATEGORY_COLUMNS = 10,
    STATE_COLUMNS = 18,
    SHARE_COLUMNS = 18, /* ticks and percent */
};

static void say_megabytes(prose_text *prose, uint64_t bytes)
{
    out_fixed(prose, divide_rounded(bytes, 100000), 1);
}

static void say_time(prose_text *prose, int64_t time_us)
{
    print_duration(prose, time_us < 0 ? 0 : (uint64_t)time_us);
}

static void say_ticks(prose_text *prose, const report *r)
{
    const unpeg_totals *totals = r->totals;
    out_u64(prose, totals->ticks);
    if (totals->ticks) {
        out_text(prose, " from ");
        say_time(prose, totals->start_us);
        out_text(prose, " to ");
        say_time(prose, totals->end_us);
    }
    if (totals->gap_us) {
        out_text(prose, "; ");
        print_duration(prose, totals->gap_us);
        out_text(prose, " of that without ticks");
    }
    if (r->info->interval_us) {
        out_text(prose, "; one every ");
        print_duration(prose, r->info->interval_us);
    }
    if (totals->excluded) {
        out_text(prose, "; ");
        out_u64(prose, totals->excluded);
        out_text(prose, r->scope.of_peg ? " more are outside of the peg or not selected"
                                        : " more are not selected");
    }
}

static void say_version(prose_text *prose, const unpeg_profile_info *info)
{
    if ((info->v8[0] | info->v8[1] | info->v8[2] | info->v8[3]) == 0) {
        out_text(prose, "V8 of unknown version");
        return;
    }
    out_text(prose, "V8 ");
    for (size_t i = 0; i < 4; i++) {
        out_text(prose, i ? "." : "");
        out_u64(prose, info->v8[i]);
    }
    safe_write(prose, info->embedder, (safe_style){SAFE_ASCII, 64});
}

static void say_log(prose_text *prose, const unpeg_profile_info *info)
{
    say_version(prose, info);
    out_text(prose, ", ");
    say_megabytes(prose, info->bytes_read);
    if (info->bytes_total > info->bytes_read) {
        out_text(prose, " of ");
        say_megabytes(prose, info->bytes_total);
    }
    out_text(prose, " MB read, ");
    out_u64(prose, info->lines);
    out_text(prose, " rows");
    if (info->deopts) {
        out_text(prose, ", ");
        out_u64(prose, info->deopts);
        out_text(prose, " deoptimizations");
    }
    out_text(prose, info->ended ? "" : ", no end row: killed or still running");
}

/* How many samples a second there were, where they are clearly fewer than asked for, and why. */
static void say_rate(prose_text *prose, const unpeg_recording *live)
{
    double seconds = (double)live->duration_us / 1e6;
    double wanted = live->rate_hz * seconds;
    if (seconds <= 0 || (double)live->samples >= 0.9 * wanted)
        return;
    out_text(prose, ", taken at ");
    out_fixed(prose, (uint64_t)((double)live->samples / seconds * 10 + 0.5), 1);
    out_text(prose, " Hz");
    const char *mark = ": ";
    if (live->run_us && (double)live->run_us < 0.9 * (double)live->duration_us) {
        out_text(prose, ": the thread was on a processor for ");
        out_fixed(prose, share_tenths(live->run_us, live->duration_us), 1);
        out_text(prose, " % of the time");
        mark = ", and ";
    }
    if ((double)live->skipped < 0.05 * wanted)
        return;
    out_text(prose, mark);
    out_u64(prose, live->skipped);
    out_text(prose, " were left out so that it is not held longer");
}

static void say_held(prose_text *prose, const unpeg_recording *live)
{
    out_text(prose, "; the thread was held for ");
    print_duration(prose, live->stopped_us);
    out_text(prose, " in all (");
    out_fixed(prose, share_tenths(live->stopped_us, live->duration_us), 1);
    out_text(prose, " %), ");
    print_duration(prose, live->stop_p50_us);
    out_text(prose, " at a time, ");
    print_duration(prose, live->stop_max_us);
    out_text(prose, " at most; ");
    out_u64(prose, live->lost);
    out_text(prose, " lost, ");
}

/* What the recording cost the thread, and what it missed: a raw one says so at its end. */
static void say_recording(prose_text *prose, const unpeg_recording *live)
{
    bool is_whole = live->backend.len != 0;
    safe_write(prose, live->program, (safe_style){SAFE_ASCII, 64});
    out_text(prose, " (");
    out_u64(prose, live->pid);
    out_text(prose, "), ");
    out_u64(prose, live->samples);
    out_text(prose, " samples");
    if (is_whole) {
        out_text(prose, " by ");
        safe_write(prose, live->backend, (safe_style){SAFE_ASCII, 16});
        out_text(prose, " in ");
        print_duration(prose, live->duration_us);
    }
    out_text(prose, ", asked for at ");
    out_u64(prose, live->rate_hz);
    out_text(prose, " Hz");
    if (is_whole) {
        say_rate(prose, live);
        say_held(prose, live);
    } else {
        out_text(prose, "; the end is cut off that says how long the thread was held, and what was "
                        "lost; ");
    }
    out_u64(prose, live->incomplete);
    out_text(prose, " incomplete, ");
    out_u64(prose, live->unnamed);
    out_text(prose, " JavaScript frames without a name");
}

static void print_live(text_report *t, const unpeg_profile_info *info)
{
    prose_text prose;
    text_out_init(&prose, NULL);
    say_version(&prose, info);
    out_text(&prose, ", ");
    say_recording(&prose, &info->recording);
    out_text(&t->out, "  live   ");
    print_prose(t, &prose, FACT_COLUMNS, FACT_COLUMNS);
    if (info->recording.withheld.len == 0)
        return;
    text_out_init(&prose, NULL);
    safe_write(&prose, info->recording.withheld, print_style(t, 0));
    out_text(&t->out, "  not told  ");
    print_prose(t, &prose, FACT_COLUMNS, FACT_COLUMNS + 3);
}

static void print_run(text_report *t)
{
    prose_text prose;
    text_out_init(&prose, NULL);
    say_ticks(&prose, t->r);
    out_text(&t->out, "  ticks  ");
    print_prose(t, &prose, FACT_COLUMNS, FACT_COLUMNS);
    if (t->r->info->recording.pid) {
        print_live(t, t->r->info);
        return;
    }
    text_out_init(&prose, NULL);
    say_log(&prose, t->r->info);
    out_text(&t->out, "  log    ");
    print_prose(t, &prose, FACT_COLUMNS, FACT_COLUMNS);
}

/* The entries of a table that are not 0. */
typedef struct share_list {
    struct {
        const char *name;
        uint64_t ticks;
    } entries[16];
    size_t count;
} share_list;

_Static_assert(UNPEG_CATEGORY_COUNT <= 16 && UNPEG_VM_STATE_COUNT <= 16, "share_list is too small");

static void list_add(share_list *list, const char *name, uint64_t ticks)
{
    if (ticks == 0)
        return;
    list->entries[list->count].name = name;
    list->entries[list->count++].ticks = ticks;
}

static void print_share(text_report *t, const share_list *list, size_t i, size_t name_columns)
{
    if (i >= list->count) {
        out_repeat(&t->out, ' ', name_columns + SHARE_COLUMNS);
        return;
    }
    size_t len = strlen(list->entries[i].name);
    out_text(&t->out, list->entries[i].name);
    out_repeat(&t->out, ' ', len < name_columns ? name_columns - len : 0);
    out_u64_right(&t->out, list->entries[i].ticks, 10);
    print_percent(t, list->entries[i].ticks, t->r->totals->ticks);
}

static void print_shares(text_report *t)
{
    const unpeg_totals *totals = t->r->totals;
    share_list categories = {.count = 0};
    share_list states = {.count = 0};
    for (int i = 0; i < UNPEG_CATEGORY_COUNT; i++)
        list_add(&categories, unpeg_category_text((unpeg_category)i), totals->by_category[i]);
    for (int i = 0; i < UNPEG_VM_STATE_COUNT; i++)
        list_add(&states, unpeg_vm_state_text((unpeg_vm_state)i), totals->by_state[i]);
    if (totals->ticks)
        out_text(&t->out,
                 "\n  category       ticks                 VM state               ticks\n");
    for (size_t i = 0; i < categories.count || i < states.count; i++) {
        out_text(&t->out, "  ");
        print_share(t, &categories, i, CATEGORY_COLUMNS);
        if (i < states.count) {
            out_text(&t->out, "        ");
            print_share(t, &states, i, STATE_COLUMNS);
        }
        out_text(&t->out, "\n");
    }
}

void print_summary(text_report *t)
{
    print_heading(t, t->r->scope.of_peg ? "SUMMARY OF THE PEG" : "SUMMARY", "\n");
    print_run(t);
    print_shares(t);
}

static void print_row(text_report *t, const unpeg_row *row, size_t name_columns)
{
    uint64_t ticks = t->r->totals->ticks;
    frame_label label = print_label(t, row->frame, row->tiers, row->frame_flags);
    size_t name = label_name_size(&label, print_style(t, 0).flags);
    out_u64_right(&t->out, row->self, 8);
    print_percent(t, row->self, ticks);
    out_u64_right(&t->out, row->total, 10);
    print_percent(t, row->total, ticks);
    out_text(&t->out, "  ");
    out_text(&t->out, label.marks);
    out_repeat(&t->out, ' ', sizeof label.marks - strlen(label.marks));
    label.marks[0] = '\0';
    if (t->r->options.width || label.file.len == 0 || name >= name_columns) {
        print_frame(t, &label, 44);
        return;
    }
    label_write_name(&t->out, &label, print_style(t, 0));
    out_repeat(&t->out, ' ', name_columns - name);
    label.name.len = 0;
    label.detail[0] = '\0';
    label.prefix = "";
    print_frame(t, &label, 44 + name_columns);
}

/* The column in which places begin: wide enough for most names. */
static size_t name_columns(const text_report *t, const unpeg_row *rows, size_t count)
{
    size_t widest = 0;
    for (size_t i = 0; i < count; i++) {
        frame_label label = print_label(t, rows[i].frame, rows[i].tiers, rows[i].frame_flags);
        size_t size = label_name_size(&label, print_style(t, 0).flags);
        if (label.file.len && size > widest && size <= NAME_COLUMNS_MAX)
            widest = size;
    }
    return widest;
}

void print_flat(text_report *t)
{
    size_t count, all;
    const unpeg_row *rows = report_rows(t->r, &count, &all);
    bool by_self = t->r->options.order == UNPEG_ORDER_SELF;
    print_heading(t, by_self ? "FUNCTIONS BY SELF TIME" : "FUNCTIONS BY TOTAL TIME", " (");
    out_u64(&t->out, count);
    out_text(&t->out, " of ");
    out_u64(&t->out, all);
    out_text(&t->out, ")\n");
    out_text(&t->out, "    self              total            tiers   function\n");
    size_t columns = name_columns(t, rows, count);
    for (size_t i = 0; i < count; i++)
        print_row(t, &rows[i], columns);
}
