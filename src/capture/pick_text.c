/* SPDX-License-Identifier: MIT */
#include "json_writer.h"
#include "unpeg/pick.h"

static const char *const reason_texts[] = {
#define PICK_TEXT(name, id, text) [UNPEG_PICK_##name] = (id),
    UNPEG_PICK_LIST(PICK_TEXT)};
static const char *const reason_meanings[] = {
#define PICK_MEANING(name, id, text) [UNPEG_PICK_##name] = (text),
    UNPEG_PICK_LIST(PICK_MEANING)};

const char *unpeg_pick_reason_text(unpeg_pick_reason reason)
{
    return (unsigned)reason < UNPEG_PICK_COUNT ? reason_texts[reason] : "";
}

const char *unpeg_pick_reason_meaning(unpeg_pick_reason reason)
{
    return (unsigned)reason < UNPEG_PICK_COUNT ? reason_meanings[reason] : "";
}

static void put_log(json_writer *w, const unpeg_pick_log *log)
{
    json_open(w, NULL, '{');
    json_text(w, "name", log->name);
    if (log->pid)
        json_i64(w, "pid", log->pid);
    if (log->process)
        json_i64(w, "process", log->process);
    json_u64(w, "bytes", log->size_bytes);
    json_i64(w, "modified_ms", log->modified_ns / 1000000);
    if (log->is_candidate) {
        json_u64(w, "grown_bytes", log->grown_bytes);
        json_u64(w, "cpu_us", log->cpu_us);
    } else {
        json_text(w, "excluded", log->excluded);
    }
    json_close(w, '}');
}

static void put_logs(json_writer *w, const char *key, const unpeg_pick_log *logs, size_t count)
{
    json_open(w, key, '[');
    for (size_t i = 0; i < count; i++)
        put_log(w, &logs[i]);
    json_close(w, ']');
}

unpeg_status unpeg_pick_json(const unpeg_pick *pick, const unpeg_writer *writer)
{
    text_out out;
    text_out_init(&out, writer);
    json_writer w = {.out = &out, .break_depth = 2};
    json_open(&w, NULL, '{');
    json_text(&w, "schema", "unpeg.pick/1");
    if (pick->path)
        json_text(&w, "path", pick->path);
    else
        json_null(&w, "path");
    json_text(&w, "reason", unpeg_pick_reason_text(pick->reason));
    json_u64(&w, "observed_us", pick->observed_us);
    json_bool(&w, "launch_known", pick->launch_known);
    put_logs(&w, "candidates", pick->logs, pick->candidate_count);
    put_logs(&w, "others", pick->logs + pick->candidate_count, pick->count - pick->candidate_count);
    json_close(&w, '}');
    out_text(&out, "\n");
    return text_out_finish(&out);
}
