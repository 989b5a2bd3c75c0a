/* SPDX-License-Identifier: MIT */
#include "json_writer.h"
#include "unpeg/process.h"

enum { PPM = 1000000 };

static void put_thread(json_writer *w, const unpeg_hot_thread *t)
{
    const char state[2] = {t->state, '\0'};
    json_open(w, NULL, '{');
    json_i64(w, "pid", t->pid);
    json_i64(w, "tid", t->tid);
    json_i64(w, "inner_pid", t->inner_pid);
    json_share(w, "load", (double)t->load_ppm / PPM);
    json_text(w, "state", state);
    json_text(w, "v8", t->v8);
    json_text(w, "type", t->type);
    json_text(w, "name", t->name);
    json_text(w, "exe", t->exe);
    json_text(w, "command", t->command);
    json_close(w, '}');
}

unpeg_status unpeg_hot_threads_json(const unpeg_hot_threads *hot, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 2};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.find/1");
    json_u64(&w, "interval_us", hot->interval_us);
    json_u64(&w, "processes", hot->processes);
    json_u64(&w, "threads", hot->threads);
    json_open(&w, "hot", '[');
    for (size_t i = 0; i < hot->count; i++)
        put_thread(&w, &hot->items[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}

static const char *mark_text(unpeg_verdict_mark mark)
{
    switch (mark) {
    case UNPEG_MARK_OK:
        return "ok";
    case UNPEG_MARK_WARN:
        return "warn";
    default:
        return "bad";
    }
}

static void put_check(json_writer *w, const unpeg_doctor_check *check)
{
    json_open(w, NULL, '{');
    json_text(w, "name", check->name);
    json_text(w, "mark", mark_text(check->mark));
    json_text(w, "value", check->value);
    json_text(w, "text", check->text);
    json_text(w, "remedy", check->remedy);
    json_close(w, '}');
}

unpeg_status unpeg_doctor_json(const unpeg_doctor *doctor, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 2};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.doctor/1");
    json_i64(&w, "pid", doctor->pid);
    json_bool(&w, "can_read", doctor->can_read);
    json_bool(&w, "can_stop", doctor->can_stop);
    json_bool(&w, "can_perf", doctor->can_perf);
    json_bool(&w, "has_v8", doctor->has_v8);
    json_open(&w, "checks", '[');
    for (size_t i = 0; i < doctor->count; i++)
        put_check(&w, &doctor->checks[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}
