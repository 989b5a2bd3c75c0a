/* SPDX-License-Identifier: MIT */
#include "safe_text.h"
#include "unpeg/process.h"

enum { PPM_PER_TENTH = 1000, COMMAND_COLUMNS = 60 };

typedef struct column {
    const char *title;
    size_t width;
} column;

static const column columns[] = {{"PID", 7}, {"TID", 7},   {"S", 1},
                                 {"V8", 7},  {"TYPE", 12}, {"THREAD", 15}};

enum { COLUMN_PID, COLUMN_TID, COLUMN_STATE, COLUMN_V8, COLUMN_TYPE, COLUMN_NAME, COLUMNS };

static void put_padded(text_out *out, unsigned index, const char *text)
{
    size_t width = columns[index].width;
    unpeg_slice slice = unpeg_slice_of(text);
    const safe_style style = {.max = width};
    safe_write(out, slice, style);
    size_t used = safe_size(slice, 0);
    out_repeat(out, ' ', used < width ? width - used + 2 : 2);
}

static void put_number(text_out *out, unsigned index, int32_t number)
{
    out_u64_right(out, number > 0 ? (uint64_t)number : 0, columns[index].width);
    out_text(out, "  ");
}

static void put_thread(text_out *out, const unpeg_hot_thread *t)
{
    const char state[2] = {t->state, '\0'};
    out_fixed_right(out, (t->load_ppm + PPM_PER_TENTH / 2) / PPM_PER_TENTH, 1, 5);
    out_text(out, "%  ");
    put_number(out, COLUMN_PID, t->pid);
    put_number(out, COLUMN_TID, t->tid);
    put_padded(out, COLUMN_STATE, state);
    put_padded(out, COLUMN_V8, t->v8[0] ? t->v8 : "-");
    put_padded(out, COLUMN_TYPE, t->type[0] ? t->type : "-");
    put_padded(out, COLUMN_NAME, t->name);
    safe_write(out, unpeg_slice_of(t->command[0] ? t->command : t->exe),
               (safe_style){.max = COMMAND_COLUMNS});
    if (t->inner_pid != t->pid) {
        out_text(out, "  (pid ");
        out_i64(out, t->inner_pid);
        out_text(out, " inside)");
    }
    out_text(out, "\n");
}

static void put_titles(text_out *out)
{
    out_text(out, "  LOAD  ");
    for (unsigned i = 0; i < COLUMNS; i++) {
        size_t len = strlen(columns[i].title);
        size_t space = columns[i].width > len ? columns[i].width - len : 0;
        if (i <= COLUMN_TID)
            out_repeat(out, ' ', space);
        out_text(out, columns[i].title);
        out_repeat(out, ' ', (i <= COLUMN_TID ? 0 : space) + 2);
    }
    out_text(out, "COMMAND\n");
}

unpeg_status unpeg_hot_threads_text(const unpeg_hot_threads *hot, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    if (hot->count != 0)
        put_titles(&out);
    for (size_t i = 0; i < hot->count; i++)
        put_thread(&out, &hot->items[i]);
    return text_out_finish(&out);
}

static void put_check(text_out *out, const unpeg_doctor_check *check)
{
    static const char *const marks[] = {"ok    ", "warn  ", "bad   "};
    enum { NAME_COLUMNS = 20 };
    size_t len = strlen(check->name);
    out_text(out, marks[check->mark]);
    out_text(out, check->name);
    out_repeat(out, ' ', len < NAME_COLUMNS ? NAME_COLUMNS - len + 1 : 1);
    safe_write(out, unpeg_slice_of(check->value), (safe_style){.max = 0});
    out_text(out, "\n");
    if (check->text[0]) {
        out_repeat(out, ' ', 6);
        safe_write(out, unpeg_slice_of(check->text), (safe_style){.max = 0});
        out_text(out, "\n");
    }
    if (check->remedy[0]) {
        out_text(out, "      -> ");
        out_text(out, check->remedy);
        out_text(out, "\n");
    }
}

static void put_ability(text_out *out, const char *name, bool able)
{
    out_text(out, name);
    out_text(out, able ? " yes" : " no");
}

unpeg_status unpeg_doctor_text(const unpeg_doctor *doctor, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    for (size_t i = 0; i < doctor->count; i++)
        put_check(&out, &doctor->checks[i]);
    if (doctor->pid != 0) {
        put_ability(&out, "read its memory:", doctor->can_read);
        put_ability(&out, ", stop it (ptrace):", doctor->can_stop);
        put_ability(&out, ", perf events:", doctor->can_perf);
    } else {
        put_ability(&out, "perf events:", doctor->can_perf);
    }
    out_text(&out, "\n");
    return text_out_finish(&out);
}
